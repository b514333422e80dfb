#pragma once
/// How good is a fitted q? The ELBO with its error, and whether importance weights could repair what is left.
#include <algorithm>
#include <limits>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/diagnostics/effective_sample_size.hpp"
#include "variate/diagnostics/monte_carlo_error.hpp"
#include "variate/diagnostics/pareto_k.hpp"
#include "variate/random/detail/stream.hpp"

namespace variate {

/// The ELBO of q from fresh draws, and the quality of the ratios p/q as importance weights.
struct ElboReport {
  double elbo = std::numeric_limits<double>::quiet_NaN();   ///< mean of log p - log q over the kept draws
  double error = std::numeric_limits<double>::quiet_NaN();  ///< its Monte Carlo standard error
  /// PSIS k-hat of the ratios: below 0.7 they are usable, and q is close to the posterior where it matters; above 1 they have no mean
  /// (Vehtari et al. 2024).
  double pareto_k = std::numeric_limits<double>::infinity();
  double effective_sample_size = 0;  ///< Kish, of the self-normalised ratios
  Index draws = 0;                   ///< drawn
  Index dropped = 0;                 ///< of them with a non-finite log p or log q: in none of the numbers above
};

/// log p - log q at `draws` fresh draws of q, drawn and evaluated `chunk` at a time from streams of their own.
/// Throws InvalidArgument if draws < 1 or chunk < 1, ShapeError if q is bound to more than one data point.
template <class Q, class F, class R>
Row<ScalarOf<Q>> log_ratios(const Q& q, const F& log_density, R&& rng, Index draws, Index chunk = 1024) {
  using T = ScalarOf<Q>;
  detail::require_at_least("log_ratios", "draws", draws, 1);
  detail::require_at_least("log_ratios", "chunk", chunk, 1);
  detail::require_size("log_ratios", "data points of q", q.batch_size(), 1);
  Row<T> ratios(draws);
  for (Index first = 0; first < draws; first += chunk) {
    const Index n = std::min(chunk, draws - first);
    auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(first / chunk));
    const Batch<T> x = q.sample(stream, n);
    ratios.segment(first, n) = variate::values(log_density, x) - Row<T>(q.log_prob(x));
  }
  return ratios;
}

/// Reports on q from `draws` fresh draws. Never throws for numbers: draws with a non-finite ratio are left out and counted.
template <class Q, class F, class R>
ElboReport report_elbo(const Q& q, const F& log_density, R&& rng, Index draws, Index chunk = 1024) {
  const auto ratios = log_ratios(q, log_density, rng, draws, chunk);
  const Row<ScalarOf<Q>> finite = ratios.array().isFinite().select(ratios, -std::numeric_limits<ScalarOf<Q>>::infinity());
  const MeanWithError mean = mean_with_error(ratios);
  ElboReport report;
  report.elbo = mean.mean;
  report.error = mean.error;
  report.draws = draws;
  report.dropped = mean.dropped;
  if (mean.count == 0) return report;
  report.pareto_k = pareto_k(finite);
  report.effective_sample_size = weights_effective_sample_size(finite);
  return report;
}

}  // namespace variate
