#pragma once
#include <cmath>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/optimizers/detail/moving.hpp"
#include "variate/optimizers/schedules.hpp"

namespace variate {

/// Options of AdaGrad.
template <class T = double>
struct AdaGradOptions {
  T rate = T(0.1);       ///< step size, positive
  T initial = T(0);      ///< what the sums of squares start at, not negative
  T epsilon = T(1e-10);  ///< added to the root, not negative
};

/// AdaGrad with a diagonal metric (Duchi, Hazan and Singer 2011, figure 1) as an ascent. With rate r and schedule s,
///
///     v <- v + g^2,      params <- params + r s(t) g / (sqrt(v) + epsilon),
///
/// so that each coordinate's step shrinks with the gradients it has seen.
template <class T = double, Schedule S = ConstantRate>
class AdaGrad {
 public:
  using Scalar = T;

  /// Throws DomainError for a rate that is not positive, a negative initial sum or a negative epsilon.
  explicit AdaGrad(AdaGradOptions<T> options = {}, S schedule = {}) : options_(options), schedule_(std::move(schedule)) {
    detail::require_positive("AdaGrad", "rate", options_.rate);
    detail::require_not_negative("AdaGrad", "initial", options_.initial);
    detail::require_not_negative("AdaGrad", "epsilon", options_.epsilon);
    detail::check_schedule(schedule_);
  }

  /// Moves params along the gradient. The first call fixes the size; another size throws ShapeError.
  void update(Vector<T>& params, const Vector<T>& gradient) {
    detail::prepare("AdaGrad", count_, params, gradient, sum_);
    if (count_ == 0) sum_.setConstant(options_.initial);
    const T r = rate(), epsilon = options_.epsilon;
    detail::sweep<T>(params.size(), [&](const detail::Piece<T> at) {
      const auto g = at.load(gradient);
      const auto v = at.load(sum_) + g * g;
      at.store(sum_, v);
      at.store(params, at.load(params) + r * g / (sqrt(v) + epsilon));
    });
    ++count_;
  }

  /// The step size of the next update: rate times schedule.
  T rate() const { return options_.rate * static_cast<T>(schedule_(count_)); }
  /// Updates done.
  Index count() const { return count_; }
  const AdaGradOptions<T>& options() const { return options_; }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.sum_, self.count_);
  }

 private:
  AdaGradOptions<T> options_;
  [[no_unique_address]] S schedule_;
  Vector<T> sum_;
  Index count_ = 0;
};

}  // namespace variate
