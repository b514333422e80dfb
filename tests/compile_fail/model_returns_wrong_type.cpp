// expect: the model must be callable on a batch and return one number a column
#include <string>
#include "variate/distributions/normal.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/fit.hpp"
#include "variate/inference/learner.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

int main() {
  const auto f = [](const variate::Batch<double>&) { return std::string("not a row"); };
  const variate::Learner learner(variate::Normal<double>::standard(3), f,
                                 variate::ElboRule{.estimator = variate::Reinforce{}, .samples = 2}, variate::Adam<double>());
  const variate::Rng rng(1);
  variate::fit(learner, rng);
}
