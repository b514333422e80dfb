#include "variate/distributions/mixture.hpp"

#include "distributions/family_checks.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/conditional.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/distributions/product.hpp"
#include "variate/estimators/reinforce.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using Normals = Mixture<Normal<>>;
using Choices = Mixture<Categorical<>>;

Normals random_normals(Index k, Index d, Index batch, Rng& rng) {
  std::vector<Normal<>> parts;
  for (Index i = 0; i < k; ++i) parts.push_back(Normal<>::from_theta(0.7 * normals<double>(rng, 2 * d, batch)));
  return Normals(normals<double>(rng, k, batch), parts);
}
Choices random_choices(Index k, Index batch, Rng& rng) {
  std::vector<Categorical<>> parts;
  for (Index i = 0; i < k; ++i) parts.emplace_back(normals<double>(rng, 6, batch), 3);
  return Choices(normals<double>(rng, k, batch), parts);
}
}  // namespace

static_assert(Family<Normals> && Scoreable<Normals> && Linked<Normals> && !Reparameterizable<Normals> && !HasEntropy<Normals>);
static_assert(DifferentiableIntegrand<Normals, double> && !Enumerable<Normals>);
static_assert(Enumerable<Choices> && !DifferentiableIntegrand<Choices, double>);
static_assert(Family<Mixture<Product<Normal<>, Gamma<>>>>);

TEST_CASE("Mixture: density, responsibilities, moments and cdf by hand", "[distributions]") {
  // 0.75 N(0, 1) + 0.25 N(2, 0.5^2)
  const Mixture q(Vector<double>{{std::log(3.0), 0}}, std::vector<Normal<>>{{Vector<double>{{0}}, Vector<double>{{1}}},
                                                                            {Vector<double>{{2}}, Vector<double>{{0.5}}}});
  const auto density = [](double x, double m, double s) {
    return std::exp(-0.5 * (x - m) * (x - m) / (s * s)) / (s * std::sqrt(2 * 3.14159265358979323846));
  };
  const Batch<double> x{{-1.5, 0, 1.2, 2.1}};
  const Row<double> value = q.log_prob(x);
  const Batch<double> r = q.responsibilities(x), log_r = q.log_responsibilities(x);
  for (Index c = 0; c < 4; ++c) {
    const double a = 0.75 * density(x(0, c), 0, 1), b = 0.25 * density(x(0, c), 2, 0.5);
    CHECK(value(c) == Approx(std::log(a + b)).epsilon(1e-14));
    CHECK(r(0, c) == Approx(a / (a + b)).epsilon(1e-13));
    CHECK(std::exp(log_r(1, c)) == Approx(b / (a + b)).epsilon(1e-13));
    const double f =
        0.75 * 0.5 * std::erfc(-x(0, c) / std::sqrt(2.0)) + 0.25 * 0.5 * std::erfc(-(x(0, c) - 2) / (0.5 * std::sqrt(2.0)));
    CHECK(q.cdf(x)(0, c) == Approx(f).epsilon(1e-13));
  }
  CHECK(q.mean()(0, 0) == Approx(0.5).epsilon(1e-14));
  CHECK(q.variance()(0, 0) == Approx(0.75 * 1.25 + 0.25 * (0.25 + 2.25)).epsilon(1e-14));
  CHECK(q.stddev()(0, 0) == std::sqrt(q.variance()(0, 0)));
  CHECK(q.weights()(0, 0) == Approx(0.75).epsilon(1e-15));
  CHECK(q.log_weights()(1, 0) == Approx(std::log(0.25)).epsilon(1e-15));
  // Far out, where every component's density underflows.
  const Batch<double> far{{60, -60}};
  CHECK(q.log_prob(far)(0) == Approx(std::log(0.75) - 1800 - 0.91893853320467274).epsilon(1e-14));
  CHECK(q.responsibilities(far)(0, 0) == 1);
}

TEST_CASE("Mixture: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{3, 1, 5}, Shape{2, 3, 1}, Shape{2, 3, 4}}) {
    const Normals q = random_normals(3, shape.d, shape.batch, rng);
    check_score(q, q.sample(rng, shape.samples), rng);
    const Choices r = random_choices(2, shape.batch, rng);
    check_score(r, r.sample(rng, shape.samples), rng);
  }
  const Mixture q(std::vector<MultivariateNormal<>>{MultivariateNormal<>::standard(2),
                                                    MultivariateNormal<>::from_theta(normals<double>(rng, 5, 1))});
  check_score(q, q.sample(rng, 6), rng);
}

