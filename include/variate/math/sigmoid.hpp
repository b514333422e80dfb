#pragma once
/// The logistic function, its logarithm, and its inverse.
#include <concepts>
#include <cstddef>
#include <limits>

#include "variate/math/detail/logarithm.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// 1 / (1 + e^-x), within 2.5 ulp, also where the result is subnormal. sigmoid(-inf) = 0, sigmoid(inf) = 1, NaN stays.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> sigmoid(Lanes<T, N, B> x) {
  const Lanes<T, N, B> e = exp(-abs(x));
  return select(x < T(0), e, Lanes<T, N, B>(T(1))) / (e + T(1));
}
/// y_i = sigmoid(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void sigmoid(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return sigmoid(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T sigmoid(T x) {
  T y;
  sigmoid<T, L>(&x, &y, 1);
  return y;
}

/// log(sigmoid(x)) = -log(1 + e^-x), within 2 ulp. log_sigmoid(-inf) = -inf, log_sigmoid(inf) = 0, NaN stays.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> log_sigmoid(Lanes<T, N, B> x) {
  using L = Lanes<T, N, B>;
  return min(L(T(0)), x) - detail::log_one_plus_fraction(exp(-abs(x)));
}
/// y_i = log_sigmoid(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void log_sigmoid(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return log_sigmoid(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T log_sigmoid(T x) {
  T y;
  log_sigmoid<T, L>(&x, &y, 1);
  return y;
}

/// log(p / (1 - p)), the inverse of `sigmoid`, within 2 ulp for 0 < p < 1, also near its zero 1/2 and for subnormal p.
/// logit(0) = -inf, logit(1) = inf; NaN outside [0, 1].
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> logit(Lanes<T, N, B> p) {
  using L = Lanes<T, N, B>;
  constexpr T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  constexpr T tiny = sizeof(T) == 8 ? T(0x1p-500) : T(0x1p-60), up = T(1) / tiny;
  const auto small = p < tiny;
  const L a = select(small, p * up, p), q = T(1) - p, lost = (T(1) - q) - p;  // 1 - p = q + lost, exactly
  const detail::Binary<L> b(a / q, select(small, L(sizeof(T) == 8 ? T(500) : T(60)), L(T(0))));
  const L power = bits_as<T>(b.exponent << detail::LogConstants<T>::mantissa), c = power * q;
  const L s = ((a - c) - power * lost) / (a + c);  // with p/(1-p) = 2^k m this is (m-1)/(m+1); a - c is exact
  const L y = detail::log_of_quotient(b.k, s);
  return select((p > T(0)) & (p < T(1)), y, select(p == T(0), L(-inf), select(p == T(1), L(inf), L(nan))));
}
/// y_i = logit(p_i), n numbers at any alignment, in place if y == p.
template <std::floating_point T, class L = Lanes<T>>
void logit(const T* p, T* y, std::ptrdiff_t n) {
  map<L>(p, y, n, [](L a) { return logit(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T logit(T p) {
  T y;
  logit<T, L>(&p, &y, 1);
  return y;
}

}  // namespace variate::math
