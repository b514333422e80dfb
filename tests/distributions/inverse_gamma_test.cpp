#include "variate/distributions/inverse_gamma.hpp"

#include <cmath>
#include <limits>

#include "distributions/sampler_checks.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
InverseGamma<> random_one(Index d, Index batch, Rng& rng) {
  Batch<double> theta = 0.5 * normals<double>(rng, 2 * d, batch);
  theta.topRows(d).array() += 2.5;
  return InverseGamma<>::from_theta(theta);
}
}  // namespace

TEST_CASE("InverseGamma against mpmath", "[fixtures][distributions]") {
  check_fixture(
      "inversegamma.json", 3, {{"concentration"}, {"scale"}},
      [](const auto& p) { return InverseGamma<>(one(number(p.at("concentration"))), one(number(p.at("scale")))); },
      [](const InverseGamma<>& q, double x) {
        using V = detail::Packet<double>;
        return path_of(q, detail::GammaCore<double>::position(V(q.concentration()(0, 0)), V(q.scale()(0, 0) / x))[0], x);
      });
}

TEST_CASE("InverseGamma: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : shapes) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const InverseGamma<> q = random_one(shape.d, shape.batch, rng);
    check_score(q, q.sample(rng, shape.samples).array() + 0.5, rng);
    check_entropy(q, rng);
    const auto draw = q.rsample(rng, shape.samples);
    const Batch<double> p = q.cdf(draw.value), g = normals<double>(rng, shape.d, draw.value.cols());
    CHECK(gradient_error(draw.pullback(g), q.params(), [&](const Vector<double>& v) { return moved(q, v).icdf(p).cwiseProduct(g).sum(); }) <
          gradient_tolerance);
  }
}

TEST_CASE("InverseGamma: many data points, moments, law, divergence", "[distributions][statistical]") {
  Rng rng(2);
  const InverseGamma<> q = random_one(3, 5, rng);
  check_by_point(q, q.sample(rng, 3), rng, [](Batch<double> theta) { return InverseGamma<>::from_theta(std::move(theta)); });
  CHECK(worst_moment_z(InverseGamma<>(many(12, 2), many(3, 2)), 20000, rng) < 4.5);
  for (const double a : {0.2, 1.0, 7.5, 1e5}) CHECK(sampler_p(InverseGamma<>(one(a), one(2)), 5000, rng) > 1e-3);
  CHECK(sampler_p(InverseGamma<float>(Batch<float>::Constant(1, 1, 3.0f), Batch<float>::Constant(1, 1, 2.0f)), 5000, rng) > 1e-3);
  // E x = s / (a - 1): by log a -a s/(a - 1)^2, by log s itself
  CHECK(path_z(InverseGamma<>(many(5, 20000), many(2, 20000)), rng, [](double) { return 1.0; }, {-5 * 2 / 16.0, 0.5}) < 4.5);
  const InverseGamma<> p = random_one(3, 5, rng);
  const Row<double> w = normals<double>(rng, 1, 5);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        10 * gradient_tolerance);  // of divergences up to 100
  const InverseGamma<> a(one(4), one(1)), b(one(3), one(2));
  const auto sampled = kl_monte_carlo(a, b, rng, 20000);
  CHECK(std::abs(sampled.value(0) - kl(a, b)(0)) < 4.5 * sampled.standard_error(0));
}

TEST_CASE("InverseGamma: edges, and what is refused", "[distributions]") {
  const InverseGamma<> q(one(3), one(2));
  for (const double x : {-1.0, 0.0, infinity, 1e-320}) {
    INFO("x " << x);
    const Batch<double> at = one(x);
    CHECK(q.log_prob(at)(0) == -infinity);
    Batch<double> slope;
    CHECK(q.evaluate(at).pullback(Row<double>::Ones(1), slope).cwiseAbs().maxCoeff() == 0);
    CHECK(slope(0, 0) == 0);
  }
  CHECK(std::isnan(q.log_prob(one(std::nan("")))(0)));
  CHECK(q.cdf(one(-1.0))(0, 0) == 0);
  CHECK(q.cdf(one(0.0))(0, 0) == 0);
  CHECK(q.cdf(one(infinity))(0, 0) == 1);
  CHECK(q.log_cdf(one(0.0))(0, 0) == -infinity);
  CHECK(q.icdf(one(0.0))(0, 0) == 0);
  CHECK(q.icdf(one(1.0))(0, 0) == infinity);
  CHECK(std::abs(q.mode()(0, 0) - 0.5) < 1e-15);
  CHECK(InverseGamma<>(one(1), one(1)).mean()(0, 0) == infinity);
  CHECK(InverseGamma<>(one(2), one(1)).variance()(0, 0) == infinity);
  CHECK(message_of<DomainError>([] { InverseGamma<>(one(1), one(-2)); }) ==
        "InverseGamma: scale(0) is -2, expected a positive finite number");
  check_bad_calls(InverseGamma<>(Batch<double>::Ones(2, 1), Batch<double>::Ones(2, 1)), "InverseGamma");
}
