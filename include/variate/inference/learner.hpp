#pragma once
#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "variate/autodiff/detail/transpose.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/finite.hpp"
#include "variate/core/spare.hpp"
#include "variate/inference/detail/mover.hpp"
#include "variate/inference/occasion.hpp"
#include "variate/optimizers/averaging.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/detail/stretches.hpp"
#include "variate/random/permutation.hpp"
#include "variate/random/rng.hpp"

namespace variate {

/// The model has no parameters to move.
struct NoOptimizer {};

/// Learns a guide q, and a model p where it has parameters, one step at a time by a rule (ELBO with an estimator; wake-sleep and
/// its kin): the stepper of variational inference. A rule that takes an `Occasion` as fifth argument is told the step and its
/// columns of the data; a part whose gradient is empty does not learn at this step, and its optimizer does not count it.
///
/// A value: copying it is a checkpoint, and the same engine gives the copy the same steps. A step computes first and commits
/// last: if the estimate is not finite nothing moves and `Step::taken` is false; if user code throws, nothing has changed.
/// Also keeps the polynomial-decay average of q's iterates (see PolynomialAverage), which is what `averaged_q` answers.
///
/// `data` (dx x N) is bound to conditional guides and models at each step; leave it out when the log density holds its own data.
/// With `batch` each step sees that many of its columns, drawn with replacement; 0: all of them; see `Batches` for passes over
/// reshuffled data. The value is then that of the batch: a mean over data points, so of the same size.
template <class Q, class P, class Rule, class Optimizer, class ModelOptimizer = NoOptimizer>
class Learner {
 public:
  using Scalar = ScalarOf<Q>;

  Learner(Q q, P p, Rule rule, Optimizer optimizer, ModelOptimizer model_optimizer = {}, Batch<Scalar> data = {},
          Batches batch = {})
      : q_(std::move(q)),
        p_(std::move(p)),
        rule_(std::move(rule)),
        q_mover_(std::move(optimizer)),
        p_mover_(std::move(model_optimizer)),
        data_(std::move(data)),
        batch_(batch) {
    detail::require_finite("Learner", "data", data_);
    detail::require_at_least("Learner", "batch", batch.size, 0);
    if (batch.size > 0 && data_.size() == 0)
      throw InvalidArgument("Learner: data is empty, expected columns to draw a batch from");
    if constexpr (Conditional<Q> || Model<P>)
      if (data_.size() == 0) throw InvalidArgument("Learner: data is empty, expected a column for each data point");
    if (batch.size > 0) {
      points_ = data_.transpose();
      data_.resize(0, 0);
    }
  }

  const Q& q() const { return q_; }        ///< the guide as it stands
  const P& p() const { return p_; }        ///< the model as it stands
  /// The rule as it stands, with what it has learned.
  const Rule& rule() const { return rule_; }
  /// The same, to be told something between two steps (see `Alternating`).
  Rule& rule() { return rule_; }
  Index index() const { return index_; }   ///< steps finished, taken or not
  /// The guide with the average of its iterates as parameters: usually nearer the optimum than the last one.
  /// Before the first step, the last one.
  Q averaged_q() const {
    Q q = q_;
    if (average_.count() > 0) q.set_params(average_.value());
    return q;
  }

  /// The gradient the next step would follow; nothing changes.
  template <class R>
  Estimate<Scalar> estimate(R& rng) const {
    if constexpr (!detail::accepts<Rule, Q, P>)
      return Rule::template explain<Q, P>();
    else if (batch_.size == 0)
      return detail::under(rule_, q_, p_, data_, rng, Occasion{index_, nullptr});
    else
      return batch_of(chosen(rng), rng);
  }

  /// Follows an estimate, if it is finite.
  Step apply(const Estimate<Scalar>& estimate) {
    Step step{.index = index_,
              .value = static_cast<double>(estimate.value),
              .dropped = estimate.dropped,
              .evaluations = estimate.evaluations,
              .taken = std::isfinite(estimate.value) &&
                       detail::lengths_finite<Scalar>(executor(), estimate.q, estimate.f) && estimate.own.allFinite()};
    if (step.taken) commit(estimate);
    ++index_;
    return step;
  }

