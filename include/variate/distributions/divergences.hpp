#pragma once
/// Divergences between any two distributions by sampling: Renyi's, and Jensen and Shannon's. For Kullback and Leibler's see
/// kl.hpp.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// A Monte Carlo estimate and its standard error, each 1 x B.
template <class T>
struct DivergenceEstimate {
  Row<T> value;
  /// The Monte Carlo standard error of each value; NaN where the value is infinite.
  Row<T> standard_error;
};

namespace detail {

/// Data points of a pair: the larger number, if the other is the same or 1.
template <class P, class Q>
Index points_of_divergence(std::string_view name, const P& p, const Q& q, Index n) {
  require_at_least(name, "number of samples", n, 2);
  require_size(name, "event size of q", q.event_size(), p.event_size());
  const Index batch = std::max(p.batch_size(), q.batch_size());
  if (p.batch_size() != 1) require_size(name, "data points of p", p.batch_size(), batch);
  if (q.batch_size() != 1) require_size(name, "data points of q", q.batch_size(), batch);
  return batch;
}

/// log p - log q at n draws of `from` for each data point, n x B.
template <class D, class P, class Q, class Rng>
Batch<ScalarOf<P>> log_ratios(const D& from, const P& p, const Q& q, Rng& rng, Index n, Index batch) {
  using T = ScalarOf<P>;
  const Batch<T> x = from.sample(rng, n * batch / from.batch_size());
  const Row<T> ratio = p.log_prob(x) - q.log_prob(x);
  return Eigen::Map<const Batch<T>>(ratio.data(), n, batch);
}

/// log 2 less the entropy of a coin whose log odds are t: with s = tanh(|t|/2), sum_k s^2k / (2k (2k - 1)).
template <class T>
T surplus_of_coin(T t) {
  const T size = std::abs(t);
  if (size == std::numeric_limits<T>::infinity()) return T(0.69314718055994530941723212145818L);
  if (size < T(0.5)) {  // s below 1/4: fifteen terms are exact, and nothing cancels
    const T square = std::tanh(size / 2) * std::tanh(size / 2);
    T sum = 0;
    for (int k = 15; k > 0; --k) sum = square * (sum + T(1) / static_cast<T>(2 * k * (2 * k - 1)));
    return sum;
  }
  const T rare = std::exp(-size);
  return T(0.69314718055994530941723212145818L) - std::log1p(rare) - size * rare / (1 + rare);
}

}  // namespace detail

/// Renyi's divergence D_alpha(p || q) = log E_p[(p/q)^(alpha - 1)] / (alpha - 1) in nats, from n >= 2 draws of p for each data
/// point; alpha = 1 is its limit, KL(p || q). The mean is taken in log space and the standard error is that of the logarithm of a
/// mean (delta method); the estimate is low by half its square times |alpha - 1|, to first order. For alpha > 1 and a q with
/// lighter tails than p the weights may have no variance: then neither number is to be trusted (see `pareto_k`).
///
/// A p or q with one data point is compared with each of the other's. DomainError unless alpha is positive and finite,
/// InvalidArgument if n < 2, ShapeError if event sizes or data points do not fit.
template <class P, class Q, class Rng>
  requires Distribution<P> && Distribution<Q>
DivergenceEstimate<ScalarOf<P>> renyi_monte_carlo(const P& p, const Q& q, ScalarOf<P> alpha, Rng& rng, Index n) {
  using T = ScalarOf<P>;
  detail::require_positive("renyi_monte_carlo", "alpha", alpha);
  const Index batch = detail::points_of_divergence("renyi_monte_carlo", p, q, n);
  const Batch<T> ratio = detail::log_ratios(p, p, q, rng, n, batch);
  const T power = alpha - 1, count = static_cast<T>(n);
  DivergenceEstimate<T> out{Row<T>(batch), Row<T>(batch)};
  for (Index b = 0; b < batch; ++b) {
    // Weights relative to exp(shift), less one: near alpha = 1 all are small numbers whose sum must keep its digits.
    const T largest = power > 0 ? ratio.col(b).maxCoeff() * power : ratio.col(b).minCoeff() * power;
    const T shift = power == 0 || std::abs(largest) < T(0.5) || !std::isfinite(largest) ? T(0) : largest;
    T sum = 0, squares = 0;
    const auto weight = [&](Index s) { return power == 0 ? ratio(s, b) : std::expm1(power * ratio(s, b) - shift); };
    for (Index s = 0; s < n; ++s) sum += weight(s);
    const T mean = sum / count;
    for (Index s = 0; s < n; ++s) squares += (weight(s) - mean) * (weight(s) - mean);
    const T error = std::sqrt(squares / (count * (count - 1)));
    out.value[b] = power == 0 ? mean : (shift + std::log1p(mean)) / power;
    out.standard_error[b] = power == 0 ? error : error / (1 + mean) / std::abs(power);
  }
  return out;
}

/// Jensen and Shannon's divergence, (KL(p || m) + KL(q || m))/2 with m = (p + q)/2, in nats, from n >= 2 draws of each of p and q
/// for each data point. Every draw gives log 2 less the entropy of the question which of the two it came from, so that the
/// estimate is inside [0, log 2] and its variance is finite, whatever p and q.
///
/// A p or q with one data point is compared with each of the other's. InvalidArgument if n < 2, ShapeError if event sizes or data
/// points do not fit.
template <class P, class Q, class Rng>
  requires Distribution<P> && Distribution<Q>
DivergenceEstimate<ScalarOf<P>> jensen_shannon_monte_carlo(const P& p, const Q& q, Rng& rng, Index n) {
  using T = ScalarOf<P>;
  const Index batch = detail::points_of_divergence("jensen_shannon_monte_carlo", p, q, n);
  DivergenceEstimate<T> out{Row<T>::Zero(batch), Row<T>::Zero(batch)};
  const auto add = [&](const Batch<T>& ratio) {
    const Batch<T> gain = ratio.unaryExpr([](T t) { return detail::surplus_of_coin(t); });
    const Row<T> mean = gain.colwise().mean();
    out.value += T(0.5) * mean;
    out.standard_error += (gain.rowwise() - mean).colwise().squaredNorm() / (T(4) * static_cast<T>(n * (n - 1)));
  };
  add(detail::log_ratios(p, p, q, rng, n, batch));
  add(detail::log_ratios(q, p, q, rng, n, batch));
  out.value = out.value.cwiseMin(detail::surplus_of_coin(std::numeric_limits<T>::infinity()));  // means round
  out.standard_error = out.standard_error.cwiseSqrt();
  return out;
}

}  // namespace variate
