#pragma once
/// Reverse mode for programs on single numbers: `Reverse<T>` is a number that remembers how it came about, on a `ScalarTape`.
///
/// The batched tape (`Variable`, tape.hpp) is for models that do the same with every column. A simulator that branches, counts and
/// loops is run on `Reverse` or on `Dual` instead, one run at a time.
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/softplus.hpp"

namespace variate {

template <std::floating_point T>
class ScalarTape;

/// A number, and where on its tape it stands. One made from a plain number is a constant and stands nowhere; what is computed from
/// constants alone is a constant. Comparisons look at the value alone.
template <std::floating_point T>
struct Reverse {
  using Scalar = T;
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};
  T value{};
  ScalarTape<T>* tape = nullptr;  ///< none for constants
  std::uint32_t place = nowhere;

  Reverse() = default;
  template <class U>
    requires std::is_arithmetic_v<U>
  Reverse(U v) : value(static_cast<T>(v)) {}  // NOLINT: a plain number is a constant

  /// f(x) where f has the value v and the slope df/dx at x.
  static Reverse chain(T v, T slope, const Reverse& x);
  /// f(x, y) with its two slopes.
  static Reverse chain(T v, T by_x, const Reverse& x, T by_y, const Reverse& y);

  friend Reverse operator+(const Reverse& a, const Reverse& b) { return chain(a.value + b.value, T(1), a, T(1), b); }
  friend Reverse operator-(const Reverse& a, const Reverse& b) { return chain(a.value - b.value, T(1), a, T(-1), b); }
  friend Reverse operator*(const Reverse& a, const Reverse& b) { return chain(a.value * b.value, b.value, a, a.value, b); }
  friend Reverse operator/(const Reverse& a, const Reverse& b) {
    const T ratio = a.value / b.value;
    return chain(ratio, T(1) / b.value, a, -ratio / b.value, b);
  }
  friend Reverse operator-(const Reverse& a) { return chain(-a.value, T(-1), a); }
  friend Reverse operator+(const Reverse& a) { return a; }
  Reverse& operator+=(const Reverse& b) { return *this = *this + b; }
  Reverse& operator-=(const Reverse& b) { return *this = *this - b; }
  Reverse& operator*=(const Reverse& b) { return *this = *this * b; }
  Reverse& operator/=(const Reverse& b) { return *this = *this / b; }

  friend bool operator<(const Reverse& a, const Reverse& b) { return a.value < b.value; }
  friend bool operator<=(const Reverse& a, const Reverse& b) { return a.value <= b.value; }
  friend bool operator>(const Reverse& a, const Reverse& b) { return a.value > b.value; }
  friend bool operator>=(const Reverse& a, const Reverse& b) { return a.value >= b.value; }
  friend bool operator==(const Reverse& a, const Reverse& b) { return a.value == b.value; }
  friend bool operator!=(const Reverse& a, const Reverse& b) { return a.value != b.value; }
  /// mask ? a : b.
  friend Reverse select(bool mask, const Reverse& a, const Reverse& b) { return mask ? a : b; }
};

namespace detail {
/// What a number came from: at most two others.
template <class T>
struct ScalarNode {
  T by_first, by_second;
  std::uint32_t first, second;
};
}  // namespace detail

/// The list of numbers computed from variables, and one reverse sweep over it. Its memory is lent by the thread and given back.
/// Numbers on it must not outlive it. Not for two threads at once.
template <std::floating_point T>
class ScalarTape {
 public:
  using Scalar = T;

  ScalarTape() {
    if (auto* const spare = detail::kept_by_thread<Room, 16>(); spare && !spare->empty()) {
      room_ = std::move(spare->back());
      spare->pop_back();
    }
  }
  ScalarTape(const ScalarTape&) = delete;
  ScalarTape& operator=(const ScalarTape&) = delete;
  ~ScalarTape() {
    room_.nodes.clear();
    if (auto* const spare = detail::kept_by_thread<Room, 16>(); spare && spare->size() < spare->capacity())
      spare->push_back(std::move(room_));
  }

  /// A number whose derivative is of interest.
  Reverse<T> variable(T value) { return put(value, {T(0), T(0), Reverse<T>::nowhere, Reverse<T>::nowhere}); }
  /// Numbers on the tape.
  Index size() const { return static_cast<Index>(room_.nodes.size()); }

  /// Derivatives of `result` by everything it came from; ask for them by `adjoint`.
  void sweep(const Reverse<T>& result) {
    auto& adjoint = room_.adjoints;
    adjoint.assign(room_.nodes.size(), T(0));
    if (result.place == Reverse<T>::nowhere) return;
    adjoint[result.place] = T(1);
    for (std::size_t i = result.place + std::size_t{1}; i-- > 0;) {
      const T a = adjoint[i];
      if (a == T(0)) continue;  // it counts for nothing, even where its slopes are infinite
      const detail::ScalarNode<T>& node = room_.nodes[i];
      if (node.first != Reverse<T>::nowhere) adjoint[node.first] += a * node.by_first;
      if (node.second != Reverse<T>::nowhere) adjoint[node.second] += a * node.by_second;
    }
  }
  /// The last sweep's derivative by x: zero if x is a constant.
  T adjoint(const Reverse<T>& x) const { return x.place == Reverse<T>::nowhere ? T(0) : room_.adjoints[x.place]; }

  /// A number with this value and origin. For `Reverse` and primitives of your own.
  Reverse<T> put(T value, const detail::ScalarNode<T>& node) {
    if (room_.nodes.size() >= Reverse<T>::nowhere) [[unlikely]]
      throw std::length_error("ScalarTape: more than 2^32 - 1 numbers");
    Reverse<T> x(value);
    x.tape = this;
    x.place = static_cast<std::uint32_t>(room_.nodes.size());
    room_.nodes.push_back(node);
    return x;
  }

