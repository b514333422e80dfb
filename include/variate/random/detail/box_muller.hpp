#pragma once
/// Two normals from two uniforms: r = sqrt(-2 log u), (r cos 2 pi t, r sin 2 pi t). G. E. P. Box and M. E. Muller, "A note on the
/// generation of random normal deviates", Ann. Math. Statist. 29 (1958).
#include <utility>

#include "variate/math/detail/logarithm.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/trigonometric.hpp"

namespace variate::detail {

/// r = sqrt(-2 log u); u in (0, 1), and not subnormal.
template <class L>
[[gnu::always_inline]] inline L box_muller_radius(L u) {
  return sqrt(math::detail::log_normal(u) * L(-2));
}
/// (r cos 2 pi t, r sin 2 pi t); |t| <= 1/2.
template <class L>
[[gnu::always_inline]] inline std::pair<L, L> box_muller_pair(L r, L t) {
  const auto turned = math::detail::sin_cos_few_turns(t);
  return {r * turned.cos, r * turned.sin};
}
/// Both steps.
template <class L>
[[gnu::always_inline]] inline std::pair<L, L> box_muller(L u, L t) {
  return box_muller_pair(box_muller_radius(u), t);
}

}  // namespace variate::detail
