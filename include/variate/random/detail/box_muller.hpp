#pragma once
/// Two normals from two uniforms: r = sqrt(-2 log u), (r cos 2 pi t, r sin 2 pi t). G. E. P. Box and M. E. Muller, "A note on the
/// generation of random normal deviates", Ann. Math. Statist. 29 (1958).
#include <utility>

#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/trigonometric.hpp"

namespace variate::detail {

/// (r cos 2 pi t, r sin 2 pi t) with r = sqrt(-2 log u); u in (0, 1), |t| <= 1/2.
template <class L>
[[gnu::always_inline]] inline std::pair<L, L> box_muller(L u, L t) {
  const L r = sqrt(math::log(u) * L(-2));
  const auto turned = math::sin_cos_turns(t);
  return {r * turned.cos, r * turned.sin};
}

}  // namespace variate::detail
