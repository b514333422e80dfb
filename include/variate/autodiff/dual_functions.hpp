#pragma once
/// The mathematical functions on duals of float and double: the standard library's value, and tangents by the chain rule. Domains
/// are those of the functions themselves; outside of them NaN, as there.
#include <cmath>
#include <concepts>
#include <numbers>

#include "variate/autodiff/dual.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/softplus.hpp"

namespace variate {

/// e^x.
template <std::floating_point T, int N>
Dual<T, N> exp(const Dual<T, N>& x) {
  const T v = std::exp(x.value);
  return Dual<T, N>::chain(v, v, x);
}
/// e^x - 1.
template <std::floating_point T, int N>
Dual<T, N> expm1(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::expm1(x.value), std::exp(x.value), x);
}
/// Natural logarithm.
template <std::floating_point T, int N>
Dual<T, N> log(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::log(x.value), T(1) / x.value, x);
}
/// log(1 + x).
template <std::floating_point T, int N>
Dual<T, N> log1p(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::log1p(x.value), T(1) / (T(1) + x.value), x);
}
/// Logarithm to base 2.
template <std::floating_point T, int N>
Dual<T, N> log2(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::log2(x.value), std::numbers::log2e_v<T> / x.value, x);
}
/// Logarithm to base 10.
template <std::floating_point T, int N>
Dual<T, N> log10(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::log10(x.value), std::numbers::log10e_v<T> / x.value, x);
}
/// Square root.
template <std::floating_point T, int N>
Dual<T, N> sqrt(const Dual<T, N>& x) {
  const T v = std::sqrt(x.value);
  return Dual<T, N>::chain(v, T(0.5) / v, x);
}
/// Cube root.
template <std::floating_point T, int N>
Dual<T, N> cbrt(const Dual<T, N>& x) {
  const T v = std::cbrt(x.value);
  return Dual<T, N>::chain(v, T(1) / (3 * v * v), x);
}
/// x * x.
template <std::floating_point T, int N>
Dual<T, N> square(const Dual<T, N>& x) {
  return Dual<T, N>::chain(x.value * x.value, x.value + x.value, x);
}
/// Magnitude; its slope at 0 is taken to be 1.
template <std::floating_point T, int N>
Dual<T, N> abs(const Dual<T, N>& x) {
  return select(x.value < T(0), -x, x);
}
template <std::floating_point T, int N>
Dual<T, N> fabs(const Dual<T, N>& x) {
  return abs(x);
}
/// Hyperbolic tangent.
template <std::floating_point T, int N>
Dual<T, N> tanh(const Dual<T, N>& x) {
  const T v = std::tanh(x.value);
  return Dual<T, N>::chain(v, T(1) - v * v, x);
}
/// 1 / (1 + e^-x).
template <std::floating_point T, int N>
Dual<T, N> sigmoid(const Dual<T, N>& x) {
  const T v = math::sigmoid(x.value);
  return Dual<T, N>::chain(v, v * math::sigmoid(-x.value), x);
}
/// log(1 + e^x), without overflow.
template <std::floating_point T, int N>
Dual<T, N> softplus(const Dual<T, N>& x) {
  return Dual<T, N>::chain(math::softplus(x.value), math::sigmoid(x.value), x);
}
/// The smaller one; the second where either is NaN.
template <std::floating_point T, int N>
Dual<T, N> min(const Dual<T, N>& a, const Dual<T, N>& b) {
  return select(a.value < b.value, a, b);
}
/// The larger one; the second where either is NaN.
template <std::floating_point T, int N>
Dual<T, N> max(const Dual<T, N>& a, const Dual<T, N>& b) {
  return select(a.value > b.value, a, b);
}

