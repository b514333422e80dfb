#include "variate/diagnostics/pareto_k.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "support/catch.hpp"
#include "variate/diagnostics/effective_sample_size.hpp"

using namespace variate;

namespace {
using variate_tests::infinity;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double log_sum_exp(const Vector<double>& x) { return x.maxCoeff() + std::log((x.array() - x.maxCoeff()).exp().sum()); }

Vector<double> normals(Index n, double sd, unsigned seed) {
  std::mt19937_64 rng{seed};
  std::normal_distribution<double> normal(0.0, sd);
  Vector<double> x(n);
  for (Index i = 0; i < n; ++i) x(i) = normal(rng);
  return x;
}
}  // namespace

TEST_CASE("k-hat and smoothed weights agree with ArviZ", "[diagnostics]") {
  std::ifstream file(VARIATE_TEST_DATA "/posteriordb/khat_cases.json");
  REQUIRE(file.good());
  const auto cases = nlohmann::json::parse(file).at("cases");
  REQUIRE(cases.size() >= 9);
  for (const auto& one : cases) {
    INFO(one.at("name").get<std::string>());
    const auto ratios = one.at("log_ratios").get<std::vector<double>>();
    const Vector<double> x = Eigen::Map<const Vector<double>>(ratios.data(), static_cast<Index>(ratios.size()));
    const ParetoSmoothed smoothed = pareto_smooth(x);
    const double k = one.at("khat").get<double>();
    CHECK(smoothed.k == Approx(k).margin(1e-8).epsilon(0));
    CHECK(smoothed.tail == one.at("tail_length").get<Index>());
    CHECK(smoothed.dropped == 0);
    CHECK(log_sum_exp(smoothed.log_weights) == Approx(0.0).margin(1e-13));
    CHECK(weights_effective_sample_size(smoothed.log_weights) ==
          Approx(one.at("ess_of_smoothed_weights").get<double>()).epsilon(1e-8));
    Vector<double> sorted = smoothed.log_weights;
    std::sort(sorted.begin(), sorted.end());
    const auto largest = one.at("largest_smoothed_log_weights").get<std::vector<double>>();
    for (std::size_t i = 0; i < largest.size(); ++i)
      CHECK(sorted(sorted.size() - static_cast<Index>(largest.size() - i)) == Approx(largest[i]).epsilon(1e-8));
    CHECK(pareto_k(x.cast<float>()) == Approx(k).margin(1e-3));
  }
}

TEST_CASE("k-hat does not care for constants or order", "[diagnostics]") {
  const Vector<double> x = normals(1000, 1.5, 1);
  const ParetoSmoothed plain = pareto_smooth(x);
  const ParetoSmoothed shifted = pareto_smooth(Vector<double>(x.array() + 1e4));
  CHECK(shifted.k == Approx(plain.k).margin(1e-8));
  const ParetoSmoothed backwards = pareto_smooth(Vector<double>(x.reverse()));
  CHECK(backwards.k == Approx(plain.k).margin(1e-12));
  CHECK((backwards.log_weights.reverse() - plain.log_weights).norm() < 1e-10);
  CHECK(plain.kept == 1000);
  CHECK(plain.threshold() == Approx(1 - 1.0 / 3.0));
}

TEST_CASE("The fit recovers exact quantiles of Pareto tails", "[diagnostics]") {
  for (const double k : {-0.4, 0.0, 0.3, 0.9}) {
    const Index n = 4000;
    Vector<double> x(n);
    for (Index i = 0; i < n; ++i) {
      const double log_survival = std::log1p(-(static_cast<double>(i) + 0.5) / static_cast<double>(n));
      x(i) = 2.0 * (k == 0 ? -log_survival : std::expm1(-k * log_survival) / k);
    }
    const ParetoFit fit = fit_pareto_tail(x);
    INFO("k = " << k);
    CHECK(fit.k == Approx((4000 * k + 5) / 4010).margin(0.01));  // with the ten prior observations at 1/2
    CHECK(fit.sigma == Approx(2.0).epsilon(0.01));
  }
}

