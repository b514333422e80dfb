#pragma once
/// Which estimator, if you have no reason to choose another.
#include <string_view>
#include <type_traits>

#include "variate/estimators/disarm.hpp"
#include "variate/estimators/dreg.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/vimco.hpp"

namespace variate {
namespace detail {

template <class Q, class F>
constexpr auto choose_estimator() {
  if constexpr (Pathwise::accepts<Q, F>) return Pathwise{};
  else if constexpr (Disarm::accepts<Q, F>) return Disarm{};
  else return Reinforce<LeaveOneOut>{};
}
template <class Q, class F>
constexpr auto choose_multi_sample_estimator() {
  if constexpr (Dreg::accepts<Q, F>) return Dreg{};
  else return Vimco{};
}

}  // namespace detail

/// The estimator of E_q[f] to start with, chosen at compile time from what q and f can do: Pathwise where the draws are
/// reparameterised and f has a gradient (with Elbo<StickingTheLanding>, its default), Disarm for Bernoulli q, leave-one-out
/// Reinforce for everything else that has a score. A call of the last with a q that has none says so.
template <class Q, class F>
constexpr auto default_estimator() {
  return detail::choose_estimator<Q, F>();
}
/// The one for a bound of several samples (the integrand is Elbo<SampledEntropy>): Dreg where there is a path, else Vimco.
template <class Q, class F>
constexpr auto default_multi_sample_estimator() {
  return detail::choose_multi_sample_estimator<Q, F>();
}

/// Why, in a sentence.
template <class Q, class F>
constexpr std::string_view default_estimator_reason() {
  using E = decltype(detail::choose_estimator<Q, F>());
  if constexpr (std::is_same_v<E, Pathwise>)
    return "Pathwise: q is reparameterised and the model has a gradient by its points, the least noise for one evaluation.";
  else if constexpr (std::is_same_v<E, Disarm>)
    return "Disarm: q is Bernoulli, so that pairs of antithetic bits cancel most of the noise of values alone (n must be even).";
  else if constexpr (Reparameterizable<Q>)
    return "Reinforce with leave-one-out: q is reparameterised but the model has no gradient by its points (wrap it in "
           "differentiable(model) "
           "for Pathwise); n must be at least 2.";
  else return "Reinforce with leave-one-out: q has a score and no path; unbiased with values alone; n must be at least 2.";
}
/// The same for the bound of several samples.
template <class Q, class F>
constexpr std::string_view default_multi_sample_estimator_reason() {
  if constexpr (std::is_same_v<decltype(detail::choose_multi_sample_estimator<Q, F>()), Dreg>)
    return "Dreg: q is reparameterised and the model has a gradient by its points; its signal grows with the number of samples.";
  else return "Vimco: q has a score and no usable path; each sample has the others as its baseline.";
}

}  // namespace variate
