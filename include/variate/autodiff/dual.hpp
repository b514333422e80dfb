#pragma once
/// Forward mode: `Dual<T, N>` is a number with its derivatives along N directions. T is float, double, or lanes of them.
/// The mathematical functions are in dual_functions.hpp.
#include <array>
#include <concepts>
#include <limits>
#include <type_traits>

#include <Eigen/Core>

#include "variate/math/lanes.hpp"

namespace variate {

template <class T, int N>
struct Dual;

namespace detail {

template <class T>
struct ElementOf {
  using Type = T;
};
template <class T>
  requires(!std::is_arithmetic_v<T>)
struct ElementOf<T> {
  using Type = typename T::Scalar;
};

template <class T, int N>
using Tangent = std::array<T, static_cast<std::size_t>(N)>;

/// f on each tangent; whole registers at a time where T is a plain number.
template <class T, int N, class F, class... A>
[[gnu::always_inline]] inline Tangent<T, N> each_tangent(F f, const A&... a) {
  Tangent<T, N> out;
  std::size_t i = 0;
  if constexpr (std::floating_point<T>) {
    constexpr std::size_t width = math::Lanes<T>::size;
    for (; i + width <= N; i += width) f(math::Lanes<T>::load(a.data() + i)...).store(out.data() + i);
  }
  for (; i < static_cast<std::size_t>(N); ++i) out[i] = f(a[i]...);
  return out;
}

}  // namespace detail

/// value + sum_i tangent[i] eps_i, where the product of two eps is zero (Clifford 1873). Comparisons look at the value alone.
template <class T, int N = 1>
struct Dual {
  using Scalar = typename detail::ElementOf<T>::Type;
  /// How many directions are differentiated at once.
  static constexpr int directions = N;
  T value{};
  /// The derivatives along the N directions.
  detail::Tangent<T, N> tangent{};

  Dual() = default;
  Dual(const T& v) : value(v) {}  // NOLINT: a plain number is a dual that does not vary
  template <class U>
    requires(std::is_arithmetic_v<U> && !std::same_as<U, T>)
  Dual(U v) : value(static_cast<Scalar>(v)) {}  // NOLINT
  Dual(const T& v, const detail::Tangent<T, N>& t) : value(v), tangent(t) {}

  /// v, varying along direction i.
  static Dual variable(const T& v, int i = 0) {
    Dual x(v);
    x.tangent[static_cast<std::size_t>(i)] = T(1);
    return x;
  }
  /// f(x) where f has the value v and the slope df/dx at x.
  [[gnu::always_inline]] static Dual chain(const T& v, const T& slope, const Dual& x) {
    return {v, detail::each_tangent<T, N>([&](const auto& t) { return t * slope; }, x.tangent)};
  }

  [[gnu::always_inline]] friend Dual operator+(const Dual& a, const Dual& b) {
    return {a.value + b.value,
            detail::each_tangent<T, N>([](const auto& s, const auto& t) { return s + t; }, a.tangent, b.tangent)};
  }
  [[gnu::always_inline]] friend Dual operator-(const Dual& a, const Dual& b) {
    return {a.value - b.value,
            detail::each_tangent<T, N>([](const auto& s, const auto& t) { return s - t; }, a.tangent, b.tangent)};
  }
  [[gnu::always_inline]] friend Dual operator*(const Dual& a, const Dual& b) {
    return {a.value * b.value, detail::each_tangent<T, N>([&](const auto& s, const auto& t) { return s * b.value + t * a.value; },
                                                          a.tangent, b.tangent)};
  }
  [[gnu::always_inline]] friend Dual operator/(const Dual& a, const Dual& b) {
    const T inverse = T(1) / b.value;
    const T ratio = a.value / b.value;
    return {ratio, detail::each_tangent<T, N>([&](const auto& s, const auto& t) { return (s - t * ratio) * inverse; }, a.tangent,
                                              b.tangent)};
  }
  [[gnu::always_inline]] friend Dual operator-(const Dual& a) {
    return {-a.value, detail::each_tangent<T, N>([](const auto& t) { return -t; }, a.tangent)};
  }
  [[gnu::always_inline]] friend Dual operator+(const Dual& a) { return a; }