TEST_CASE("Too few draws in the tail: nothing can be said", "[diagnostics]") {
  CHECK(pareto_k(normals(24, 1, 3)) < infinity);  // ceil(24 / 5) = 5 in the tail
  for (const Index n : {20, 5, 2, 1}) {
    const ParetoSmoothed few = pareto_smooth(normals(n, 1, 4));
    CHECK(few.k == infinity);
    CHECK_FALSE(few.reliable());
    CHECK(log_sum_exp(few.log_weights) == Approx(0.0).margin(1e-14));
  }
  const ParetoSmoothed none = pareto_smooth(Vector<double>(0));
  CHECK(none.k == infinity);
  CHECK(none.kept == 0);
  CHECK_FALSE(none.reliable());
}

TEST_CASE("One ratio that drowns all others leaves no tail", "[diagnostics]") {
  Vector<double> x = normals(1000, 1, 5);
  x(17) = 2000;
  const ParetoSmoothed one = pareto_smooth(x);
  CHECK(one.k == infinity);
  CHECK(one.log_weights(17) == Approx(0.0).margin(1e-14));
}

TEST_CASE("Constant ratios need no repair", "[diagnostics]") {
  const ParetoSmoothed constant = pareto_smooth(Row<double>::Constant(100, -3.5));
  CHECK(constant.k == -infinity);
  CHECK(constant.reliable());
  CHECK(constant.log_weights(42) == Approx(-std::log(100.0)));
  const ParetoSmoothed rounding = pareto_smooth(Vector<double>(normals(500, 1e-13, 6).array() + 700));
  CHECK(rounding.k == -infinity);
  CHECK(weights_effective_sample_size(rounding.log_weights) == Approx(500.0));
}

TEST_CASE("Ratios with few distinct values are smoothed or declined, never NaN", "[diagnostics]") {
  Vector<double> two(200);
  for (Index i = 0; i < 200; ++i) two(i) = i % 2 == 0 ? 0.0 : 1.0;
  const ParetoSmoothed halves = pareto_smooth(two);  // the top value fills more than the tail: nothing lies above the cutoff
  CHECK(halves.k == infinity);
  CHECK(halves.tail == 0);
  CHECK(log_sum_exp(halves.log_weights) == Approx(0.0).margin(1e-13));
  for (Index i = 0; i < 200; ++i) two(i) = i < 180 ? 0.0 : 1.0;  // a tail of equal excesses
  const ParetoSmoothed top = pareto_smooth(two);
  CHECK_FALSE(std::isnan(top.k));
  CHECK(top.log_weights.allFinite());
}

TEST_CASE("Bad ratios are left out and counted; zero weights stay", "[diagnostics]") {
  const Vector<double> good = normals(400, 1, 8);
  Vector<double> x(404);
  x << good, not_a_number, infinity, -infinity, not_a_number;
  const ParetoSmoothed smoothed = pareto_smooth(x);
  CHECK(smoothed.dropped == 3);
  CHECK(smoothed.kept == 401);
  CHECK(smoothed.k == Approx(pareto_k(good)).margin(0.05));
  for (const Index i : {400, 401, 402, 403}) CHECK(smoothed.log_weights(i) == -infinity);
  CHECK(log_sum_exp(smoothed.log_weights) == Approx(0.0).margin(1e-13));

  Vector<double> zeros = Vector<double>::Constant(1000, -infinity);
  zeros.head(3) << 0, 1, 2;
  CHECK(pareto_k(zeros) == infinity);
  const ParetoSmoothed nothing = pareto_smooth(Vector<double>::Constant(50, -infinity));
  CHECK(nothing.k == infinity);
  CHECK(nothing.log_weights(3) == -infinity);
  CHECK(pareto_smooth(Vector<double>::Constant(50, not_a_number)).dropped == 50);
}
