#pragma once
/// How the weights of a mixture follow their natural gradient: directly, or within a trust region (Arenz et al. 2023,
/// section 3.3).
///
/// Everything here looks at log weights and at the components' log densities on a batch (K x n); of what family the components
/// are does not matter.
#include <algorithm>
#include <cmath>
#include <concepts>

#include "variate/core/error.hpp"
#include "variate/core/finite.hpp"
#include "variate/core/types.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/mixtures/detail/multiplier.hpp"
#include "variate/mixtures/detail/offset_log_sum_exp.hpp"
#include "variate/mixtures/importance_weights.hpp"

namespace variate {

/// Weights after an update.
template <class T>
struct WeightStep {
  Vector<T> log_weights;  ///< normalised
  T kl = T(-1);           ///< KL(new || old); -1 if no trust region was searched, or the old weights were kept
  T eta = T(-1);          ///< multiplier; likewise
};

namespace detail {
/// exp(clip) is the least weight that an update leaves.
template <class T>
inline constexpr T least_log_weight = T(-69.07);

template <class T>
void normalise(Vector<T>& log_weights) {
  math::log_softmax(log_weights.data(), log_weights.data(), log_weights.size());
}
template <class T>
void normalise_and_clip(Vector<T>& log_weights) {
  normalise(log_weights);
  log_weights = log_weights.cwiseMax(least_log_weight<T>);
  normalise(log_weights);
}
}  // namespace detail

/// R_k = E_k[target - temperature log q], estimated for each component k of q on samples from another density: from log weights
/// (K), the components' log densities (K x n), and the background's and the target's (1 x n). Self-normalised importance weights,
/// or plain ones (sum of weight times value, over n). ShapeError if sizes do not fit, InvalidArgument without samples.
template <class T>
Vector<T> expected_log_ratios(const Vector<T>& log_weights, const Batch<T>& component_log_densities, const Row<T>& background,
                              const Row<T>& targets, T temperature, bool self_normalized = true) {
  constexpr const char* name = "expected_log_ratios";
  const Index n = targets.size(), components = log_weights.size();
  detail::require_at_least(name, "number of samples", n, 1);
  detail::require_size(name, "rows of component_log_densities", component_log_densities.rows(), components);
  detail::require_size(name, "columns of component_log_densities", component_log_densities.cols(), n);
  detail::require_size(name, "size of background", background.size(), n);
  Row<T> value;
  detail::offset_log_sum_exp(component_log_densities, log_weights, value);
  value = targets - temperature * value;
  Vector<T> ratios(components);
  detail::RatioWeights<T> weights;
  for (Index k = 0; k < components; ++k) {
    weights.set(component_log_densities.data() + k * n, background.data(), n);
    const T sum = weights.weights.dot(value);
    ratios[k] = self_normalized ? sum / weights.sum
                                : std::copysign(std::exp(weights.shift + std::log(std::abs(sum))), sum) / static_cast<T>(n);
  }
  return ratios;
}

/// What a component's samples are worth to the whole, temperature log w_k + R_k.
template <class T>
Vector<T> component_rewards(const Vector<T>& log_weights, const Vector<T>& ratios, T temperature) {
  return temperature * log_weights + ratios;
}

/// log w + stepsize/temperature R, normalised; no weight falls below e^-69.07.
struct DirectWeightUpdate {
  bool use_self_normalized_importance_weights = true;  ///< in R

