#include "variate/estimators/rsvi.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/moments.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("the slopes of Marsaglia and Tsang's proposal against the recorded numbers", "[fixtures][estimators]") {
  std::map<std::string, double> worst;
  const auto rows = fixture("estimators/grep.json").at("rsvi_gamma");
  REQUIRE(rows.size() > 0);
  for (const auto& row : rows) {
    const double a = number(row.at("concentration")), e = number(row.at("eps")), z = number(row.at("z"));
    const auto slopes = detail::MarsagliaTsang(a).at(std::log(z));
    for (const auto& [name, want] : row.items()) {
      if (name == "concentration" || name == "eps") continue;
      double got = 0;
      if (name == "z") got = (a - 1.0 / 3) * std::pow(1 + e / std::sqrt(9 * a - 3), 3);
      else if (name == "dz_dalpha") got = z * slopes.log_z;
      else if (name == "dlogq_plus_logjac_dalpha") got = slopes.correction;
      else FAIL("unknown field " << name);
      worst[name] = std::max(worst[name], relative_error(got, number(want), 1e-12));
    }
  }
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < 1e-10);
  }
}

TEST_CASE("RSVI: the correction has mean 0 and the gradient is unbiased, by quadrature", "[estimators]") {
  for (const double a : {1.0, 1.6, 7.0, 300.0}) {
    const detail::MarsagliaTsang sampler(a);
    double correction = 0, mean = 0, tail = 0;
    const double step = 0.002;
    for (double l = -40; l < 8; l += step) {
      const double weight = step * std::exp(a * l - std::exp(l) - std::lgamma(a));
      const auto s = sampler.at(l);
      correction += weight * s.correction;
      mean += weight * (std::exp(l) * s.log_z + std::exp(l) * s.correction);  // f = z
      tail += weight * (s.log_z + l * s.correction);                         // f = log z
    }
    CHECK(correction == Approx(0).margin(1e-10));
    CHECK(mean == Approx(1));
    CHECK(tail == Approx(math::trigamma(a)));
  }
}

TEST_CASE("RSVI: unbiased for every augmentation, data points, what is dropped and refused", "[estimators][statistical]") {
  const double a = 0.8, r = 1.6, a1 = 3.0, r1 = 0.5;
  const Gamma<> q(Batch<double>{{a, a1}}, Batch<double>{{r, r1}});  // one coordinate, two data points
  const auto f = differentiable([](const auto& x) { return 2.0 + sum(square(x)) - sum(log(x)); });
  const auto by_a = [](double shape, double rate) {
    return 0.5 * shape * ((2 * shape + 1) / (rate * rate) - math::trigamma(shape));
  };
  const auto by_rate = [](double shape, double rate) { return 0.5 * (-2 * shape * (shape + 1) / (rate * rate) + 1); };
  const Vector<double> exact{{by_a(a, r), by_a(a1, r1), by_rate(a, r), by_rate(a1, r1)}};
  Rng rng(7);
  const auto moments_of = [&](const auto& estimator, Index n) {
    Moments moments;
    for (int i = 0; i < 5000; ++i) moments.add(estimator(q, f, rng, n).q);
    return moments;
  };
  double before = 1e300;
  for (const Index raise : {1, 4}) {
    const Moments m = moments_of(Rsvi<>{.augmentation = raise}, 1);
    CHECK(m.worst_z(exact) < 4.5);
    CHECK(m.variance()(1) < before);
    before = m.variance()(1);
  }
  CHECK(moments_of(Rsvi<LeaveOneOut>{.augmentation = 2}, 3).worst_z(exact) < 4.5);

  const auto root = differentiable([](const auto& x) { return sum(sqrt(8.0 - x)); });
  const auto dropped = Rsvi<>{}(q, root, rng, 60);
  CHECK(dropped.finite());
  CHECK(dropped.dropped > 0);
  CHECK(Rsvi<>{.augmentation = 8}(Gamma<>(Vector<double>{{1e6, 0.2}}, Vector<double>{{1e-3, 1e3}}), f, rng, 5).finite());
  CHECK_THROWS_AS(Rsvi<>{.augmentation = 0}(q, f, rng, 1), DomainError);
  CHECK_THROWS_AS(Rsvi<>{.augmentation = -1}(q, f, rng, 1), InvalidArgument);
  CHECK_THROWS_AS(Rsvi<>{}(q, f, rng, 0), InvalidArgument);
  CHECK_THROWS_AS(Rsvi<LeaveOneOut>{}(q, f, rng, 1), InvalidArgument);
  const auto squared = differentiable([](const auto& x) { return sum(square(x)); });
  const auto single = Rsvi<>{.augmentation = 0}(Gamma<float>(Vector<float>{{2.0F}}, Vector<float>{{1.0F}}), squared, rng, 4);
  CHECK(single.finite());
  static_assert(!Rsvi<>::accepts<int, decltype(squared)>);
}