  // With a plain number on one side there are no tangents to add up.
  template <class U>
    requires(std::is_arithmetic_v<U> || std::same_as<U, T>)
  [[gnu::always_inline]] friend Dual operator+(const Dual& a, const U& b) {
    return {a.value + plain(b), a.tangent};
  }
  template <class U>
    requires(std::is_arithmetic_v<U> || std::same_as<U, T>)
  [[gnu::always_inline]] friend Dual operator+(const U& a, const Dual& b) {
    return {plain(a) + b.value, b.tangent};
  }
  template <class U>
    requires(std::is_arithmetic_v<U> || std::same_as<U, T>)
  [[gnu::always_inline]] friend Dual operator-(const Dual& a, const U& b) {
    return {a.value - plain(b), a.tangent};
  }
  template <class U>
    requires(std::is_arithmetic_v<U> || std::same_as<U, T>)
  [[gnu::always_inline]] friend Dual operator-(const U& a, const Dual& b) {
    return {plain(a) - b.value, (-b).tangent};
  }
  template <class U>
    requires(std::is_arithmetic_v<U> || std::same_as<U, T>)
  [[gnu::always_inline]] friend Dual operator*(const Dual& a, const U& b) {
    return chain(a.value * plain(b), plain(b), a);
  }
  template <class U>
    requires(std::is_arithmetic_v<U> || std::same_as<U, T>)
  [[gnu::always_inline]] friend Dual operator*(const U& a, const Dual& b) {
    return chain(plain(a) * b.value, plain(a), b);
  }
  template <class U>
    requires(std::is_arithmetic_v<U> || std::same_as<U, T>)
  [[gnu::always_inline]] friend Dual operator/(const Dual& a, const U& b) {
    return chain(a.value / plain(b), T(1) / plain(b), a);
  }
  template <class U>
    requires(std::is_arithmetic_v<U> || std::same_as<U, T>)
  [[gnu::always_inline]] friend Dual operator/(const U& a, const Dual& b) {
    const T ratio = plain(a) / b.value;
    return chain(ratio, -ratio / b.value, b);
  }

  template <class U>
  Dual& operator+=(const U& b) {
    return *this = *this + b;
  }
  template <class U>
  Dual& operator-=(const U& b) {
    return *this = *this - b;
  }
  template <class U>
  Dual& operator*=(const U& b) {
    return *this = *this * b;
  }
  template <class U>
  Dual& operator/=(const U& b) {
    return *this = *this / b;
  }

  [[gnu::always_inline]] friend auto operator<(const Dual& a, const Dual& b) { return a.value < b.value; }
  [[gnu::always_inline]] friend auto operator<=(const Dual& a, const Dual& b) { return a.value <= b.value; }
  [[gnu::always_inline]] friend auto operator>(const Dual& a, const Dual& b) { return a.value > b.value; }
  [[gnu::always_inline]] friend auto operator>=(const Dual& a, const Dual& b) { return a.value >= b.value; }
  [[gnu::always_inline]] friend auto operator==(const Dual& a, const Dual& b) { return a.value == b.value; }
  [[gnu::always_inline]] friend auto operator!=(const Dual& a, const Dual& b) { return a.value != b.value; }

  /// mask ? a : b; lane by lane for lanes.
  template <class M>
  [[gnu::always_inline]] friend Dual select(const M& mask, const Dual& a, const Dual& b) {
    if constexpr (std::same_as<M, bool>) {
      return mask ? a : b;
    } else {
      return {select(mask, a.value, b.value),
              detail::each_tangent<T, N>([&](const auto& s, const auto& t) { return select(mask, s, t); }, a.tangent, b.tangent)};
    }
  }

 private:
  template <class U>
  [[gnu::always_inline]] static T plain(const U& x) {
    if constexpr (std::same_as<U, T>) return x;
    else return T(static_cast<Scalar>(x));
  }
};

}  // namespace variate

/// Lets a dual be the scalar of an Eigen matrix, alone or mixed with plain numbers.
namespace Eigen {
template <class T, int N>
struct NumTraits<variate::Dual<T, N>> : NumTraits<T> {
  using Real = variate::Dual<T, N>;
  using NonInteger = variate::Dual<T, N>;
  using Nested = variate::Dual<T, N>;
  using Literal = T;
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 1 + N,
    AddCost = 1 + N,
    MulCost = 1 + 2 * N
  };
};
template <class T, int N, class Op>
struct ScalarBinaryOpTraits<variate::Dual<T, N>, T, Op> {
  using ReturnType = variate::Dual<T, N>;
};
template <class T, int N, class Op>
struct ScalarBinaryOpTraits<T, variate::Dual<T, N>, Op> {
  using ReturnType = variate::Dual<T, N>;
};
}  // namespace Eigen
