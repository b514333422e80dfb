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

TEST_CASE("a step sees a batch of the data, drawn with replacement", "[inference]") {
  // a rule whose value is the mean of the one row of what it is shown
  struct Mean {
    variate::Estimate<double> operator()(const variate::Normal<double>& q, const Quadratic&, const Batch<double>& x,
                                         variate::Rng&) const {
      CHECK(x.rows() == 2);
      CHECK((x.row(1) - 2 * x.row(0)).norm() == 0);
      return {.value = x.row(0).mean(), .q = Vector<double>::Zero(q.params().size()), .f = {}, .own = {}, .evaluations = x.cols()};
    }
  };
  Batch<double> data(2, 4);
  data << 1, 2, 3, 4, 2, 4, 6, 8;
  const auto q = variate::Normal<double>::standard(1);
  const auto learner = [&](variate::Index batch) {
    return variate::Learner(q, Quadratic{}, Mean{}, variate::Sgd<double>({.rate = 0.1}), variate::NoOptimizer{}, data, batch);
  };
  variate::Rng rng(1);
  CHECK(learner(0).estimate(rng).value == 2.5);
  CHECK(learner(6).estimate(rng).evaluations == 6);
  double sum = 0;
  bool different = false;
  for (int i = 0; i < 2000; ++i) {
    const double value = learner(2).estimate(rng).value;
    sum += value / 2000;
    different = different || value != 2.5;
  }
  CHECK(different);
  CHECK(std::abs(sum - 2.5) < 4.5 * std::sqrt(1.25 / 2 / 2000));  // by chance once in 150 000
  CHECK_THROWS_AS(learner(-1), variate::InvalidArgument);
  CHECK_THROWS_AS(variate::Learner(q, Quadratic{}, variate::ElboRule<>{}, variate::Sgd<double>({.rate = 0.1}),
                                   variate::NoOptimizer{}, Batch<double>(), 2),
                  variate::InvalidArgument);
}
