// expect: use Relax for Bernoulli and OneHotCategorical
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/linear_algebra.hpp"
#include "variate/autodiff/operators.hpp"
#include "variate/autodiff/views.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/lax.hpp"
#include "variate/random/rng.hpp"

int main() {
  const auto c = variate::differentiable([](const auto& z, const auto& theta) { return reshape(theta, 0, 1, 3) * z; },
                                         variate::Vector<double>::Zero(3));
  variate::Rng rng(1);
  const variate::Lax lax(c);
  lax(variate::Bernoulli<double>(variate::Vector<double>::Zero(3)), c, rng, 2);
}
