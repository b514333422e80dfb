#pragma once
#include <concepts>
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/inference/occasion.hpp"

namespace variate {

/// A global latent that is all parameters of the model: bind(p, beta) for `GivenGlobal` and `GivenLocal`.
struct BindParameters {
  template <class P, class T>
  P operator()(const P& p, const Vector<T>& beta) const {
    P local = p;
    local.set_params(beta);
    return local;
  }
  /// From the slope by the bound model's parameters to that by beta.
  template <class P, class T>
  Vector<T> pullback(const P&, const Vector<T>&, const Vector<T>& slope) const {
    return slope;
  }
};

namespace detail {

/// beta -> log prior(beta) + weight sum_c log p(x_c, z_c | beta), the local latents held. Borrows everything.
template <class T, class Prior, class P, class Bind>
struct GlobalDensity {
  const Prior& prior;
  const P& joint;
  const Bind& bind;
  const Batch<T>& x;
  const Batch<T>& z;
  T weight;

  Row<T> operator()(const Batch<T>& betas) const {
    Row<T> value = variate::values(prior, betas);
    for (Index c = 0; c < betas.cols(); ++c) {
      const auto local = bind(joint, Vector<T>(betas.col(c)));
      const auto bound = local.at(x);
      value(c) += weight * variate::values(bound, z).sum();
    }
    return value;
  }
  /// Where bind has a way back, bind.pullback(p, beta, slope), and the prior has slopes.
  Row<T> value_and_gradient(const Batch<T>& betas, Batch<T>& gradient) const
    requires DifferentiableIntegrand<Prior, T> && requires(const Vector<T>& v) {
      { bind.pullback(joint, v, v) } -> std::convertible_to<Vector<T>>;
    }
  {
    const auto of_prior = variate::evaluate(prior, betas);
    Row<T> value = of_prior.value;
    of_prior.pullback(Row<T>(Row<T>::Ones(betas.cols())), gradient);
    const Row<T> w = Row<T>::Constant(z.cols(), weight);
    for (Index c = 0; c < betas.cols(); ++c) {
      const Vector<T> beta = betas.col(c);
      const auto local = bind(joint, beta);
      const auto bound = local.at(x);
      const auto e = variate::evaluate(bound, z);
      value(c) += e.value.dot(w);
      gradient.col(c) += bind.pullback(joint, beta, Vector<T>(e.pullback(w)));
    }
    return value;
  }
};

}  // namespace detail

/// The other half of conditional inference (see `GivenGlobal`): a global latent beta is learned while the local ones have a guide
/// of their own, which does not learn here. A rule for a `Learner` whose guide is q(beta), a Family of one data point, and whose
/// model is the prior, log p(beta). Each step draws `draws` local latents z of every data point from `guide`, and q(beta) learns
/// by `rule` (an `ElboRule` of any estimator) from
///
///     log p(beta) + points * mean over the data points and draws of log p(x, z | beta),
///
/// where `bind(joint, beta)` is the model of the local latents. points is the number of data points in all: 0, those of the step.
/// With bind.pullback(joint, beta, slope) that density can be differentiated by beta (`Pathwise`), from the slope by the bound
/// model's parameters; without, `Reinforce` serves. Unbiased for the expectation over z where the rule is; its value leaves out
/// the guide's entropy. Throws InvalidArgument for draws < 1 or points < 0, and what rule, guide and model throw.
template <class Rule, class Guide, class P, class Bind = BindParameters>
struct GivenLocal {
  Rule rule;
  Guide guide;  ///< q(z | x)
  P joint;      ///< the model of data and local latents, without its beta
  Bind bind{};  ///< (joint, beta) to the model of the local latents
  Index draws = 1;
  Index points = 0;

  template <class Q, class Prior>
  using Density = detail::GlobalDensity<ScalarOf<Q>, Prior, P, Bind>;
  template <class Q, class Prior>
  static constexpr bool accepts = [] {
    if constexpr (Conditional<Guide>) return detail::accepts<Rule, Q, Density<Q, Prior>>;
    else return false;
  }();
  template <class Q, class Prior>
  static constexpr detail::Never explain() {
    static_assert(Conditional<Guide>, "GivenLocal draws the local latents from a guide that depends on the data: a Conditional.");
    if constexpr (Conditional<Guide>) return Rule::template explain<Q, Density<Q, Prior>>();
    return {};
  }

  template <class Q, class Prior, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const Prior& prior, const Batch<ScalarOf<Q>>& x, R& rng,
                                   const Occasion& occasion = {}) const {
    if constexpr (!accepts<Q, Prior>) {
      return explain<Q, Prior>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("GivenLocal", "draws", draws, 1);
      detail::require_at_least("GivenLocal", "points", points, 0);
      detail::require_at_least("GivenLocal", "data points", x.cols(), 1);
      const auto bound = guide.at(x);
      const Batch<T> z = bound.sample(rng, draws);
      const T all = static_cast<T>(points > 0 ? points : x.cols());
      const Density<Q, Prior> density{prior, joint, bind, x, z, all / static_cast<T>(z.cols())};
      return detail::under(rule, q, density, x, rng, occasion);
    }
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.rule, self.guide, self.joint);
  }
};
template <class Rule, class Guide, class P, class Bind>
GivenLocal(Rule, Guide, P, Bind, Index = 1, Index = 0) -> GivenLocal<Rule, Guide, P, Bind>;
template <class Rule, class Guide, class P>
GivenLocal(Rule, Guide, P) -> GivenLocal<Rule, Guide, P>;

}  // namespace variate
