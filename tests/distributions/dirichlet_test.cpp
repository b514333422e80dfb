#include "variate/distributions/dirichlet.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "math/table.hpp"
#include "support/fixtures.hpp"
#include "support/statistics.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/math/incomplete_beta.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using variate_tests::infinity;

Batch<double> column(std::initializer_list<double> values) {
  return Eigen::Map<const Batch<double>>(values.begin(), static_cast<Index>(values.size()), 1);
}
Dirichlet<> of(std::initializer_list<double> a) { return Dirichlet<>(column(a)); }
Batch<double> logits(const Batch<double>& x) {
  return x.unaryExpr([](double v) { return std::log(v) - std::log1p(-v); });
}
/// J(i, j) = dx_i/da_j.
Batch<double> jacobian(const Dirichlet<>& q, const Batch<double>& x) {
  const Index k = x.rows();
  Batch<double> all(k, k);
  for (Index i = 0; i < k; ++i) {
    Batch<double> g = Batch<double>::Zero(k, 1);
    g(i, 0) = 1;
    all.row(i) = (q.path_pullback(x, logits(x), g).array() / q.concentration().array()).matrix().transpose();
  }
  return all;
}
Dirichlet<> random_one(Index k, Index batch, Rng& rng) {
  return Dirichlet<>::from_theta((0.5 + 0.5 * normals<double>(rng, k, batch).array()).matrix());
}
/// Points of the same simplex, moved by d.
double along(const Dirichlet<>& q, const Batch<double>& x, const Batch<double>& d, const Row<double>& w) {
  return q.log_prob(x + d).dot(w);
}
}  // namespace

TEST_CASE("Dirichlet against mpmath", "[fixtures][distributions]") {
  const auto recorded = fixture("distributions/dirichlet.json");
  REQUIRE(recorded.at("cases").size() > 0);
  for (const auto& item : recorded.at("cases")) {
    INFO(item.at("params").dump());
    const Dirichlet<> q(matrix(item.at("params").at("concentration")));
    CHECK(relative_error(q.entropy()(0), number(item.at("entropy"))) < 1e-12);
    CHECK(worst_relative_error(q.mean(), matrix(item.at("mean"))) < 1e-12);
    CHECK(worst_relative_error(q.covariance(), matrix(item.at("covariance"))) < 1e-12);
    CHECK((q.covariance().diagonal() - q.variance()).cwiseAbs().maxCoeff() == 0);
    for (const auto& point : item.at("points")) {
      const Batch<double> x = matrix(point.at("x"));
      INFO(x.transpose());
      const auto e = q.evaluate(x);
      Batch<double> slope;
      const Vector<double> score = e.pullback(Row<double>::Ones(1), slope);
      // x is known to some ulp of 1: its smallest coordinates times (a - 1)/x in the logarithm
      const double floor = 1e-14 + 1e-16 * (q.concentration().array() / x.array()).abs().maxCoeff();
      CHECK(relative_error(e.value(0), number(point.at("log_prob")), floor) < 1e-12);
      CHECK(worst_relative_error(slope, matrix(point.at("d_x"))) < 1e-12);
      CHECK(worst_relative_error((score.array() / q.concentration().array()).matrix(), matrix(point.at("d_concentration"))) <
            1e-12);
      CHECK(worst_relative_error(jacobian(q, x), matrix(point.at("dx_dconc_beta_form")), 0) < 1e-10);
    }
  }
}

TEST_CASE("Dirichlet: implicit Jacobians for concentrations from 1e-3 to 1e6 against mpmath at 50 digits", "[distributions]") {
  const auto rows = read_table("dirichlet.csv", "a1,a2,a3,x1,x2,x3,j11,j12,j13,j21,j22,j23,j31,j32,j33");
  REQUIRE(rows.size() > 12);
  for (const auto& r : rows) {
    INFO("a " << r[0] << " " << r[1] << " " << r[2] << " x " << r[3] << " " << r[4] << " " << r[5]);
    const Eigen::Map<const Batch<double>> a(r.data(), 3, 1), x(r.data() + 3, 3, 1), want(r.data() + 6, 3, 3);
    CHECK(worst_relative_error(jacobian(Dirichlet<>(Batch<double>(a)), x), want, 0) < 1e-10);
  }
}

