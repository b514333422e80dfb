#include "variate/distributions/gaussian_mixture.hpp"

#include <limits>

#include "distributions/family_checks.hpp"
#include "distributions/gaussian_mixtures.hpp"
#include "support/fixtures.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using Full = GaussianMixture<>;
using Diagonal = GaussianMixture<Normal<>>;
}  // namespace

static_assert(Family<Full> && Reparameterizable<Full> && Linked<Full> && DifferentiableIntegrand<Full, double>);
static_assert(Family<Diagonal> && Reparameterizable<Diagonal> && !HasEntropy<Diagonal>);

TEST_CASE("GaussianMixture against mpmath", "[fixtures][distributions]") {
  const auto file = fixture("distributions/gaussianmixture.json");
  REQUIRE(!file.at("cases").empty());
  for (const auto& one : file.at("cases")) {
    const auto& params = one.at("params");
    std::vector<MultivariateNormal<>> parts;
    for (std::size_t k = 0; k < params.at("locs").size(); ++k)
      parts.emplace_back(Vector<double>(matrix(params.at("locs").at(k))), matrix(params.at("scale_trils").at(k)));
    const Full q(matrix(params.at("logits")), parts);
    const Index d = q.event_size();
    INFO("d " << d << " components " << q.components());
    for (const auto& point : one.at("points")) {
      const Batch<double> x = matrix(point.at("x"));
      const auto all = q.curvature(x);
      Batch<double> dx, slope;
      const auto e = q.evaluate(x);
      e.pullback(Row<double>::Ones(1), slope);
      // Entries are sums of parts as large as the largest: 1e-12 of that. Responsibilities are differences of log densities.
      const double size = 1 + std::abs(number(point.at("log_prob")));
      const auto close = [&](const Batch<double>& got, const Batch<double>& want) {
        return (got - want).cwiseAbs().maxCoeff() <= 1e-12 * (1 + want.cwiseAbs().maxCoeff());
      };
      CHECK(relative_error(e.value(0), number(point.at("log_prob"))) < 1e-12);
      CHECK(relative_error(q.value_and_gradient(x, dx)(0), number(point.at("log_prob"))) < 1e-12);
      CHECK(relative_error(all.value(0), number(point.at("log_prob"))) < 1e-12);
      CHECK(close(slope, matrix(point.at("d_x"))));
      CHECK(close(dx, matrix(point.at("d_x"))));
      CHECK(close(all.gradient, matrix(point.at("d_x"))));
      const Batch<double> r = q.log_responsibilities(x), want = matrix(point.at("log_responsibilities"));
      for (Index k = 0; k < q.components(); ++k)
        CHECK(std::abs(r(k, 0) - want(k, 0)) < 1e-14 * size + 1e-12 * std::abs(want(k, 0)));
      CHECK(close(Eigen::Map<const Batch<double>>(all.hessian.data(), d, d), matrix(point.at("hessian_x_torch"))));
    }
  }
}

TEMPLATE_TEST_CASE("GaussianMixture: gradient and Hessian are those of its values", "[distributions]", MultivariateNormal<>,
                   Normal<>) {
  Rng rng(1);
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{3, 1, 70}, Shape{2, 3, 2}}) {
    const auto q = random_mixture<TestType>(3, shape.d, shape.batch, rng);
    const Batch<double> x = q.sample(rng, shape.samples);
    if (shape.samples < 10) check_score(q, x, rng);
    const auto all = q.curvature(x);
    Batch<double> dx;
    CHECK((q.value_and_gradient(x, dx) - q.log_prob(x)).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((all.value - q.log_prob(x)).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((all.gradient - dx).cwiseAbs().maxCoeff() < 1e-12 * (1 + dx.cwiseAbs().maxCoeff()));
    Batch<double> slope;
    q.evaluate(x).pullback(Row<double>::Ones(x.cols()), slope);
    CHECK((slope - dx).cwiseAbs().maxCoeff() < 1e-12 * (1 + dx.cwiseAbs().maxCoeff()));
    const double h = 1e-5;
    for (Index j = 0; j < shape.d; ++j) {
      Batch<double> up = x, down = x, at_up, at_down;
      up.row(j).array() += h;
      down.row(j).array() -= h;
      q.value_and_gradient(up, at_up);
      q.value_and_gradient(down, at_down);
      for (Index i = 0; i < shape.d; ++i) {
        const Row<double> got = all.hessian.row(i * shape.d + j), want = (at_up.row(i) - at_down.row(i)) / (2 * h);
        CHECK((got - want).cwiseAbs().maxCoeff() < 1e-7 * (1 + got.cwiseAbs().maxCoeff()));
        CHECK(got == all.hessian.row(j * shape.d + i));
      }
    }
  }
}

TEST_CASE("GaussianMixture: samples have its moments", "[distributions][statistical]") {
  Rng rng(7);
  CHECK(worst_moment_z(random_mixture<MultivariateNormal<>>(3, 3, 1, rng), 50000, rng) < 4.5);
  CHECK(worst_moment_z(random_mixture<Normal<>>(2, 2, 3, rng), 20000, rng) < 4.5);
}

TEST_CASE("GaussianMixture: draws far apart stay finite, float agrees with double", "[distributions]") {
  Rng rng(8);
  const Diagonal q(std::vector<Normal<>>{{Vector<double>{{-1e4, 0}}, Vector<double>{{1e-3, 1}}},
                                         {Vector<double>{{1e4, 0}}, Vector<double>{{1e3, 1e-3}}}});
  const auto draw = q.rsample(rng, 200);
  CHECK(draw.pullback(Batch<double>::Ones(2, 200)).allFinite());
  const auto p = random_mixture<MultivariateNormal<>>(2, 3, 2, rng);
  std::vector<MultivariateNormal<float>> parts;
  for (Index k = 0; k < 2; ++k) parts.push_back(MultivariateNormal<float>::from_theta(p.component(k).theta().cast<float>()));
  const GaussianMixture<MultivariateNormal<float>> f(p.theta().topRows(2).cast<float>(), parts);
  const Batch<double> x = p.sample(rng, 4), g = normals<double>(rng, 3, 8);
  const Batch<double> want = p.implicit_pullback(x, g), hessian = p.curvature(x).hessian;
  CHECK((f.implicit_pullback(x.cast<float>(), g.cast<float>()).cast<double>() - want).cwiseAbs().maxCoeff() <
        1e-3 * (1 + want.cwiseAbs().maxCoeff()));
  CHECK((f.curvature(x.cast<float>()).hessian.cast<double>() - hessian).cwiseAbs().maxCoeff() <
        1e-3 * (1 + hessian.cwiseAbs().maxCoeff()));
}

TEST_CASE("GaussianMixture: what is refused, and how", "[distributions]") {
  Rng rng(9);
  const auto q = random_mixture<Normal<>>(2, 2, 2, rng);
  Batch<double> g;
  CHECK(says(message_of<ShapeError>([&] { q.curvature(Batch<double>::Zero(3, 2)); }),
             "GaussianMixture: rows of x is 3, expected 2"));
  CHECK(says(message_of<ShapeError>([&] { q.value_and_gradient(Batch<double>::Zero(2, 3), g); }), "columns of x is 3"));
  CHECK(says(message_of<InvalidArgument>([&] { q.rsample(rng, 0); }), "number of samples is 0"));
  const auto draw = q.rsample(rng, 1);
  CHECK(says(message_of<ShapeError>([&] { draw.pullback(Batch<double>::Zero(1, 2)); }),
             "GaussianMixture: rows of G is 1, expected 2"));
}