TEST_CASE("Mixture: many data points are each alone", "[distributions]") {
  Rng rng(2);
  const Normals q = random_normals(3, 2, 4, rng);
  const Batch<double> x = q.sample(rng, 3);
  for (Index b = 0; b < 4; ++b) {
    std::vector<Normal<>> parts;
    for (Index k = 0; k < 3; ++k) parts.push_back(Normal<>::from_theta(q.component(k).theta().col(b)));
    const Normals alone(Batch<double>(q.theta().col(b).head(3)), parts);
    CHECK((alone.theta() - q.theta().col(b)).cwiseAbs().maxCoeff() == 0);
    for (Index s = 0; s < 3; ++s) CHECK(alone.log_prob(x.col(s * 4 + b))(0) == Approx(q.log_prob(x)(s * 4 + b)).epsilon(1e-13));
    CHECK((alone.mean() - q.mean().col(b)).cwiseAbs().maxCoeff() < 1e-14);
    CHECK((alone.variance() - q.variance().col(b)).cwiseAbs().maxCoeff() < 1e-14);
  }
}

TEST_CASE("Mixture: samples have its moments and its classes' probabilities", "[distributions][statistical]") {
  Rng rng(3);
  CHECK(worst_moment_z(random_normals(3, 2, 1, rng), 50000, rng) < 4.5);
  CHECK(worst_moment_z(random_normals(2, 1, 3, rng), 30000, rng) < 4.5);
  const Choices q = random_choices(3, 1, rng);
  const Batch<double> points = q.support();
  const Row<double> p = q.log_prob(points).array().exp().matrix();
  CHECK(p.sum() == Approx(1).epsilon(1e-13));
  const Index n = 20000;
  const Batch<double> x = q.sample(rng, n);
  double chi = 0;
  for (Index c = 0; c < points.cols(); ++c) {
    const double seen =
        static_cast<double>(((x.colwise() - Vector<double>(points.col(c))).cwiseAbs().colwise().sum().array() == 0).count());
    const double want = p(c) * static_cast<double>(n);
    chi += (seen - want) * (seen - want) / want;
  }
  CHECK(chi < 30);  // 8 degrees of freedom: above 30 once in 5000
}

TEST_CASE("Mixture with one component that cannot have the point", "[distributions]") {
  const Mixture q(std::vector<Gamma<>>(2, Gamma<>::from_theta(Batch<double>::Ones(2, 1))));
  const Batch<double> x{{-1, 2}};
  const auto e = q.evaluate(x);
  CHECK(e.value(0) == -std::numeric_limits<double>::infinity());
  CHECK(e.responsibilities().col(0).cwiseAbs().maxCoeff() == 0);
  Batch<double> g;
  CHECK(e.pullback(Row<double>{{1, 0}}, g).cwiseAbs().maxCoeff() == 0);
  CHECK(g.cwiseAbs().maxCoeff() == 0);
  CHECK(e.value(1) == Approx(q.component(0).log_prob(x)(1)).epsilon(1e-14));
}

TEST_CASE("Mixture: the score estimator agrees with the sum over classes", "[distributions][statistical]") {
  Rng rng(4);
  const Choices q = random_choices(2, 1, rng);
  const auto f = [](const Batch<double>& x) { return Row<double>((x.row(0).array() + 0.5).square() - x.row(1).array()); };
  const Batch<double> points = q.support();
  const auto exact = [&](const Vector<double>& v) { return moved(q, v).log_prob(points).array().exp().matrix().dot(f(points)); };
  const int runs = 500;
  Batch<double> g(q.params().size(), runs);
  for (int r = 0; r < runs; ++r) g.col(r) = Reinforce<LeaveOneOut>{}(q, f, rng, 20).q;
  const Vector<double> mean = g.rowwise().mean();
  const Vector<double> error = ((g.colwise() - mean).rowwise().squaredNorm() / (runs * (runs - 1.0))).cwiseSqrt();
  const Vector<double> at = q.params();
  for (Index i = 0; i < at.size(); ++i) {
    Vector<double> up = at, down = at;
    up(i) += 1e-5;
    down(i) -= 1e-5;
    CHECK(std::abs(mean(i) - (exact(up) - exact(down)) / 2e-5) < 4.5 * error(i) + 1e-8);
  }
}

