#pragma once
/// Steps that are computed first and committed last.
#include <concepts>
#include <optional>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/parallel/detail/stretches.hpp"
#include "variate/parallel/executor.hpp"

namespace variate::detail {

/// A part that takes a vector for its parameters and leaves them there: nothing is copied.
template <class X, class T>
concept SwapsParams = requires(X& x, const X& c, Vector<T>& v) {
  x.swap_params(v);
  { c.params() } -> std::same_as<const Vector<T>&>;
};

/// The optimizer of a part, and the step it is about to make: `prepare` computes it, `place` gives the part its new parameters,
/// and `keep` makes it so. Until then the optimizer is as it was, and `take_back` gives the part its old ones if `remember` was
/// called before. Room for all that is kept from step to step; copies start without.
template <class O, class T>
class Mover {
 public:
  explicit Mover(O optimizer) : optimizer_(std::move(optimizer)) {}
  Mover(const Mover& other) : optimizer_(other.optimizer_) {}
  Mover(Mover&&) = default;
  Mover& operator=(const Mover& other) {
    optimizer_ = other.optimizer_;
    return *this;
  }
  Mover& operator=(Mover&&) = default;
  ~Mover() = default;

  /// As it stands.
  const O& optimizer() const { return optimizer_; }

  template <class X>
  void prepare(const X& x, const Vector<T>& gradient) {
    const Vector<T>& from = x.params();
    O& next = next_ ? *next_ : next_.emplace(optimizer_);
    if constexpr (requires { std::as_const(optimizer_).update(from, gradient, params_, next); }) {
      std::as_const(optimizer_).update(from, gradient, params_, next);
    } else {
      next = optimizer_;
      params_ = from;
      next.update(params_, gradient);
    }
  }
  /// What the part is to be given.
  const Vector<T>& prepared() const { return params_; }
  template <class X>
  void remember(const X& x) {
    if constexpr (!SwapsParams<X, T>) before_ = x.params();
  }
  template <class X>
  void place(X& x) {
    place(x, serially);
  }
  /// The same; an executor may help.
  template <class X, Executor E>
  void place(X& x, E& executor) {
    if constexpr (!SwapsParams<X, T>) x.set_params(params_);
    else if constexpr (requires { x.swap_params(params_, executor); }) x.swap_params(params_, executor);
    else x.swap_params(params_);
  }
  template <class X>
  void take_back(X& x) {
    if constexpr (SwapsParams<X, T>) x.swap_params(params_);
    else x.set_params(before_);
  }
  void keep() { std::swap(optimizer_, *next_); }
  /// The part's parameters once they are placed.
  template <class X>
  const Vector<T>& placed(const X& x) const {
    if constexpr (SwapsParams<X, T>) return x.params();
    else return params_;
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.optimizer_);
  }

 private:
  O optimizer_;
  std::optional<O> next_;
  Vector<T> params_, before_;
};

}  // namespace variate::detail
