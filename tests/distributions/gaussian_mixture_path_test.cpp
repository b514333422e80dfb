#include "distributions/family_checks.hpp"
#include "distributions/gaussian_mixtures.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/gaussian_mixture.hpp"
#include "variate/estimators/pathwise.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using Full = GaussianMixture<>;

/// F_i(x_i | x_1 .. x_{i-1}) from the definition, one point, one data point.
template <class D>
Vector<double> conditional_cdfs(const GaussianMixture<D>& q, const Vector<double>& x) {
  const Index d = x.size();
  Vector<double> f(d), log_weight = q.log_weights().col(0);
  std::vector<Batch<double>> factors;
  std::vector<Vector<double>> z;
  for (Index k = 0; k < q.components(); ++k) {
    if constexpr (std::is_same_v<D, Normal<>>) factors.push_back(Batch<double>(q.component(k).scale().col(0).asDiagonal()));
    else factors.push_back(q.component(k).scale_tril());
    z.push_back(factors.back().template triangularView<Eigen::Lower>().solve(x - Vector<double>(q.component(k).loc().col(0))));
  }
  for (Index i = 0; i < d; ++i) {
    const Vector<double> r = (log_weight.array() - log_weight.maxCoeff()).exp().matrix();
    f(i) = 0;
    for (Index k = 0; k < q.components(); ++k) {
      const double z_i = z[static_cast<std::size_t>(k)](i);
      f(i) += r(k) / r.sum() * 0.5 * std::erfc(-z_i / std::sqrt(2.0));
      log_weight(k) -= 0.5 * z_i * z_i + std::log(factors[static_cast<std::size_t>(k)](i, i));
    }
  }
  return f;
}

/// -((dF/dx)^-1 dF/dtheta)^T g by central differences.
template <class D>
Vector<double> implicit_by_differences(const GaussianMixture<D>& q, const Vector<double>& x, const Vector<double>& g) {
  const double h = 1e-5;
  const Index d = x.size();
  Batch<double> by_x(d, d);
  for (Index i = 0; i < d; ++i) {
    const Vector<double> e = h * Vector<double>::Unit(d, i);
    by_x.col(i) = (conditional_cdfs(q, x + e) - conditional_cdfs(q, x - e)) / (2 * h);
  }
  const Vector<double> lambda = Eigen::MatrixXd(by_x.transpose()).template triangularView<Eigen::Upper>().solve(g);
  const Vector<double> at = q.params();
  Vector<double> gradient(at.size());
  for (Index i = 0; i < at.size(); ++i) {
    const Vector<double> e = h * Vector<double>::Unit(at.size(), i);
    gradient(i) = -lambda.dot(conditional_cdfs(moved(q, at + e), x) - conditional_cdfs(moved(q, at - e), x)) / (2 * h);
  }
  return gradient;
}

/// Largest |z| of Pathwise against the derivative of `exact(params)`, by many small runs.
template <class Q, class F, class G>
double worst_pathwise_z(const Q& q, const F& f, G exact, int runs, Rng& rng) {
  const Vector<double> at = q.params();
  Batch<double> g(at.size(), runs);
  for (int r = 0; r < runs; ++r) g.col(r) = Pathwise{}(q, f, rng, 50).q;
  const Vector<double> mean = g.rowwise().mean();
  const Vector<double> error = ((g.colwise() - mean).rowwise().squaredNorm() / (runs * (runs - 1.0))).cwiseSqrt();
  double worst = 0;
  for (Index i = 0; i < at.size(); ++i) {
    const Vector<double> e = 1e-4 * Vector<double>::Unit(at.size(), i);
    worst = std::max(worst, std::abs(mean(i) - (exact(at + e) - exact(at - e)) / 2e-4) / (error(i) + 1e-7));
  }
  return worst;
}
}  // namespace

