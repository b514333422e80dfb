#pragma once
/// What probabilities of counts are made of, so that nothing large cancels: C. Loader, "Fast and accurate computation of binomial
/// probabilities" (2000). A Poisson probability is own(k) - deviance(k, mean), a binomial one three of the former and two of the
/// latter.
#include <array>
#include <cstddef>

#include "variate/math/detail/gamma.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"

namespace variate::math::detail {

/// a log a - a - lgamma(a + 1): the logarithm of a Poisson probability of a whose mean is a, for any a >= 0.
template <class L>
[[gnu::always_inline]] inline L own_log_probability(L a) {
  const L at = max(a, L(1e-300)), logarithm = log(at), r = 1.0 / at;  // a log a is 0 at 0
  const auto large = a >= gamma_asymptotic;
  const L series = multiply_add(L(-0.5), logarithm, -multiply_add(polynomial(r * r, lgamma_series), r, L(0.91893853320467274)));
  if (all(large)) return series;
  return select(large, series, a * (logarithm - 1.0) - lgamma_of_positive(select(large, L(1.0), at + 1.0)));
}

/// The same of 0, 1, 2, ...
inline constexpr std::array<double, 16> own_log_probabilities{0.0,
                                                              -1.0,
                                                              -1.3068528194400546,
                                                              -1.4959226032237258,
                                                              -1.6328763858683832,
                                                              -1.7403021806115442,
                                                              -1.828694396641771,
                                                              -1.9037903176782212,
                                                              -1.9690705693065629,
                                                              -2.0268062840554952,
                                                              -2.0785616431350586,
                                                              -2.12545984509181,
                                                              -2.168334698205882,
                                                              -2.207822206123445,
                                                              -2.244418568125061,
                                                              -2.2785183673077407};

/// The same of whole numbers, as they often are small; a number that is not one may give anything.
template <class L>
[[gnu::always_inline]] inline L own_log_probability_of_count(L k) {
  const auto listed = (k >= 0.0) & (k < 16.0);
  L value(0.0);
  if (any(listed)) {
    value = L::each([](double at) { return own_log_probabilities[static_cast<std::size_t>(at)]; }, select(listed, k, L(0.0)));
    if (all(listed)) return value;
  }
  const L at = max(k, L(16.0)), r = 1.0 / at;
  const L series = multiply_add(L(-0.5), log(at), -multiply_add(polynomial(r * r, lgamma_series), r, L(0.91893853320467274)));
  return select(listed, value, series);
}

/// sum over j of z^(j-1)/(2j+1).
inline constexpr std::array<double, 8> deviance_series{1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,
                                                       1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17};

/// x log(x/mean) - (x - mean) for x >= 0 and mean >= 0, where difference = x - mean, as exact as the caller knows it, and
/// log_mean is believed where the mean itself underflows.
template <class L>
[[gnu::always_inline]] inline L deviance(L x, L mean, L log_mean, L difference) {
  const L v = difference / (x + mean), z = v * v;
  const L near = multiply_add(difference, v, 2.0 * x * v * (z * polynomial(z, deviance_series)));
  const auto close = abs(v) < 0.1;
  if (all(close)) return near;
  const L at = max(x, L(1e-300));
  L logarithm = log(at / mean);
  const auto lost = mean < 1e-290;
  if (any(lost)) logarithm = select(lost, log(at) - log_mean, logarithm);
  return select(close, near, select(x > 0.0, x * logarithm - difference, mean));
}

}  // namespace variate::math::detail
