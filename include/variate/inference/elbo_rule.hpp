#pragma once
#include <type_traits>
#include <utility>

#include "variate/estimators/pathwise.hpp"
#include "variate/objectives/elbo.hpp"

namespace variate {

namespace detail {

/// What an estimator sees of a guide or a model: itself, or what `at(x)` binds.
template <class X, class T>
decltype(auto) at(const X& x, const Batch<T>& data) {
  if constexpr (Conditional<X> || Model<X>)
    return x.at(data);
  else
    return (x);
}
template <class X, class T>
using BoundOf = std::remove_cvref_t<decltype(detail::at(std::declval<const X&>(), std::declval<const Batch<T>&>()))>;
/// What an estimator is given of a rule's parts.
template <class Objective, class Q, class P>
using IntegrandOf =
    std::remove_cvref_t<decltype(std::declval<const Objective&>()(std::declval<const Q&>(), std::declval<const P&>()))>;

}  // namespace detail

/// One gradient of the ELBO by any estimator: the rule of variational inference for `Learner`.
///
/// q is a family, or a Conditional which is bound to the data; p is a log density of the latents, or a Model which is bound to the
/// data. The gradient is for q and, if p has parameters, for p (variational EM, amortised inference). The value is the mean ELBO over
/// `samples` draws for each data point. Throws what the estimator throws.
template <class Estimator = Pathwise, class Objective = Elbo<>>
struct ElboRule {
  /// How the gradient is estimated.
  [[no_unique_address]] Estimator estimator{};
  /// Which form of the ELBO is estimated.
  [[no_unique_address]] Objective objective{};
  Index samples = 1;  ///< draws for each data point

  template <class Q, class P>
  static constexpr bool accepts = [] {
    using BoundQ = detail::BoundOf<Q, ScalarOf<Q>>;
    using BoundP = detail::BoundOf<P, ScalarOf<Q>>;
    if constexpr (!detail::accepts<Estimator, BoundQ, BoundP> || !detail::accepts<Objective, BoundQ, BoundP>) return false;
    else return detail::accepts<Estimator, BoundQ, detail::IntegrandOf<Objective, BoundQ, BoundP>>;
  }();

  template <class Q, class P>
  static constexpr detail::Never explain() {
    using BoundQ = detail::BoundOf<Q, ScalarOf<Q>>;
    using BoundP = detail::BoundOf<P, ScalarOf<Q>>;
    if constexpr (!detail::accepts<Objective, BoundQ, BoundP>)
      return Objective::template explain<BoundQ, BoundP>();
    else if constexpr (!detail::accepts<Estimator, BoundQ, BoundP>)
      return Estimator::template explain<BoundQ, BoundP>();
    else
      return Estimator::template explain<BoundQ, detail::IntegrandOf<Objective, BoundQ, BoundP>>();
  }

  template <class Q, class P, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const P& p, const Batch<ScalarOf<Q>>& x, R& rng) const {
    if constexpr (!accepts<Q, P>) {
      return explain<Q, P>();
    } else {
      decltype(auto) bound_q = detail::at(q, x);
      decltype(auto) bound_p = detail::at(p, x);
      return estimator(bound_q, objective(bound_q, bound_p), rng, samples);
    }
  }

  template <class T>
    requires requires(Estimator& e, const Vector<T>& own) { e.learn(own); }
  void learn(const Vector<T>& own) {
    estimator.learn(own);
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.estimator, self.objective);
  }
};

}  // namespace variate
