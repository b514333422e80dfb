#pragma once
/// Optimizers that shorten a long gradient before another optimizer sees it. They wrap any optimizer and are optimizers:
///
///     ClipByNorm clipped{10.0, Adam{{.rate = 0.02}}};
#include <cmath>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/types.hpp"
#include "variate/optimizers/detail/moving.hpp"

namespace variate {

/// Scales a gradient whose Euclidean norm exceeds `limit` down to that norm (Pascanu, Mikolov and Bengio 2013, algorithm 1); its
/// direction stays. A gradient that is not finite passes unchanged: refusing it is the stepper's business.
template <class O>
class ClipByNorm {
 public:
  using Scalar = ScalarOf<O>;

  /// Throws DomainError unless limit is positive and finite.
  explicit ClipByNorm(Scalar limit, O optimizer = O{}) : limit_(limit), optimizer_(std::move(optimizer)) {
    detail::require_positive("ClipByNorm", "limit", limit_);
  }

  /// Moves params by the wrapped optimizer along the shortened gradient.
  void update(Vector<Scalar>& params, const Vector<Scalar>& gradient) {
    shortened_.resize(gradient.size());
    Scalar norm = gradient.norm();
    if (!std::isfinite(norm)) norm = gradient.stableNorm();  // squares overflow long before the norm does
    if (std::isfinite(norm) && norm > limit_) {
      shortened_ = gradient * (limit_ / norm);
      optimizer_.update(params, shortened_);
      ++clipped_;
    } else {
      optimizer_.update(params, gradient);
    }
  }

  /// Updates whose gradient was shortened.
  Index clipped() const { return clipped_; }
  /// Updates done by the wrapped optimizer.
  Index count() const { return optimizer_.count(); }
  const O& optimizer() const { return optimizer_; }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.optimizer_, self.clipped_);
  }

 private:
  Scalar limit_;
  O optimizer_;
  Vector<Scalar> shortened_;
  Index clipped_ = 0;
};

/// Cuts each coefficient of the gradient to [-limit, limit]; changes its direction. NaN stays NaN: refusing it is the stepper's
/// business.
template <class O>
class ClipByValue {
 public:
  using Scalar = ScalarOf<O>;

  /// Throws DomainError unless limit is positive and finite.
  explicit ClipByValue(Scalar limit, O optimizer = O{}) : limit_(limit), optimizer_(std::move(optimizer)) {
    detail::require_positive("ClipByValue", "limit", limit_);
  }

  /// Moves params by the wrapped optimizer along the cut gradient.
  void update(Vector<Scalar>& params, const Vector<Scalar>& gradient) {
    cut_.resize(gradient.size());
    bool any = false;
    for (Index i = 0; i < gradient.size(); ++i) {
      const Scalar g = gradient(i);
      cut_(i) = g > limit_ ? limit_ : g < -limit_ ? -limit_ : g;
      any |= std::abs(g) > limit_;
    }
    if (any) ++clipped_;
    optimizer_.update(params, cut_);
  }

  /// Updates in which a coefficient was cut.
  Index clipped() const { return clipped_; }
  /// Updates done by the wrapped optimizer.
  Index count() const { return optimizer_.count(); }
  const O& optimizer() const { return optimizer_; }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.optimizer_, self.clipped_);
  }

 private:
  Scalar limit_;
  O optimizer_;
  Vector<Scalar> cut_;
  Index clipped_ = 0;
};

}  // namespace variate
