// expect: use Relax for Bernoulli and OneHotCategorical
#include <variate/estimators/lax.hpp>
#include <variate/variate.hpp>

int main() {
  const auto c = variate::differentiable([](const auto& z, const auto& theta) { return reshape(theta, 0, 1, 3) * z; },
                                         variate::Vector<double>::Zero(3));
  variate::Rng rng(1);
  const variate::Lax lax(c);
  lax(variate::Bernoulli<double>(variate::Vector<double>::Zero(3)), c, rng, 2);
}
