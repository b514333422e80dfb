#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
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
      const auto part = [&](Index begin, Index length) {
        const Batch<T> some = x.middleCols(begin, length);
        std::vector<Index> columns;
        Occasion own = occasion;
        if (occasion.columns) {
          columns.assign(occasion.columns->begin() + begin, occasion.columns->begin() + begin + length);
          own.columns = &columns;
        }
        auto stream = rng.split(static_cast<std::uint64_t>(begin / chunk_));
        std::pair<Estimate<T>, T> one{detail::under(rule_, q, p, some, stream, own),
                                      static_cast<T>(length) / static_cast<T>(x.cols())};
        return one;
      };
      return reduce_in_order(*executor_, chunks, Estimate<T>{}, part, [](Estimate<T>& sum, std::pair<Estimate<T>, T> one) {
        auto& [e, share] = one;
        sum.value += share * e.value;
        sum.dropped += e.dropped;
        sum.evaluations += e.evaluations;
        const auto add = [&](Vector<T>& to, Vector<T>& from) {
          if (to.size() == 0) {
            to = std::move(from);
            to *= share;
          } else if (from.size() != 0) {
            to += share * from;
          }
        };
        add(sum.q, e.q);
        add(sum.f, e.f);
      });
    }
  }

 private:
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
