#pragma once
/// Several numbers at once from a double kernel, for lanes of either type.
#include <array>
#include <cstddef>
#include <type_traits>

#include "variate/distributions/detail/cells.hpp"
#include "variate/math/detail/widen.hpp"

namespace variate::detail {

/// f takes double lanes and gives an array of N of them.
template <int N, class S, class F, class... More>
Numbers<S, N> numbers_in_double(F f, Packet<S> first, More... more) {
  if constexpr (std::is_same_v<S, double>) {
    return f(first, more...);
  } else {
    const auto low = f(math::detail::widen(first)[0], math::detail::widen(more)[0]...);
    const auto high = f(math::detail::widen(first)[1], math::detail::widen(more)[1]...);
    Numbers<S, N> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = math::detail::narrow(low[i], high[i]);
    return all;
  }
}

}  // namespace variate::detail
