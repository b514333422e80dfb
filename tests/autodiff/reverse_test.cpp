#include "support/catch.hpp"
#include "variate/autodiff/dual_functions.hpp"
#include "variate/autodiff/reverse.hpp"

using namespace variate;

namespace {
/// Everything there is, mixed.
template <class X>
X every_function(const X& a, const X& b) {
  X sum = exp(a) * sin(b) / (1.0 + square(a)) - log(2.0 + b) + sqrt(3.0 + a) + tanh(a * b) + sigmoid(a) + softplus(b - a);
  sum += pow(a, 3) + pow(2.0, b) + pow(a + 2.0, b) + expm1(a) + log1p(b) + cos(a) - abs(-b) + fabs(a);
  sum -= min(a, b) * max(a, b);
  sum *= 1.0 - a / 2.0;
  sum /= 2.0 + b;
  return -sum + select(a < b, a, b) + (+a);
}
}  // namespace

TEST_CASE("Reverse numbers agree with duals", "[autodiff]") {
  using D = Dual<double, 2>;
  for (const auto& [x, y] : {std::pair{0.3, 0.8}, std::pair{1.2, 0.1}}) {
    const D forward = every_function(D::variable(x, 0), D::variable(y, 1));
    ScalarTape<double> tape;
    const auto a = tape.variable(x), b = tape.variable(y);
    const auto result = every_function(a, b);
    tape.sweep(result);
    CHECK(result.value == Approx(forward.value).epsilon(1e-14));
    CHECK(tape.adjoint(a) == Approx(forward.tangent[0]).epsilon(1e-12));
    CHECK(tape.adjoint(b) == Approx(forward.tangent[1]).epsilon(1e-12));
    tape.sweep(result);  // as often as one likes
    CHECK(tape.adjoint(a) == Approx(forward.tangent[0]).epsilon(1e-12));
  }
}

TEST_CASE("Constants cost no room on the tape", "[autodiff]") {
  ScalarTape<double> tape;
  const auto x = tape.variable(2.0);
  Reverse<double> constant = 3.0;
  constant = exp(constant) * 2 + 1;
  CHECK(tape.size() == 1);
  CHECK(tape.adjoint(Reverse<double>(1)) == 0);
  const auto y = x * constant;
  CHECK(tape.size() == 2);
  tape.sweep(y);
  CHECK(tape.adjoint(x) == constant.value);
  tape.sweep(constant);
  CHECK(tape.adjoint(x) == 0);
}

TEST_CASE("What counts for nothing does so where slopes are infinite", "[autodiff]") {
  ScalarTape<double> tape;
  const auto x = tape.variable(0.0);
  const auto unused = sqrt(x);
  tape.sweep(2.0 * x + 0.0 * unused);
  CHECK(std::isnan(unused.value) == false);
  CHECK(tape.adjoint(x) == 2);
}

TEST_CASE("Reverse numbers are scalars of Eigen matrices", "[autodiff]") {
  ScalarTape<double> tape;
  Vector<Reverse<double>> v(2);
  v << tape.variable(3.0), tape.variable(4.0);
  const Reverse<double> norm = sqrt(v[0] * v[0] + v[1] * v[1]);
  tape.sweep(norm);
  CHECK(tape.adjoint(v[0]) == Approx(0.6));
  CHECK(v[0] < v[1]);
  CHECK(v[1] == v[1]);
  CHECK(v[0] != v[1]);
  CHECK(isfinite(norm));
  CHECK_FALSE(isnan(norm));
  CHECK(Reverse<float>(1.5f).value == 1.5f);
}
