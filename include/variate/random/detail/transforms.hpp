#pragma once
/// From random bits to uniform and normal numbers, a register at a time. L is lanes of float or double.
#include <cstdint>
#include <cstring>

#include "variate/math/lanes.hpp"
#include "variate/random/detail/box_muller.hpp"
#include "variate/random/detail/pages.hpp"

namespace variate::detail {

/// Lanes of T in the same register.
template <class W, class T>
using LanesLike = math::Lanes<T, static_cast<int>(sizeof(typename W::Native) / sizeof(T)), W::backing>;

/// A number in [1, 2) from the top 52 bits of a word.
template <class L>
[[gnu::always_inline]] inline L from_one_to_two(BitsOf<L> bits) {
  return math::bits_as<double>((bits >> 12) | BitsOf<L>(0x3FF0000000000000u));
}

/// A number in the open interval (0, 1). double: (k + 1/2) 2^-52 with 52 random bits, exact and symmetric. float: (k + 1/2) 2^-31
/// rounded, with 31 random bits, so that the lower tail keeps all 24 digits; the largest is 1 - 2^-24.
template <class L>
[[gnu::always_inline]] inline L to_uniform(BitsOf<L> bits) {
  if constexpr (sizeof(typename L::Scalar) == 8) {
    return from_one_to_two<L>(bits) - L(0x1.fffffffffffffp-1);
  } else {
    const L u = math::convert<float>(math::bits_as<std::int32_t>(bits >> 1)) * L(0x1p-31f) + L(0x1p-32f);
    return min(u, L(0x1.fffffep-1f));
  }
}

/// A fraction of a full turn in [-1/2, 1/2): the angle of `box_muller` for the same bits.
template <class L>
[[gnu::always_inline]] inline L to_turns(BitsOf<L> bits) {
  return from_one_to_two<L>(bits) - L(1.5);
}

/// A page of uniform numbers, for `fill_pages`.
template <class L>
struct UniformPage {
  template <class Page, class T, class Next>
  [[gnu::always_inline]] void operator()(const Page& page, T* out, Index count, Next next) const {
    constexpr Index group = numbers_per_group<T>;
    all_parts(next);
    for (Index g = 0; g < 4; ++g)
      for (Index i = 0; i < group && g * group + i < count; i += L::size)
        to_uniform<L>(page.template bits<L>(g, i)).store(out + g * group + i);
  }
};

/// A page of normal numbers, for `fill_pages`. Groups 0 and 2 give the radii, groups 1 and 3 the angles; numbers l and l + group
/// are r cos and r sin of the same pair. A radius is a long chain of operations that each wait for the one before; what stands
/// between them does not.
template <class L>
class NormalPage {
  static constexpr Index group = numbers_per_group<typename L::Scalar>, packs = group / L::size;

 public:
  template <class Page, class T, class Next>
  [[gnu::always_inline]] void operator()(const Page& page, T* out, Index count, Next next) const {
    L first[packs] = {}, second[packs] = {};
    const Index more = count - 2 * group;
    next.template part<0>();
    radii<0>(page, count, first);
    next.template part<1>();
    radii<2>(page, more, second);
    next.template part<2>();
    pairs<1>(page, out, count, first);
    next.template part<3>();
    next.template part<4>();
    pairs<3>(page, out + 2 * group, more, second);
  }

 private:
  template <Index g, class Page>
  [[gnu::always_inline]] static void radii(const Page& page, Index count, L (&r)[packs]) {
    for (Index p = 0; p < packs && p * L::size < count; ++p)
      r[p] = box_muller_radius(to_uniform<L>(page.template bits<L>(g, p * L::size)));
  }
  template <Index g, class Page, class T>
  [[gnu::always_inline]] static void pairs(const Page& page, T* out, Index count, const L (&r)[packs]) {
    for (Index p = 0; p < packs && p * L::size < count; ++p) {
      const auto [a, b] = box_muller_pair(r[p], page.template bits<L>(g, p * L::size));
      a.store(out + p * L::size);
      b.store(out + p * L::size + group);
    }
  }
};

}  // namespace variate::detail
