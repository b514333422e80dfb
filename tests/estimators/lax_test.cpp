#include "variate/estimators/lax.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/product.hpp"
#include "variate/distributions/conditional.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// w . tanh(A z + b), three units of two numbers.
struct Net {
  auto operator()(const auto& z, const auto& theta) const {
    return reshape(theta, 0, 1, 3) * tanh(reshape(theta, 3, 3, 2) * z + reshape(theta, 9, 3, 1));
  }
};
template <class T = double>
auto net(double scale = 1) {
  Rng rng(2);
  return differentiable(Net{}, Vector<T>(static_cast<T>(scale) * normals<T>(rng, 12, 1)));
}
/// A cost with a jump.
template <class T>
Row<T> cost(const Batch<T>& z) {
  Row<T> v = z.row(0).array().square() + z.row(0).array() * z.row(1).array();
  for (Index c = 0; c < z.cols(); ++c) v(c) += z(1, c) > T(0.4) ? T(2) : T(0);
  return v;
}
const auto f = [](const Batch<double>& z) { return cost(z); };
Normal<double> gaussian() { return Normal<double>(Vector<double>{{0.5, -0.2}}, Vector<double>{{0.8, 1.3}}); }
}  // namespace

TEST_CASE("LAX draw by draw, and the slope of its square by the surrogate", "[estimators]") {
  const auto q = gaussian();
  const Batch<double> noise{{0.3, -1.2, 0.7}, {1.1, 0.2, -0.6}};
  const auto c = net();
  const Vector<double> mu{{0.5, -0.2}}, sigma{{0.8, 1.3}};
  const auto of_draw = [&](const auto& surrogate, Index s) {
    const Vector<double> z = mu + sigma.cwiseProduct(noise.col(s));
    const auto at = surrogate.evaluate(Batch<double>(z));
    Batch<double> slope;
    at.pullback(Row<double>::Ones(1), slope);
    Vector<double> g(4);
    for (Index i = 0; i < 2; ++i) {
      const double e = noise(i, s), rest = cost(Batch<double>(z))(0) - at.value(0);
      g(i) = rest * e / sigma(i) + slope(i, 0);
      g(2 + i) = rest * (e * e - 1) + slope(i, 0) * sigma(i) * e;
    }
    return g;
  };
  Recorded<double> rng({noise});
  const auto e = Lax(c)(q, f, rng, 3);
  Vector<double> want = Vector<double>::Zero(4), slopes = Vector<double>::Zero(12);
  for (Index s = 0; s < 3; ++s) {
    want += of_draw(c, s) / 3;
    for (Index i = 0; i < 12; ++i)
      for (const double step : {1e-5, -1e-5}) {
        auto moved = c;
        Vector<double> theta = c.params();
        theta(i) += step;
        moved.set_params(theta);
        slopes(i) += of_draw(moved, s).squaredNorm() / (6 * step);
      }
  }
  CHECK((e.q - want).cwiseAbs().maxCoeff() < 1e-13);
  CHECK((e.own - slopes).cwiseAbs().maxCoeff() < 1e-7);
  CHECK(e.evaluations == 3);
}

TEST_CASE("LAX is unbiased, by quadrature", "[estimators]") {
  // E[z^2 y + sin 2z]: the trapezoidal rule is exact to rounding
  const auto smooth = [](const Batch<double>& z) -> Row<double> {
    return z.row(0).array().square() * z.row(1).array() + (2 * z.row(0).array()).sin();
  };
  const auto q = gaussian();
  const double m = 0.5, s = 0.8, y = -0.2, wave = std::exp(-2 * s * s);
  const Vector<double> exact{
      {2 * m * y + 2 * std::cos(2 * m) * wave, m * m + s * s, 2 * s * s * y - 4 * s * s * std::sin(2 * m) * wave, 0}};
  const Lax lax(net());
  Vector<double> mean = Vector<double>::Zero(4);
  const double step = 0.2;
  for (double a = -8; a < 8.1; a += step)
    for (double b = -8; b < 8.1; b += step) {
      Recorded<double> rng({Batch<double>{{a}, {b}}});
      mean += step * step * std::exp(-(a * a + b * b) / 2) / (2 * M_PI) * lax(q, smooth, rng, 1).q;
    }
  CHECK((mean - exact).cwiseAbs().maxCoeff() < 1e-10);
}

