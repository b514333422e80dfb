#pragma once
/// The rational functions of Wichura's normal quantile, on double lanes.
#include <array>

#include "variate/math/detail/logarithm.hpp"
#include "variate/math/detail/polynomial.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math::detail {

/// Numerator and denominator, constant terms first.
struct Ratio7 {
  std::array<double, 8> top, bottom;
  template <class L>
  [[gnu::always_inline]] L operator()(L x) const {
    return polynomial(x, top) / polynomial(x, bottom);
  }
};

/// M. J. Wichura, Algorithm AS 241: the percentage points of the normal distribution, Applied Statistics 37 (1988), PPND16: for
/// |p - 1/2| <= 0.425, then in r = sqrt(-log of the tail) up to 5, then beyond.
inline constexpr Ratio7 quantile_middle{
    {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4, 4.5921953931549871457e4,
     6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
    {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
     3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}};
inline constexpr Ratio7 quantile_tail{
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};
inline constexpr Ratio7 quantile_far_tail{
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
     1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};

/// For 0 < p < 1.
template <class L>
[[gnu::always_inline]] inline L quantile_inside(L p) {
  const L q = p - 0.5, tail = min(p, 1.0 - p), r = sqrt(-log_positive(tail));
  const auto middle = abs(q) <= 0.425;
  const L inner = q * quantile_middle(0.180625 - q * q);
  if (all(middle)) return inner;
  L outer = quantile_tail(r - 1.6);
  const auto far = r > 5.0;
  if (any(far)) [[unlikely]] outer = select(far, quantile_far_tail(r - 5.0), outer);
  return select(middle, inner, copysign(outer, q));
}

}  // namespace variate::math::detail
