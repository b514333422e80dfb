// expect: the sleep phase needs dreams: give the model dream(rng, n)
#include "variate/generative/layered_guide.hpp"
#include "variate/inference/learner.hpp"
#include "variate/inference/wake_sleep.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

struct Silent {
  using Scalar = double;
  struct Evaluated {
    variate::Row<double> value;
    variate::Vector<double> pullback(const variate::Row<double>&) const { return {}; }
  };
  struct Bound {
    Evaluated evaluate(const variate::Batch<double>& h) const { return {variate::Row<double>::Zero(h.cols())}; }
  };
  variate::Vector<double> params() const { return {}; }
  void set_params(const variate::Vector<double>&) {}
  Bound at(const variate::Batch<double>&) const { return {}; }
};

int main() {
  const variate::LayeredGuide<double> guide({2, 1}, variate::Vector<double>::Zero(3));
  const variate::Batch<double> x = variate::Batch<double>::Zero(2, 3);
  variate::Learner learner(guide, Silent{}, variate::WakeSleep<>{}, variate::Adam<double>(), variate::NoOptimizer{}, x);
  variate::Rng rng(1);
  learner.step(rng);
}
