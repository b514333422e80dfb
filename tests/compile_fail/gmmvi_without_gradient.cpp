// expect: Stein needs the target's gradient: write value_and_gradient(x, gradient), or a generic function
#include "variate/mixtures/codename.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;

struct Target {
  variate::Row<double> operator()(const Batch<double>& x) const { return -x.colwise().squaredNorm(); }
};

int main() {
  const variate::Gaussians<double> start(variate::Vector<double>::Ones(1), Batch<double>::Zero(1, 1), {Batch<double>::Ones(1, 1)});
  auto gmmvi = variate::build<"SEMTFUX">(Target{}, start);
  variate::Rng rng(1);
  gmmvi.step(rng);
}
