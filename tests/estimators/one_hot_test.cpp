/// Estimators through relaxation, of one-hot choices: what the fixtures do not ask for.
#include <limits>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/product.hpp"
#include "variate/distributions/conditional.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/gumbel_rao.hpp"
#include "variate/estimators/gumbel_softmax.hpp"
#include "variate/estimators/muprop.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/reinmax.hpp"
#include "variate/estimators/relax.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// A cost of two choices among three classes.
struct Table {
  auto operator()(const auto& x) const {
    return 1.5 * row(x, 0) * row(x, 4) - sin(2.0 * row(x, 1) + row(x, 3)) + exp(0.5 * row(x, 2)) * row(x, 5) +
           square(row(x, 4) - 0.3);
  }
};
/// The same, not finite where the first variable's class is nearest to 0.
struct Broken {
  template <class T>
  Row<T> value_and_gradient(const Batch<T>& x, Batch<T>& gradient) const {
    const auto f = differentiable(Table{});
    const auto e = f.evaluate(x);
    e.pullback(Row<T>::Ones(x.cols()), gradient);
    Row<T> v = e.value;
    for (Index c = 0; c < x.cols(); ++c)
      if (x(0, c) > T(0.5)) v(c) = std::numeric_limits<T>::quiet_NaN();
    return v;
  }
};
struct Surrogate {
  auto operator()(const auto& z, const auto& theta) const {
    return reshape(theta, 35, 1, 5) * tanh(reshape(theta, 0, 5, 6) * z + reshape(theta, 30, 5, 1)) + reshape(theta, 40, 1, 1);
  }
};
template <class T = double>
auto surrogate(double scale) {
  Rng rng(2);
  return differentiable(Surrogate{}, Vector<T>(static_cast<T>(scale) * normals<T>(rng, 41, 1)));
}
OneHotCategorical<double> choices() {
  return OneHotCategorical<double>(Batch<double>{{0.4}, {-1.2}, {1.0}, {-0.3}, {0.8}, {0.1}}, 3);
}

/// `batches` batches of uniforms for n samples: two data points at once are each alone.
template <class E>
void check_data_points(const E& estimator, Index n, Index batches) {
  const auto f = differentiable(Table{});
  Rng rng(3);
  const Batch<double> theta = normals<double>(rng, 6, 2);
  std::vector<Batch<double>> together, apart[2];
  for (Index m = 0; m < batches; ++m) {
    const Batch<double> u = uniforms<double>(rng, 6, 2 * n);
    together.push_back(u);
    for (Index b = 0; b < 2; ++b) {
      Batch<double> own(6, n);
      for (Index s = 0; s < n; ++s) own.col(s) = u.col(2 * s + b);
      apart[b].push_back(own);
    }
  }
  Recorded<double> all({}, together);
  const auto both = estimator(OneHotCategorical<double>(theta, 3), f, all, n);
  CHECK(all.exhausted());
  for (Index b = 0; b < 2; ++b) {
    Recorded<double> own({}, apart[b]);
    const auto alone = estimator(OneHotCategorical<double>(Batch<double>(theta.col(b)), 3), f, own, n);
    for (Index i = 0; i < 6; ++i) CHECK(both.q(2 * i + b) == Approx(alone.q(i) / 2).margin(1e-13));
  }
}

template <class E>
double unbiased_z(const E& estimator, Index n, Index draws = 6000) {
  const auto f = differentiable(Table{});
  const auto q = choices();
  Rng rng(5);
  Moments moments;
  for (Index i = 0; i < draws; ++i) moments.add(estimator(q, f, rng, n).q);
  return moments.worst_z(Exact{}(q, f, rng, 1).q);
}

