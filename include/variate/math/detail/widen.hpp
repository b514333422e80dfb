#pragma once
/// Float lanes through a double kernel: for functions whose float form is not worth polynomials of its own.
#include <array>
#include <concepts>
#include <cstddef>

#include "variate/math/lanes.hpp"

namespace variate::math::detail {

/// The two halves of x as doubles: registers as wide as x's own.
template <int N, Backing B>
[[gnu::always_inline]] inline std::array<Lanes<double, N / 2, B>, 2> widen(Lanes<float, N, B> x) {
  float all[N];
  x.store(all);
  using Half = Lanes<float, N / 2, B>;
  return {convert<double>(Half::load(all)), convert<double>(Half::load(all + N / 2))};
}
template <int N, Backing B>
[[gnu::always_inline]] inline Lanes<float, 2 * N, B> narrow(Lanes<double, N, B> low, Lanes<double, N, B> high) {
  float all[2 * N];
  convert<float>(low).store(all);
  convert<float>(high).store(all + N);
  return Lanes<float, 2 * N, B>::load(all);
}

/// f, written for double lanes, on lanes of either type.
template <std::floating_point T, int N, Backing B, class F>
[[gnu::always_inline]] inline Lanes<T, N, B> in_double(F f, Lanes<T, N, B> x) {
  if constexpr (std::same_as<T, double>) {
    return f(x);
  } else {
    const auto halves = widen(x);
    std::array<Lanes<double, N / 2, B>, 2> y;
    for (std::size_t i = 0; i < 2; ++i) y[i] = f(halves[i]);  // a loop: one copy of a long kernel
    return narrow(y[0], y[1]);
  }
}

}  // namespace variate::math::detail
