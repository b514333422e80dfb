#include "variate/estimators/double_control_variates.hpp"

#include "estimators/all_draws.hpp"
#include "estimators/bernoulli_checks.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/reinforce.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// A cost of two classes of three.
struct Table {
  auto operator()(const auto& x) const {
    return 1.5 * row(x, 0) * row(x, 4) - sin(2.0 * row(x, 1) + row(x, 3)) + exp(0.5 * row(x, 2)) * row(x, 5);
  }
};
const Vector<double> logits{{0.4, -1.2, 1.0, -0.3, 0.8, 0.1}};
}  // namespace

TEST_CASE("double control variates: data points, unbiased, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(DoubleControlVariates<>(), 3, 1, 3);
  CHECK(unbiased_z(DoubleControlVariates<>(), 2) < 4.5);
  CHECK(unbiased_z(DoubleControlVariates<>({.alpha = -2}), 4) < 4.5);
  check_dropping(DoubleControlVariates<>(), 2);
  Rng rng(1);
  const auto f = differentiable(Bumpy{});
  CHECK_THROWS_AS(DoubleControlVariates<>()(Bernoulli<double>(Vector<double>{{0.4, 1, 2}}), f, rng, 1), InvalidArgument);
  CHECK_THROWS_AS(DoubleControlVariates<>({.decay = 1}), DomainError);
  CHECK_THROWS_AS(DoubleControlVariates<>({.alpha = NAN}), InvalidArgument);
  CHECK(DoubleControlVariates<float>()(Bernoulli<float>(Vector<float>{{0.4f, 1, 2}}), f, rng, 3).finite());
  const OneHotCategorical<double> far(Batch<double>{{700.0}, {-700.0}, {0.0}, {0.0}, {-700.0}, {700.0}}, 3);
  CHECK(DoubleControlVariates<>()(far, differentiable(Table{}), rng, 3).finite());
}

TEST_CASE("double control variates draw by draw", "[estimators]") {
  const auto f = differentiable(Table{});
  const auto check = [&](const auto& q, Index classes) {
    const Batch<double> m = q.mean();
    const double alpha = 0.7;
    const Index n = 4;
    Rng rng(2);
    const Batch<double> u = uniforms<double>(rng, 6, n);
    const detail::RelaxationOf<std::remove_cvref_t<decltype(q)>> smooth(q);
    const Batch<double> x = smooth.hard(smooth.noisy(u));
    const auto at = f.evaluate(x);
    Batch<double> slope;
    at.pullback(Row<double>::Ones(n), slope);
    Vector<double> want = Vector<double>::Zero(6), mean_slope = slope.rowwise().mean();
    Row<double> left(n);
    for (Index k = 0; k < n; ++k) {
      Vector<double> others = Vector<double>::Zero(6);
      for (Index j = 0; j < n; ++j)
        if (j != k) others += slope.col(j) / 3;
      left(k) = at.value(k) - alpha * others.dot(x.col(k) - m.col(0));
    }
    for (Index k = 0; k < n; ++k) want += (left(k) - (left.sum() - left(k)) / 3) * (x.col(k) - m.col(0)) / 4;
    for (Index v = 0; v < 6; v += classes) {
      double along = 0;
      for (Index i = v; i < v + classes; ++i) along += m(i, 0) * mean_slope(i);
      for (Index i = v; i < v + classes; ++i)
        want(i) += alpha * m(i, 0) * (classes == 1 ? (1 - m(i, 0)) * mean_slope(i) : mean_slope(i) - along);
    }
    Recorded<double> first({}, {u}), second({}, {u}), third({}, {u});
    const auto e = DoubleControlVariates<>({.alpha = alpha})(q, f, first, n);
    CHECK((e.q - want).cwiseAbs().maxCoeff() < 1e-14);
    CHECK(e.evaluations == n);
    // what is learned: A is leave-one-out, B the slope by alpha
    const Vector<double> a = DoubleControlVariates<>({.alpha = 0})(q, f, second, n).q, b = (e.q - a) / alpha;
    CHECK(e.own(0) == Approx(a.dot(b)));
    CHECK(e.own(1) == Approx(b.squaredNorm()));
    CHECK((a - Reinforce{}(q, f, third, n).q).norm() < 1e-13);
  };
  check(Bernoulli<double>(logits), 1);
  check(OneHotCategorical<double>(Batch<double>(logits), 3), 3);
}

TEST_CASE("double control variates are unbiased: the mean over all draws", "[estimators]") {
  Rng rng(1);
  const DoubleControlVariates<> estimator({.alpha = 0.7});
  const auto quadratic = differentiable([](const auto& x) { return square(row(x, 0) - 2.0 * row(x, 1)) + exp(row(x, 1)); });
  const Bernoulli<double> bits(Vector<double>{{0.7, -1.1}});
  for (const Index n : {2, 3}) {
    const auto over = over_all_draws(estimator, bits, quadratic, n);
    CHECK(over.total == Approx(1));
    CHECK((over.mean - Exact{}(bits, quadratic, rng, 1).q).cwiseAbs().maxCoeff() < 1e-14);
  }
  const auto f = differentiable(Table{});
  const OneHotCategorical<double> classes(Batch<double>(logits), 3);
  CHECK((over_all_draws(estimator, classes, f, 3).mean - Exact{}(classes, f, rng, 1).q).cwiseAbs().maxCoeff() < 1e-14);
  // no noise is left for a linear cost
  const auto linear = differentiable([](const auto& x) { return 3.0 * row(x, 0) - row(x, 1) + 5.0; });
  CHECK(over_all_draws(DoubleControlVariates<>({.alpha = 1}), bits, linear, 2).variance.maxCoeff() < 1e-14);
}

TEST_CASE("double control variates learn their scale and beat leave-one-out", "[estimators][statistical]") {
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  DoubleControlVariates<> tuned({.alpha = -3});
  Rng rng(3);
  for (int i = 0; i < 3000; ++i) tuned.learn(tuned(q, f, rng, 3).own);
  const auto variance = [&](double alpha) {
    return over_all_draws(DoubleControlVariates<>({.alpha = alpha}), q, f, 3).variance.sum();
  };
  const double best = variance(tuned.alpha());
  CHECK(best < 0.8 * variance(0));
  CHECK(best <= 1.02 * std::min(variance(tuned.alpha() + 0.15), variance(tuned.alpha() - 0.15)));
}
