#pragma once
/// Polynomials on lanes, coefficients from the constant term up.
#include <array>
#include <cstddef>

namespace variate::math::detail {

/// c_First + c_{First + Step} x + c_{First + 2 Step} x^2 + ... by Horner's rule; recursion, because -O2 leaves loops rolled up.
template <std::size_t First, std::size_t Step, class L, class T, std::size_t Count>
[[gnu::always_inline]] inline L horner(L x, const std::array<T, Count>& c) {
  if constexpr (First + Step < Count) return multiply_add(horner<First + Step, Step>(x, c), x, L(c[First]));
  else return L(c[First]);
}

/// Two Horner chains, one of even and one of odd powers: half the latency for one multiplication more.
template <class L, class T, std::size_t Count>
[[gnu::always_inline]] inline L polynomial(L x, const std::array<T, Count>& c) {
  if constexpr (Count == 1) {
    return L(c[0]);
  } else {
    const L x2 = x * x;
    return multiply_add(horner<1, 2>(x2, c), x, horner<0, 2>(x2, c));
  }
}

}  // namespace variate::math::detail