TEST_CASE("Dirichlet: gradients and data points", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : shapes) {
    const Index k = shape.d + 1;
    INFO("k " << k << " B " << shape.batch << " S " << shape.samples);
    const Dirichlet<> q = random_one(k, shape.batch, rng);
    const Batch<double> x = q.sample(rng, shape.samples);
    CHECK((x.colwise().sum().array() - 1).abs().maxCoeff() < 1e-14);
    const Row<double> w = normals<double>(rng, 1, x.cols());
    const auto e = q.evaluate(x);
    Batch<double> slope;
    const Vector<double> g = e.pullback(w, slope);
    CHECK(Row<double>(e.value) == q.log_prob(x));
    CHECK(g == e.pullback(w));
    CHECK(q.link_pullback(e.theta_pullback(w)) == g);
    CHECK(gradient_error(g, q.params(), [&](const Vector<double>& v) { return moved(q, v).log_prob(x).dot(w); }) <
          gradient_tolerance);
    // Within the simplex: each column along a direction of its own that keeps the sum.
    Batch<double> d = normals<double>(rng, k, x.cols()).cwiseProduct(x);
    for (Index c = 0; c < d.cols(); ++c) d.col(c) = 1e-5 * (d.col(c) - d.col(c).sum() * x.col(c));
    const double rise = along(q, x, d, w) - along(q, x, -d, w), want = 2 * slope.cwiseProduct(d).sum();
    CHECK(std::abs(rise - want) < 1e-12 + 1e-7 * std::abs(want));
    check_entropy(q, rng);
    check_by_point(q, x, rng, [](Batch<double> t) { return Dirichlet<>::from_theta(std::move(t)); });
  }
}

TEST_CASE("Dirichlet: draws move as their marginals do, and have the law's moments", "[distributions][statistical]") {
  Rng rng(2);
  const Dirichlet<> q = random_one(4, 3, rng);
  CHECK(worst_moment_z(q, 20000, rng) < 4.5);
  const auto draw = q.rsample(rng, 5);
  Rng again(2);
  const Dirichlet<> same = random_one(4, 3, again);
  CHECK(same.sample(again, 20000).cols() == 60000);
  CHECK(same.sample(again, 5) == draw.value);
  CHECK((draw.logits - logits(draw.value)).cwiseAbs().maxCoeff() < 1e-9);
  // The gradient of E sum_i c_i x_i^2 by theta is known: E x_i^2 = m_i (a_i + 1)/(total + 1).
  const Index n = 8000;
  const Vector<double> a = q.concentration().col(0), c = (Vector<double>(4) << 1, -2, 0.5, 3).finished();
  const Dirichlet<> many(Batch<double>(a.replicate(1, n)));
  const auto value = [&](const Vector<double>& theta) {
    const Vector<double> v = theta.array().exp();
    const double total = v.sum();
    return (c.array() * v.array() * (v.array() + 1)).sum() / (total * (total + 1));
  };
  const auto many_draw = many.rsample(rng, 1);
  const Batch<double> each = many_draw.theta_pullback(2 * c.asDiagonal() * many_draw.value);
  Vector<double> gradient = each.rowwise().mean();
  for (Index j = 0; j < 4; ++j) {
    Vector<double> up = a.array().log(), down = up;
    up(j) += 1e-5;
    down(j) -= 1e-5;
    const double spread = std::sqrt((each.row(j).array() - gradient(j)).square().mean() / static_cast<double>(n));
    CHECK(std::abs(gradient(j) - (value(up) - value(down)) / 2e-5) < 4.5 * spread);
  }
  // The first of two coordinates is a beta number.
  const Dirichlet<> pair = of({0.4, 1.7});
  const auto two = pair.rsample(rng, 4000);
  std::vector<double> u;
  for (Index i = 0; i < 4000; ++i) u.push_back(math::beta_cdf(0.4, 1.7, two.logits(0, i)));
  CHECK(kolmogorov_smirnov_p(u, [](double v) { return v; }) > 1e-3);
}

TEMPLATE_TEST_CASE("Dirichlet in the corners: tiny concentrations", "[distributions]", float, double) {
  using T = TestType;
  Rng rng(3);
  for (const double size : {1e-3, 1e-5, 1e-30}) {
    const Dirichlet<T> q(Batch<T>::Constant(5, 1, static_cast<T>(size)));
    const auto draw = q.rsample(rng, 200);
    CHECK(draw.value.allFinite());
    CHECK((draw.value.colwise().sum().array() - 1).abs().maxCoeff() < 4 * std::numeric_limits<T>::epsilon());
    CHECK(draw.value.colwise().maxCoeff().minCoeff() > T(0.3));
    CHECK(draw.pullback(Batch<T>::Random(5, 200)).allFinite());
    CHECK_FALSE(q.log_prob(draw.value).hasNaN());
    const Row<T> w = Row<T>::Ones(200);
    CHECK(q.evaluate(draw.value).pullback(w).allFinite());
    CHECK(std::isfinite(q.entropy()(0)));
  }
  const Dirichlet<T> large(Batch<T>::Constant(3, 1, T(1e6)));
  const Batch<T> x = large.sample(rng, 200);
  CHECK((x.array() - T(1) / 3).abs().maxCoeff() < T(2e-3));
}

