#pragma once
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/inference/occasion.hpp"

namespace variate {

/// Conditional inference, as in Edward where a data entry is bound to a random variable: local latents are learned while a global
/// one has a distribution of its own. Each step draws `draws` globals beta from `global`, a Family of one data point that does
/// not learn here, and takes the mean of the rule's estimates for the models `bind(p, beta)`, beta a vector.
///
/// The gradient for the model is passed on if bind(p, beta) has the parameters of p, in its order; the value is the mean of the
/// values. Unbiased for the expectation over beta where the rule is. Throws InvalidArgument if draws < 1, and what the rule
/// throws. `Rule` has no state of its own. `GivenLocal` learns the global latent, `Alternating` both in turn.
template <class Rule, class Global, class Bind>
struct GivenGlobal {
  Rule rule;
  Global global;  ///< q(beta)
  Bind bind;      ///< (model, beta) to the model of the local latents
  Index draws = 1;

  template <class Q, class P>
  using Local = std::remove_cvref_t<decltype(std::declval<const Bind&>()(std::declval<const P&>(),
                                                                        std::declval<const Vector<ScalarOf<Q>>&>()))>;
  template <class Q, class P>
  static constexpr bool accepts = detail::accepts<Rule, Q, Local<Q, P>>;
  template <class Q, class P>
  static constexpr detail::Never explain() {
    return Rule::template explain<Q, Local<Q, P>>();
  }

  template <class Q, class P, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const P& p, const Batch<ScalarOf<Q>>& x, R& rng,
                                   const Occasion& occasion = {}) const {
    if constexpr (!accepts<Q, P>) {
      return explain<Q, P>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("GivenGlobal", "draws", draws, 1);
      detail::require_size("GivenGlobal", "data points of global", global.batch_size(), 1);
      const Batch<T> betas = global.sample(rng, draws);
      Estimate<T> mean;
      for (Index s = 0; s < draws; ++s) {
        const Vector<T> beta = betas.col(s);
        const auto local = bind(p, beta);
        const Estimate<T> one = detail::under(rule, q, local, x, rng, occasion);
        const T share = T(1) / static_cast<T>(draws);
        mean.value += share * one.value;
        mean.dropped += one.dropped;
        mean.evaluations += one.evaluations;
        const auto add = [&](Vector<T>& to, const Vector<T>& from) {
          if (to.size() == 0) to = share * from;
          else if (from.size() != 0) to += share * from;
        };
        add(mean.q, one.q);
        add(mean.f, one.f);
      }
      return mean;
    }
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.rule, self.global);
  }
};
template <class Rule, class Global, class Bind>
GivenGlobal(Rule, Global, Bind, Index = 1) -> GivenGlobal<Rule, Global, Bind>;

}  // namespace variate
