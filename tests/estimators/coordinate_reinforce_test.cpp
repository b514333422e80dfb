#include "variate/estimators/coordinate_reinforce.hpp"

#include <cmath>

#include "estimators/bernoulli_checks.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/reinforce.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("a baseline for each coordinate: a draw by definition", "[estimators]") {
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  const Vector<double> p = q.mean();
  Rng rng(2), same(2);
  const Index n = 9;
  const Batch<double> x = q.sample(same, n);
  const Row<double> v = f(x);
  Vector<double> want = Vector<double>::Zero(3);
  for (Index i = 0; i < 3; ++i)
    for (Index k = 0; k < n; ++k) {
      double top = 0, bottom = 0;
      for (Index j = 0; j < n; ++j)
        if (j != k) {
          const double s = x(i, j) - p(i);
          top += v(j) * s * s;
          bottom += s * s;
        }
      want(i) += (v(k) - top / bottom) * (x(i, k) - p(i)) / static_cast<double>(n);
    }
  const auto e = CoordinateReinforce{}(q, f, rng, n);
  CHECK((e.q - want).norm() < 1e-14);
  CHECK(e.value == Approx(v.mean()));
  CHECK(e.evaluations == n);

  Rng one(3), other(3);
  CHECK((CoordinateReinforce{}(q, f, one, 2).q - Reinforce{}(q, f, other, 2).q).norm() < 1e-14);
}

TEST_CASE("a baseline for each coordinate is unbiased: the mean over all draws of three samples", "[estimators]") {
  const Bernoulli<double> q(Vector<double>{{0.7, -1.1}});
  const Vector<double> p = q.mean();
  const auto f = [](const Batch<double>& x) -> Row<double> {
    return (3 + 2 * x.row(0).array() * x.row(1).array() - x.row(0).array()).matrix();
  };
  Vector<double> mean = Vector<double>::Zero(2);
  for (Index all = 0; all < 64; ++all) {
    Batch<double> u(2, 3);
    double weight = 1;
    for (Index bit = 0; bit < 6; ++bit) {
      const Index i = bit % 2;
      const bool one = ((all >> bit) & 1) != 0;
      weight *= one ? p(i) : 1 - p(i);
      u(i, bit / 2) = one ? 1 - p(i) / 2 : (1 - p(i)) / 2;
    }
    Recorded<double> rng({}, {u});
    mean += weight * CoordinateReinforce{}(q, f, rng, 3).q;
  }
  Rng rng(1);
  CHECK((mean - Exact{}(q, f, rng, 1).q).norm() < 1e-14);
}

TEST_CASE("a baseline for each coordinate: data points, dropping, refusals, extreme logits", "[estimators][statistical]") {
  check_data_points(CoordinateReinforce{}, 5, 1, 5);
  CHECK(unbiased_z(CoordinateReinforce{}, 4) < 4.5);
  check_dropping(CoordinateReinforce{}, 2);
  Rng rng(1);
  const auto f = differentiable(Bumpy{});
  CHECK_THROWS_AS(CoordinateReinforce{}(Bernoulli<double>(Vector<double>{{0.4, 0.1, 0.2}}), f, rng, 1), InvalidArgument);
  CHECK(CoordinateReinforce{}(Bernoulli<float>(Vector<float>{{0.4f, 0.1f, 0.2f}}), f, rng, 4).finite());
}

TEST_CASE("a baseline for each coordinate has less variance than one for all", "[estimators][statistical]") {
  // f is larger where the rare bit is set: its score is large there, so that its best constant is not the mean of f
  const auto f = [](const Batch<double>& x) -> Row<double> {
    return (x.row(0).array() + 6 * x.row(1).array() + 2 * x.row(0).array() * x.row(1).array()).matrix();
  };
  const auto spread = [&](const auto& estimator, const auto& q) {
    Rng rng(4);
    Moments moments;
    for (int i = 0; i < 3000; ++i) moments.add(estimator(q, f, rng, 32).q);
    CHECK(moments.worst_z(Exact{}(q, f, rng, 1).q) < 4.5);
    return moments.variance().sum();
  };
  const Bernoulli<double> bits(Vector<double>{{0.0, -2.0}});
  CHECK(spread(CoordinateReinforce{}, bits) < 0.8 * spread(Reinforce{}, bits));
  const OneHotCategorical<double> classes(Batch<double>{{1.5}, {-0.5}, {0.0}}, 3);
  CHECK(spread(CoordinateReinforce{}, classes) < spread(Reinforce{}, classes));
}
