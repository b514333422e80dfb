#include "variate/estimators/rodeo.hpp"

#include "estimators/all_draws.hpp"
#include "estimators/bernoulli_checks.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/reinforce.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// A cost of two classes of three, or of six bits.
struct Table {
  auto operator()(const auto& x) const {
    return 1.5 * row(x, 0) * row(x, 4) - sin(2.0 * row(x, 1) + row(x, 3)) + exp(0.5 * row(x, 2)) * row(x, 5);
  }
};
/// theta_0 tanh(theta_1 f + theta_2 t + theta_3) + theta_4 t
struct Net {
  auto operator()(const auto& y, const auto& theta) const {
    return reshape(theta, 0, 1, 1) * tanh(reshape(theta, 1, 1, 2) * y + reshape(theta, 3, 1, 1)) +
           reshape(theta, 4, 1, 1) * row(y, 1);
  }
};
template <class T = double>
auto net() {
  return differentiable(Net{}, Vector<T>{{T(0.8), T(0.5), T(-0.7), T(0.2), T(0.4)}});
}
const Vector<double> logits{{0.4, -1.2, 1.0, -0.3, 0.8, 0.1}};
}  // namespace

TEST_CASE("RODEO: data points, unbiased, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(Rodeo(net(), {.alpha = 0.7, .beta = -0.4}), 3, 1, 3);
  CHECK(unbiased_z(Rodeo(net(), {.alpha = 0.7, .beta = -0.4}), 2) < 4.5);
  CHECK(unbiased_z(Rodeo<>({}, {.alpha = 2, .beta = 1}), 3) < 4.5);
  Rng rng(1);
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, 1, 2}});
  CHECK_THROWS_AS(Rodeo<>()(q, f, rng, 1), InvalidArgument);
  CHECK_THROWS_AS(Rodeo<>({}, {.decay = -1}), DomainError);
  CHECK_THROWS_AS(Rodeo<>({}, {.alpha = NAN}), InvalidArgument);
  CHECK_THROWS_AS(Rodeo<>({}, {.beta = INFINITY}), InvalidArgument);
  CHECK(Rodeo(net<float>(), {.alpha = 1.0f})(Bernoulli<float>(Vector<float>{{0.4f, 1, 2}}), f, rng, 3).finite());
}

TEST_CASE("RODEO: dropping and extreme logits", "[estimators]") {
  // 64 samples make 4032 pairs
  check_dropping(Rodeo<>({}, {.alpha = 1, .beta = 1}), 2);
  Rng rng(2);
  const OneHotCategorical<double> far(Batch<double>{{700.0}, {-700.0}, {0.0}, {0.0}, {-700.0}, {700.0}}, 3);
  CHECK(Rodeo<>({}, {.alpha = 1, .beta = 1})(far, differentiable(Table{}), rng, 3).finite());
  // what was dropped does not count: the others alone give the same
  const Bernoulli<double> q(Vector<double>{{0.4, -0.2, 1.0}});
  Batch<double> u{{0.9, 0.1, 0.2, 0.95}, {0.1, 0.8, 0.2, 0.9}, {0.3, 0.9, 0.1, 0.2}};  // the first sample is (1, 0, 1)
  Recorded<double> all({}, {u}), rest({}, {Batch<double>(u.rightCols(3))});
  const Rodeo<> estimator({}, {.alpha = 1, .beta = 1});
  const auto some = estimator(q, Broken{}, all, 4), without = estimator(q, Broken{}, rest, 3);
  CHECK(some.dropped == 1);
  CHECK((some.q - without.q).norm() < 1e-14);
  CHECK((some.own - without.own).norm() < 1e-14);
}