template <class E>
void check_dropping(const E& estimator) {
  Rng rng(7);
  const auto q = choices();
  Index dropped = 0;
  for (int i = 0; i < 10; ++i) {
    const auto e = estimator(q, Broken{}, rng, 32);
    CHECK(e.finite());
    dropped += e.dropped;
  }
  CHECK(dropped > 0);
  const OneHotCategorical<double> bad(Batch<double>{{900.0}, {0.0}, {0.0}, {0.0}, {0.0}, {0.0}}, 3);
  CHECK_FALSE(estimator(bad, Broken{}, rng, 4).finite());
  for (const double size : {40.0, 700.0}) {
    const OneHotCategorical<double> far(Batch<double>{{size}, {-size}, {0.0}, {0.0}, {-size}, {size}}, 3);
    CHECK(estimator(far, differentiable(Table{}), rng, 8).finite());
  }
}
}  // namespace

TEST_CASE("one-hot: data points are each alone, samples that are not finite are dropped", "[estimators]") {
  check_data_points(GumbelSoftmax{}, 3, 1);
  check_data_points(StraightThrough{}, 3, 1);
  check_data_points(StraightThroughGumbelSoftmax{}, 3, 1);
  check_data_points(ReinMax{1.5}, 3, 1);
  check_data_points(GumbelRao{0.5, 4}, 3, 5);
  check_data_points(MuProp{}, 3, 1);
  check_data_points(Rebar<>(), 3, 2);
  check_data_points(Rebar<>({.improved = true}), 3, 2);
  check_data_points(Relax(surrogate(0.5), {.with_cost = true}), 3, 2);
  check_dropping(StraightThrough{});
  check_dropping(ReinMax{});
  check_dropping(GumbelRao{});
  check_dropping(Rebar<>({.tune_temperature = false}));
  check_dropping(Relax(surrogate(0.01)));
}

TEST_CASE("one-hot: MuProp, REBAR and RELAX are unbiased", "[estimators][statistical]") {
  CHECK(unbiased_z(MuProp{}, 1) < 4.5);
  CHECK(unbiased_z(Rebar<>({.temperature = 0.7, .eta = 1.3}), 1) < 4.5);
  CHECK(unbiased_z(Rebar<>({.temperature = 0.7, .eta = 1.3, .improved = true}), 1) < 4.5);
  CHECK(unbiased_z(Relax(surrogate(1)), 1) < 4.5);
  CHECK(unbiased_z(Relax(surrogate(1), {.with_cost = true}), 1) < 4.5);
}

TEST_CASE("one-hot: the noisy logits given the winner are distributed as those it came from", "[estimators][statistical]") {
  const auto q = choices();
  const detail::Relaxation<OneHotCategorical<double>> smooth(q);
  Rng rng(11);
  const Index n = 20000;
  const Batch<double> u = uniforms<double>(rng, 6, n), v = uniforms<double>(rng, 6, n);
  const Batch<double> z = smooth.noisy(u), b = smooth.hard(z), again = smooth.conditional(b, v);
  CHECK(smooth.hard(again) == b);
  CHECK((q.vectors(q.labels(b)) - b).norm() == 0);
  // z b and z (1 - b): first and second moments
  Moments pairs;
  for (Index c = 0; c < n; ++c) {
    Vector<double> x(24);
    x << z.col(c).cwiseProduct(b.col(c)) - again.col(c).cwiseProduct(b.col(c)), z.col(c) - again.col(c),
        z.col(c).cwiseAbs2() - again.col(c).cwiseAbs2(), (z.col(c).cwiseAbs2() - again.col(c).cwiseAbs2()).cwiseProduct(b.col(c));
    pairs.add(x);
  }
  CHECK(pairs.worst_z(Vector<double>::Zero(24)) < 4.5);
}

