#include "variate/distributions/chi2.hpp"

#include <cmath>
#include <limits>

#include "distributions/sampler_checks.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Chi2 against mpmath", "[fixtures][distributions]") {
  check_fixture(
      "chi2.json", 2, {{"df"}}, [](const auto& p) { return Chi2<>(one(number(p.at("df")))); },
      [](const Chi2<>& q, double x) {
        using V = detail::Packet<double>;
        return path_of(q, detail::GammaCore<double>::position(V(q.df()(0, 0) / 2), V(x / 2))[0], x);
      });
}

TEST_CASE("Chi2: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : shapes) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const Chi2<> q = Chi2<>::from_theta(0.7 * normals<double>(rng, shape.d, shape.batch));
    check_score(q, (0.3 * q.sample(rng, shape.samples)).array() + 0.5, rng);
    check_entropy(q, rng);
    const auto draw = q.rsample(rng, shape.samples);
    const Batch<double> p = q.cdf(draw.value), g = (p.array() > 1e-4).cast<double>();  // below, differences of quantiles are rounding
    CHECK(gradient_error(draw.pullback(g), q.params(), [&](const Vector<double>& v) { return moved(q, v).icdf(p).cwiseProduct(g).sum(); }) <
          gradient_tolerance);
  }
}

TEST_CASE("Chi2: many data points, moments, law, divergence", "[distributions][statistical]") {
  Rng rng(2);
  const Chi2<> q = Chi2<>::from_theta(normals<double>(rng, 3, 5));
  check_by_point(q, q.sample(rng, 3), rng, [](Batch<double> theta) { return Chi2<>::from_theta(std::move(theta)); });
  CHECK(worst_moment_z(q, 20000, rng) < 4.5);
  for (const double df : {0.2, 1.0, 7.5, 1e5}) CHECK(sampler_p(Chi2<>(one(df)), 5000, rng) > 1e-3);
  CHECK(sampler_p(Chi2<float>(Batch<float>::Constant(1, 1, 3.0f)), 5000, rng) > 1e-3);
  CHECK(path_z(Chi2<>(many(3, 20000)), rng, [](double x) { return 2 * x; }, {3.0 * (2 * 3 + 2)}) < 4.5);  // E x^2 = df (df + 2)
  const Chi2<> p = Chi2<>::from_theta(normals<double>(rng, 3, 5));
  const Row<double> w = normals<double>(rng, 1, 5);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
}

TEST_CASE("Chi2: edges, and what is refused", "[distributions]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Chi2 q(Vector<double>(Vector<double>::Constant(1, 3.0)));
  CHECK(std::abs(q.df()(0, 0) - 3) < 1e-14);
  CHECK(std::abs(q.mode()(0, 0) - 1) < 1e-14);
  CHECK(q.log_prob(one(-1.0))(0) == -infinity);
  CHECK(q.score(one(-1.0), Row<double>::Ones(1))(0) == 0);
  CHECK(message_of<DomainError>([] { Chi2(Vector<double>(Vector<double>::Constant(2, -1.0))); }) ==
        "Chi2: df(0) is -1, expected a positive finite number");
  check_bad_calls(Chi2<>(Batch<double>::Ones(2, 1)), "Chi2");
}
