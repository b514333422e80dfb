#pragma once
/// Training of any family on a frozen weighted data set, a minibatch a step.
#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/inference/detail/mover.hpp"
#include "variate/integration/survey_control.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/random/permutation.hpp"

namespace variate {

/// Options of the trainers.
struct WeightedTrainerOptions {
  Index minibatch = 0;     ///< points a step; 0: all
  bool shuffle = false;    ///< a new order each epoch; else the points as they stand, the last minibatch perhaps smaller
  bool normalize = false;  ///< sets the loss's integral to the mean of |f|/p over all points seen so far
};

/// What a step of training says besides.
struct TrainingStep : Step {
  Index epoch = 0;        ///< passes over the data before this step
  bool restored = false;  ///< the best parameters were put back, see StatefulTrainer
};

/// Moves a Scoreable family q down a loss of objectives/weighted_losses.hpp on a fixed set of weighted points: a Stepper, each
/// step one minibatch. `Step::value` is minus the loss. A step whose loss or gradient is not finite is not taken, and counted.
template <class Q, class Loss, class Optimizer, Executor E = SerialExecutor>
class WeightedTrainer {
 public:
  using Scalar = ScalarOf<Q>;
  /// Of the numbers.
  using T = Scalar;

  /// Throws InvalidArgument if minibatch < 0.
  WeightedTrainer(Q q, Loss loss, Optimizer optimizer, WeightedTrainerOptions options = {})
    requires std::same_as<E, SerialExecutor>
      : WeightedTrainer(std::move(q), std::move(loss), std::move(optimizer), options, nullptr) {}
  /// With an executor, which is borrowed, for the loss.
  WeightedTrainer(Q q, Loss loss, Optimizer optimizer, WeightedTrainerOptions options, E& executor)
      : WeightedTrainer(std::move(q), std::move(loss), std::move(optimizer), options, &executor) {}

  /// The points from now on; the next step begins an epoch. InvalidArgument if there are none, ShapeError for points of another
  /// dimension than q's.
  void set_data(WeightedPoints<T> data) {
    detail::require_at_least("WeightedTrainer", "number of points", data.size(), 1);
    detail::require_size("WeightedTrainer", "rows of x", data.x.rows(), q_.event_size());
    data_ = std::move(data);
    next_ = 0;
    if constexpr (requires { loss_.integral = T(1); })
      if (options_.normalize) normalize();
  }

  /// As it stands.
  const Q& q() const { return q_; }
  /// With its integral.
  const Loss& loss() const { return loss_; }
  /// With its moments.
  const Optimizer& optimizer() const { return mover_.optimizer(); }
  /// What it is trained on.
  const WeightedPoints<T>& data() const { return data_; }
  Index index() const { return index_; }      ///< steps finished, taken or not
  Index refused() const { return refused_; }  ///< of them not taken
  Index epoch() const { return epoch_; }      ///< passes over data finished
  /// Steps of one pass over the data.
  Index steps_per_epoch() const {
    const Index size = minibatch();
    return size == 0 ? 0 : (data_.size() + size - 1) / size;
  }
  /// Puts other parameters in place, and the optimizer that goes with them.
  void restore(const Vector<T>& params, const Optimizer& optimizer) {
    q_.set_params(params);
    const detail::Mover<Optimizer, T> other(optimizer);
    mover_ = other;  // by copy, which takes no room along: g++ 12 with sanitizers warns of moving an empty one
  }

  /// The gradient of the next minibatch; nothing changes. `rng` is used only to shuffle.
  template <class R>
  Estimate<T> estimate(R& rng) const {
    detail::require_at_least("WeightedTrainer", "number of points (set_data)", data_.size(), 1);
    if (options_.shuffle && next_ == 0) return on(permutation(rng, data_.size()));
    return on(order_);
  }
  /// One minibatch.
  template <class R>
  TrainingStep step(R& rng) {
    detail::require_at_least("WeightedTrainer", "number of points (set_data)", data_.size(), 1);
    std::vector<Index> order = std::move(order_);
    if (options_.shuffle && next_ == 0) order = permutation(rng, data_.size());
    Estimate<T> estimate;
    try {
      estimate = on(order);
    } catch (...) {
      if (next_ > 0) order_ = std::move(order);
      throw;
    }
    order_ = std::move(order);
    return apply(estimate);
  }
  /// Follows an estimate, if it is finite, and goes on to the next minibatch.
  TrainingStep apply(const Estimate<T>& estimate) {
    TrainingStep step;
    step.index = index_;
    step.value = static_cast<double>(estimate.value);
    step.dropped = estimate.dropped;
    step.epoch = epoch_;
    step.taken = estimate.finite() && std::isfinite(estimate.q.squaredNorm());
    if (step.taken) {
      mover_.prepare(q_, estimate.q);
      step.taken = all_finite(mover_.prepared());
      if (step.taken) {
        mover_.place(q_);
        mover_.keep();
      }
    }
    refused_ += !step.taken;
    ++index_;
    next_ += minibatch();
    if (next_ >= data_.size()) {
      next_ = 0;
      ++epoch_;
    }
    return step;
  }

