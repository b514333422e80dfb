#pragma once
/// What the optimizers share: checks of their options, the size fixed by the first update, and one fused sweep.
#include <algorithm>
#include <cmath>
#include <string_view>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate::detail {

/// A decay factor or momentum: 0 <= value < 1, or DomainError.
template <class T>
void require_decay(std::string_view optimizer, std::string_view option, T value) {
  if (!(value >= 0 && value < 1)) throw DomainError(complaint(optimizer, option, value, "a number in [0, 1)"));
}

/// Zero or a positive finite number, or DomainError.
template <class T>
void require_not_negative(std::string_view owner, std::string_view option, T value) {
  if (!(value >= 0) || !std::isfinite(value))
    throw DomainError(complaint(owner, option, value, "a finite number that is not negative"));
}

/// Gradient and parameters have the same size, and it is the size the state has had since the first update. The first update
/// makes the states, filled with zeros: the only allocation an optimizer ever does.
template <class T, class... States>
void prepare(std::string_view optimizer, Index count, const Vector<T>& params, const Vector<T>& gradient, States&... states) {
  require_size(optimizer, "size of the gradient", gradient.size(), params.size());
  if (count == 0) {
    (states.setZero(params.size()), ...);
  } else {
    (require_size(optimizer, "size of the parameters", params.size(), states.size()), ...);
  }
}

/// Calls `f(begin, length)` for consecutive pieces that fit in the nearest cache, so that the few vectorised statements inside
/// `f` together read memory once.
template <class F>
void sweep(Index size, F&& f) {
  constexpr Index piece = 512;
  for (Index begin = 0; begin < size; begin += piece) f(begin, std::min(piece, size - begin));
}

}  // namespace variate::detail