 private:
  struct Room {
    std::vector<detail::ScalarNode<T>> nodes;
    std::vector<T> adjoints;
  };
  Room room_;
};

template <std::floating_point T>
inline Reverse<T> Reverse<T>::chain(T v, T slope, const Reverse& x) {
  if (!x.tape) return Reverse(v);
  return x.tape->put(v, {slope, T(0), x.place, nowhere});
}
template <std::floating_point T>
inline Reverse<T> Reverse<T>::chain(T v, T by_x, const Reverse& x, T by_y, const Reverse& y) {
  if (!x.tape) return chain(v, by_y, y);
  return x.tape->put(v, {by_x, by_y, x.place, y.place});
}

// The functions have the values and slopes of those on duals.
template <std::floating_point T>
Reverse<T> exp(const Reverse<T>& x) {
  const T v = std::exp(x.value);
  return Reverse<T>::chain(v, v, x);
}
template <std::floating_point T>
Reverse<T> expm1(const Reverse<T>& x) {
  return Reverse<T>::chain(std::expm1(x.value), std::exp(x.value), x);
}
template <std::floating_point T>
Reverse<T> log(const Reverse<T>& x) {
  return Reverse<T>::chain(std::log(x.value), T(1) / x.value, x);
}
template <std::floating_point T>
Reverse<T> log1p(const Reverse<T>& x) {
  return Reverse<T>::chain(std::log1p(x.value), T(1) / (T(1) + x.value), x);
}
template <std::floating_point T>
Reverse<T> sqrt(const Reverse<T>& x) {
  const T v = std::sqrt(x.value);
  return Reverse<T>::chain(v, T(0.5) / v, x);
}
template <std::floating_point T>
Reverse<T> square(const Reverse<T>& x) {
  return Reverse<T>::chain(x.value * x.value, x.value + x.value, x);
}
/// Magnitude; its slope at 0 is taken to be 1.
template <std::floating_point T>
Reverse<T> abs(const Reverse<T>& x) {
  return x.value < T(0) ? -x : x;
}
template <std::floating_point T>
Reverse<T> fabs(const Reverse<T>& x) {
  return abs(x);
}
template <std::floating_point T>
Reverse<T> sin(const Reverse<T>& x) {
  return Reverse<T>::chain(std::sin(x.value), std::cos(x.value), x);
}
template <std::floating_point T>
Reverse<T> cos(const Reverse<T>& x) {
  return Reverse<T>::chain(std::cos(x.value), -std::sin(x.value), x);
}
template <std::floating_point T>
Reverse<T> tanh(const Reverse<T>& x) {
  const T v = std::tanh(x.value);
  return Reverse<T>::chain(v, T(1) - v * v, x);
}
template <std::floating_point T>
Reverse<T> sigmoid(const Reverse<T>& x) {
  const T v = math::sigmoid(x.value);
  return Reverse<T>::chain(v, v * math::sigmoid(-x.value), x);
}
template <std::floating_point T>
Reverse<T> softplus(const Reverse<T>& x) {
  return Reverse<T>::chain(math::softplus(x.value), math::sigmoid(x.value), x);
}
/// The smaller one; the second where either is NaN.
template <std::floating_point T>
Reverse<T> min(const Reverse<T>& a, const Reverse<T>& b) {
  return a.value < b.value ? a : b;
}
/// The larger one; the second where either is NaN.
template <std::floating_point T>
Reverse<T> max(const Reverse<T>& a, const Reverse<T>& b) {
  return a.value > b.value ? a : b;
}
/// x^p for a fixed power.
template <std::floating_point T, class P>
  requires std::is_arithmetic_v<P>
Reverse<T> pow(const Reverse<T>& x, P power) {
  const T p = static_cast<T>(power);
  return Reverse<T>::chain(std::pow(x.value, p), p == 0 ? T(0) : p * std::pow(x.value, p - 1), x);
}
/// b^y for a fixed base.
template <std::floating_point T, class B>
  requires std::is_arithmetic_v<B>
Reverse<T> pow(B base, const Reverse<T>& y) {
  const T b = static_cast<T>(base), v = std::pow(b, y.value);
  return Reverse<T>::chain(v, v == 0 ? T(0) : v * std::log(b), y);
}
/// x^y where both vary.
template <std::floating_point T>
Reverse<T> pow(const Reverse<T>& x, const Reverse<T>& y) {
  const T v = std::pow(x.value, y.value);
  return Reverse<T>::chain(v, y.value == 0 ? T(0) : y.value * std::pow(x.value, y.value - 1), x,
                           v == 0 ? T(0) : v * std::log(x.value), y);
}
template <std::floating_point T>
bool isfinite(const Reverse<T>& x) {
  return std::isfinite(x.value);
}
template <std::floating_point T>
bool isnan(const Reverse<T>& x) {
  return std::isnan(x.value);
}

}  // namespace variate

/// Lets such a number be the scalar of an Eigen matrix.
namespace Eigen {
template <class T>
struct NumTraits<variate::Reverse<T>> : NumTraits<T> {
  using Real = variate::Reverse<T>;
  using NonInteger = variate::Reverse<T>;
  using Nested = variate::Reverse<T>;
  using Literal = T;
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 3,
    AddCost = 10,
    MulCost = 10
  };
};
template <class T, class Op>
struct ScalarBinaryOpTraits<variate::Reverse<T>, T, Op> {
  using ReturnType = variate::Reverse<T>;
};
template <class T, class Op>
struct ScalarBinaryOpTraits<T, variate::Reverse<T>, Op> {
  using ReturnType = variate::Reverse<T>;
};
}  // namespace Eigen
