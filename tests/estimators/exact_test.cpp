#include "variate/estimators/exact.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

TEST_CASE("Exact sums a Bernoulli's expectation and gradient", "[estimators]") {
  const Vector<double> logits{{0.4, -1.1}};
  const variate::Bernoulli<double> q(logits);
  const auto f = [](const Batch<double>& x) -> Row<double> {
    return 2 * x.row(0).array() - x.row(1).array() + 5 * x.row(0).array() * x.row(1).array();
  };
  variate::Rng rng(1);
  const auto estimate = variate::Exact{}(q, f, rng, 0);
  const double a = 1 / (1 + std::exp(-0.4)), b = 1 / (1 + std::exp(1.1));
  CHECK(estimate.value == Approx(2 * a - b + 5 * a * b).epsilon(1e-14));
  CHECK(estimate.q(0) == Approx((2 + 5 * b) * a * (1 - a)).epsilon(1e-14));
  CHECK(estimate.q(1) == Approx((-1 + 5 * a) * b * (1 - b)).epsilon(1e-14));
  CHECK(estimate.evaluations == 4);
}

TEST_CASE("Exact on a Categorical agrees with finite differences", "[estimators]") {
  variate::Categorical<double> q(Vector<double>{{0.1, -0.4, 1.2, 0.3, 0.0, -2.0}}, 3);  // two variables of three classes
  const auto f = [](const Batch<double>& x) -> Row<double> { return (x.row(0).array() - 1.3).square() * (x.row(1).array() + 0.2); };
  variate::Rng rng(1);
  const auto estimate = variate::Exact{}(q, f, rng, 0);
  const Vector<double> at = q.params();
  for (Index i = 0; i < at.size(); ++i) {
    const double h = 1e-5;
    Vector<double> moved = at;
    moved(i) += h;
    q.set_params(moved);
    const double up = variate::Exact{}(q, f, rng, 0).value;
    moved(i) -= 2 * h;
    q.set_params(moved);
    const double down = variate::Exact{}(q, f, rng, 0).value;
    CHECK(estimate.q(i) == Approx((up - down) / (2 * h)).epsilon(1e-8).margin(1e-10));
  }
}

TEST_CASE("Exact never asks for the value of an impossible point", "[estimators]") {
  const variate::Bernoulli<double> q(Vector<double>{{800.0, 0.0}});  // the first is 1 for sure
  const auto f = [](const Batch<double>& x) {
    Row<double> v(x.cols());
    for (Index c = 0; c < x.cols(); ++c) v(c) = x(0, c) == 0 ? NAN : 3 + x(1, c);
    return v;
  };
  variate::Rng rng(1);
  const auto estimate = variate::Exact{}(q, f, rng, 0);
  CHECK(estimate.finite());
  CHECK(estimate.value == Approx(3.5));
  CHECK(estimate.q(1) == Approx(0.25));
}

TEST_CASE("a possible point without a finite value makes Exact's estimate not finite", "[estimators]") {
  const variate::Bernoulli<double> q(Vector<double>{{0.0}});
  const auto f = [](const Batch<double>& x) -> Row<double> { return Row<double>::Constant(x.cols(), NAN); };
  variate::Rng rng(1);
  CHECK_FALSE(variate::Exact{}(q, f, rng, 0).finite());
}