  /// New weights from old ones and from the expected log ratios. A ratio that is not finite leaves the weights as they are.
  template <class T>
  WeightStep<T> operator()(const Vector<T>& log_weights, const Vector<T>& ratios, T stepsize, T temperature) const {
    detail::require_size("DirectWeightUpdate", "number of ratios", ratios.size(), log_weights.size());
    detail::require_positive("DirectWeightUpdate", "temperature", temperature);
    if (!(stepsize >= 0))
      throw DomainError(detail::complaint("DirectWeightUpdate", "stepsize", stepsize, "a number that is not negative"));
    WeightStep<T> step{log_weights};
    if (log_weights.size() == 1) return step;
    Vector<T> u = log_weights + stepsize / temperature * ratios;
    if (!detail::all_finite(u)) return step;
    detail::normalise_and_clip(u);
    step.log_weights = u;
    return step;
  }
};

/// The largest step whose KL(new || old) is within a bound, which takes the place of the step size.
///
/// By default the multiplier is searched as gmmvi 1.1 does, to 10 % of the bound or to a bracket of 0.1 in eta: a bound that is
/// met by a small multiplier is left well unused. `exact` meets it to 1e-9 of its size, or takes the full step (eta = 0) if that
/// is within it.
struct TrustRegionWeightUpdate {
  bool use_self_normalized_importance_weights = true;  ///< in R
  bool exact = false;                                  ///< root of KL(eta) = bound instead of a bracket around it

  /// The weights at a multiplier, ((eta + 1) log w + R) / (temperature + eta) normalised, none below e^-69.07, and their
  /// divergence from the old ones.
  template <class T>
  WeightStep<T> kl(T eta, const Vector<T>& log_weights, const Vector<T>& ratios, T temperature) const {
    WeightStep<T> step;
    step.eta = eta;
    step.log_weights = (eta + 1) / (temperature + eta) * log_weights + ratios / (temperature + eta);
    detail::normalise_and_clip(step.log_weights);
    step.kl = 0;
    for (Index k = 0; k < log_weights.size(); ++k)
      step.kl += std::exp(step.log_weights[k]) * (step.log_weights[k] - log_weights[k]);
    return step;
  }

  /// Bisection in log eta between two ends, step by step as in the original. Without a multiplier that satisfies the bound: the
  /// old weights.
  template <class T>
  WeightStep<T> bracketing_search(const Vector<T>& log_weights, const Vector<T>& ratios, T temperature, T bound, T lower = T(-45),
                                  T upper = T(45)) const {
    bool satisfied = false;
    T middle = (lower + upper) / 2;
    for (int i = 0; i < 50; ++i) {
      if (std::abs(std::exp(upper) - std::exp(lower)) < T(0.1)) break;
      WeightStep<T> step = kl(std::exp(middle), log_weights, ratios, temperature);
      if (std::abs(bound - step.kl) < T(0.1) * bound) return step;
      if (bound > step.kl) {
        upper = middle;
        satisfied = true;
      } else {
        lower = middle;
      }
      middle = (lower + upper) / 2;
    }
    return satisfied ? kl(std::exp(upper), log_weights, ratios, temperature) : kept(log_weights);
  }

  /// New weights from old ones and from the expected log ratios. A ratio that is not finite leaves the weights as they are.
  template <class T>
  WeightStep<T> operator()(const Vector<T>& log_weights, const Vector<T>& ratios, T bound, T temperature) const {
    detail::require_size("TrustRegionWeightUpdate", "number of ratios", ratios.size(), log_weights.size());
    detail::require_positive("TrustRegionWeightUpdate", "temperature", temperature);
    if (!(bound >= 0))
      throw DomainError(detail::complaint("TrustRegionWeightUpdate", "bound", bound, "a number that is not negative"));
    if (log_weights.size() == 1 || !detail::all_finite(log_weights) || !detail::all_finite(ratios)) return kept(log_weights);
    if (!exact) return bracketing_search(log_weights, ratios, temperature, bound);
    if (bound == 0) return kept(log_weights);
    const WeightStep<T> full = kl(T(0), log_weights, ratios, temperature);
    if (full.kl <= bound) return full;
    const auto found = detail::exact_multiplier<T>([&](T eta) { return kl(eta, log_weights, ratios, temperature).kl; }, bound,
                                                   T(1), std::exp(T(-45)));
    return found.found ? kl(found.eta, log_weights, ratios, temperature) : kept(log_weights);
  }

