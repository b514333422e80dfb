#pragma once
/// What probabilities of counts are made of, so that nothing large cancels: C. Loader, "Fast and accurate computation of binomial
/// probabilities" (2000). A Poisson probability is own(k) - deviance(k, mean), a binomial one three of the former and two of the
/// latter.
#include <array>

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