TEST_CASE("LAX on other families: gamma, unbiased", "[estimators][statistical]") {
  // E[x y]: shape/rate of each
  const Gamma<double> q(Vector<double>{{2.0, 0.7}}, Vector<double>{{1.5, 0.9}});
  const auto product = [](const Batch<double>& x) -> Row<double> { return x.row(0).cwiseProduct(x.row(1)); };
  const double mean = 2.0 / 1.5 * 0.7 / 0.9;
  Rng rng(6);
  Moments moments;
  const Lax lax(net());
  for (int i = 0; i < 20000; ++i) moments.add(lax(q, product, rng, 1).q);
  CHECK(moments.worst_z(Vector<double>{{mean, mean, -mean, -mean}}) < 4.5);
}

TEST_CASE("LAX: data points, links, dropping, refusals, extremes, float", "[estimators]") {
  Rng rng(4);
  const Batch<double> theta = normals<double>(rng, 4, 2), noise = normals<double>(rng, 2, 6);
  const Lax lax(net());
  Recorded<double> all({noise}), again({noise});
  const auto both = lax(Normal<double>::from_theta(theta), f, all, 3);
  struct Shared {
    Vector<double> pullback(const Batch<double>& g) const { return Vector<double>::Constant(1, g.sum()); }
  };
  const Bound<Normal<double>, Shared> bound(Normal<double>::from_theta(theta), Shared{});
  CHECK(lax(bound, f, again, 3).q(0) == Approx(both.q.sum()));
  for (Index b = 0; b < 2; ++b) {
    Batch<double> own(2, 3);
    for (Index s = 0; s < 3; ++s) own.col(s) = noise.col(2 * s + b);
    Recorded<double> once({own});
    const auto alone = lax(Normal<double>::from_theta(Batch<double>(theta.col(b))), f, once, 3);
    for (Index i = 0; i < 4; ++i) CHECK(both.q(2 * i + b) == Approx(alone.q(i) / 2));
  }

  const auto q = gaussian();
  const auto broken = [](const Batch<double>& z) {
    Row<double> v = cost(z);
    for (Index c = 0; c < z.cols(); ++c)
      if (z(0, c) > 1) v(c) = z(1, c) > 0 ? NAN : INFINITY;
    return v;
  };
  const Batch<double> some{{0.3, 2.0, -0.5}, {0.1, 0.2, 0.9}}, good{{0.3, -0.5}, {0.1, 0.9}};
  Recorded<double> first({some}), second({good}), third({Batch<double>(some.col(1))});
  const auto dropped = lax(q, broken, first, 3), without = lax(q, f, second, 2);
  CHECK(dropped.dropped == 1);
  CHECK((dropped.q - without.q).norm() < 1e-14);
  CHECK((dropped.own - without.own).norm() < 1e-13);
  CHECK_FALSE(lax(q, broken, third, 1).finite());
  CHECK_THROWS_AS(lax(q, f, rng, 0), InvalidArgument);
  CHECK(lax(Normal<double>(Vector<double>{{1e5, -1e5}}, Vector<double>{{1e-8, 1e8}}), f, rng, 3).finite());
  CHECK(Lax(net<float>())(
            Normal<float>(Vector<float>{{0.5f, 0}}, Vector<float>{{1, 2}}), [](const Batch<float>& z) { return cost(z); }, rng, 3)
            .finite());
}

TEST_CASE("LAX learns its surrogate", "[estimators][statistical]") {
  const auto q = gaussian();
  Lax learned(net(0.1), Adam<double>({.rate = 0.02}));
  Rng rng(9);
  const auto spread = [&] {
    Moments moments;
    for (int i = 0; i < 2000; ++i) moments.add(learned(q, f, rng, 1).q);
    return moments.variance().sum();
  };
  const double before = spread();
  for (int i = 0; i < 1500; ++i) learned.learn(learned(q, f, rng, 8).own);
  CHECK(spread() < 0.6 * before);
}
