#pragma once
#include <cmath>
#include <type_traits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/optimizers/detail/moving.hpp"
#include "variate/optimizers/schedules.hpp"

namespace variate {

/// Options of Adam; the defaults are those of the paper.
template <class T = double>
struct AdamOptions {
  T rate = T(0.001);     ///< step size, positive
  T beta1 = T(0.9);      ///< decay of the mean gradient, in [0, 1)
  T beta2 = T(0.999);    ///< decay of the mean square, in [0, 1)
  T epsilon = T(1e-8);   ///< added to the root, not negative
  bool amsgrad = false;  ///< divide by the largest mean square so far (Reddi, Kale and Kumar 2018)
};

/// Adam (Kingma and Ba 2015, algorithm 1) as an ascent. At update t = 1, 2, ... with rate r and schedule s,
///
///     m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g^2   (coefficient by coefficient, from 0)
///     params <- params + r s(t - 1) (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
///
/// Moves of about one rate a step whatever the scale of the objective.
template <class T = double, Schedule S = ConstantRate, class E = const SerialExecutor>
class Adam {
 public:
  using Scalar = T;

  /// Throws DomainError for a rate that is not positive, a beta outside [0, 1) or a negative epsilon.
  explicit Adam(AdamOptions<T> options = {}, S schedule = {})
    requires std::is_same_v<E, const SerialExecutor>
      : Adam(options, std::move(schedule), here) {}
  /// The same with an executor, which is borrowed: long vectors are moved in stretches on its threads. The bits are the same.
  Adam(AdamOptions<T> options, S schedule, E& executor)
      : options_(options), schedule_(std::move(schedule)), executor_(&executor) {
    detail::require_positive("Adam", "rate", options_.rate);
    detail::require_decay("Adam", "beta1", options_.beta1);
    detail::require_decay("Adam", "beta2", options_.beta2);
    detail::require_not_negative("Adam", "epsilon", options_.epsilon);
    detail::check_schedule(schedule_);
  }

  /// Moves params along the gradient. The first call fixes the size; another size throws ShapeError.
  void update(Vector<T>& params, const Vector<T>& gradient) { advance(params, gradient, params, *this); }
  /// The same, but this stays as it is: `to` takes the parameters after it and `next` the state, whatever they had. What copies
  /// would have cost is saved.
  void update(const Vector<T>& params, const Vector<T>& gradient, Vector<T>& to, Adam& next) const {
    next.options_ = options_;
    next.schedule_ = schedule_;
    next.executor_ = executor_;
    next.count_ = count_;
    next.mean_.resize(mean_.size());
    next.square_.resize(square_.size());
    next.largest_.resize(largest_.size());
    to.resize(params.size());
    advance(params, gradient, to, next);
  }

 private:
  static constexpr SerialExecutor here{};

  void advance(const Vector<T>& params, const Vector<T>& gradient, Vector<T>& to, Adam& next) const {
    if (count_ == 0) {
      detail::prepare("Adam", count_, params, gradient, next.mean_, next.square_);
      if (options_.amsgrad) next.largest_.setZero(params.size());
    } else {
      detail::require_size("Adam", "size of the gradient", gradient.size(), params.size());
      detail::require_size("Adam", "size of the parameters", params.size(), mean_.size());
    }
    const Adam& from = count_ == 0 ? next : *this;  // zeros
    // In double: 1 - beta2^t in float would keep only four digits at the first updates.
    const double t = static_cast<double>(count_ + 1);
    const auto unbias = [t](double beta) {
      return t * (1.0 - beta) > 40.0 ? 1.0 : 1.0 - std::pow(beta, t);  // beta^t < e^-40 changes nothing in 1
    };
    const double unbias_mean = unbias(static_cast<double>(options_.beta1));
    const double unbias_square = unbias(static_cast<double>(options_.beta2));
    const T step = static_cast<T>(static_cast<double>(rate()) / unbias_mean);
    const T shrink = static_cast<T>(1.0 / std::sqrt(unbias_square));
    const T b1 = options_.beta1, b2 = options_.beta2, c1 = T(1) - b1, c2 = T(1) - b2, epsilon = options_.epsilon;
    detail::sweep<T>(*executor_, params.size(), [&](const detail::Piece<T> at) {
      const auto g = at.load(gradient);
      const auto m = b1 * at.load(from.mean_) + c1 * g;
      const auto v = b2 * at.load(from.square_) + c2 * (g * g);
      at.store(next.mean_, m);
      at.store(next.square_, v);
      auto scale = v;
      if (options_.amsgrad) {
        scale = max(at.load(from.largest_), v);
        at.store(next.largest_, scale);
      }
      at.store(to, at.load(params) + step * m / (shrink * sqrt(scale) + epsilon));
    });
    ++next.count_;
  }

 public:
  /// The step size of the next update: rate times schedule.
  T rate() const { return options_.rate * static_cast<T>(schedule_(count_)); }
  /// Updates done.
  Index count() const { return count_; }
  const AdamOptions<T>& options() const { return options_; }
  /// Where it moves long vectors.
  E& executor() const { return *executor_; }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.mean_, self.square_, self.largest_, self.count_);
  }

 private:
  AdamOptions<T> options_;
  [[no_unique_address]] S schedule_;
  E* executor_;
  Vector<T> mean_, square_, largest_;
  Index count_ = 0;
};

}  // namespace variate
