#pragma once
/// Distribution function of the standard normal, its logarithm and its inverse, one number at a time.
#include <cmath>
#include <limits>

namespace variate::detail {

/// P(Z <= z), to a few ulp also in the lower tail.
template <class T>
T standard_normal_cdf(T z) {
  return T(0.5) * std::erfc(-z * T(0.70710678118654752440084436210485L));
}

/// log P(Z <= z). Below -20 (-10 for float, where erfc runs out) by the asymptotic series of Abramowitz and Stegun 26.2.12.
template <class T>
T standard_normal_log_cdf(T z) {
  if (z > 0) return std::log1p(-standard_normal_cdf(-z));
  if (!(z < (sizeof(T) < 8 ? T(-10) : T(-20)))) return std::log(standard_normal_cdf(z));
  const T r = -1 / (z * z);
  T series = 0;
  for (int k = 15; k >= 1; k -= 2) series = static_cast<T>(k) * r * (1 + series);
  return T(-0.5) * z * z - std::log(-z) - T(0.91893853320467274178032973640562L) + std::log1p(series);
}

/// z with P(Z <= z) = p; p = 0 and 1 give -inf and +inf. Relative error about 1e-16: Wichura (1988), Algorithm AS 241, PPND16.
template <class T>
T standard_normal_icdf(T p) {
  const auto ratio = [](double x, const double(&a)[8], const double(&b)[8]) {
    double top = a[7], bottom = b[7];
    for (int i = 6; i >= 0; --i) {
      top = top * x + a[i];
      bottom = bottom * x + b[i];
    }
    return top / bottom;
  };
  static constexpr double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                  1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                  3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static constexpr double b[8] = {1.0,
                                  4.2313330701600911252e+1,
                                  6.8718700749205790830e+2,
                                  5.3941960214247511077e+3,
                                  2.1213794301586595867e+4,
                                  3.9307895800092710610e+4,
                                  2.8729085735721942674e+4,
                                  5.2264952788528545610e+3};
  static constexpr double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                  3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[8] = {1.0,
                                  2.05319162663775882187e0,
                                  1.67638483018380384940e0,
                                  6.89767334985100004550e-1,
                                  1.48103976427480074590e-1,
                                  1.51986665636164571966e-2,
                                  5.47593808499534494600e-4,
                                  1.05075007164441684324e-9};
  static constexpr double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                  2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[8] = {1.0,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};
  const double q = static_cast<double>(p) - 0.5;
  if (std::abs(q) <= 0.425) return static_cast<T>(q * ratio(0.180625 - q * q, a, b));
  const double tail = q < 0 ? static_cast<double>(p) : 1.0 - static_cast<double>(p);
  if (!(tail > 0)) {
    const T infinity = std::numeric_limits<T>::infinity();
    return tail == 0 ? (q < 0 ? -infinity : infinity) : std::numeric_limits<T>::quiet_NaN();
  }
  const double r = std::sqrt(-std::log(tail));
  const double z = r <= 5 ? ratio(r - 1.6, c, d) : ratio(r - 5, e, f);
  return static_cast<T>(q < 0 ? -z : z);
}

}  // namespace variate::detail
