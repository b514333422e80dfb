#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/inference/occasion.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/detail/stretches.hpp"
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
  /// Who runs the chunks.
  E& executor() const { return *executor_; }

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
      std::vector<Memory<T>> memory(parts.size());
      for (Memory<T>& of_chunk : memory) of_chunk = {kept_for<T>(q), kept_for<T>(p)};
      executor_->for_each(chunks.count(), [&](Index i) {
        for (Vector<T>& one : memory[static_cast<std::size_t>(i)]) detail::give_back(one);
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
      add_up(parts, shares, sum);
      return sum;
    }
  }

 private:
  /// For the two gradients of a chunk. They are made on any thread and end on this one, so their memory goes back and forth:
  /// else that thread would take new memory at each step, and this one keep more and more.
  template <class T>
  using Memory = std::array<Vector<T>, 2>;
  template <class T, class X>
  static Vector<T> kept_for(const X& x) {
    if constexpr (requires { { x.params() } -> std::same_as<const Vector<T>&>; })
      return detail::kept_matrix<Vector<T>>(x.params().size());
    else return {};
  }

  /// Gradients with their shares.
  template <class T>
  using Terms = std::vector<std::pair<Vector<T>*, T>>;

  /// Those of the parts that have one, in their order.
  template <class T, class Gradient>
  static Terms<T> terms(std::vector<Estimate<T>>& parts, const std::vector<T>& shares, Gradient Estimate<T>::*gradient) {
    Terms<T> all;
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (Vector<T>& one = parts[i].*gradient; one.size() != 0) all.emplace_back(&one, shares[i]);
    return all;
  }
  /// sum_i share_i v_i, between begin and begin + length, in the place of the first.
  template <class T>
  static void add(const Terms<T>& terms, Index begin, Index length) {
    auto to = terms.front().first->segment(begin, length);
    to *= terms.front().second;
    for (std::size_t i = 1; i < terms.size(); ++i) to += terms[i].second * terms[i].first->segment(begin, length);
  }
  /// The gradients of the sum, both in one round of stretches.
  template <class T>
  void add_up(std::vector<Estimate<T>>& parts, const std::vector<T>& shares, Estimate<T>& sum) const {
    const Terms<T> q = terms(parts, shares, &Estimate<T>::q), f = terms(parts, shares, &Estimate<T>::f);
    const Chunks of_q(q.empty() ? 0 : q.front().first->size(), detail::stretch_of_numbers);
    const Chunks of_f(f.empty() ? 0 : f.front().first->size(), detail::stretch_of_numbers);
    executor_->for_each(of_q.count() + of_f.count(), [&](Index i) {
      const Index j = i - of_q.count();
      if (j < 0) add(q, of_q.begin(i), of_q.length(i));
      else add(f, of_f.begin(j), of_f.length(j));
    });
    if (!q.empty()) sum.q = std::move(*q.front().first);
    if (!f.empty()) sum.f = std::move(*f.front().first);
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
