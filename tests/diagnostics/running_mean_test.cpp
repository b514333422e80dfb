#include "variate/diagnostics/running_mean.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace variate;

TEST_CASE("RunningMean has mean, variance and standard error", "[diagnostics]") {
  RunningMean running;
  CHECK(std::isnan(running.mean()));
  CHECK(std::isnan(running.variance()));
  CHECK(std::isnan(running.error()));
  running.add(4.0);
  CHECK(running.mean() == 4.0);
  CHECK(std::isnan(running.variance()));
  CHECK(std::isnan(running.error()));
  for (const double x : {7.0, 13.0, 16.0}) running.add(x);
  CHECK(running.count() == 4);
  CHECK(running.mean() == Approx(10.0).epsilon(1e-15));
  CHECK(running.variance() == Approx(30.0).epsilon(1e-15));
  CHECK(running.error() == Approx(std::sqrt(7.5)).epsilon(1e-15));
}

TEST_CASE("RunningMean keeps its digits far from zero", "[diagnostics]") {
  RunningMean running;
  for (const double x : {4.0, 7.0, 13.0, 16.0}) running.add(1e9 + x);
  CHECK(running.variance() == Approx(30.0).epsilon(1e-12));
}

TEST_CASE("RunningMean merges pieces", "[diagnostics]") {
  RunningMean whole, left, right, empty;
  for (int i = 0; i < 10; ++i) {
    const double x = std::sin(i) + 100;
    whole.add(x);
    (i < 3 ? left : right).add(x);
  }
  left.merge(empty);
  left.merge(right);
  CHECK(left.count() == 10);
  CHECK(left.mean() == Approx(whole.mean()).epsilon(1e-15));
  CHECK(left.variance() == Approx(whole.variance()).epsilon(1e-12));
  empty.merge(whole);
  CHECK(empty.mean() == whole.mean());
  CHECK(empty.variance() == Approx(whole.variance()).epsilon(1e-15));
}

TEMPLATE_TEST_CASE("RunningMeans does the same for vectors", "[diagnostics]", float, double) {
  using T = TestType;
  RunningMeans whole, left, right;
  CHECK(whole.mean().size() == 0);
  RunningMean second;
  for (int i = 0; i < 9; ++i) {
    Vector<T> x(2);
    x << static_cast<T>(i), static_cast<T>(std::cos(i));
    whole.add(x);
    (i < 4 ? left : right).add(x);
    second.add(static_cast<double>(x(1)));
    if (i == 0) CHECK(std::isnan(whole.variance()(1)));
  }
  CHECK(whole.count() == 9);
  CHECK(whole.mean()(0) == Approx(4.0).epsilon(1e-15));
  CHECK(whole.variance()(0) == Approx(7.5).epsilon(1e-14));
  CHECK(whole.mean()(1) == Approx(second.mean()).epsilon(1e-14));
  CHECK(whole.variance()(1) == Approx(second.variance()).epsilon(1e-14));
  RunningMeans merged;
  merged.merge(left);
  merged.merge(right);
  merged.merge(RunningMeans{});
  CHECK(merged.count() == 9);
  CHECK((merged.mean() - whole.mean()).norm() < 1e-14);
  CHECK((merged.variance() - whole.variance()).norm() < 1e-13);
  const Vector<T> other = Vector<T>::Zero(3);
  CHECK_THROWS_AS(whole.add(other), ShapeError);
  RunningMeans longer;
  longer.add(other);
  CHECK_THROWS_AS(whole.merge(longer), ShapeError);
}
