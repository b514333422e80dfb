#pragma once
/// Two normals from a uniform u and the bits of an angle a: r = sqrt(-2 log u), (r cos a, r sin a). G. E. P. Box and M. E.
/// Muller, "A note on the generation of random normal deviates", Ann. Math. Statist. 29 (1958).
#include <bit>
#include <limits>
#include <utility>

#include "variate/math/detail/logarithm.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/trigonometric.hpp"

namespace variate::detail {

/// r = sqrt(-2 log u); u in (0, 1), and not subnormal.
template <class L>
[[gnu::always_inline]] inline L box_muller_radius(L u) {
  return sqrt(math::detail::minus_two_log(u));
}
/// (r cos a, r sin a); read as an unsigned number, `bits` counts parts of a full turn, and 0 is half a turn. Rounding to quarter
/// turns leaves their number in the two highest bits, and what is beyond them in the others.
template <class L, class Bits>
[[gnu::always_inline]] inline std::pair<L, L> box_muller_pair(L r, Bits bits) {
  using T = typename L::Scalar;
  using U = typename Bits::Scalar;
  constexpr int size = 8 * sizeof(T), mantissa = std::numeric_limits<T>::digits - 1;
  constexpr U half_turn = U(1) << (size - 1), quarter = half_turn >> 1, one = std::bit_cast<U>(T(1));
  const Bits rounded = bits + U(half_turn + (quarter >> 1));
  const Bits fraction = ((rounded >> (size - 2 - mantissa)) & U((U(1) << mantissa) - 1)) | one;
  const auto rest = math::detail::sin_cos_of_quarters(math::bits_as<T>(fraction) - T(1.5));
  const L signed_r = math::bits_as<T>(math::bits_as<U>(r) ^ (rounded & half_turn));
  const auto even = (rounded & quarter) == Bits(0);
  return {signed_r * select(even, rest.cos, -rest.sin), signed_r * select(even, rest.sin, rest.cos)};
}
/// Both steps.
template <class L, class Bits>
[[gnu::always_inline]] inline std::pair<L, L> box_muller(L u, Bits bits) {
  return box_muller_pair(box_muller_radius(u), bits);
}

}  // namespace variate::detail
