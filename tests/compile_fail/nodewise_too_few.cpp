// expect: Nodewise takes as many estimators as the distribution has nodes, in their order.
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/reductions.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/distributions/product.hpp"
#include "variate/estimators/nodewise.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/random/rng.hpp"

int main() {
  const variate::Normal<double> one = variate::Normal<double>::standard(2);
  const variate::Product q(one, one, one);
  const auto f = variate::differentiable([](const auto& x) { return sum(x); });
  variate::Rng rng(1);
  variate::Nodewise(variate::Pathwise{}, variate::Pathwise{})(q, f, rng, 1);
}
