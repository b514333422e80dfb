#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/inference/occasion.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/executor.hpp"

namespace variate {

/// A rule whose data points are cut into chunks that an executor runs, each with a stream of its own: for rules whose estimate is
/// a mean over the data points (ELBO with a conditional guide, wake-sleep). The chunks depend on the batch alone, so the estimate
/// has the same bits for any number of threads; it is not that of the rule in one piece, whose draws are others. Counts that
/// belong to a step as a whole, such as `Sleep::dreams`, belong to a chunk here; dreams that follow the particles keep their
/// number.
///
/// Borrows the executor. The engine must be able to split. Rules that learn themselves (a baseline, a memory) are not taken.
template <class Rule, class E>
class ParallelRule {
 public:
  /// InvalidArgument if chunk < 1.
  ParallelRule(Rule rule, E& executor, Index chunk) : rule_(std::move(rule)), executor_(&executor), chunk_(chunk) {
    detail::require_at_least("in_chunks", "chunk", chunk, 1);
  }
  const Rule& rule() const { return rule_; }

  template <class Q, class P>
  static constexpr bool accepts =
      detail::accepts<Rule, Q, P> && !requires(Rule& r, const Vector<ScalarOf<Q>>& own) { r.learn(own); };
  template <class Q, class P>
  static constexpr detail::Never explain() {
    if constexpr (!detail::accepts<Rule, Q, P>) return Rule::template explain<Q, P>();
    static_assert(!requires(Rule& r, const Vector<ScalarOf<Q>>& own) { r.learn(own); },
                  "in_chunks takes rules without a state of their own: chunks cannot learn one baseline or memory together.");
    return {};
  }

  template <class Q, class P, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const P& p, const Batch<ScalarOf<Q>>& x, R& rng,
                                   const Occasion& occasion = {}) const {
    if constexpr (!accepts<Q, P>) {
      return explain<Q, P>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("in_chunks", "data points", x.cols(), 1);
      const Chunks chunks(x.cols(), chunk_);
      std::vector<Estimate<T>> parts(static_cast<std::size_t>(chunks.count()));
      std::vector<T> shares;
      for (Index i = 0; i < chunks.count(); ++i)
        shares.push_back(static_cast<T>(chunks.length(i)) / static_cast<T>(x.cols()));
      executor_->for_each(chunks.count(), [&](Index i) {
        const Index begin = chunks.begin(i), length = chunks.length(i);
        Batch<T> some = detail::spare<T>(x.rows(), length);
        const detail::GivesBack at_end(some);
        some = x.middleCols(begin, length);
        std::vector<Index> columns;
        Occasion own = occasion;
        if (occasion.columns) {
          columns.assign(occasion.columns->begin() + begin, occasion.columns->begin() + begin + length);
          own.columns = &columns;
        }
        auto stream = rng.split(static_cast<std::uint64_t>(i));
        parts[static_cast<std::size_t>(i)] = detail::under(rule_, q, p, some, stream, own);
      });
      Estimate<T> sum;
      for (std::size_t i = 0; i < parts.size(); ++i) {
        sum.value += shares[i] * parts[i].value;
        sum.dropped += parts[i].dropped;
        sum.evaluations += parts[i].evaluations;
      }
      sum.q = summed(parts, shares, &Estimate<T>::q);
      sum.f = summed(parts, shares, &Estimate<T>::f);
      return sum;
    }
  }

 private:
  /// sum_i share_i v_i over the parts that have a gradient, in their order; stretch by stretch on the executor.
  template <class T, class Gradient>
  Vector<T> summed(std::vector<Estimate<T>>& parts, const std::vector<T>& shares, Gradient Estimate<T>::*gradient) const {
    std::vector<std::pair<Vector<T>*, T>> terms;
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (Vector<T>& one = parts[i].*gradient; one.size() != 0) terms.emplace_back(&one, shares[i]);
    if (terms.empty()) return {};
    Vector<T>& total = *terms.front().first;
    const Chunks stretches(total.size(), Index{1} << 14);
    executor_->for_each(stretches.count(), [&](Index i) {
      const Index begin = stretches.begin(i), length = stretches.length(i);
      auto to = total.segment(begin, length);
      to *= terms.front().second;
      for (std::size_t j = 1; j < terms.size(); ++j) to += terms[j].second * terms[j].first->segment(begin, length);
    });
    for (std::size_t j = 1; j < terms.size(); ++j) detail::give_back(*terms[j].first);
    return std::move(total);
  }

  Rule rule_;
  E* executor_;
  Index chunk_;
};

/// `rule` in chunks of `chunk` data points on this executor, which must outlive it.
template <class Rule, Executor E>
ParallelRule<Rule, E> in_chunks(Rule rule, E& executor, Index chunk) {
  return ParallelRule<Rule, E>(std::move(rule), executor, chunk);
}

}  // namespace variate