TEMPLATE_TEST_CASE("GaussianMixture: the implicit derivative, draw by draw", "[distributions]", MultivariateNormal<>, Normal<>) {
  Rng rng(2);
  for (const Index d : {1, 2, 4}) {
    const auto q = random_mixture<TestType>(3, d, 1, rng);
    const auto draw = q.rsample(rng, 5);
    const Batch<double> g = normals<double>(rng, d, 5);
    Vector<double> total = Vector<double>::Zero(q.params().size());
    for (Index c = 0; c < 5; ++c) total += implicit_by_differences(q, draw.value.col(c), g.col(c));
    const Vector<double> got = draw.pullback(g);
    INFO("d " << d);
    CHECK((got - total).cwiseAbs().maxCoeff() < 1e-7 * (1 + got.cwiseAbs().maxCoeff()));
    CHECK(q.link_pullback(draw.theta_pullback(g)) == got);
  }
  // One data point after the other, and more columns than one block.
  const auto q = random_mixture<TestType>(2, 2, 3, rng);
  const auto draw = q.rsample(rng, 70);
  const Batch<double> g = normals<double>(rng, 2, 210), together = draw.theta_pullback(g);
  for (Index b = 0; b < 3; ++b) {
    std::vector<TestType> parts;
    for (Index k = 0; k < 2; ++k) parts.push_back(TestType::from_theta(q.component(k).theta().col(b)));
    const GaussianMixture<TestType> alone(q.theta().col(b).head(2), parts);
    Vector<double> sum = Vector<double>::Zero(together.rows());
    for (Index s = 0; s < 70; ++s) sum += alone.implicit_pullback(draw.value.col(3 * s + b), g.col(3 * s + b)).col(0);
    CHECK((sum - together.col(b)).cwiseAbs().maxCoeff() < 1e-11 * (1 + sum.cwiseAbs().maxCoeff()));
  }
}

TEST_CASE("GaussianMixture in one dimension: -(dF/dtheta)/f of every draw", "[distributions]") {
  Rng rng(3);
  const auto q = random_mixture<Normal<>>(3, 1, 1, rng);
  for (const double at : {-6.0, -0.3, 0.1, 1.0, 5.0}) {
    const Batch<double> x{{at}}, one{{1}};
    const double density = std::exp(q.log_prob(x)(0));
    const Batch<double> got = q.implicit_pullback(x, one), r = q.responsibilities(x), w = q.weights(), cdf = q.cdf(x);
    for (Index k = 0; k < 3; ++k) {
      const double part = q.component(k).cdf(x)(0, 0), z = (at - q.component(k).loc()(0, 0)) / q.component(k).scale()(0, 0);
      CHECK(relative_error(got(3 + 2 * k, 0), r(k, 0)) < 1e-13);
      CHECK(relative_error(got(4 + 2 * k, 0), r(k, 0) * z * q.component(k).scale()(0, 0)) < 1e-13);
      if (at < 0) CHECK(std::abs(got(k, 0) + w(k, 0) * (part - cdf(0, 0)) / density) < 1e-11 * (1 + std::abs(got(k, 0))));
    }
    const auto full = [&] {
      std::vector<MultivariateNormal<>> parts;
      for (Index k = 0; k < 3; ++k) parts.push_back(MultivariateNormal<>::from_theta(q.component(k).theta()));
      return Full(q.theta().topRows(3), parts);
    }();
    CHECK((full.implicit_pullback(x, one) - got).cwiseAbs().maxCoeff() < 1e-13 * (1 + got.cwiseAbs().maxCoeff()));
  }
}

TEST_CASE("GaussianMixture with one component is its normal, path and all", "[distributions]") {
  Rng rng(4);
  const auto q = random_mixture<MultivariateNormal<>>(1, 3, 1, rng);
  const auto draw = q.rsample(rng, 6);
  const Batch<double> g = normals<double>(rng, 3, 6);
  // x = loc + L e with e from x itself
  Batch<double> e = draw.value;
  e.colwise() -= Vector<double>(q.component(0).loc().col(0));
  const Batch<double> l = q.component(0).scale_tril();
  l.triangularView<Eigen::Lower>().solveInPlace(e);
  const Batch<double> product = g * e.transpose();
  const Vector<double> got = draw.pullback(g);
  CHECK(got(0) == 0);
  for (Index i = 0, at = 4; i < 3; ++i) {
    CHECK(got(1 + i) == Approx(g.row(i).sum()).epsilon(1e-12));
    for (Index j = 0; j <= i; ++j, ++at) CHECK(got(at) == Approx(product(i, j) * (i == j ? l(i, i) : 1)).epsilon(1e-11));
  }
}

