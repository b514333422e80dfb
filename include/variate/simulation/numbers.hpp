#pragma once
/// What simulators do with numbers that may carry derivatives: plain ones, duals and those of a tape alike.
#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/autodiff/dual.hpp"
#include "variate/autodiff/dual_functions.hpp"
#include "variate/autodiff/reverse.hpp"
#include "variate/core/types.hpp"

namespace variate {

namespace detail {
template <class X>
struct PlainOf {
  using Type = typename X::Scalar;
};
template <std::floating_point X>
struct PlainOf<X> {
  using Type = X;
};
}  // namespace detail

/// The plain number type behind X: double for double, Dual<double, N> and Reverse<double>.
template <class X>
using PlainNumber = typename detail::PlainOf<X>::Type;
/// X carries derivatives.
template <class X>
inline constexpr bool differentiates = !std::floating_point<X>;

/// The value alone.
template <class X>
PlainNumber<X> value_of(const X& x) {
  if constexpr (differentiates<X>) return x.value;
  else return x;
}

/// A number with the value v and the derivative s_1 dx_1 + s_2 dx_2 + ...: how a function with known slopes, true or assumed, is
/// put into a program. Call with_slopes(v, s_1, x_1, s_2, x_2, ...).
template <class X>
X with_slopes(PlainNumber<X> v, PlainNumber<X> s, const X& x) {
  if constexpr (differentiates<X>) return X::chain(v, s, x);
  else return v;
}
template <class X>
X with_slopes(PlainNumber<X> v, PlainNumber<X> s, const X& x, PlainNumber<X> t, const X& y) {
  if constexpr (!differentiates<X>) return v;
  else if constexpr (requires { X::chain(v, s, x, t, y); }) return X::chain(v, s, x, t, y);
  else {
    X z(v);
    for (std::size_t i = 0; i < z.tangent.size(); ++i) z.tangent[i] = s * x.tangent[i] + t * y.tangent[i];
    return z;
  }
}
/// The number v of the type X, the i-th of whose `weights` is its slope by the i-th of the `sources`.
template <class X>
X with_slopes(PlainNumber<X> v, const PlainNumber<X>* weights, const X* sources, Index count) {
  if constexpr (!differentiates<X>) {
    return v;
  } else {
    X z(v);
    for (Index i = 0; i < count; ++i) {
      if (weights[i] == 0) continue;
      if constexpr (requires { z.tangent; })
        for (std::size_t k = 0; k < z.tangent.size(); ++k) z.tangent[k] += weights[i] * sources[i].tangent[k];
      else z = X::chain(v, PlainNumber<X>(1), z, weights[i], sources[i]);
    }
    return z;
  }
}

namespace detail {
/// Whether `detach` knows all the numbers in it.
template <class S>
constexpr bool detachable() {
  if constexpr (requires(S& s) { s.detach(); }) return true;
  else if constexpr (std::is_arithmetic_v<S> || std::is_enum_v<S>) return true;
  else if constexpr (requires(S& s) { s.value; s.tangent; } || requires(S& s) { s.value; s.tape; s.place; }) return true;
  else if constexpr (requires(S& s) { s.size(); s.coeffRef(Index{}); }) return detachable<typename S::Scalar>();
  else if constexpr (requires(S& s) { s.begin(); s.end(); typename S::value_type; }) return detachable<typename S::value_type>();
  else return false;
}
struct Detach {
  /// A state of one's own lists what it holds in a member detach().
  template <class S>
    requires(detachable<S>())
  void operator()(S& state) const {
    if constexpr (requires { state.detach(); }) {
      state.detach();
    } else if constexpr (std::is_arithmetic_v<S> || std::is_enum_v<S>) {
    } else if constexpr (requires { state.value; state.tangent; }) {
      state.tangent.fill({});
    } else if constexpr (requires { state.value; state.tape; state.place; }) {
      state = S(state.value);
    } else if constexpr (requires { state.size(); state.coeffRef(Index{}); }) {
      for (Index i = 0; i < state.size(); ++i) (*this)(state.coeffRef(i));
    } else {
      for (auto& x : state) (*this)(x);
    }
  }
};
}  // namespace detail
/// Forgets the derivatives of a number, of all numbers of an array, vector or matrix, or of a state that has a member detach().
inline constexpr detail::Detach detach{};

}  // namespace variate
