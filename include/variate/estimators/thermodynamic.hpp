#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "variate/estimators/detail/weighted_scores.hpp"

namespace variate {

/// The thermodynamic variational objective (Masrani, Le and Wood 2019): log p(x) is the integral over beta in [0, 1] of
/// E_{pi_beta}[log w], w = p/q, pi_beta proportional to q^(1 - beta) p^beta. The left Riemann sum over `betas` is a lower bound,
///
///     L = sum_k (beta_{k+1} - beta_k) E_{pi_k}[log w],     beta_0 = 0 (the ELBO) < beta_1 < ..., and 1 at the end.
///
/// Every expectation is self-normalised from the same n samples of q, with weights w^beta; its gradient is
/// E[grad log w] + Cov[log w, grad(beta log p + (1 - beta) log q)], with points held. Biased as self-normalising is, consistent
/// as n grows; needs only values, and serves discrete and continuous q alike. The value is the bound's estimate; the integrand is
/// Elbo<SampledEntropy>. A sample of weight zero counts at beta > 0, and makes the ELBO's term -inf, so that the step is refused.
/// What else is dropped is as in `Vimco`. Throws InvalidArgument if n < 2 or betas do not rise within (0, 1).
struct Thermodynamic {
  std::vector<double> betas{0.03};  ///< points between 0 and 1, rising; with none the bound is the ELBO

  static constexpr bool of_several_samples = true;  ///< its value is no mean of the integrand's columns

  template <class Q, class F>
  static constexpr bool accepts = detail::accepts_scores<Q, F>;
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return detail::explain_scores<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      check(n);
      return detail::from_log_weights(q, f, q.sample(rng, n), n, [&](const auto& e, auto& weights, Estimate<T>& estimate) {
        const T points = static_cast<T>(q.batch_size());
        T value = 0;
        const Row<T> of_model =
            weights.each([&](const std::vector<T>& l, std::vector<T>& out) { value += share(l, out, true, points); });
        const Row<T> of_guide = weights.each([&](const std::vector<T>& l, std::vector<T>& out) { share(l, out, false, points); });
        estimate.value = value;
        estimate.q = e.score(of_guide);
        estimate.f = e.pullback(of_model);
        return true;
      });
    }
  }

 private:
  void check(Index n) const {
    detail::require_at_least("Thermodynamic", "n", n, 2);
    double last = 0;
    for (const double beta : betas) {
      if (!(beta > last && beta < 1))
        throw InvalidArgument(detail::complaint("Thermodynamic", "beta", beta, "numbers that rise within (0, 1)"));
      last = beta;
    }
  }
  /// The weight of each sample's grad log p, or of its grad log q, for one data point; returns its part of the value.
  template <class T>
  T share(const std::vector<T>& l, std::vector<T>& out, bool model, T points) const {
    T value = 0;
    std::vector<T> w(l.size());
    for (std::size_t k = 0; k <= betas.size(); ++k) {
      const T beta = k == 0 ? T(0) : static_cast<T>(betas[k - 1]);
      const T step = (k < betas.size() ? static_cast<T>(betas[k]) : T(1)) - beta;
      for (std::size_t i = 0; i < l.size(); ++i) w[i] = beta == T(0) ? T(0) : beta * l[i];
      const T total = detail::log_sum(w);
      T mean = 0;
      for (std::size_t i = 0; i < l.size(); ++i) {
        w[i] = std::exp(w[i] - total);
        if (w[i] > T(0)) mean += w[i] * l[i];
      }
      for (std::size_t i = 0; i < l.size(); ++i)
        if (w[i] > T(0)) {
          const T off = l[i] - mean, direct = model ? T(1) : T(-1), slope = model ? beta : T(1) - beta;
          out[i] += step * w[i] * (direct + slope * off) / points;
        }
      value += step * mean;
    }
    return value / points;
  }
};

}  // namespace variate
