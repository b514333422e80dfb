#include "variate/inference/elbo_report.hpp"

#include <cmath>
#include <numbers>

#include "support/catch.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

namespace {

/// log N(x | 0, sd^2), normalised.
auto normal_target(double sd) {
  return [sd](const Batch<double>& x) -> Row<double> {
    return -0.5 * (x.row(0).array() / sd).square() - std::log(sd) - 0.5 * std::log(2 * std::numbers::pi);
  };
}

}  // namespace

TEST_CASE("the report knows minus the divergence, its error and the tail of the ratios", "[inference][statistical]") {
  const auto q = variate::Normal<double>::standard(1);
  variate::Rng rng(1);
  // q wider than the target: ratios are bounded
  const auto narrow = variate::report_elbo(q, normal_target(0.5), rng, 20000);
  const double kl = std::log(0.5) + 0.5 * 4 - 0.5;
  CHECK(std::abs(narrow.elbo + kl) < 4.5 * narrow.error);
  // var(log p - log q) = var(1.5 x^2) = 2 * 1.5^2
  CHECK(narrow.error == Approx(std::sqrt(4.5 / 20000)).epsilon(0.05));
  CHECK(narrow.pareto_k < 0.3);
  // E[w]^2 / E[w^2] with w = 2 exp(-1.5 x^2): sqrt(7)/4
  CHECK(narrow.effective_sample_size / 20000 == Approx(std::sqrt(7.0) / 4).epsilon(0.03));
  CHECK(narrow.dropped == 0);
  CHECK(narrow.draws == 20000);
  // q far narrower than the target: the ratios grow like exp(0.48 x^2), shape 1 - 1/25
  const auto wide = variate::report_elbo(q, normal_target(5), rng, 20000);
  CHECK(wide.pareto_k > 0.7);
}

TEST_CASE("draws without a finite ratio are counted, not averaged", "[inference]") {
  const auto q = variate::Normal<double>::standard(1);
  const auto half = [](const Batch<double>& x) {
    Row<double> v = -0.5 * x.row(0).array().square();
    for (Index c = 0; c < x.cols(); ++c)
      if (x(0, c) < 0) v(c) = c % 2 == 0 ? -INFINITY : NAN;
    return v;
  };
  const variate::Rng rng(2);
  const auto report = variate::report_elbo(q, half, rng, 5000);
  CHECK(report.dropped > 2300);
  CHECK(report.dropped < 2700);
  CHECK(report.elbo == Approx(0.5 * std::log(2 * std::numbers::pi)));
  CHECK(report.effective_sample_size == Approx(5000 - report.dropped));
  const auto none = variate::report_elbo(q, [](const Batch<double>& x) -> Row<double> { return x.row(0) * NAN; }, rng, 10);
  CHECK(std::isnan(none.elbo));
  CHECK(none.dropped == 10);
  CHECK(none.pareto_k == INFINITY);
}

TEST_CASE("ratios come from streams of their own, chunk by chunk", "[inference]") {
  const auto q = variate::Normal<double>::standard(1);
  const variate::Rng rng(3);
  const auto all = variate::log_ratios(q, normal_target(2), rng, 10, 4);
  const auto again = variate::log_ratios(q, normal_target(2), rng, 8, 4);
  CHECK(all.head(8) == again);
  CHECK_THROWS_AS(variate::log_ratios(q, normal_target(2), rng, 0), variate::InvalidArgument);
  CHECK_THROWS_AS(variate::log_ratios(q, normal_target(2), rng, 1, 0), variate::InvalidArgument);
}
