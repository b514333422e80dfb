// expect: this distribution has none (discrete ones cannot): use Reinforce<LeaveOneOut>
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/reductions.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/fit.hpp"
#include "variate/inference/learner.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

int main() {
  const auto f = variate::differentiable([](const auto& x) { return sum(x); });
  const variate::Learner learner(variate::Bernoulli<double>(variate::Vector<double>::Zero(3)), f, variate::ElboRule<>{},
                                 variate::Adam<double>());
  const variate::Rng rng(1);
  variate::fit(learner, rng);
}
