#pragma once
#include <cmath>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/optimizers/detail/moving.hpp"
#include "variate/optimizers/schedules.hpp"

namespace variate {

/// Options of RmsProp.
template <class T = double>
struct RmsPropOptions {
  T rate = T(0.01);             ///< step size, positive
  T decay = T(0.9);             ///< decay of the mean square, in [0, 1)
  T epsilon = T(1e-8);          ///< added to the root, not negative
  bool start_at_first = false;  ///< the mean square starts at the first gradient's square instead of at 0
};

/// RMSprop (Tieleman and Hinton 2012, Coursera lecture 6.5) as an ascent. With rate r and schedule s,
///
///     v <- decay v + (1 - decay) g^2,      params <- params + r s(t) g / (sqrt(v) + epsilon).
///
/// `RmsProp{{.rate = eta, .decay = 0.9, .epsilon = 1, .start_at_first = true}, InversePower{.power = 0.5}}` is the step of ADVI
/// (Kucukelbir et al. 2017, eq. 10, with alpha = 0.1, tau = 1 and no extra power of the step).
template <class T = double, Schedule S = ConstantRate>
class RmsProp {
 public:
  using Scalar = T;

  /// Throws DomainError for a rate that is not positive, a decay outside [0, 1) or a negative epsilon.
  explicit RmsProp(RmsPropOptions<T> options = {}, S schedule = {}) : options_(options), schedule_(std::move(schedule)) {
    detail::require_positive("RmsProp", "rate", options_.rate);
    detail::require_decay("RmsProp", "decay", options_.decay);
    detail::require_not_negative("RmsProp", "epsilon", options_.epsilon);
    detail::check_schedule(schedule_);
  }

  /// Moves params along the gradient. The first call fixes the size; another size throws ShapeError.
  void update(Vector<T>& params, const Vector<T>& gradient) {
    detail::prepare("RmsProp", count_, params, gradient, square_);
    const T r = rate(), epsilon = options_.epsilon;
    const T keep = options_.start_at_first && count_ == 0 ? T(0) : options_.decay;
    const T take = T(1) - keep;
    detail::sweep<T>(params.size(), [&](const detail::Piece<T> at) {
      const auto g = at.load(gradient);
      const auto v = keep * at.load(square_) + take * (g * g);
      at.store(square_, v);
      at.store(params, at.load(params) + r * g / (sqrt(v) + epsilon));
    });
    ++count_;
  }

  /// The step size of the next update: rate times schedule.
  T rate() const { return options_.rate * static_cast<T>(schedule_(count_)); }
  /// Updates done.
  Index count() const { return count_; }
  const RmsPropOptions<T>& options() const { return options_; }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.square_, self.count_);
  }

 private:
  RmsPropOptions<T> options_;
  [[no_unique_address]] S schedule_;
  Vector<T> square_;
  Index count_ = 0;
};

}  // namespace variate