  /// For checkpoints: see io/archive.hpp. The data are not kept: set them before a run is taken up.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.q_, self.mover_, self.order_, self.next_, self.index_, self.refused_, self.epoch_, self.seen_, self.total_);
    if constexpr (requires { self.loss_.integral; }) a(self.loss_.integral);
  }

 private:
  WeightedTrainer(Q q, Loss loss, Optimizer optimizer, WeightedTrainerOptions options, E* executor)
      : q_(std::move(q)), loss_(std::move(loss)), mover_(std::move(optimizer)), options_(options), executor_(executor) {
    detail::require_at_least("WeightedTrainer", "minibatch", options.minibatch, 0);
  }

  /// The running mean of |f|/p.
  void normalize() {
    for (Index i = 0; i < data_.size(); ++i) {
      const double ratio = std::exp(std::log(std::abs(static_cast<double>(data_.f[i]))) - static_cast<double>(data_.log_p[i]));
      if (!std::isfinite(ratio)) continue;
      total_ += ratio;
      ++seen_;
    }
    if (total_ > 0) loss_.integral = static_cast<T>(total_ / static_cast<double>(seen_));
  }
  static bool all_finite(const Vector<T>& v) { return std::isfinite(v.squaredNorm()); }
  Index minibatch() const { return options_.minibatch == 0 ? data_.size() : std::min(options_.minibatch, data_.size()); }

  Estimate<T> on(const std::vector<Index>& order) const {
    const Index count = std::min(minibatch(), data_.size() - next_);
    if (!order.empty()) return lost({order.begin() + next_, order.begin() + next_ + count});
    if (count == data_.size()) return by_loss(data_);
    return by_loss(data_.part(next_, count));
  }
  Estimate<T> lost(const std::vector<Index>& numbers) const { return by_loss(data_.part(numbers)); }
  Estimate<T> by_loss(const WeightedPoints<T>& some) const {
    if constexpr (std::same_as<E, SerialExecutor>) return by_loss(some, SerialExecutor{});
    else return by_loss(some, *executor_);
  }
  template <class Runner>
  Estimate<T> by_loss(const WeightedPoints<T>& some, Runner&& runner) const {
    if constexpr (requires { loss_(q_, some, index_, runner); }) return loss_(q_, some, index_, runner);
    else if constexpr (requires { loss_(q_, some, index_); }) return loss_(q_, some, index_);
    else return loss_(q_, some, runner);
  }

  Q q_;
  Loss loss_;
  detail::Mover<Optimizer, T> mover_;
  WeightedTrainerOptions options_;
  E* executor_;
  WeightedPoints<T> data_;
  std::vector<Index> order_;  ///< of this epoch; empty: as they stand
  Index next_ = 0, index_ = 0, refused_ = 0, epoch_ = 0, seen_ = 0;
  double total_ = 0;
};

/// Options of `StatefulTrainer`.
struct StatefulTrainerOptions {
  double smoothing = 0.3;   ///< share of the newest loss in the smoothed one, in (0, 1]
  Index refused_limit = 3;  ///< as many refused steps in a row put the best parameters back; 0: never
};

/// What one call of `train` saw, from its first step on.
struct TrainingRecord {
  std::vector<double> losses;        ///< of each step, NaN or infinite where it was refused
  std::vector<Index> epoch_starts;   ///< steps of this call before each epoch
  double smoothed_loss = std::numeric_limits<double>::quiet_NaN();  ///< NaN before the first step
  double best_loss = std::numeric_limits<double>::infinity();  ///< lowest smoothed loss
  Index steps = 0;     ///< taken or not
  Index refused = 0;   ///< not taken
  Index restored = 0;  ///< how often the best parameters were put back
  bool stopped = false;  ///< by the caller's function
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.losses, self.epoch_starts, self.smoothed_loss, self.best_loss, self.steps, self.refused, self.restored, self.stopped);
  }
};

