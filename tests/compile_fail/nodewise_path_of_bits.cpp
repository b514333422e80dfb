// expect: this distribution has none (discrete ones cannot): use Reinforce<LeaveOneOut>
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/reductions.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/distributions/product.hpp"
#include "variate/estimators/nodewise.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/random/rng.hpp"

int main() {
  const variate::Product q(variate::Normal<double>::standard(2), variate::Bernoulli<double>(variate::Vector<double>::Zero(3)));
  const auto f = variate::differentiable([](const auto& x) { return sum(x); });
  variate::Rng rng(1);
  variate::Nodewise(variate::Pathwise{}, variate::Pathwise{})(q, f, rng, 1);
}
