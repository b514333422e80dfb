#pragma once
/// Teaching a family of distributions from weighted points, so that it draws where |f| is.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/inference/detail/mover.hpp"
#include "variate/integration/detail/training_set.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/optimizers/clip_gradient_norm.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/permutation.hpp"

namespace variate {

/// What a survey minimises; both are at their lowest at q = |f|/I, I the integral of |f|.
enum class SurveyLoss {
  kl,        ///< E_p[(|f|/(p I)) log(|f|/(q I))], the Kullback-Leibler divergence of |f|/I from q: robust
  variance,  ///< E_p[f^2/(p q I^2)], the relative variance plus 1: what counts, but a few points can rule it
};

/// How a survey trains.
struct SurveyTrainingOptions {
  SurveyLoss loss = SurveyLoss::kl;
  Index epochs = 20;          ///< passes over the points in each survey step
  Index minibatch = 1024;     ///< points for one step of the optimizer
  Index hold_out = 10;        ///< every so manieth point is not trained on but decides which parameters are the best; 0: none
  Index patience = 8;         ///< epochs without a better loss on them that end a survey step's training
  double averaging = 0.98;    ///< the average of the parameters forgets by this factor a step; it competes with the last ones
  double largest_step = 100;  ///< longest gradient, of a loss of order 1; longer ones are shortened; positive
  double most = 1e4;          ///< the variance loss cuts a point's weight to this
};

/// What one survey step's training did.
struct TrainingReport {
  double loss = std::numeric_limits<double>::quiet_NaN();    ///< of the parameters that were kept, on the points held out
  double before = std::numeric_limits<double>::quiet_NaN();  ///< of those it began with
  Index updates = 0;                                         ///< of the optimizer
  Index skipped = 0;                                         ///< minibatches left out for numbers that are not finite
};

namespace detail {

/// InvalidArgument or DomainError for options out of range, in the name of their owner.
inline void check_options(const char* name, const SurveyTrainingOptions& options) {
  require_at_least(name, "minibatch", options.minibatch, 1);
  require_at_least(name, "epochs", options.epochs, 0);
  require_at_least(name, "hold_out", options.hold_out, 0);
  if (!(options.largest_step > 0))
    throw DomainError(complaint(name, "largest_step", options.largest_step, "a positive number"));
}

/// The loss of q at rows, relative to the running integral.
template <class Q, class T>
double survey_loss(SurveyLoss loss, const Q& q, const TrainingRows<T>& rows) {
  if (rows.size() == 0) return std::numeric_limits<double>::quiet_NaN();
  const Row<T> log_q = q.log_prob(rows.y);
  double sum = 0;
  for (Index c = 0; c < rows.size(); ++c) {
    const double log_weight = rows.log_size[c] - static_cast<double>(log_q[c]);  // log |f|/(q I)
    sum += rows.r[c] * (loss == SurveyLoss::kl ? log_weight : std::exp(log_weight));
  }
  return sum / rows.total;
}

/// The rows of one epoch, in random order: each is kept with probability min(1, r/threshold) and then weighs max(r, threshold),
/// so that no time goes to points that hardly count, and the mean stays.
template <class R>
std::vector<Index> choose_rows(const Row<double>& r, double threshold, R& rng) {
  std::vector<Index> chosen;
  const Batch<double> u = uniforms<double>(rng, 1, r.size());
  for (Index c = 0; c < r.size(); ++c)
    if (u(0, c) * threshold < r[c]) chosen.push_back(c);
  std::vector<Index> order = permutation(rng, static_cast<Index>(chosen.size()));
  for (Index& i : order) i = chosen[static_cast<std::size_t>(i)];
  return order;
}

/// One minibatch as frozen weighted points: f and p such that |f|/p is the row's weight.
template <class T>
void gather_rows(const TrainingRows<T>& rows, const Index* numbers, Index count, double threshold, WeightedPoints<T>& some) {
  some.x.resize(rows.y.rows(), count);
  some.f.resize(count);
  some.log_p.resize(count);
  for (Index c = 0; c < count; ++c) {
    some.x.col(c) = rows.y.col(numbers[c]);
    some.f[c] = static_cast<T>(std::exp(rows.log_size[numbers[c]]));
    some.log_p[c] = static_cast<T>(rows.log_size[numbers[c]] - std::log(std::max(rows.r[numbers[c]], threshold)));
  }
}

}  // namespace detail

/// Trains q in place on all points of a set, and leaves it the best parameters: those with the lowest loss on the points held
/// out. A minibatch whose numbers are not finite, or with which the parameters would not be, is skipped, and leaves the optimizer
/// as it was. Any Scoreable Family will do. DomainError unless largest_step is positive.
template <class Q, class Optimizer, class R>
TrainingReport train_on_survey(Q& q, Optimizer& optimizer, const detail::TrainingSet<ScalarOf<Q>>& set,
                               const SurveyTrainingOptions& options, R& rng) {
  using T = ScalarOf<Q>;
  TrainingReport report;
  if (set.empty()) return report;
  detail::TrainingRows<T> train, judge;
  set.split(options.hold_out, train, judge);
  if (train.size() == 0) return report;
  const detail::TrainingRows<T>& by = judge.size() > 0 ? judge : train;
  report.before = detail::survey_loss(options.loss, q, by);

  Vector<T> best = q.params(), params = best, average = best;
  detail::Mover<Optimizer, T> mover(optimizer);
  double best_loss = std::isfinite(report.before) ? report.before : std::numeric_limits<double>::infinity();
  const double threshold = 0.5 * train.total / static_cast<double>(train.size());
  WeightedPoints<T> some;
  Index idle = 0;
  for (Index epoch = 0; epoch < options.epochs && idle < options.patience; ++epoch) {
    const std::vector<Index> order = detail::choose_rows(train.r, threshold, rng);
    const auto n = static_cast<Index>(order.size());
    if (n == 0) break;
    const Index batches = std::max<Index>(1, n / options.minibatch);
    for (Index b = 0; b < batches; ++b) {
      const Index first = n * b / batches, count = n * (b + 1) / batches - first;
      detail::gather_rows(train, order.data() + first, count, threshold, some);
      Estimate<T> estimate = options.loss == SurveyLoss::kl ? ForwardKl<T>{}(q, some)
                                                            : VarianceLoss<T>{.most = static_cast<T>(options.most)}(q, some);
      const T length = clip_gradient_norm(estimate.q, static_cast<T>(options.largest_step));
      bool good = estimate.finite() && std::isfinite(length);
      if (good) {
        mover.prepare(q, estimate.q);
        good = mover.prepared().allFinite();
      }
      if (!good) {
        ++report.skipped;
        continue;
      }
      mover.place(q);
      mover.keep();
      const double t = static_cast<double>(report.updates++);
      average += static_cast<T>(1 - std::min(options.averaging, t / (t + 10))) * (mover.placed(q) - average);
    }
    ++idle;
    params = q.params();
    for (const Vector<T>* candidate : {&average, &params}) {
      q.set_params(*candidate);
      const double loss = detail::survey_loss(options.loss, q, by);
      if (!(loss < best_loss)) continue;
      best_loss = loss;
      best = *candidate;
      idle = 0;
    }
  }
  q.set_params(best);
  optimizer = mover.optimizer();
  report.loss = best_loss;
  return report;
}

}  // namespace variate