 private:
  template <class T>
  static WeightStep<T> kept(const Vector<T>& log_weights) {
    WeightStep<T> step{log_weights};
    if (log_weights.size() > 1) detail::normalise(step.log_weights);
    return step;
  }
};

namespace detail {
template <class M, class T>
concept HasComponentLogDensities = requires(const M& m, const Batch<T>& x) {
  { m.component_log_densities(x) } -> std::convertible_to<Batch<T>>;
};
template <class M, class T>
concept HasComponentLogProb = requires(const M& m, const Batch<T>& x) {
  { m.component_log_prob(x) } -> std::convertible_to<Batch<T>>;
};
}  // namespace detail

/// Any mixture whose weights can be updated: it tells its log weights and the components' log densities, `Mixture` and
/// `Gaussians` among them, and takes new log weights (or is a `Mixture`, whose first parameters they are).
template <class M>
concept WeightedDensities = requires(const M& m) { m.log_weights(); } &&
                            (detail::HasComponentLogDensities<M, ScalarOf<M>> || detail::HasComponentLogProb<M, ScalarOf<M>>);

/// A policy bound to the mixture whose weights it moves, which it borrows.
template <WeightedDensities M, class Policy>
class WeightUpdater {
 public:
  using Scalar = ScalarOf<M>;
  using T = Scalar;  ///< of the numbers

  /// The temperature of the entropy in the objective is positive.
  explicit WeightUpdater(M& mixture, Policy policy = {}, T temperature = T(1))
      : mixture_(&mixture), policy_(policy), temperature_(temperature) {
    detail::require_positive("WeightUpdater", "temperature", temperature);
  }

  /// Moves the mixture's weights, from samples (d x n), the log densities of the background they come from, and those of the
  /// target. With one component nothing happens.
  WeightStep<T> update_weights(const Batch<T>& samples, const Row<T>& background_densities, const Row<T>& target_log_densities,
                               T stepsize) {
    const Vector<T> ratios = expected_log_ratios(samples, background_densities, target_log_densities);
    WeightStep<T> step = policy_(log_weights(), ratios, stepsize, temperature_);
    if (step.log_weights.size() > 1) take(step.log_weights);
    return step;
  }
  /// R_k, from the same.
  Vector<T> expected_log_ratios(const Batch<T>& samples, const Row<T>& background_densities,
                                const Row<T>& target_log_densities) const {
    return variate::expected_log_ratios(log_weights(), densities(samples), background_densities, target_log_densities,
                                        temperature_, policy_.use_self_normalized_importance_weights);
  }
  /// The weights at a multiplier, and their divergence; nothing is changed.
  WeightStep<T> kl(T eta, const Vector<T>& rewards) const
    requires std::same_as<Policy, TrustRegionWeightUpdate>
  {
    return policy_.kl(eta, log_weights(), rewards, temperature_);
  }
  /// The original's search between two logarithms of eta; nothing is changed.
  WeightStep<T> bracketing_search(const Vector<T>& ratios, T bound, T lower = T(-45), T upper = T(45)) const
    requires std::same_as<Policy, TrustRegionWeightUpdate>
  {
    return policy_.bracketing_search(log_weights(), ratios, temperature_, bound, lower, upper);
  }

 private:
  Vector<T> log_weights() const {
    detail::require_size("WeightUpdater", "data points of the mixture", mixture_->log_weights().cols(), 1);
    return mixture_->log_weights();
  }
  Batch<T> densities(const Batch<T>& x) const {
    if constexpr (detail::HasComponentLogDensities<M, T>) return mixture_->component_log_densities(x);
    else return mixture_->component_log_prob(x);
  }
  void take(const Vector<T>& log_weights) {
    if constexpr (requires { mixture_->set_log_weights(log_weights); }) {
      mixture_->set_log_weights(log_weights);
    } else {
      Vector<T> params = mixture_->params();
      params.head(log_weights.size()) = log_weights;
      mixture_->set_params(params);
    }
  }

  M* mixture_;
  Policy policy_;
  T temperature_;
};

}  // namespace variate
