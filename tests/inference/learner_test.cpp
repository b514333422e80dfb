#include "variate/inference/learner.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/optimizers/sgd.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Row;
using variate::Vector;

namespace {

struct Quadratic {
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g = -x;
    return -0.5 * x.colwise().squaredNorm();
  }
};

}  // namespace

TEST_CASE("a step that is not finite moves nothing but the index", "[inference]") {
  variate::Learner learner(variate::Normal<double>::standard(1), Quadratic{}, variate::ElboRule<>{}, variate::Sgd<double>({.rate = 0.1}));
  const Vector<double> before = learner.q().params();
  variate::Estimate<double> bad;
  bad.q = Vector<double>::Constant(2, NAN);
  CHECK_FALSE(learner.apply(bad).taken);
  bad.q = Vector<double>::Constant(2, 1e200);  // finite, but its square is not, and optimizers keep squares
  CHECK_FALSE(learner.apply(bad).taken);
  CHECK(learner.q().params() == before);
  CHECK(learner.averaged_q().params() == before);
  CHECK(learner.index() == 2);
}

TEST_CASE("estimate does not move, apply does, and a copy is a checkpoint", "[inference]") {
  const variate::Normal<double> q(Vector<double>{{1.0}}, Vector<double>{{2.0}});
  const variate::Learner start(q, Quadratic{}, variate::ElboRule<>{.samples = 2}, variate::Adam<double>({.rate = 0.1}));
  auto learner = start;
  variate::Rng a(1), b(1);
  const auto estimate = learner.estimate(a);
  CHECK(learner.q().params() == start.q().params());
  learner.apply(estimate);
  auto other = start;
  other.step(b);
  CHECK(learner.q().params() == other.q().params());
  CHECK(learner.q().params() != start.q().params());
}
