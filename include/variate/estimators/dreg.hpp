#pragma once
#include "variate/estimators/importance_weighted.hpp"

namespace variate {

/// Which gradient Dreg estimates.
enum class DregTarget {
  iwae,  ///< of the importance-weighted bound
  rws,   ///< of the wake-phi step of reweighted wake-sleep: of -KL(p || q), self-normalised
  jvi    ///< of the jackknife bound, n L_n - (n - 1) mean_k L_{-k} (Nowozin 2018): less biased for log p, no bound any more
};

/// Doubly reparameterised gradients (Tucker, Lawson, Gu and Maddison 2019): the score that is left in a multi-sample pathwise
/// gradient is reparameterised again. Each sample's dlog w_k/dx, log q's own parameters held, goes through its draw with weight
///
///     iwae  wn_k^2,     rws  wn_k - wn_k^2,     jvi  n wn_k^2 - ((n-1)/n) sum_{j != k} wn_k(without j)^2,
///
/// wn the normalised weights. Unbiased for iwae and jvi, and its signal-to-noise ratio grows with n where that of
/// `ImportanceWeighted` falls; rws is as biased as self-normalising is. The value is the bound (jvi: the jackknife's); the
/// model's own gradient is that of the bound. The integrand is Elbo<SampledEntropy>, with df/dx. What is dropped is as in
/// `Vimco`. Throws InvalidArgument if n < 1 (jvi: 2).
struct Dreg {
  DregTarget target = DregTarget::iwae;  ///< whose gradient

  static constexpr bool of_several_samples = true;  ///< its value is no mean of the integrand's columns

  template <class Q, class F>
  static constexpr bool accepts = detail::accepts_paths_of_weights<Q, F>;
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return detail::explain_paths_of_weights<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      using W = detail::LogWeights<T>;
      detail::require_at_least("Dreg", "n", n, target == DregTarget::jvi ? 2 : 1);
      const T points = static_cast<T>(q.batch_size());
      const auto path = [&](const W& weights) {
        return weights.each([&](const std::vector<T>& l, std::vector<T>& out) {
          credit(l, out);
          for (T& v : out) v /= points;
        });
      };
      const auto shares = [&](const W& weights) {
        return weights.each([&](const std::vector<T>& l, std::vector<T>& out) {
          if (target == DregTarget::jvi) jackknife(l, out, 1);
          else normalize(l, out);
          for (T& v : out) v /= points;
        });
      };
      const auto value = [&](const W& weights) {
        if (target != DregTarget::jvi) return weights.bound();
        T total = 0;
        weights.each([&](const std::vector<T>& l, std::vector<T>&) { total += jackknife_bound(l); });
        return total / points;
      };
      return detail::through_weights(q, f, rng, n, path, [](const W&) { return Row<T>(); }, shares, value);
    }
  }

 private:
  template <class T>
  static void normalize(const std::vector<T>& l, std::vector<T>& out) {
    const T sum = detail::log_sum(l);
    for (std::size_t k = 0; k < l.size(); ++k) out[k] = std::exp(l[k] - sum);
  }
  /// n wn_k^power - ((n-1)/n) sum_{j != k} wn_k(without j)^power.
  template <class T>
  static void jackknife(const std::vector<T>& l, std::vector<T>& out, int power) {
    const T count = static_cast<T>(l.size()), sum = detail::log_sum(l);
    const std::vector<T> others = detail::log_sums_of_others(l);
    for (std::size_t k = 0; k < l.size(); ++k) {
      T without = 0;
      for (std::size_t j = 0; j < l.size(); ++j)
        if (j != k && l[k] > -std::numeric_limits<T>::infinity()) without += std::exp(static_cast<T>(power) * (l[k] - others[j]));
      out[k] = count * std::exp(static_cast<T>(power) * (l[k] - sum)) - (l.size() > 1 ? (count - 1) / count * without : T(0));
    }
  }
  template <class T>
  static T jackknife_bound(const std::vector<T>& l) {
    const T count = static_cast<T>(l.size()), bound = detail::log_sum(l) - std::log(count);
    if (l.size() < 2) return bound;
    T left_out = 0;
    for (const T v : detail::log_sums_of_others(l)) left_out += v - std::log(count - 1);
    return count * bound - (count - 1) * left_out / count;
  }
  template <class T>
  void credit(const std::vector<T>& l, std::vector<T>& out) const {
    if (target == DregTarget::jvi) return jackknife(l, out, 2);
    normalize(l, out);
    for (T& v : out) v = target == DregTarget::iwae ? v * v : v - v * v;
  }
};

}  // namespace variate
