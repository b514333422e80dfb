#pragma once
/// Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018): are posteriors right on average?
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/incomplete_gamma.hpp"
#include "variate/random/detail/stream.hpp"

namespace variate {

/// A chi-square test of equal frequencies.
struct UniformityTest {
  double statistic = 0;          ///< sum (observed - expected)^2 / expected
  Index degrees = 0;             ///< bins - 1
  double p_value = 1;            ///< of a statistic this large or larger if ranks are uniform
  std::vector<Index> counts{};   ///< in each bin
};

/// Do ranks, each from 0 to `draws`, fill `bins` bins evenly? draws + 1 must be a multiple of bins. Five ranks a bin or more are
/// wanted for the chi-square law to hold. InvalidArgument for counts that do not fit or a rank out of range.
inline UniformityTest rank_uniformity(const std::vector<Index>& ranks, Index draws, Index bins) {
  constexpr const char* name = "rank_uniformity";
  detail::require_at_least(name, "bins", bins, 2);
  detail::require_at_least(name, "number of ranks", static_cast<Index>(ranks.size()), 1);
  if (draws < 1 || (draws + 1) % bins != 0)
    throw InvalidArgument(detail::complaint(name, "draws", draws, "one less than a multiple of the " + std::to_string(bins) + " bins"));
  UniformityTest test;
  test.degrees = bins - 1;
  test.counts.assign(static_cast<std::size_t>(bins), 0);
  for (const Index rank : ranks) {
    if (rank < 0 || rank > draws) throw InvalidArgument(detail::complaint(name, "rank", rank, "from 0 to " + std::to_string(draws)));
    ++test.counts[static_cast<std::size_t>(rank * bins / (draws + 1))];
  }
  const double expected = static_cast<double>(ranks.size()) / static_cast<double>(bins);
  for (const Index count : test.counts) test.statistic += std::pow(static_cast<double>(count) - expected, 2) / expected;
  test.p_value = math::gamma_q(static_cast<double>(test.degrees) / 2, test.statistic / 2);
  return test;
}

/// Ranks and their tests, one for each parameter.
struct Calibration {
  std::vector<std::vector<Index>> ranks{};  ///< of the truth among the posterior's draws, for each parameter
  std::vector<UniformityTest> tests{};
  /// The smallest p-value, times the number of parameters (Bonferroni), at most 1.
  double p_value() const {
    double least = 1;
    for (const UniformityTest& test : tests) least = std::min(least, test.p_value);
    return std::min(1.0, least * static_cast<double>(tests.size()));
  }
};

/// Draws parameters from the prior, data by simulate(theta, rng), asks posterior(data, rng) for a distribution, and ranks the truth
/// among `draws` draws of that, `runs` times: if posteriors are right the ranks are uniform. A posterior too narrow gives ranks at
/// both ends, too wide in the middle, shifted at one end. Draws are taken to be independent: thin those of a chain.
/// Run i uses streams of rng.split(i). InvalidArgument for counts below 1 or that do not fit (see rank_uniformity).
template <class Prior, class Simulate, class Posterior, class R>
Calibration simulation_based_calibration(const Prior& prior, const Simulate& simulate, const Posterior& posterior, R&& rng,
                                         Index runs, Index draws = 99, Index bins = 10) {
  using T = ScalarOf<Prior>;
  detail::require_at_least("simulation_based_calibration", "runs", runs, 1);
  Calibration calibration;
  calibration.ranks.resize(static_cast<std::size_t>(prior.event_size()));
  for (Index i = 0; i < runs; ++i) {
    auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(i));
    const Batch<T> truth = prior.sample(stream, 1);
    const Vector<T> theta = truth.col(0);
    auto&& of_data = detail::stream(stream, 0);
    const auto data = simulate(theta, of_data);
    auto&& of_posterior = detail::stream(stream, 1);
    const auto q = posterior(data, of_posterior);
    auto&& of_draws = detail::stream(stream, 2);
    const Batch<T> sample = q.sample(of_draws, draws);
    for (Index k = 0; k < theta.size(); ++k) {
      Index rank = 0;
      for (Index s = 0; s < draws; ++s) rank += sample(k, s) < theta[k];
      calibration.ranks[static_cast<std::size_t>(k)].push_back(rank);
    }
  }
  for (const std::vector<Index>& ranks : calibration.ranks) calibration.tests.push_back(rank_uniformity(ranks, draws, bins));
  return calibration;
}

}  // namespace variate