TEST_CASE("RODEO draw by draw", "[estimators]") {
  const auto f = differentiable(Table{});
  const auto h = net();
  const double alpha = 0.7, beta = -0.4;
  const Index n = 3;
  const auto check = [&](const auto& q, Index classes) {
    const Vector<double> p = q.mean().col(0);
    Rng rng(2);
    const Batch<double> u = uniforms<double>(rng, 6, n);
    const detail::RelaxationOf<std::remove_cvref_t<decltype(q)>> smooth(q);
    const Batch<double> x = smooth.hard(smooth.noisy(u));
    const auto at = f.evaluate(x);
    Batch<double> slope;
    at.pullback(Row<double>::Ones(n), slope);
    const auto guess = [&](Index k, const Vector<double>& y) {
      double sum = 0;
      for (Index l = 0; l < n; ++l)
        if (l != k) sum += h(Batch<double>{{at.value(l)}, {slope.col(l).dot(y - x.col(l))}})(0) / static_cast<double>(n - 1);
      return sum;
    };
    // E[phi | the others] - phi, the mean over the variables
    const auto gibbs = [&](Index k, const auto& phi) -> Vector<double> {
      Vector<double> sum = Vector<double>::Zero(phi(Vector<double>(x.col(k))).size());
      const Index variables = 6 / classes;
      for (Index v = 0; v < variables; ++v) {
        for (Index value = 0; value < std::max<Index>(2, classes); ++value) {
          Vector<double> y = x.col(k);
          if (classes == 1) y(v) = static_cast<double>(value);
          else {
            y.segment(v * classes, classes).setZero();
            y(v * classes + value) = 1;
          }
          const double prob = classes == 1 ? (value == 1 ? p(v) : 1 - p(v)) : p(v * classes + value);
          sum += prob * phi(y) / static_cast<double>(variables);
        }
        sum -= phi(Vector<double>(x.col(k))) / static_cast<double>(variables);
      }
      return sum;
    };
    Vector<double> want = Vector<double>::Zero(6);
    for (Index k = 0; k < n; ++k) {
      double baseline = 0;
      for (Index j = 0; j < n; ++j)
        if (j != k)
          baseline +=
              (at.value(j) + alpha * gibbs(j, [&](const Vector<double>& y) { return Vector<double>{{guess(j, y)}}; })(0)) / 2;
      want += (at.value(k) - baseline) * (x.col(k) - p) / 3;
      want += beta / 3 * gibbs(k, [&](const Vector<double>& y) { return Vector<double>(guess(k, y) * (y - p)); });
    }
    const auto run = [&](const auto& estimator) {
      Recorded<double> own({}, {u});
      return estimator(q, f, own, n);
    };
    const auto e = run(Rodeo(h, {.alpha = alpha, .beta = beta}));
    CHECK((e.q - want).cwiseAbs().maxCoeff() < 1e-14);
    CHECK(e.evaluations == n);

    // what is learned: the products of the three parts, the slopes of |g|^2 by differences
    const Vector<double> g0 = run(Rodeo(h)).q, b = run(Rodeo(h, {.alpha = 1})).q - g0, c = run(Rodeo(h, {.beta = 1})).q - g0;
    const Vector<double> products{{g0.dot(b), g0.dot(c), b.dot(b), b.dot(c), c.dot(c)}};
    CHECK((e.own.head(5) - products).cwiseAbs().maxCoeff() < 1e-13);
    Vector<double> slopes = Vector<double>::Zero(10);
    for (Index i = 0; i < 5; ++i)
      for (const double step : {1e-5, -1e-5}) {
        auto moved = h;
        Vector<double> theta = h.params();
        theta(i) += step;
        moved.set_params(theta);
        const Vector<double> g_b = g0 + alpha * (run(Rodeo(moved, {.alpha = 1})).q - g0) + beta * c,
                             g_c = g0 + alpha * b + beta * (run(Rodeo(moved, {.beta = 1})).q - g0);
        slopes(i) += g_b.squaredNorm() / (2 * step);
        slopes(5 + i) += g_c.squaredNorm() / (2 * step);
      }
    CHECK((e.own.tail(10) - slopes).cwiseAbs().maxCoeff() < 1e-8);
  };
  check(Bernoulli<double>(logits), 1);
  check(OneHotCategorical<double>(Batch<double>(logits), 3), 3);
}

TEST_CASE("RODEO is unbiased: the mean over all draws", "[estimators]") {
  Rng rng(1);
  const Rodeo estimator(net(), {.alpha = 0.7, .beta = -1.4});
  const auto quadratic = differentiable([](const auto& x) { return square(row(x, 0) - 2.0 * row(x, 1)) + exp(row(x, 1)); });
  const Bernoulli<double> bits(Vector<double>{{0.7, -1.1}});
  for (const Index n : {2, 3})
    CHECK((over_all_draws(estimator, bits, quadratic, n).mean - Exact{}(bits, quadratic, rng, 1).q).cwiseAbs().maxCoeff() <
          1e-14);
  const auto f = differentiable(Table{});
  const OneHotCategorical<double> classes(Batch<double>(logits), 3);
  CHECK((over_all_draws(estimator, classes, f, 2).mean - Exact{}(classes, f, rng, 1).q).cwiseAbs().maxCoeff() < 1e-14);
}

TEST_CASE("RODEO learns, and beats leave-one-out", "[estimators][statistical]") {
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  Rodeo<> taylor;
  Rodeo learned(net());
  Rng rng(3);
  for (int i = 0; i < 2000; ++i) {
    taylor.learn(taylor(q, f, rng, 2).own);
    learned.learn(learned(q, f, rng, 2).own);
  }
  const auto exact = Exact{}(q, f, rng, 1).q;
  const auto variance = [&](const auto& estimator) {
    const auto over = over_all_draws(estimator, q, f, 2);
    CHECK((over.mean - exact).cwiseAbs().maxCoeff() < 1e-13);
    return over.variance.sum();
  };
  const double plain = variance(Reinforce{}), with_taylor = variance(taylor), with_net = variance(learned);
  INFO(plain << ' ' << with_taylor << ' ' << with_net << ' ' << taylor.alpha() << ' ' << taylor.beta());
  CHECK(with_taylor < 0.8 * plain);
  CHECK(with_net < 0.8 * plain);
}
