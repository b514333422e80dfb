#pragma once
/// What the optimizers share: checks of their options, the size fixed by the first update, and one fused sweep.
#include <cmath>
#include <string_view>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/parallel/detail/stretches.hpp"
#include "variate/parallel/executor.hpp"

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

/// A register's worth of coefficients, fewer at the end of a vector.
template <class T>
struct Piece {
  using L = math::Lanes<T>;
  Index begin = 0, count = L::size;

  [[gnu::always_inline]] L load(const Vector<T>& x) const {
    return count == L::size ? L::load(x.data() + begin) : L::load(x.data() + begin, count, T(0));
  }
  [[gnu::always_inline]] void store(Vector<T>& x, L value) const {
    if (count == L::size) value.store(x.data() + begin);
    else value.store(x.data() + begin, count);
  }
};

/// Calls f with the pieces of vectors from begin to end, in order: the state, the gradient and the parameters are read and
/// written once. The roots of Lanes are correctly rounded; Eigen's are not with AVX-512, where the root of infinity is NaN.
template <class T, class F>
void sweep_between(Index begin, Index end, F f) {
  constexpr Index step = math::Lanes<T>::size;
  for (; begin + step <= end; begin += step) f(Piece<T>{.begin = begin});
  if (begin < end) f(Piece<T>{begin, end - begin});
}
/// Of vectors of that size.
template <class T, class F>
void sweep(Index size, F f) {
  sweep_between<T>(0, size, f);
}
/// The same on an executor, in stretches of one length: no coefficient's move depends on another's, so the bits are those of one
/// sweep.
template <class T, Executor E, class F>
void sweep(E& executor, Index size, F f) {
  in_stretches(executor, size, [&](Index begin, Index length) { sweep_between<T>(begin, begin + length, f); });
}

}  // namespace variate::detail
