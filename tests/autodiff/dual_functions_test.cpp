#include "variate/autodiff/dual_functions.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace variate;

namespace {
/// The tangents of f at x against central differences of f on plain numbers: truncation and rounding are both about 1e-10 here.
template <class F>
void check_at(F f, double x) {
  CAPTURE(x);
  Dual<double, 3> point(x);
  point.tangent = {1, -2, 0};
  const Dual<double, 3> y = f(point);
  const double h = 1e-5, slope = (f(x + h) - f(x - h)) / (2 * h);
  CHECK(y.value == Approx(f(x)).epsilon(1e-14));
  CHECK(y.tangent[0] == Approx(slope).epsilon(1e-8).margin(1e-9));
  CHECK(y.tangent[1] == Approx(-2 * slope).epsilon(1e-8).margin(1e-9));
  CHECK(y.tangent[2] == 0);
  Dual<float, 1> narrow(static_cast<float>(x));
  narrow.tangent = {1.0f};
  CHECK(static_cast<double>(f(narrow).tangent[0]) == Approx(slope).epsilon(1e-4).margin(1e-5));
}
}  // namespace

using std::exp, std::expm1, std::log, std::log1p, std::log2, std::log10, std::sqrt, std::cbrt, std::sin, std::cos, std::tan,
    std::asin, std::acos, std::atan, std::sinh, std::cosh, std::tanh, std::asinh, std::acosh, std::atanh, std::erf, std::erfc,
    std::abs, std::fabs, std::pow, std::atan2, std::hypot, std::fmin, std::fmax;
using variate::math::sigmoid, variate::math::softplus;

TEST_CASE("functions of one dual", "[autodiff]") {
  for (const double x : {-0.9, -0.3, 0.2, 0.7}) {
    check_at([](auto a) { return exp(a); }, x);
    check_at([](auto a) { return expm1(a); }, x);
    check_at([](auto a) { return log1p(a); }, x);
    check_at([](auto a) { return sin(a); }, x);
    check_at([](auto a) { return cos(a); }, x);
    check_at([](auto a) { return tan(a); }, x);
    check_at([](auto a) { return asin(a); }, x);
    check_at([](auto a) { return acos(a); }, x);
    check_at([](auto a) { return atan(a); }, x);
    check_at([](auto a) { return sinh(a); }, x);
    check_at([](auto a) { return cosh(a); }, x);
    check_at([](auto a) { return tanh(a); }, x);
    check_at([](auto a) { return asinh(a); }, x);
    check_at([](auto a) { return atanh(a); }, x);
    check_at([](auto a) { return erf(a); }, x);
    check_at([](auto a) { return erfc(a); }, x);
    check_at([](auto a) { return abs(a); }, x);
    check_at([](auto a) { return fabs(a); }, x);
    check_at([](auto a) { return cbrt(a); }, x);
    check_at([](auto a) { return sigmoid(a); }, 5 * x);
    check_at([](auto a) { return softplus(a); }, 5 * x);
  }
  for (const double x : {1.2, 3.0}) {
    check_at([](auto a) { return log(a); }, x);
    check_at([](auto a) { return log2(a); }, x);
    check_at([](auto a) { return log10(a); }, x);
    check_at([](auto a) { return sqrt(a); }, x);
    check_at([](auto a) { return acosh(a); }, x);
    check_at([](auto a) { return pow(a, 2.5f); }, x);
    check_at([](auto a) { return pow(a, -2); }, x);
    check_at([](auto a) { return pow(2.0f, a); }, x);
    check_at([](auto a) { return pow(a, a); }, x);
    check_at([](auto a) { return a * a - 1 / a; }, x);
  }
  CHECK(square(Dual<double>::variable(3)).tangent[0] == 6);
}

TEST_CASE("functions of two duals", "[autodiff]") {
  for (const double x : {-0.9, 0.4}) {
    check_at([](auto a) { return atan2(a, a * a - 2); }, x);
    check_at([](auto a) { return hypot(a, 2 * a + 1); }, x);
    check_at([](auto a) { return fmin(a, a * a); }, x);
    check_at([](auto a) { return fmax(a, a * a); }, x);
  }
  CHECK(min(Dual<double>::variable(1), Dual<double>(2)).tangent[0] == 1);
  CHECK(max(Dual<double>::variable(1), Dual<double>(2)).tangent[0] == 0);
}

TEST_CASE("powers where a factor vanishes", "[autodiff]") {
  const auto zero = Dual<double>::variable(0);
  CHECK(pow(zero, 0).tangent[0] == 0);
  CHECK(pow(zero, 1).tangent[0] == 1);
  CHECK(pow(zero, 2).tangent[0] == 0);
  CHECK(pow(0, Dual<double>::variable(2)).tangent[0] == 0);
  CHECK(pow(zero, Dual<double>(3)).tangent[0] == 0);
}

TEST_CASE("whole numbers have no slope, and classification looks at the value", "[autodiff]") {
  const auto x = Dual<double>::variable(1.6);
  CHECK(floor(x).value == 1);
  CHECK(ceil(x).value == 2);
  CHECK(round(x).value == 2);
  CHECK(floor(x).tangent[0] == 0);
  CHECK(isfinite(x));
  CHECK(isnan(Dual<double>(std::numeric_limits<double>::quiet_NaN())));
  CHECK(isinf(Dual<double>(std::numeric_limits<double>::infinity())));
}

TEST_CASE("a simulator's loop: exponential growth with a threshold", "[autodiff]") {
  // x_{t+1} = x_t + r x_t (1 - x_t / k) if x_t < k else x_t; slopes in r, k, x_0 against differences
  const auto last = [](auto r, auto k, auto x) {
    for (int t = 0; t < 100; ++t)
      if (x < k) x += r * x * (1 - x / k);
    return x;
  };
  using D = Dual<double, 3>;
  const D y = last(D::variable(0.02, 0), D::variable(10, 1), D::variable(1, 2));
  const double h = 1e-6;
  CHECK(y.value == last(0.02, 10.0, 1.0));
  CHECK(y.tangent[0] == Approx((last(0.02 + h, 10.0, 1.0) - last(0.02 - h, 10.0, 1.0)) / (2 * h)).epsilon(1e-7));
  CHECK(y.tangent[1] == Approx((last(0.02, 10.0 + h, 1.0) - last(0.02, 10.0 - h, 1.0)) / (2 * h)).epsilon(1e-7));
  CHECK(y.tangent[2] == Approx((last(0.02, 10.0, 1.0 + h) - last(0.02, 10.0, 1.0 - h)) / (2 * h)).epsilon(1e-7));
}