  template <class R>
  Step step(R& rng) {
    Estimate<Scalar> followed = estimate(rng);
    const Step step = apply(followed);
    detail::give_back(followed.q);
    detail::give_back(followed.f);
    return step;
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.q_, self.q_mover_, self.rule_, self.average_, self.index_);
    if constexpr (moves_model) a(self.p_, self.p_mover_);
  }

 private:
  template <class R>
  Estimate<Scalar> batch_of(const std::vector<Index>& columns, R& rng) const {
    const auto size = static_cast<Index>(columns.size());
    Batch<Scalar> lines = detail::spare<Scalar>(size, points_.cols()), some = detail::spare<Scalar>(points_.cols(), size);
    const detail::GivesBack at_end(lines, some);
    const Chunks some_lines(size, std::max<Index>(1, detail::stretch_of_numbers / points_.cols()));
    executor().for_each(some_lines.count(), [&](Index i) {
      for (Index c = some_lines.begin(i), end = c + some_lines.length(i); c < end; ++c)
        lines.row(c) = points_.row(columns[static_cast<std::size_t>(c)]);
    });
    detail::transpose(some.data(), lines.data(), size, points_.cols());
    return detail::under(rule_, q_, p_, some, rng, Occasion{index_, &columns});
  }
  /// The columns of this step.
  template <class R>
  std::vector<Index> chosen(R& rng) const {
    if (batch_.order == Order::reshuffled) {
      const Index n = points_.rows(), steps = batch_.steps(n), pass = index_ / steps;
      if (pass != pass_) {
        Rng of_pass = Rng(batch_.seed).split(static_cast<std::uint64_t>(pass));
        order_ = permutation(of_pass, n);
        pass_ = pass;
      }
      const auto first = order_.begin() + (index_ % steps) * batch_.size;
      return {first, first + std::min(batch_.size, static_cast<Index>(order_.end() - first))};
    }
    std::vector<Index> columns(static_cast<std::size_t>(batch_.size));
    if constexpr (std::uniform_random_bit_generator<R>)
      for (Index& c : columns) c = index_below(rng, points_.rows());
    else
      throw InvalidArgument("Learner: batch is not 0, and the engine gives no random bits to draw columns with");
    return columns;
  }

  static constexpr bool moves_model = Parametric<P> && !std::is_same_v<ModelOptimizer, NoOptimizer>;

  /// Goes through long vectors: the rule's executor, or the optimizer's.
  auto& executor() const {
    if constexpr (detail::HasExecutor<Rule>) return rule_.executor();
    else return detail::executor_of(q_mover_.optimizer());
  }

  /// Both parts move, or neither.
  void commit(const Estimate<Scalar>& estimate) {
    const bool moves_q = estimate.q.size() != 0;
    if (moves_q) q_mover_.prepare(q_, estimate.q);
    if constexpr (moves_model) {
      const bool moves_p = estimate.f.size() != 0;
      if (moves_p) p_mover_.prepare(p_, estimate.f);
      if (moves_p && moves_q) q_mover_.remember(q_);
      if (moves_q) q_mover_.place(q_, executor());
      if (moves_p) {
        try {
          p_mover_.place(p_, executor());
        } catch (...) {
          if (moves_q) q_mover_.take_back(q_);
          throw;
        }
        p_mover_.keep();
      }
    } else if (moves_q) {
      q_mover_.place(q_, executor());
    }
    if (moves_q) {
      q_mover_.keep();
      average_.update(q_mover_.placed(q_), executor());
    } else {
      average_.update(q_.params(), executor());
    }
    if constexpr (requires { rule_.learn(estimate.own); })
      if (estimate.own.size() != 0) rule_.learn(estimate.own);
  }

  Q q_;
  P p_;
  Rule rule_;
  detail::Mover<Optimizer, Scalar> q_mover_;
  detail::Mover<ModelOptimizer, Scalar> p_mover_;
  Batch<Scalar> data_, points_;  ///< all of them at each step; or some, a row each: a batch is then a few long stretches
  Batches batch_;
  PolynomialAverage<Scalar> average_;
  Index index_ = 0;
  mutable std::vector<Index> order_;
  mutable Index pass_ = -1;
};

}  // namespace variate
