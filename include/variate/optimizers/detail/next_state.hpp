#pragma once
/// An optimizer moved beside itself: the step may still be refused.
#include <optional>

#include "variate/core/types.hpp"

namespace variate::detail {

/// Room for a copy that is made again and again. Copies of the owner start without.
template <class X>
class Reused {
 public:
  Reused() = default;
  Reused(const Reused&) {}
  Reused& operator=(const Reused&) { return *this; }
  ~Reused() = default;
  X& copy_of(const X& x) {
    if (copy_) *copy_ = x;
    else copy_.emplace(x);
    return *copy_;
  }
  /// The room alone: whatever is in it.
  X& any(const X& x) { return copy_ ? *copy_ : copy_.emplace(x); }

 private:
  std::optional<X> copy_;
};

/// Moves params; the optimizer after that update is in `room`, and `from` stays as it is.
template <class O, class T>
O& moved(const O& from, Reused<O>& room, Vector<T>& params, const Vector<T>& gradient) {
  if constexpr (requires(O& next) { from.update(params, gradient, next); }) {
    O& next = room.any(from);
    from.update(params, gradient, next);
    return next;
  } else {
    O& next = room.copy_of(from);
    next.update(params, gradient);
    return next;
  }
}

}  // namespace variate::detail