TEST_CASE("Mixture: float agrees with double", "[distributions]") {
  Rng rng(5);
  const Normals q = random_normals(3, 2, 2, rng);
  std::vector<Normal<float>> parts;
  for (Index k = 0; k < 3; ++k) parts.push_back(Normal<float>::from_theta(q.component(k).theta().cast<float>()));
  const Mixture<Normal<float>> f(q.theta().topRows(3).cast<float>(), parts);
  const Batch<double> x = q.sample(rng, 3);
  const Batch<float> xf = x.cast<float>();
  CHECK((f.log_prob(xf).cast<double>() - q.log_prob(x)).cwiseAbs().maxCoeff() < 1e-4);
  const Batch<double> score = q.evaluate(x).theta_pullback(Row<double>::Ones(6));
  CHECK((f.evaluate(xf).theta_pullback(Row<float>::Ones(6)).cast<double>() - score).cwiseAbs().maxCoeff() <
        1e-4 * (1 + score.cwiseAbs().maxCoeff()));
}

TEST_CASE("Mixture behind a link: a mixture density network", "[distributions]") {
  // theta = weights of one layer without a bias times the inputs
  struct Layer {
    Batch<double> x;
    Vector<double> pullback(const Batch<double>& g) const { return detail::flattened<double>(g * x.transpose()); }
    const Batch<double>& inputs() const { return x; }
  };
  Rng rng(7);
  const Batch<double> inputs = normals<double>(rng, 2, 5);
  const Vector<double> params = normals<double>(rng, 2 * 10, 1);
  const auto at = [&](const Vector<double>& v) {
    const Batch<double> theta = Eigen::Map<const Batch<double>>(v.data(), 10, 2) * inputs;
    return Bound(
        Normals(theta.topRows(2), {Normal<>::from_theta(theta.middleRows(2, 4)), Normal<>::from_theta(theta.bottomRows(4))}),
        Layer{inputs});
  };
  const auto q = at(params);
  static_assert(Scoreable<std::remove_cvref_t<decltype(q)>> && Linked<std::remove_cvref_t<decltype(q)>>);
  const Batch<double> x = q.sample(rng, 3);
  const Row<double> w = normals<double>(rng, 1, 15);
  CHECK(gradient_error(q.evaluate(x).pullback(w), params, [&](const Vector<double>& v) { return at(v).log_prob(x).dot(w); }) <
        gradient_tolerance);
}

TEST_CASE("Mixture: what is refused, and how", "[distributions]") {
  const Normal<> one = Normal<>::standard(1), two = Normal<>::standard(2);
  CHECK(message_of<InvalidArgument>([] { Normals(std::vector<Normal<>>()); }) ==
        "Mixture: number of components is 0, expected at least 1");
  CHECK(message_of<ShapeError>([&] { Normals({one, two}); }) == "Mixture: event size of component 1 is 2, expected 1");
  CHECK(message_of<ShapeError>([&] { Normals({one, Normal<>::from_theta(Batch<double>::Zero(2, 3))}); }) ==
        "Mixture: data points of component 1 is 3, expected 1");
  CHECK(says(message_of<ShapeError>([&] { Normals(Batch<double>::Zero(3, 1), {one, one}); }), "rows of logits is 3, expected 2"));
  CHECK(says(message_of<ShapeError>([&] { Normals(Batch<double>::Zero(2, 2), {one, one}); }),
             "columns of logits is 2, expected 1"));
  CHECK(says(message_of<InvalidArgument>([&] { Normals(Batch<double>::Constant(2, 1, INFINITY), {one, one}); }),
             "logits(0) is inf"));
  const Categorical<> a(Batch<double>::Zero(2, 1)), b(Batch<double>::Zero(3, 1));
  CHECK(message_of<InvalidArgument>([&] { Choices({a, b}).support(); }) ==
        "Mixture: component 1 has another support than component 0, expected the same");
  Rng rng(6);
  Normals q = random_normals(2, 2, 2, rng);
  const Vector<double> before = q.params();
  CHECK(message_of<InvalidArgument>([&] { q.sample(rng, 0); }) == "Mixture: number of samples is 0, expected at least 1");
  CHECK(says(message_of<ShapeError>([&] { q.log_prob(Batch<double>::Zero(3, 2)); }), "Mixture: rows of x is 3, expected 2"));
  CHECK(says(message_of<ShapeError>([&] { q.log_prob(Batch<double>::Zero(2, 3)); }), "Mixture: columns of x is 3"));
  CHECK(says(message_of<ShapeError>([&] { q.set_params(Vector<double>::Zero(3)); }), "Mixture: size of params is 3"));
  Vector<double> bad = before;
  bad(5) = NAN;
  CHECK(says(message_of<InvalidArgument>([&] { q.set_params(bad); }), "is nan, expected a finite number"));
  CHECK(q.params() == before);
}
