#pragma once
/// Losses of channels and their weights on frozen points. Channel i has n points y drawn with density s, the proposal's density
/// there is q, f is the integrand as the channel sees it, divided by its density g, and I the integral of |f| about; with
///
///   t = alpha_i f/(s I),   rho = q/s,   m = mean of t
///
/// the terms of a channel are
///
///   variance  V_i = mean[rho (t/rho - m)^2]                  of one point's weight under q (MadNIS, Heimel et al. 2023)
///   KL        K_i = mean[|t| log(|t|/(m rho)) - |t| + m rho] m times the divergence of |f|/m from q
///
/// and the losses of all channels
///
///   variance  (sum_i sqrt(V_i))^2   calls (err/I)^2 of the estimate with calls shared out as sqrt(V_i): the stratified variance
///   KL        sum_i K_i             the divergence of the pair (x, i) with channels drawn by their integrals
///
/// Every point's part of a term is positive and has slope zero at the optimum, q = |f|/int |f|: where proposals are good,
/// gradients hardly have noise. Both say what the weights alpha should be, too: such that every channel's share is easy for it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/survey_training.hpp"

namespace variate {

/// One channel's term, with its slopes at each point.
struct ChannelTerm {
  double value = 0;        ///< V_i or K_i
  Row<double> of_weight;   ///< n: by log alpha_i
  Row<double> of_density;  ///< n: by log q
};

/// V_i, or K_i, of t and log rho at n points, where `share` (n) is how much each counts in a mean. Zeros of f must be among them.
/// `most` cuts what a point gives to mean t^2/rho: biased, for training only. All zero if t is. ShapeError if sizes differ.
inline ChannelTerm channel_term(SurveyLoss loss, const Row<double>& t, const Row<double>& log_ratio, const Row<double>& share,
                                double most = std::numeric_limits<double>::infinity()) {
  detail::require_size("channel_term", "size of log_ratio", log_ratio.size(), t.size());
  detail::require_size("channel_term", "size of share", share.size(), t.size());
  const bool kl = loss == SurveyLoss::kl;
  const Index n = t.size();
  ChannelTerm term{0, Row<double>::Zero(n), Row<double>::Zero(n)};
  const double total = share.sum();
  double mean = 0, ratio = 0;
  for (Index c = 0; c < n; ++c) {
    mean += share[c] * (kl ? std::abs(t[c]) : t[c]);
    ratio += share[c] * std::exp(log_ratio[c]);
  }
  mean /= total;
  ratio /= total;
  if (kl && !(mean > 0)) return term;
  const double log_mean = kl ? std::log(mean) : 0, of_mean = 2 * mean * (ratio - 2);
  for (Index c = 0; c < n; ++c) {
    const double part = share[c] / total, size = std::abs(t[c]), rho = std::exp(log_ratio[c]);
    if (kl) {
      const double log_weight = size > 0 ? std::log(size) - log_ratio[c] - log_mean : 0;
      term.value += part * (size * log_weight - size + mean * rho);
      term.of_density[c] = part * (mean * rho - size);
      term.of_weight[c] = part * size * (log_weight + ratio - 1);
    } else {
      const double square = size > 0 ? std::min(most, std::exp(2 * std::log(size) - log_ratio[c])) : 0;
      term.value += part * (square + mean * (mean * rho - 2 * t[c]));
      term.of_density[c] = part * (mean * mean * rho - square);
      term.of_weight[c] = part * (2 * square + of_mean * t[c]);
    }
  }
  term.value = std::max(term.value, 0.0);
  return term;
}

/// The loss of all channels from their terms, and its slopes by them. epsilon: added to each V_i, so that a perfect channel has a
/// finite slope.
struct ChannelLoss {
  double value = 0;              ///< at least 0
  std::vector<double> slopes{};  ///< one a term
};
/// See above.
inline ChannelLoss channel_loss(SurveyLoss loss, const std::vector<double>& terms, double epsilon = 1e-8) {
  ChannelLoss all;
  if (loss == SurveyLoss::kl) {
    for (const double term : terms) all.value += term;
    all.slopes.assign(terms.size(), 1);
    return all;
  }
  double sum = 0;
  for (const double term : terms) sum += std::sqrt(term + epsilon);
  for (const double term : terms) all.slopes.push_back(sum / std::sqrt(term + epsilon));
  all.value = sum * sum;
  return all;
}

}  // namespace variate