/// A trainer that keeps the parameters, and the optimizer with its moments, of the lowest smoothed loss so far. After some
/// refused steps in a row it goes back to them; `restore_best()` does so on demand, as at the end of a survey. Its record and its
/// smoothed loss begin anew with each data set, for losses on different points do not compare.
///
/// A checkpoint is what stands after the step whose loss was lowest.
template <class Q, class Loss, class Optimizer, Executor E = SerialExecutor>
class StatefulTrainer {
 public:
  using Scalar = ScalarOf<Q>;
  /// Of the numbers.
  using T = Scalar;

  StatefulTrainer(Q q, Loss loss, Optimizer optimizer, WeightedTrainerOptions options = {}, StatefulTrainerOptions state = {})
    requires std::same_as<E, SerialExecutor>
      : StatefulTrainer(WeightedTrainer<Q, Loss, Optimizer, E>(std::move(q), std::move(loss), std::move(optimizer), options),
                        state) {}
  /// From a plain trainer, whatever it has seen.
  explicit StatefulTrainer(WeightedTrainer<Q, Loss, Optimizer, E> trainer, StatefulTrainerOptions state = {})
      : trainer_(std::move(trainer)), state_(state), smoothed_(state.smoothing) {
    detail::require_at_least("StatefulTrainer", "refused_limit", state.refused_limit, 0);
  }

  /// The points from now on, and a new record.
  void set_data(WeightedPoints<T> data) {
    trainer_.set_data(std::move(data));
    record_ = {};
    smoothed_ = SmoothedLoss(state_.smoothing);
    best_.reset();
    in_a_row_ = 0;
  }

  /// As it stands.
  const Q& q() const { return trainer_.q(); }
  /// The plain trainer.
  const WeightedTrainer<Q, Loss, Optimizer, E>& trainer() const { return trainer_; }
  /// Since the data were set.
  const TrainingRecord& record() const { return record_; }
  Index index() const { return trainer_.index(); }

  /// One minibatch.
  template <class R>
  TrainingStep step(R& rng) {
    const Index epoch = trainer_.epoch();
    TrainingStep step = trainer_.step(rng);
    if (record_.epoch_starts.empty() || epoch != last_epoch_) record_.epoch_starts.push_back(record_.steps);
    last_epoch_ = epoch;
    ++record_.steps;
    record_.losses.push_back(-step.value);
    if (step.taken) {
      in_a_row_ = 0;
      if (smoothed_.add(-step.value)) keep_best();
      record_.smoothed_loss = smoothed_.value();
      record_.best_loss = smoothed_.best();
    } else {
      ++record_.refused;
      if (++in_a_row_ == state_.refused_limit) {
        in_a_row_ = 0;
        step.restored = restore_best();
        record_.restored += step.restored;
      }
    }
    return step;
  }

  /// Passes over the data, `epochs` times. `watch(step)` is called after each and may return false to stop.
  template <class R, class Watch>
  const TrainingRecord& train(R& rng, Index epochs, Watch&& watch) {
    detail::require_at_least("StatefulTrainer", "epochs", epochs, 0);
    const Index steps = epochs * trainer_.steps_per_epoch();
    for (Index i = 0; i < steps; ++i) {
      const TrainingStep one = step(rng);
      if (!watch(one)) {
        record_.stopped = true;
        break;
      }
    }
    return record_;
  }
  /// The same to the end.
  template <class R>
  const TrainingRecord& train(R& rng, Index epochs) {
    return train(rng, epochs, [](const TrainingStep&) { return true; });
  }

  /// Puts the parameters of the lowest smoothed loss on these data back; false if no step has been taken on them.
  bool restore_best() {
    if (!best_) return false;
    trainer_.restore(best_->params, best_->optimizer);
    return true;
  }

  /// For checkpoints: see io/archive.hpp. The data are not kept: set them before a run is taken up.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.trainer_, self.smoothed_, self.record_, self.last_epoch_, self.in_a_row_);
    bool there = self.best_.has_value();
    a(there);
    if constexpr (A::reading) {
      self.best_.reset();
      if (there) self.keep_best();
    }
    if (self.best_) a(self.best_->params, self.best_->optimizer);
  }

 private:
  struct Best {
    Vector<T> params;
    Optimizer optimizer;
  };
  void keep_best() {
    if (!best_) best_.emplace(Best{trainer_.q().params(), trainer_.optimizer()});
    else *best_ = {trainer_.q().params(), trainer_.optimizer()};
  }
  WeightedTrainer<Q, Loss, Optimizer, E> trainer_;
  StatefulTrainerOptions state_;
  SmoothedLoss smoothed_;
  TrainingRecord record_;
  std::optional<Best> best_;
  Index last_epoch_ = 0, in_a_row_ = 0;
};

}  // namespace variate
