#pragma once
/// GMMVI by its codenames: seven letters, one for each module, in any order and case.
#include <cstddef>
#include <type_traits>
#include <utility>

#include "variate/mixtures/gmmvi.hpp"

namespace variate {

/// A word at compile time.
template <std::size_t N>
struct Codename {
  char letters[N]{};  ///< in capitals, with the closing zero

  consteval Codename(const char (&text)[N]) {  // NOLINT: a word stands for itself
    for (std::size_t i = 0; i < N; ++i)
      letters[i] = static_cast<char>(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
  }
  /// How many of its letters are among these.
  consteval int count(const char* among) const {
    int found = 0;
    for (std::size_t i = 0; i + 1 < N; ++i)
      for (const char* c = among; *c; ++c) found += letters[i] == *c;
    return found;
  }
  /// Whether it has exactly one letter for each module and no other.
  consteval bool complete() const {
    return N == 8 && count("SZ") == 1 && count("AE") == 1 && count("MP") == 1 && count("IYT") == 1 && count("DFR") == 1 &&
           count("OU") == 1 && count("GNX") == 1;
  }
};

namespace detail {

template <Codename name>
struct Named {
  static_assert(
      name.complete(),
      "a codename of GMMVI has seven letters, one of each group: S (Stein) or Z (More); A (adaptive) or E (fixed number "
      "of components); M (component-based) or P (mixture-based samples); I (direct), Y (iBLR) or T (trust region); "
      "D (decaying), F (fixed) or R (improvement-based step); O (trust region) or U (direct weights); "
      "G (decaying), X (fixed) or N (improvement-based step of the weights).");
  template <char c, class Yes, class No>
  static consteval auto chosen() {
    constexpr char text[2] = {c, 0};
    if constexpr (name.count(text) == 1) return std::type_identity<Yes>{};
    else return std::type_identity<No>{};
  }
  template <char c, class Yes, class No>
  using If = typename decltype(chosen<c, Yes, No>())::type;

  using Modules = GmmViModules<If<'Z', More, Stein>, If<'A', AdaptiveComponents, FixedComponents>,
                               If<'P', MixtureBasedSelector, ComponentBasedSelector>,
                               If<'I', DirectComponentUpdate, If<'Y', IblrComponentUpdate, TrustRegionComponentUpdate>>,
                               If<'D', DecayingComponentStepsize, If<'F', FixedComponentStepsize, ImprovementComponentStepsize>>,
                               If<'U', DirectWeightUpdate, TrustRegionWeightUpdate>,
                               If<'G', DecayingWeightStepsize, If<'X', FixedWeightStepsize, ImprovementWeightStepsize>>>;
};

}  // namespace detail

/// The modules that a codename stands for, with their default options: `ModulesOf<"SAMTRON"> m; m.selector....`.
template <Codename name>
using ModulesOf = typename detail::Named<name>::Modules;

/// A GMMVI by its codename: `fit(build<"SAMTRON">(target, start), rng)`.
template <Codename name, class Target, class T, Covariance C>
GmmVi<std::remove_cvref_t<Target>, ModulesOf<name>, T, C> build(Target&& target, Gaussians<T, C> start,
                                                                std::type_identity_t<ModulesOf<name>> modules = {},
                                                                std::type_identity_t<GmmViOptions<T>> options = {}) {
  return {std::forward<Target>(target), std::move(start), std::move(modules), std::move(options)};
}
/// The same on the threads of an executor, which is borrowed.
template <Codename name, class Target, class T, Covariance C, Executor E>
GmmVi<std::remove_cvref_t<Target>, ModulesOf<name>, T, C, E> build(Target&& target, Gaussians<T, C> start,
                                                                   std::type_identity_t<ModulesOf<name>> modules,
                                                                   std::type_identity_t<GmmViOptions<T>> options, E& executor) {
  return {std::forward<Target>(target), std::move(start), std::move(modules), std::move(options), executor};
}

}  // namespace variate
