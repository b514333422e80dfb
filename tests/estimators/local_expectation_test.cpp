#include "variate/estimators/local_expectation.hpp"

#include "estimators/bernoulli_checks.hpp"
#include "variate/distributions/conditional.hpp"
#include "variate/estimators/measure_valued.hpp"
#include "variate/estimators/reinforce.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// Numbers of two choices among three, or of their vectors.
struct Numbers {
  template <class T>
  Row<T> operator()(const Batch<T>& x) const {
    if (x.rows() == 2) return ((x.row(0).array() - T(0.5)) * (x.row(1).array() + T(0.3))).square();
    const Row<T> a = x.row(1) + T(2) * x.row(2), b = x.row(4) + T(2) * x.row(5);
    return ((a.array() - T(0.5)) * (b.array() + T(0.3))).square();
  }
};
struct Shared {
  Vector<double> pullback(const Batch<double>& g) const { return Vector<double>::Constant(1, g.sum()); }
};

}  // namespace

TEST_CASE("local expectations of bits: the same as measure-valued gradients, data points, what is dropped",
          "[estimators][statistical]") {
  check_data_points(LocalExpectation{}, 3, 1, 3);
  CHECK(unbiased_z(LocalExpectation{}, 1) < 4.5);
  check_dropping(LocalExpectation{}, 2);
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  Rng first(9), second(9), rng(1);
  for (int i = 0; i < 20; ++i) {
    const auto a = LocalExpectation{}(q, f, first, 2), b = MeasureValued{}(q, f, second, 2);
    CHECK((a.q - b.q).cwiseAbs().maxCoeff() < 1e-14);
    CHECK(a.evaluations == 8);
  }
  CHECK_THROWS_AS(LocalExpectation{}(q, f, rng, 0), InvalidArgument);
}

TEST_CASE("local expectations of choices: exact alone, unbiased together, better than scores", "[estimators][statistical]") {
  Rng rng(4);
  const Batch<double> logits = normals<double>(rng, 6, 1);
  const Categorical<double> q(logits, 3);
  const OneHotCategorical<double> hot(logits, 3);
  const auto exact = Exact{}(q, Numbers{}, rng, 1);
  Moments local, score;
  double value = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto e = LocalExpectation{}(q, Numbers{}, rng, 1);
    CHECK(e.evaluations == 5);
    local.add(e.q);
    value += e.value / 4000;
    score.add(Reinforce{}(q, Numbers{}, rng, 5).q);
  }
  CHECK(local.worst_z(exact.q) < 4.5);
  CHECK(local.variance().sum() < score.variance().sum());
  CHECK(value == Approx(exact.value).epsilon(0.1));
  // all draws, one by one: the mean is exact
  Vector<double> mean = Vector<double>::Zero(6);
  double expected = 0;
  const Batch<double> support = q.support();
  for (Index m = 0; m < support.cols(); ++m) {
    Batch<double> u = Batch<double>::Constant(6, 1, 1e-300);
    for (Index i = 0; i < 2; ++i) u(3 * i + static_cast<Index>(support(i, m)), 0) = 1 - 1e-12;
    Recorded<double> once({}, {u}), again = once;
    const auto e = LocalExpectation{}(q, Numbers{}, once, 1), v = LocalExpectation{}(hot, Numbers{}, again, 1);
    const double p = std::exp(q.log_prob(Batch<double>(support.col(m)))(0));
    mean += p * e.q;
    expected += p * e.value;
    CHECK((e.q - v.q).cwiseAbs().maxCoeff() < 1e-15);
  }
  CHECK((mean - exact.q).cwiseAbs().maxCoeff() < 1e-14);
  CHECK(expected == Approx(exact.value));

  const auto square = [](const Batch<double>& x) { return Row<double>(1e6 + x.row(0).array().square()); };
  const Categorical<double> one(Batch<double>(logits.topRows(5)));
  const auto alone = LocalExpectation{}(one, square, rng, 1), all = Exact{}(one, square, rng, 1);
  CHECK(alone.value == Approx(all.value));
  CHECK((alone.q - all.q).cwiseAbs().maxCoeff() < 1e-8);  // 1e6 times the rounding
}

TEST_CASE("local expectations: links, data points, forbidden classes, floats", "[estimators]") {
  Rng rng(8);
  const Batch<double> logits = normals<double>(rng, 6, 2), u = uniforms<double>(rng, 6, 6);
  Recorded<double> all({}, {u}), again = all;
  const auto both = LocalExpectation{}(Categorical<double>(logits, 3), Numbers{}, all, 3);
  const Bound<Categorical<double>, Shared> bound(Categorical<double>(logits, 3), Shared{});
  CHECK(LocalExpectation{}(bound, Numbers{}, again, 3).q(0) == Approx(both.q.sum()).margin(1e-13));
  for (Index b = 0; b < 2; ++b) {
    Batch<double> part(6, 3);
    for (Index s = 0; s < 3; ++s) part.col(s) = u.col(2 * s + b);
    Recorded<double> own({}, {part});
    const auto alone = LocalExpectation{}(Categorical<double>(Batch<double>(logits.col(b)), 3), Numbers{}, own, 3);
    for (Index i = 0; i < 6; ++i) CHECK(both.q(2 * i + b) == Approx(alone.q(i) / 2).margin(1e-14));
  }
  const double inf = std::numeric_limits<double>::infinity();
  const Categorical<double> far(Batch<double>(Vector<double>{{700.0, -700.0, -inf}}));
  const auto pole = [](const Batch<double>& x) { return Row<double>(1.0 / (2.0 - x.row(0).array())); };
  for (int i = 0; i < 5; ++i) {
    const auto e = LocalExpectation{}(far, pole, rng, 2);
    CHECK(e.finite());
    CHECK(e.dropped == 0);
    CHECK(e.value == Approx(0.5));
  }
  CHECK(LocalExpectation{}(OneHotCategorical<float>(Batch<float>(logits.cast<float>()), 3), Numbers{}, rng, 3).finite());
  static_assert(!LocalExpectation::accepts<int, Numbers>);
}