template <std::floating_point T, int N>
Dual<T, N> fmin(const Dual<T, N>& a, const Dual<T, N>& b) {
  return min(a, b);
}
template <std::floating_point T, int N>
Dual<T, N> fmax(const Dual<T, N>& a, const Dual<T, N>& b) {
  return max(a, b);
}
template <std::floating_point T, int N>
Dual<T, N> sin(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::sin(x.value), std::cos(x.value), x);
}
template <std::floating_point T, int N>
Dual<T, N> cos(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::cos(x.value), -std::sin(x.value), x);
}
template <std::floating_point T, int N>
Dual<T, N> tan(const Dual<T, N>& x) {
  const T v = std::tan(x.value);
  return Dual<T, N>::chain(v, 1 + v * v, x);
}
template <std::floating_point T, int N>
Dual<T, N> asin(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::asin(x.value), 1 / std::sqrt((1 - x.value) * (1 + x.value)), x);
}
template <std::floating_point T, int N>
Dual<T, N> acos(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::acos(x.value), -1 / std::sqrt((1 - x.value) * (1 + x.value)), x);
}
template <std::floating_point T, int N>
Dual<T, N> atan(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::atan(x.value), 1 / (1 + x.value * x.value), x);
}
template <std::floating_point T, int N>
Dual<T, N> sinh(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::sinh(x.value), std::cosh(x.value), x);
}
template <std::floating_point T, int N>
Dual<T, N> cosh(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::cosh(x.value), std::sinh(x.value), x);
}
template <std::floating_point T, int N>
Dual<T, N> asinh(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::asinh(x.value), 1 / std::hypot(x.value, T(1)), x);
}
template <std::floating_point T, int N>
Dual<T, N> acosh(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::acosh(x.value), 1 / std::sqrt((x.value - 1) * (x.value + 1)), x);
}
template <std::floating_point T, int N>
Dual<T, N> atanh(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::atanh(x.value), 1 / ((1 - x.value) * (1 + x.value)), x);
}
template <std::floating_point T, int N>
Dual<T, N> erf(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::erf(x.value), 2 * std::numbers::inv_sqrtpi_v<T> * std::exp(-x.value * x.value), x);
}
template <std::floating_point T, int N>
Dual<T, N> erfc(const Dual<T, N>& x) {
  return Dual<T, N>::chain(std::erfc(x.value), -2 * std::numbers::inv_sqrtpi_v<T> * std::exp(-x.value * x.value), x);
}
/// x^p for a fixed power.
template <std::floating_point T, int N, class P>
  requires std::is_arithmetic_v<P>
Dual<T, N> pow(const Dual<T, N>& x, P power) {
  const T p = static_cast<T>(power);
  return Dual<T, N>::chain(std::pow(x.value, p), p == 0 ? T(0) : p * std::pow(x.value, p - 1), x);
}
/// b^y for a fixed base.
template <std::floating_point T, int N, class B>
  requires std::is_arithmetic_v<B>
Dual<T, N> pow(B base, const Dual<T, N>& y) {
  const T b = static_cast<T>(base), v = std::pow(b, y.value);
  return Dual<T, N>::chain(v, v == 0 ? T(0) : v * std::log(b), y);
}
/// x^y where both vary.
template <std::floating_point T, int N>
Dual<T, N> pow(const Dual<T, N>& x, const Dual<T, N>& y) {
  const T v = std::pow(x.value, y.value);
  const T by_x = y.value == 0 ? T(0) : y.value * std::pow(x.value, y.value - 1);
  const T by_y = v == 0 ? T(0) : v * std::log(x.value);
  return {v, detail::each_tangent<T, N>([&](const auto& s, const auto& t) { return s * by_x + t * by_y; }, x.tangent, y.tangent)};
}
template <std::floating_point T, int N>
Dual<T, N> atan2(const Dual<T, N>& y, const Dual<T, N>& x) {
  const T r2 = x.value * x.value + y.value * y.value;
  const T by_y = x.value / r2, by_x = -y.value / r2;
  return {std::atan2(y.value, x.value),
          detail::each_tangent<T, N>([&](const auto& s, const auto& t) { return s * by_y + t * by_x; }, y.tangent, x.tangent)};
}
template <std::floating_point T, int N>
Dual<T, N> hypot(const Dual<T, N>& x, const Dual<T, N>& y) {
  const T r = std::hypot(x.value, y.value);
  const T by_x = x.value / r, by_y = y.value / r;
  return {r, detail::each_tangent<T, N>([&](const auto& s, const auto& t) { return s * by_x + t * by_y; }, x.tangent, y.tangent)};
}
/// Whole numbers have no slope.
template <std::floating_point T, int N>
Dual<T, N> floor(const Dual<T, N>& x) {
  return {std::floor(x.value)};
}
template <std::floating_point T, int N>
Dual<T, N> ceil(const Dual<T, N>& x) {
  return {std::ceil(x.value)};
}
template <std::floating_point T, int N>
Dual<T, N> round(const Dual<T, N>& x) {
  return {std::round(x.value)};
}
template <std::floating_point T, int N>
bool isfinite(const Dual<T, N>& x) {
  return std::isfinite(x.value);
}
template <std::floating_point T, int N>
bool isnan(const Dual<T, N>& x) {
  return std::isnan(x.value);
}
template <std::floating_point T, int N>
bool isinf(const Dual<T, N>& x) {
  return std::isinf(x.value);
}

}  // namespace variate
