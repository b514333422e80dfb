#pragma once
/// Sine and cosine, of radians and of turns. Turns are reduced exactly and cheaply.
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>

#include "variate/math/detail/polynomial.hpp"
#include "variate/math/detail/widen.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math {

/// Both at once: they share most of their work.
template <class L>
struct SinCos {
  L sin;  ///< the sine
  L cos;  ///< the cosine
};

namespace detail {

/// Constants found by tests/data/math/make_coefficients.py, good to 4e-18 (float: 6e-11) of the result.
/// Radians, z = y^2, |y| <= pi/4: sin y = y + y z sine(z), cos y = 1 - z/2 + z^2 cosine(z).
inline constexpr std::array<double, 6> sine{-0.16666666666666636,  0.0083333333333230649,  -0.00019841269830225923,
                                            2.7557313813507193e-6, -2.5050774532815551e-8, 1.5897632621303592e-10};
inline constexpr std::array<double, 6> cosine{0.041666666666666650,   -0.0013888888888881939, 2.4801587293904390e-5,
                                              -2.7557315524850254e-7, 2.0875871003682753e-9,  -1.1366793553264207e-11};
/// Quarter turns, z = r^2, |r| <= 1/2: sin(pi r / 2) = r (pi/2 + z sine(z)), cos(pi r / 2) = 1 + z cosine(z).
template <class T>
struct Quarters {
  static constexpr std::array<double, 6> sine{-0.64596409750624512,   0.079692626246072434,   -0.0046817541327736660,
                                              0.00016044115375346055, -3.5986532752914094e-6, 5.6351812212336845e-8};
  static constexpr std::array<double, 7> cosine{-1.2337005501361698,    0.25366950790104707,   -0.020863480763318639,
                                                0.00091926027425951494, -2.5202037184070930e-5, 4.7106210305261228e-7,
                                                -6.3224852935241908e-9};
};
template <>
struct Quarters<float> {
  static constexpr std::array<float, 4> sine{-0.645964097f, 0.0796925899f, -0.00468130613f, 0.000158279246f};
  static constexpr std::array<float, 4> cosine{-1.23370054f, 0.253669254f, -0.0208603484f, 0.00090413841f};
};

/// As `map`, with two results.
template <class L, class T, class F>
#if defined(__clang__) || !defined(__GNUC__)
[[gnu::noinline]]
#else
[[gnu::noipa]]
#endif
void map_pair_registers(const T* x, T* sines, T* cosines, std::ptrdiff_t registers, F f) {
  for (std::ptrdiff_t i = 0; i < registers * L::size; i += L::size) {
    const SinCos<L> out = f(L::load(x + i));
    out.sin.store(sines + i);
    out.cos.store(cosines + i);
  }
}
template <class L, class T, class F>
void map_pair(const T* x, T* sines, T* cosines, std::ptrdiff_t n, F f) {
  const std::ptrdiff_t rest = n % L::size, whole = n - rest;
  if (whole > 0) map_pair_registers<L>(x, sines, cosines, whole / L::size, f);
  if (rest > 0) {
    T angles[L::size], s[L::size], c[L::size];
    L::load(x + whole, rest, T(1)).store(angles);
    map_pair_registers<L>(angles, s, c, 1, f);
    L::load(s).store(sines + whole, rest);
    L::load(c).store(cosines + whole, rest);
  }
}

/// Added to a number below a quarter of this, rounds it to an integer k and leaves k in the low bits.
template <class T>
inline constexpr T rounding_shift = T(1.5) / std::numeric_limits<T>::epsilon();

/// The values for an angle of k quarter turns more: k in the low bits of `quarters`.
template <class L, class Bits>
[[gnu::always_inline]] inline SinCos<L> turn(Bits quarters, L s, L c) {
  using T = typename L::Scalar;
  using U = UnsignedOf<T>;
  constexpr int top = 8 * static_cast<int>(sizeof(T)) - 2;
  constexpr U sign = U(1) << (top + 1);
  const auto odd = (quarters & U(1)) == U(0);
  const L a = select(odd, s, c), b = select(odd, c, s);
  // sine changes sign in the lower half turn, cosine in the two middle quarters
  const Bits flip_sin = (quarters << top) & sign, flip_cos = ((quarters + U(1)) << top) & sign;
  return {bits_as<T>(bits_as<U>(a) ^ flip_sin), bits_as<T>(bits_as<U>(b) ^ flip_cos)};
}

/// Sine and cosine of r quarter turns, |r| <= 1/2.
template <class L>
[[gnu::always_inline]] inline SinCos<L> sin_cos_of_quarters(L r) {
  using T = typename L::Scalar;
  using C = Quarters<T>;
  const L z = r * r;
  return {r * multiply_add(z, polynomial(z, C::sine), L(T(1.5707963267948966))),
          multiply_add(z, polynomial(z, C::cosine), L(T(1)))};
}

/// Sine and cosine of 2 pi u where fractions have not ended.
template <class L>
[[gnu::always_inline]] inline SinCos<L> sin_cos_few_turns(L u) {
  using T = typename L::Scalar;
  const L shifted = multiply_add(u, L(T(4)), L(rounding_shift<T>));
  const SinCos<L> of_rest = sin_cos_of_quarters(multiply_add(u, L(T(4)), -(shifted - rounding_shift<T>)));
  return turn(bits_as<UnsignedOf<T>>(shifted), of_rest.sin, of_rest.cos);
}

/// Up to here the reduction of radians keeps all its bits; larger angles go to the C library one by one.
inline constexpr double largest_reduced_angle = 1e6;

/// The angle is y + low, |y| <= pi/4, and the quarter turns counted in the low bits: three parts of pi/2 (Cody and Waite 1980).
template <int N, Backing B>
[[gnu::always_inline]] inline SinCos<Lanes<double, N, B>> sin_cos_reduced(Lanes<double, N, B> x) {
  using L = Lanes<double, N, B>;
  const L shifted = multiply_add(x, L(0.63661977236758134), L(rounding_shift<double>));
  const L k = shifted - rounding_shift<double>;
  // the first two parts have 33 bits: their products with k are exact
  const L first = multiply_add(k, L(-1.57079632673412561416626), x), second = k * 6.077100506303965976595549e-11;
  const L head = first - second, rest = multiply_add(k, L(-2.0222662487959507e-21), (first - head) - second);
  const L y = head + rest, low = (head - y) + rest;
  const L z = y * y, half = z * 0.5, w = 1.0 - half;
  const L s = y + multiply_add(y * z, polynomial(z, sine), low * w);
  const L c = w + (((1.0 - w) - half) + multiply_add(z * z, polynomial(z, cosine), -(y * low)));
  const SinCos<L> r = turn(bits_as<UnsignedOf<double>>(shifted), s, c);
  return {select(x == 0.0, x, r.sin), r.cos};
}

template <int N, Backing B>
[[gnu::always_inline]] inline SinCos<Lanes<double, N, B>> sin_cos_any(Lanes<double, N, B> x) {
  using L = Lanes<double, N, B>;
  const SinCos<L> r = sin_cos_reduced(x);
  const auto small = abs(x) <= L(largest_reduced_angle);
  if (all(small)) [[likely]] return r;
  const L sines = L::each([](double a) { return std::sin(a); }, x), cosines = L::each([](double a) { return std::cos(a); }, x);
  return {select(small, r.sin, sines), select(small, r.cos, cosines)};
}

}  // namespace detail

