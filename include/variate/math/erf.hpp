#pragma once
/// The error function, its complement, and the complement scaled. Float goes through double.
#include <concepts>
#include <cstddef>
#include <limits>

#include "variate/math/detail/error_function.hpp"
#include "variate/math/detail/widen.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// erf(x) for every x, within 1.5 ulp; odd, erf(-0) = -0. erf(+-inf) = +-1, NaN stays.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> erf(Lanes<T, N, B> x) {
  return detail::in_double(
      []<class L>(L a) {
        const L size = abs(a), s = min(L(30.0), size);  // from 6 on it is 1
        const L large = 1.0 - detail::erfcx_positive(s) * detail::exp_of_square(s, -1);
        return select(size < 1.0, detail::erf_small(a), copysign(large, a));
      },
      x);
}
/// y_i = erf(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void erf(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return erf(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T erf(T x) {
  T y;
  erf<T, L>(&x, &y, 1);
  return y;
}

/// 1 - erf(x) for every x, within 4 ulp, also where the result is subnormal (0 from 27.3 on).
/// erfc(-inf) = 2, erfc(inf) = 0, NaN stays.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> erfc(Lanes<T, N, B> x) {
  return detail::in_double(
      []<class L>(L a) {
        const L size = abs(a), s = min(L(30.0), size);
        const L tail = detail::erfcx_positive(s) * detail::exp_of_square(s, -1);
        return select(size < 0.5, 1.0 - detail::erf_small(a), select(a < 0.0, 2.0 - tail, tail));
      },
      x);
}
/// y_i = erfc(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void erfc(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return erfc(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T erfc(T x) {
  T y;
  erfc<T, L>(&x, &y, 1);
  return y;
}

/// exp(x^2) erfc(x) for every x, within 4 ulp; overflows to inf below -26.6. erfcx(inf) = 0, NaN stays.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> erfcx(Lanes<T, N, B> x) {
  return detail::in_double(
      []<class L>(L a) {
        const L s = abs(a), tail = detail::erfcx_positive(s);
        const L square = select(s > 27.0, L(std::numeric_limits<double>::infinity()), detail::exp_of_square(s, 1));
        return select(a < 0.0, 2.0 * square - tail, tail);
      },
      x);
}
/// y_i = erfcx(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void erfcx(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return erfcx(a); });
}
/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T erfcx(T x) {
  T y;
  erfcx<T, L>(&x, &y, 1);
  return y;
}

}  // namespace variate::math
