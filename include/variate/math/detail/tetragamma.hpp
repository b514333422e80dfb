#pragma once
#include <initializer_list>

namespace variate::math::detail {

/// The second derivative of digamma for x > 0: psi''(x) = psi''(x + 1) - 2/x^3 up to 12, then the asymptotic series
/// -1/x^2 - 1/x^3 - sum_k (2k + 1) B_2k / x^(2k + 2). Good to a few ulp.
inline double tetragamma(double x) {
  double near = 0;
  for (; x < 12; x += 1) near -= 2 / (x * x * x);
  const double r = 1 / (x * x);
  double sum = -17.5;
  for (const double b : {691.0 / 210, -5.0 / 6, 0.3, -1.0 / 6, 1.0 / 6, -0.5}) sum = sum * r + b;
  return near + (sum * r - 1 / x - 1) * r;
}

}  // namespace variate::math::detail
