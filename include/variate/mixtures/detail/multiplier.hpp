#pragma once
/// Searches for the multiplier of a trust region: a number eta > 0 of which the divergence is a falling function.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace variate::detail {

/// What a search has found.
template <class T>
struct Multiplier {
  T eta;       ///< the multiplier
  bool found;  ///< whether it satisfies the bound
};

/// The least multiplier not below `least` whose divergence is within the bound. The bound is met to 1e-9 of its size (float: 4
/// ulp) unless `least` is within it; `guess` is where to look first, if it is positive. Not found if there is none: a bound of 0.
template <class T, class Kl>
Multiplier<T> exact_multiplier(Kl kl, T bound, T guess, T least) {
  if (!(bound > 0)) return {least, false};
  if (kl(least) <= bound) return {least, true};
  if (!std::isfinite(bound)) return {least, false};
  const auto excess = [&](T log_eta) {  // of log KL: nearly a line of slope -2 for great multipliers
    const T divergence = kl(std::exp(log_eta));
    return divergence > 0 ? std::log(divergence) - std::log(bound) : -std::numeric_limits<T>::infinity();
  };
  T low = std::log(least), above = std::numeric_limits<T>::infinity();
  T high = guess > least ? std::max(std::log(guess), low + T(0.1)) : low + 1, below = excess(high);
  for (T width = 1; !(below <= 0); width *= 2) {
    low = high;
    above = below;
    high += width;
    if (!(high < std::log(std::numeric_limits<T>::max()) / 2)) return {least, false};
    below = excess(high);
  }
  // False position with the Illinois rule, and a bisection whenever one end stays too long.
  const T close = T(1e-9) + 4 * std::numeric_limits<T>::epsilon();
  int run = 0;  // steps in a row that moved the low end (> 0) or the high end (< 0)
  for (int i = 0; i < 200 && high - low > std::numeric_limits<T>::epsilon() * std::max(T(1), std::abs(high)); ++i) {
    T middle = (low + high) / 2;
    if (std::isfinite(above) && std::isfinite(below) && std::abs(run) < 3)
      middle = (low * below - high * above) / (below - above);
    if (!(middle > low && middle < high)) middle = (low + high) / 2;
    const T off = excess(middle);
    if (std::abs(off) <= close) return {std::exp(middle), true};
    if (off > 0) {
      low = middle;
      above = off;
      run = run > 0 ? run + 1 : 1;
      if (run == 2) below /= 2;
    } else {
      high = middle;
      below = off;
      run = run < 0 ? run - 1 : -1;
      if (run == -2) above /= 2;
    }
    if (std::abs(run) >= 4) run = 0;
  }
  return {std::exp(high), true};
}

}  // namespace variate::detail
