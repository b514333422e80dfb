#pragma once
/// How good is a fitted q? The ELBO with its error, and whether importance weights could repair what is left.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/diagnostics/effective_sample_size.hpp"
#include "variate/diagnostics/pareto_k.hpp"
#include "variate/random/rng.hpp"

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

namespace detail {

/// Independent stream i where the engine can split, else the engine itself.
template <class R>
decltype(auto) stream(R& rng, std::uint64_t i) {
  if constexpr (requires { rng.split(i); })
    return rng.split(i);
  else
    return (rng);
}

}  // namespace detail

/// log p - log q at `draws` fresh draws of q, drawn and evaluated `chunk` at a time from streams of their own.
/// Throws InvalidArgument if draws < 1 or chunk < 1, ShapeError if q is bound to more than one data point.
template <class Q, class F, class R>
Row<ScalarOf<Q>> log_ratios(const Q& q, const F& log_density, R& rng, Index draws, Index chunk = 1024) {
  using T = ScalarOf<Q>;
  detail::require_at_least("log_ratios", "draws", draws, 1);
  detail::require_at_least("log_ratios", "chunk", chunk, 1);
  detail::require_size("log_ratios", "data points of q", q.batch_size(), 1);
  Row<T> ratios(draws);
  for (Index first = 0; first < draws; first += chunk) {
    const Index n = std::min(chunk, draws - first);
    auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(first / chunk));
    const Batch<T> x = q.sample(stream, n);
    const auto e = variate::evaluate(log_density, x);
    ratios.segment(first, n) = Row<T>(e.value) - Row<T>(q.log_prob(x));
  }
  return ratios;
}

/// Reports on q from `draws` fresh draws. Never throws for numbers: draws with a non-finite ratio are left out and counted.
template <class Q, class F, class R>
ElboReport report_elbo(const Q& q, const F& log_density, R& rng, Index draws, Index chunk = 1024) {
  const auto ratios = log_ratios(q, log_density, rng, draws, chunk);
  std::vector<double> kept;
  kept.reserve(static_cast<std::size_t>(draws));
  double mean = 0, square = 0;
  for (Index i = 0; i < draws; ++i) {
    const double r = static_cast<double>(ratios(i));
    if (!std::isfinite(r)) continue;
    kept.push_back(r);
    const double delta = r - mean;
    mean += delta / static_cast<double>(kept.size());
    square += delta * (r - mean);
  }
  ElboReport report;
  report.draws = draws;
  report.dropped = draws - static_cast<Index>(kept.size());
  if (kept.empty()) return report;
  const double n = static_cast<double>(kept.size());
  report.elbo = mean;
  if (n > 1) report.error = std::sqrt(square / (n - 1) / n);
  return report;
}

}  // namespace variate
