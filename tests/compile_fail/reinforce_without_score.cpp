// expect: Reinforce needs the score of q: give the distribution evaluate(x)
#include "variate/estimators/reinforce.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

/// Can be sampled and has a log density, but no way back from it.
struct Uniform {
  using Scalar = double;
  variate::Index event_size() const { return 1; }
  variate::Index batch_size() const { return 1; }
  variate::Batch<double> sample(auto& rng, variate::Index n) const { return variate::uniforms<double>(rng, 1, n); }
  variate::Row<double> log_prob(const variate::Batch<double>& x) const { return variate::Row<double>::Zero(x.cols()); }
};

int main() {
  const auto f = [](const variate::Batch<double>& x) -> variate::Row<double> { return x.row(0); };
  variate::Rng rng(1);
  variate::Reinforce{}(Uniform{}, f, rng, 10);
}
