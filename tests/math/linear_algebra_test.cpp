#include "variate/math/linear_algebra.hpp"

#include <Eigen/Core>
#include <limits>
#include <random>

#include "support/catch.hpp"

using namespace variate;

namespace {
template <class T>
Batch<T> numbers(Index rows, Index cols, unsigned seed) {
  std::mt19937_64 rng(seed);
  Batch<T> x(rows, cols);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<T>(rng() >> 40) / T(1 << 23) - 1;
  return x;
}
/// Well conditioned, with something above the diagonal that nobody may read.
template <class T>
Batch<T> factor(Index d) {
  Batch<T> l = numbers<T>(d, d, 3) / static_cast<T>(d);
  for (Index i = 0; i < d; ++i) {
    l(i, i) = T(1) + T(0.1) * static_cast<T>(i % 3);
    for (Index j = i + 1; j < d; ++j) l(i, j) = std::numeric_limits<T>::quiet_NaN();
  }
  return l;
}
template <class T>
Batch<T> lower(const Batch<T>& l) {
  Batch<T> m = l;
  for (Index i = 0; i < m.rows(); ++i)
    for (Index j = i + 1; j < m.cols(); ++j) m(i, j) = 0;
  return m;
}
template <class T>
bool close(const Batch<T>& a, const Batch<T>& b) {
  return (a - b).cwiseAbs().maxCoeff() <= 40 * std::numeric_limits<T>::epsilon();
}

template <class T, class Wide>
void check(Index d, Index cols) {
  const Batch<T> l = factor<T>(d), m = lower(l), x = numbers<T>(d, cols, 5);
  Batch<T> y = x;
  math::multiply_lower<T, Wide>(l, y);
  REQUIRE(close<T>(y, m * x));
  math::solve_lower<T, Wide>(l, y);
  REQUIRE(close<T>(y, x));
  math::multiply_lower_transposed<T, Wide>(l, y);
  REQUIRE(close<T>(y, m.transpose() * x));
  math::solve_lower_transposed<T, Wide>(l, y);
  REQUIRE(close<T>(y, x));
}
}  // namespace

TEMPLATE_TEST_CASE("lower products and solves undo each other and agree with Eigen at every width", "[math]", float, double) {
  using T = TestType;
  for (const Index d : {1, 2, 3, 4, 7, 20, 31})
    for (const Index cols : {1, 2, 5, 8, 16, 33, 64, 100, 131}) check<T, math::Lanes<T>>(d, cols);
  check<T, math::Lanes<T, 4, math::Backing::plain>>(7, 21);
  check<T, math::Lanes<T, 4, math::Backing::plain>>(8, 16);
}

TEST_CASE("lower products take maps and blocks of larger matrices", "[math]") {
  const Batch<double> l = factor<double>(5), m = lower(l), x = numbers<double>(3, 9, 5);
  Batch<double> y = x;
  math::multiply_lower(l.topLeftCorner(3, 3), y);
  REQUIRE(close<double>(y, m.topLeftCorner(3, 3) * x));
  math::solve_lower(Eigen::Map<const Batch<double>, 0, Eigen::OuterStride<>>(l.data(), 3, 3, Eigen::OuterStride<>(5)), y);
  REQUIRE(close<double>(y, x));
}

TEST_CASE("no rows or no columns is nothing to do", "[math]") {
  Batch<double> none(3, 0), empty(0, 4);
  math::solve_lower(factor<double>(3), none);
  math::solve_lower_transposed(Batch<double>(0, 0), empty);
  math::multiply_lower(Batch<double>(0, 0), empty);
  math::multiply_lower_transposed(Batch<double>(0, 0), empty);
  REQUIRE(none.cols() == 0);
  REQUIRE(empty.cols() == 4);
}

TEMPLATE_TEST_CASE("packing a lower triangle and its log determinant", "[math]", float, double) {
  using T = TestType;
  Batch<T> l(3, 3);
  l << 2, 9, 9, 3, -4, 9, 5, 6, 8;
  const Vector<T> packed = math::pack_lower(l);
  Vector<T> want(6);
  want << 2, 3, -4, 5, 6, 8;
  REQUIRE(packed == want);
  REQUIRE(math::unpack_lower<T>(packed, 3) == lower(l));
  REQUIRE(math::log_determinant_lower(l) == Approx(std::log(64.0)).epsilon(4 * std::numeric_limits<T>::epsilon()));
}

TEST_CASE("sizes that do not fit are named", "[math]") {
  Batch<double> x(4, 2);
  const auto message = [](auto f) {
    try {
      f();
    } catch (const ShapeError& e) {
      return std::string(e.what());
    }
    return std::string("nothing thrown");
  };
  REQUIRE(message([&] { math::solve_lower(Batch<double>(3, 3), x); }) == "solve_lower: rows of x is 4, expected 3");
  REQUIRE(message([&] { math::multiply_lower(Batch<double>(4, 3), x); }) == "multiply_lower: columns of l is 3, expected 4");
  REQUIRE(message([&] { math::unpack_lower<double>(Vector<double>(5), 3); }) == "unpack_lower: size of packed is 5, expected 6");
  REQUIRE(message([&] { math::pack_lower(x); }) == "pack_lower: columns of l is 2, expected 4");
  REQUIRE(message([&] { math::log_determinant_lower(x); }) == "log_determinant_lower: columns of l is 2, expected 4");
}
