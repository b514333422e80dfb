#include "variate/autodiff/dual.hpp"

#include <type_traits>

#include "support/catch.hpp"
#include "variate/core/types.hpp"

using namespace variate;

namespace {
template <class T, int N>
Dual<T, N> seeded(T value, T first) {
  Dual<T, N> x(value);
  for (int i = 0; i < N; ++i) x.tangent[static_cast<std::size_t>(i)] = first + static_cast<T>(i);
  return x;
}
template <class T, int N>
void check(const Dual<T, N>& x, T value, T by_a, T by_b, T a_first, T b_first) {
  const double tolerance = sizeof(T) == 8 ? 1e-14 : 1e-5;
  CHECK(static_cast<double>(x.value) == Approx(static_cast<double>(value)).epsilon(tolerance));
  for (int i = 0; i < N; ++i) {
    const T expected = by_a * (a_first + static_cast<T>(i)) + by_b * (b_first + static_cast<T>(i));
    CHECK(static_cast<double>(x.tangent[static_cast<std::size_t>(i)]) ==
          Approx(static_cast<double>(expected)).epsilon(tolerance));
  }
}
template <class T, int N>
void check_arithmetic() {
  const T a = T(1.5), b = T(-0.75), p = T(0.5), q = T(2);
  const Dual<T, N> x = seeded<T, N>(a, p), y = seeded<T, N>(b, q);
  check<T, N>(x + y, a + b, 1, 1, p, q);
  check<T, N>(x - y, a - b, 1, -1, p, q);
  check<T, N>(x * y, a * b, b, a, p, q);
  check<T, N>(x / y, a / b, 1 / b, -a / (b * b), p, q);
  check<T, N>(-x, -a, -1, 0, p, q);
  check<T, N>(+x, a, 1, 0, p, q);
  check<T, N>(x + 2, a + 2, 1, 0, p, q);
  check<T, N>(2 - x, 2 - a, -1, 0, p, q);
  check<T, N>(x - T(2), a - 2, 1, 0, p, q);
  check<T, N>(3.0 * x, 3 * a, 3, 0, p, q);
  check<T, N>(x * 3, 3 * a, 3, 0, p, q);
  check<T, N>(x / 4, a / 4, T(0.25), 0, p, q);
  check<T, N>(4 / x, 4 / a, -4 / (a * a), 0, p, q);
  Dual<T, N> z = x;
  z += y;
  z *= x;
  z -= 1;
  z /= y;
  check<T, N>(z, ((a + b) * a - 1) / b, (2 * a + b) / b, a / b - ((a + b) * a - 1) / (b * b), p, q);
}
}  // namespace

TEMPLATE_TEST_CASE("arithmetic of duals", "[autodiff]", float, double) {
  check_arithmetic<TestType, 1>();
  check_arithmetic<TestType, 3>();
  check_arithmetic<TestType, 8>();   // whole registers
  check_arithmetic<TestType, 19>();  // registers and a rest
}

TEST_CASE("duals compare by value", "[autodiff]") {
  const Dual<double, 2> x = seeded<double, 2>(1, 5), y = seeded<double, 2>(2, 0);
  CHECK(x < y);
  CHECK(x <= y);
  CHECK(y > x);
  CHECK(y >= 2);
  CHECK(x == 1);
  CHECK(x != y);
  CHECK(0.5 < x);
  CHECK(select(true, x, y).value == 1);
  CHECK(select(false, x, y).tangent[1] == 1);
}

TEST_CASE("duals of lanes are chosen lane by lane", "[autodiff]") {
  using L = math::Lanes<double>;
  double numbers[L::size];
  for (int i = 0; i < L::size; ++i) numbers[i] = i - 1;
  const Dual<L> x(L::load(numbers), {L(3.0)});
  const Dual<L> y = select(x > Dual<L>(0.0), x * x, -x);
  for (int i = 0; i < L::size; ++i) {
    CHECK(y.value[i] == (numbers[i] > 0 ? numbers[i] * numbers[i] : -numbers[i]));
    CHECK(y.tangent[0][i] == (numbers[i] > 0 ? 6 * numbers[i] : -3));
  }
}

TEST_CASE("duals are scalars of Eigen matrices", "[autodiff]") {
  using D = Dual<double, 2>;
  static_assert(std::is_same_v<D::Scalar, double> && D::directions == 2);
  Vector<D> x(2);
  x << D::variable(3, 0), D::variable(4, 1);
  const D squared = x.squaredNorm();
  CHECK(squared.value == 25);
  CHECK(squared.tangent[0] == 6);
  CHECK(squared.tangent[1] == 8);
  const Eigen::Matrix2d a = (Eigen::Matrix2d() << 1, 2, 3, 4).finished();
  const Vector<D> y = a * x;
  CHECK(y[1].value == 25);
  CHECK(y[1].tangent[0] == 3);
  CHECK((2.0 * x + x / 2.0).sum().tangent[1] == 2.5);
}