/// Sine and cosine of an angle in radians, each within 1 ulp (float: 0.51) up to 1e6 in size; beyond that as good as the C
/// library's. sin(-0) = -0; NaN for infinities and NaN.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline SinCos<Lanes<T, N, B>> sin_cos(Lanes<T, N, B> x) {
  if constexpr (std::same_as<T, double>) {
    return detail::sin_cos_any(x);
  } else {
    const auto halves = detail::widen(x);
    std::array<SinCos<Lanes<double, N / 2, B>>, 2> r;
    for (std::size_t i = 0; i < 2; ++i) r[i] = detail::sin_cos_any(halves[i]);
    return {detail::narrow(r[0].sin, r[1].sin), detail::narrow(r[0].cos, r[1].cos)};
  }
}
/// The same, one of the two.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> sin(Lanes<T, N, B> x) {
  return sin_cos(x).sin;
}
/// The cosine, likewise.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline Lanes<T, N, B> cos(Lanes<T, N, B> x) {
  return sin_cos(x).cos;
}

/// Sine and cosine of 2 pi u, each within 2 ulp: the reduction is exact, so that whole and half turns give exact zeros.
/// |u| < 2^48 (float: 2^19), where fractions end; NaN beyond, and for NaN.
template <std::floating_point T, int N, Backing B>
[[gnu::always_inline]] inline SinCos<Lanes<T, N, B>> sin_cos_turns(Lanes<T, N, B> u) {
  using L = Lanes<T, N, B>;
  const auto few = abs(u) < T(0.0625) / std::numeric_limits<T>::epsilon();
  const L nan(std::numeric_limits<T>::quiet_NaN());
  const SinCos<L> r = detail::sin_cos_few_turns(u);
  return {select(few, r.sin, nan), select(few, r.cos, nan)};
}

/// y_i = sin(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void sin(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return sin(a); });
}
/// y_i = cos(x_i), n numbers at any alignment, in place if y == x.
template <std::floating_point T, class L = Lanes<T>>
void cos(const T* x, T* y, std::ptrdiff_t n) {
  map<L>(x, y, n, [](L a) { return cos(a); });
}
/// Both of n angles; either result may be written over x.
template <std::floating_point T, class L = Lanes<T>>
void sin_cos(const T* x, T* sines, T* cosines, std::ptrdiff_t n) {
  detail::map_pair<L>(x, sines, cosines, n, [](L a) { return sin_cos(a); });
}
/// Both of n angles in turns; either result may be written over u.
template <std::floating_point T, class L = Lanes<T>>
void sin_cos_turns(const T* u, T* sines, T* cosines, std::ptrdiff_t n) {
  detail::map_pair<L>(u, sines, cosines, n, [](L a) { return sin_cos_turns(a); });
}

/// The same bits as in an array.
template <std::floating_point T, class L = Lanes<T>>
T sin(T x) {
  T y;
  sin<T, L>(&x, &y, 1);
  return y;
}
/// The cosine, likewise.
template <std::floating_point T, class L = Lanes<T>>
T cos(T x) {
  T y;
  cos<T, L>(&x, &y, 1);
  return y;
}
/// Both of one number.
template <std::floating_point T, class L = Lanes<T>>
SinCos<T> sin_cos(T x) {
  SinCos<T> r;
  sin_cos<T, L>(&x, &r.sin, &r.cos, 1);
  return r;
}
/// Both of one number of turns.
template <std::floating_point T, class L = Lanes<T>>
SinCos<T> sin_cos_turns(T u) {
  SinCos<T> r;
  sin_cos_turns<T, L>(&u, &r.sin, &r.cos, 1);
  return r;
}

}  // namespace variate::math