TEST_CASE("Dirichlet: float is double to float's precision", "[distributions]") {
  Rng rng(4);
  const Batch<double> theta = normals<double>(rng, 5, 3).cast<float>().cast<double>();
  const Dirichlet<> q = Dirichlet<>::from_theta(theta);
  const Dirichlet<float> f = Dirichlet<float>::from_theta(theta.cast<float>());
  const Batch<float> xf = f.sample(rng, 4);
  const Batch<double> x = xf.cast<double>();
  const auto close = [](const auto& a, const auto& b) {
    return (a - b).cwiseAbs().maxCoeff() < 1e-4 * (1 + b.cwiseAbs().maxCoeff());
  };
  CHECK(close(f.log_prob(xf).cast<double>(), q.log_prob(x)));
  const Row<double> w = normals<double>(rng, 1, 12);
  CHECK(close(f.evaluate(xf).theta_pullback(w.cast<float>()).cast<double>(), q.evaluate(x).theta_pullback(w)));
  CHECK(close(f.mean().cast<double>(), q.mean()));
  CHECK(close(f.variance().cast<double>(), q.variance()));
  CHECK(close(f.entropy().cast<double>(), q.entropy()));
}

TEST_CASE("Dirichlet at its edges", "[distributions]") {
  const Dirichlet<> q = of({0.5, 1, 3});
  const auto at = [&](std::initializer_list<double> x) { return q.log_prob(column(x))(0); };
  CHECK(at({0, 0.5, 0.5}) == infinity);
  CHECK(std::isfinite(at({0.5, 0, 0.5})));
  CHECK(at({0.5, 0, 0.5}) == Approx(at({0.5, 1e-18, 0.5})).epsilon(1e-14));
  CHECK(at({0.5, 0.5, 0}) == -infinity);
  CHECK(at({0, 1, 0}) == -infinity);
  CHECK(at({-0.1, 0.6, 0.5}) == -infinity);
  CHECK(at({0.4, 0.4, 0.4}) == -infinity);
  CHECK(at({infinity, 0.4, 0.4}) == -infinity);
  CHECK(std::isnan(at({NAN, 0.5, 0.5})));
  for (const Batch<double>& x : {column({0, 0.5, 0.5}), column({0.5, 0.5, 0}), column({-0.1, 0.6, 0.5}), column({2, 1, 1})}) {
    Batch<double> slope;
    const auto e = q.evaluate(x);
    const Vector<double> score = e.pullback(Row<double>::Ones(1), slope);
    CHECK(score.allFinite());
    CHECK(slope.allFinite());
    if (e.value(0) == -infinity) CHECK(score.cwiseAbs().sum() + slope.cwiseAbs().sum() == 0);
  }
  CHECK((of({3, 2, 4}).mode() - column({2.0 / 6, 1.0 / 6, 3.0 / 6})).cwiseAbs().maxCoeff() < 1e-15);
  CHECK(of({3, 0.5, 2}).mode()(1, 0) == 0);
  CHECK(of({1, 1}).mode()(0, 0) == 0.5);
  CHECK(of({0.5, 0.2}).mode()(0, 0) == 1);
}

TEST_CASE("Dirichlet: divergence", "[distributions]") {
  const auto file = fixture("distributions/kl.json");
  for (const auto& pair : file.at("pairs"))
    if (pair.at("q").at("distribution") == "Dirichlet" && pair.at("p").at("distribution") == "Dirichlet") {
      const Dirichlet<> p(matrix(pair.at("q").at("concentration"))), q(matrix(pair.at("p").at("concentration")));
      CHECK(relative_error(kl(p, q)(0), number(pair.at("kl_q_p"))) < 1e-12);
    }
  Rng rng(5);
  for (const auto& [m, n] : {std::pair<Index, Index>{3, 3}, {3, 1}, {1, 3}}) {
    const Dirichlet<> p = random_one(4, m, rng), q = random_one(4, n, rng);
    const Row<double> w = normals<double>(rng, 1, 3);
    CHECK((kl(p, q).array() > 0).all());
    CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
          gradient_tolerance);
    CHECK(kl(p, p).cwiseAbs().maxCoeff() == 0);
  }
  const Dirichlet<> p = random_one(4, 2, rng), q = random_one(4, 2, rng);
  const auto estimate = kl_monte_carlo(p, q, rng, 20000);
  CHECK(((estimate.value - kl(p, q)).array().abs() < 4.5 * estimate.standard_error.array()).all());
  CHECK(kl(of({1e6, 2e6}), of({1e6, 2e6 + 1}))(0) > 0);
}

TEST_CASE("Dirichlet: what is refused, and how", "[distributions]") {
  CHECK(message_of<DomainError>([] { of({1, 0}); }) == "Dirichlet: concentration(1) is 0, expected a positive finite number");
  CHECK(says(message_of<InvalidArgument>([] { of({1}); }), "rows of concentration is 1, expected at least 2"));
  CHECK(says(message_of<InvalidArgument>([] { Dirichlet<>::from_theta(Batch<double>::Zero(3, 0)); }), "columns of theta is 0"));
  CHECK(
      says(message_of<InvalidArgument>([] { Dirichlet<>::from_theta(Batch<double>::Constant(3, 1, NAN)); }), "theta(0) is nan"));
  check_bad_calls(of({1, 2, 3}), "Dirichlet");
}