TEMPLATE_TEST_CASE("GaussianMixture: pathwise gradients of a quadratic in 3 dimensions", "[distributions][statistical]",
                   MultivariateNormal<>, Normal<>) {
  Rng rng(5);
  const auto q = random_mixture<TestType>(3, 3, 1, rng);
  struct Quadratic {
    Batch<double> a;
    Vector<double> c;
    Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
      const Batch<double> off = x.colwise() - c;
      g = 2 * a * off;
      return 0.5 * g.cwiseProduct(off).colwise().sum();
    }
  };
  const Batch<double> root = normals<double>(rng, 3, 3);
  const Quadratic f{root * root.transpose(), normals<double>(rng, 3, 1)};
  const auto exact = [&](const Vector<double>& v) {
    const auto p = moved(q, v);
    double sum = 0;
    for (Index k = 0; k < 3; ++k) {
      const Vector<double> off = Vector<double>(p.component(k).loc().col(0)) - f.c;
      Batch<double> covariance;
      if constexpr (std::is_same_v<TestType, Normal<>>) covariance = Batch<double>(p.component(k).variance().col(0).asDiagonal());
      else covariance = p.component(k).covariance();
      sum += p.weights()(k, 0) * (off.dot(f.a * off) + f.a.cwiseProduct(covariance).sum());
    }
    return sum;
  };
  CHECK(worst_pathwise_z(q, f, exact, 800, rng) < 4.5);
}

TEMPLATE_TEST_CASE("GaussianMixture: pathwise gradients of a wave in 2 dimensions", "[distributions][statistical]",
                   MultivariateNormal<>, Normal<>) {
  Rng rng(6);
  const auto q = random_mixture<TestType>(2, 2, 1, rng);
  struct Wave {
    Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
      const auto a = x.row(0).array(), b = x.row(1).array();
      g.resize(2, x.cols());
      g.row(0) = ((a + 0.5 * b).cos() * b.sin()).matrix();
      g.row(1) = (0.5 * (a + 0.5 * b).cos() * b.sin() + (a + 0.5 * b).sin() * b.cos()).matrix();
      return ((a + 0.5 * b).sin() * b.sin()).matrix();
    }
  };
  // The trapezoid rule in each component's own coordinates: steps of 1/4 are exact to rounding for what is this smooth.
  Batch<double> z(2, 65 * 65);
  Row<double> weight(65 * 65);
  for (Index i = 0; i < 65; ++i)
    for (Index j = 0; j < 65; ++j) {
      const double u = 0.25 * static_cast<double>(i - 32), v = 0.25 * static_cast<double>(j - 32);
      z(0, 65 * i + j) = u;
      z(1, 65 * i + j) = v;
      weight(65 * i + j) = 0.0625 * std::exp(-0.5 * (u * u + v * v)) / (2 * 3.14159265358979323846);
    }
  const auto exact = [&](const Vector<double>& params) {
    const auto p = moved(q, params);
    double sum = 0;
    for (Index k = 0; k < 2; ++k) {
      Batch<double> l, g;
      if constexpr (std::is_same_v<TestType, Normal<>>) l = Batch<double>(p.component(k).scale().col(0).asDiagonal());
      else l = p.component(k).scale_tril();
      const Batch<double> x = (l * z).colwise() + Vector<double>(p.component(k).loc().col(0));
      sum += p.weights()(k, 0) * Wave{}.value_and_gradient(x, g).dot(weight);
    }
    return sum;
  };
  CHECK(worst_pathwise_z(q, Wave{}, exact, 800, rng) < 4.5);
}