TEST_CASE("one-hot: slopes of the relaxation, by differences", "[estimators]") {
  Rng rng(13);
  const Batch<double> theta = normals<double>(rng, 6, 2), u = uniforms<double>(rng, 6, 6), v = uniforms<double>(rng, 6, 6);
  const Batch<double> w = normals<double>(rng, 6, 6), g = normals<double>(rng, 6, 6), a = normals<double>(rng, 6, 6);
  const OneHotCategorical<double> q(theta, 3);
  const detail::Relaxation<OneHotCategorical<double>> smooth(q);
  const Batch<double> b = smooth.hard(smooth.noisy(u)), z = smooth.conditional(b, v), y = smooth.smooth(a);
  const double h = 1e-5;
  Batch<double> moved(6, 6);
  for (Index c = 0; c < 6; ++c) {  // each column has a theta of its own to move
    const auto at = [&](double step) {
      const OneHotCategorical<double> one(Batch<double>(theta.col(c % 2) + step * w.col(c)), 3);
      return Vector<double>(detail::Relaxation<OneHotCategorical<double>>(one).conditional(b.col(c), v.col(c)).col(0));
    };
    moved.col(c) = (at(h) - at(-h)) / (2 * h);
  }
  CHECK((smooth.conditional_tangent(b, z, w) - moved).norm() < 1e-8);
  CHECK(smooth.conditional_pullback(b, z, g).cwiseProduct(w).sum() == Approx(moved.cwiseProduct(g).sum()));
  const Batch<double> by_a = (smooth.smooth(a + h * w) - smooth.smooth(a - h * w)) / (2 * h);
  CHECK((smooth.slope(y, w) - by_a).norm() < 1e-9);
  const Batch<double> above = smooth.smooth(a + h * w), below = smooth.smooth(a - h * w);
  const Batch<double> by_slope = (smooth.slope(above, g) - smooth.slope(below, g)) / (2 * h);
  CHECK((smooth.curvature(y, w, g) - by_slope).norm() < 1e-9);
  CHECK((smooth.mean_pullback(g).leftCols(2) - smooth.slope(smooth.mean(), g.leftCols(2))).norm() < 1e-14);
}

TEST_CASE("one-hot: bound to data, and in single precision", "[estimators]") {
  struct Doubled {
    Vector<double> pullback(const Batch<double>& g) const {
      return 2 * Eigen::Map<const Vector<double>>(g.data(), g.size());
    }
  };
  const auto f = differentiable(Table{});
  const Bound<OneHotCategorical<double>, Doubled> bound(choices(), Doubled{});
  Rng one(17), other(17);
  const auto plain = Rebar<>()(choices(), f, one, 4), linked = Rebar<>()(bound, f, other, 4);
  CHECK((linked.q - 2 * plain.q).norm() < 1e-14);

  Rng rng(19);
  const OneHotCategorical<float> q(choices().theta().cast<float>(), 3);
  CHECK(Rebar<float>({.temperature = 0.7f})(q, f, rng, 5).finite());
  CHECK(Relax(surrogate<float>(0.5), {.with_cost = true})(q, f, rng, 5).finite());
  CHECK(GumbelRao{}(q, f, rng, 5).finite());
  CHECK(MuProp{}(q, f, rng, 5).finite());
}

TEST_CASE("one-hot: learning lowers the variance", "[estimators][statistical]") {
  const auto f = differentiable(Table{});
  const auto q = choices();
  const auto spread = [&](const auto& estimator) {
    Rng rng(21);
    Moments moments;
    for (int i = 0; i < 2000; ++i) moments.add(estimator(q, f, rng, 1).q);
    return moments.variance().sum();
  };
  Rng rng(23);
  Rebar<> rebar({.eta = 0});
  Relax relax(surrogate(0.1));
  const double rebar_before = spread(rebar), relax_before = spread(relax);
  for (int i = 0; i < 800; ++i) {
    rebar.learn(rebar(q, f, rng, 4).own);
    relax.learn(relax(q, f, rng, 4).own);
  }
  CHECK(spread(rebar) < 0.7 * rebar_before);
  CHECK(spread(relax) < 0.8 * relax_before);
}
