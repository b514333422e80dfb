// expect: the target must be callable on a batch and return one number a column
#include "variate/mixtures/codename.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;

int main() {
  const variate::Gaussians<double> start(variate::Vector<double>::Ones(1), Batch<double>::Zero(1, 1), {Batch<double>::Ones(1, 1)});
  auto gmmvi = variate::build<"ZEMTFUX">([](double x) { return x; }, start);
  variate::Rng rng(1);
  gmmvi.step(rng);
}
