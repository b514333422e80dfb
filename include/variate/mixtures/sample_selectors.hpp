#pragma once
/// How many samples a step of GMMVI reuses and how many it draws, and from whom.
#include <cmath>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/mixtures/importance_weights.hpp"

namespace variate {

/// New samples of a mixture.
template <class T>
struct SelectedDraws {
  Batch<T> x;                     ///< d x n, in the order of the components
  std::vector<Index> components;  ///< which each is said to come from
};

namespace detail {
inline void require_selector(const char* name, Index desired, double ratio) {
  require_at_least(name, "desired_samples_per_component", desired, 1);
  if (!(ratio >= 0) || !std::isfinite(ratio))
    throw DomainError(complaint(name, "ratio_reused_samples_to_desired", ratio, "a finite number, at least 0"));
}
inline std::vector<Index> repeated(const std::vector<Index>& counts) {
  std::vector<Index> all;
  for (std::size_t k = 0; k < counts.size(); ++k)
    all.insert(all.end(), static_cast<std::size_t>(counts[k]), static_cast<Index>(k));
  return all;
}
}  // namespace detail

/// Each component gets the samples it wants (VIPS: Arenz, Zhong and Neumann 2020): as many draws of its own as the effective
/// sample size of the reused ones, under its density, falls short; at least one.
struct ComponentBasedSelector {
  Index desired_samples_per_component = 100;   ///< effective ones
  double ratio_reused_samples_to_desired = 2;  ///< times desired times components: the newest rows that are looked at again

  /// Rows to look at again.
  Index reused(Index components) const {
    return static_cast<Index>(ratio_reused_samples_to_desired * static_cast<double>(desired_samples_per_component)) * components;
  }
  /// DomainError or InvalidArgument for options that make no sense.
  void check() const {
    detail::require_selector("ComponentBasedSelector", desired_samples_per_component, ratio_reused_samples_to_desired);
  }
  /// New draws of each component in turn, given the log densities of the components (K x n) and of the background (1 x n) at the
  /// reused rows.
  template <class T, Covariance C, class Rng>
  SelectedDraws<T> draw(const Gaussians<T, C>& model, const Batch<T>& densities, const Row<T>& background, Rng& rng) const {
    const Vector<T> effective = effective_sample_sizes(densities, background);
    std::vector<Index> counts;
    for (Index k = 0; k < model.size(); ++k) counts.push_back(new_samples_wanted(desired_samples_per_component, effective[k]));
    return {model.sample_components(rng, counts), detail::repeated(counts)};
  }
};

/// The mixture as a whole gets the samples it wants (Lin, Khan and Schmidt 2019): draws of the mixture, as many as the effective
/// sample size of the reused ones, under its density, falls short; at least one.
struct MixtureBasedSelector {
  Index desired_samples_per_component = 100;   ///< effective ones; of the mixture, whatever its name says
  double ratio_reused_samples_to_desired = 0;  ///< times desired times components, as in the original
  bool reuse_whatever_components = false;      ///< times desired only
  /// What a draw is said to come from is where it comes from. gmmvi 1.1 has draws in the order of components and numbers in that
  /// of their choice: the same counts, so that only `only_use_own_samples` sees a difference.
  bool aligned_mapping = false;

  /// Rows to look at again.
  Index reused(Index components) const {
    const auto rows = static_cast<Index>(ratio_reused_samples_to_desired * static_cast<double>(desired_samples_per_component));
    return reuse_whatever_components ? rows : rows * components;
  }
  /// DomainError or InvalidArgument for options that make no sense.
  void check() const {
    detail::require_selector("MixtureBasedSelector", desired_samples_per_component, ratio_reused_samples_to_desired);
  }
  /// New draws of the mixture; see above.
  template <class T, Covariance C, class Rng>
  SelectedDraws<T> draw(const Gaussians<T, C>& model, const Batch<T>& densities, const Row<T>& background, Rng& rng) const {
    const Batch<T> whole = model.log_density_of(densities);
    GroupedDraws<T> draws =
        model.sample(rng, new_samples_wanted(desired_samples_per_component, effective_sample_sizes(whole, background)[0]));
    return {std::move(draws.x), aligned_mapping ? detail::repeated(draws.counts) : std::move(draws.chosen)};
  }
};

}  // namespace variate
