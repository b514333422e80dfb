#pragma once
/// The two tails of a gamma number of shape a at x, and how x moves with a when its probability is kept.
///
/// With t = x e^(-s) the lower tail is x f(x) times the integral over s > 0 of w(s) = exp(-a s - x (e^-s - 1)), f the density, and at
/// fixed probability dlog x/da is that of (s - c) w(s), c = log x - digamma(a). Both integrals may be taken over s > 0 or, the whole
/// line giving 1 and 0, over s < 0: on one side (s > 0 if c <= 0) nothing cancels. w is entire and log-concave, so that a rule of 24
/// points is good to 1e-13 for any a. Small x <= exp(digamma(a + 1)), where w has two scales, takes the series of DLMF 8.7.1, whose
/// derivative by a has terms of one sign there.
#include <limits>

#include "variate/math/detail/gamma.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"

namespace variate::math::detail {

/// log a - digamma(a).
template <class L>
L log_less_digamma(L a) {
  const L r = 1.0 / a, z = r * r;
  const auto large = a >= gamma_asymptotic;
  const L series = multiply_add(z, polynomial(z, digamma_series), 0.5 * r);
  return all(large) ? series : select(large, series, log(a) - digamma_of_positive(a));
}
/// a log a - a - lgamma(a) without what cancels: minus Stirling's series from 9.
template <class L>
L log_gamma_peak(L a) {
  const L r = 1.0 / a;
  const auto large = a >= gamma_asymptotic;
  const L series = 0.5 * log(a) - multiply_add(polynomial(r * r, lgamma_series), r, L(0.91893853320467274));
  return all(large) ? series : select(large, series, a * (log(a) - 1.0) - lgamma_of_positive(a));
}
/// log(x f(x)) for rate 1 at x = a e^e.
template <class L>
L gamma_log_front(L a, L e) {
  return log_gamma_peak(a) - a * (expm1(e) - e);
}

template <class L>
struct GammaTail {
  typename L::Truth lower;  ///< which tail was integrated
  L mass;                   ///< its probability, divided by x f(x)
  L slope;                  ///< dlog x/da at fixed probability
};

/// The series: sum_n x^n / ((a+1) ... (a+n)) and its derivative by a.
template <class L>
void gamma_series(typename L::Truth where, L a, L x, L& sum, L& derivative) {
  L term = select(where, L(1.0), L(0.0)), change(0.0);  // change: dlog term/da
  sum = term;
  derivative = L(0.0);
  for (double n = 1; n < 400; ++n) {
    const L r = 1.0 / (a + n);
    term *= x * r;
    change -= r;
    sum += term;
    derivative = multiply_add(term, change, derivative);
    if (all((term * abs(change) <= -1e-17 * derivative) | !where)) break;
  }
}

/// At x = a e^e.
template <class L>
GammaTail<L> gamma_tail(L a, L e) {
  const L x = a * exp(e), psi_gap = log_less_digamma(a), c = e + psi_gap, above = c - 1.0 / a;  // log x - digamma(a + 1)
  const auto series = (a < 12.0) & (above <= 0.0);
  GammaTail<L> tail{(c <= 0.0) | series, L(0.0), L(0.0)};
  if (any(!series)) {
    const auto down = tail.lower;
    const L size = select(series, a + 1.0, x);  // harmless where the series is taken
    // Sum of two convex parts: the integrand is gone where either is.
    const L drift = select(series, L(1.0), select(down, a - size, size - a));
    const L k(negligible), r = sqrt(2.0 * k / size);
    const L by_curve = select(down, ((k / 1.5) + sqrt((k / 1.5) * (k / 1.5) + 8.0 * k * size)) / (2.0 * size),
                              log1p(k / size + r));
    L end = select(drift * by_curve > k, k / drift, by_curve);
    const L sign = select(down, L(-1.0), L(1.0));
    const auto depth = [&](L s) { return drift * s + size * (expm1(sign * s) - sign * s); };
    for (int i = 0; i < 3; ++i) end -= (depth(end) - k) / max(L(1e-6), drift + size * abs(expm1(sign * end)));
    Integrals<L> sums;
    const L offset = abs(c);
    add_integrals(sums, L(0.0), end, [&](L s, L& w, L& g) {
      w = exp(-depth(s));
      g = s + offset;
    });
    tail.mass = sums.mass;
    tail.slope = sums.moment;
  }
  if (any(series)) {
    L sum, derivative;
    gamma_series(series, a, select(series, x, L(0.0)), sum, derivative);
    tail.mass = select(series, sum / a, tail.mass);
    tail.slope = select(series, -multiply_add(sum, above, derivative) / a, tail.slope);
  }
  return tail;
}

/// log(x/a) where x is not too far from a keeps every digit of x: the quotient is rounded near 1, where the logarithm is steepest.
template <class L>
L gamma_position(L a, L x) {
  const L d = (x - a) / a;
  return select(abs(d) < 0.5, log1p(d), log(x) - log(a));
}

/// log P (or log Q) at x = a e^e, of either sign of infinity too.
template <class L>
L log_gamma_tail_at(L a, L e, bool upper) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const auto inside = (e > -inf) & (e < 690.0);
  const GammaTail<L> tail = gamma_tail(a, select(inside, e, L(0.0)));
  const L front = gamma_log_front(a, select(inside, e, L(0.0))) + log(tail.mass);
  const L other = log1p(-min(L(1.0), exp(front)));
  const L y = upper ? select(tail.lower, other, front) : select(tail.lower, front, other);
  return select(inside, y, select(e == -inf, L(upper ? 0.0 : -inf), select(e >= 690.0, L(upper ? -inf : 0.0), e)));
}
template <class L>
L gamma_tail_at(L a, L e, bool upper) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const auto inside = (e > -inf) & (e < 690.0);
  const GammaTail<L> tail = gamma_tail(a, select(inside, e, L(0.0)));
  const L part = min(L(1.0), exp(gamma_log_front(a, select(inside, e, L(0.0)))) * tail.mass);
  const L y = upper ? select(tail.lower, 1.0 - part, part) : select(tail.lower, part, 1.0 - part);
  return select(inside, y, select(e == -inf, L(upper ? 1.0 : 0.0), select(e >= 690.0, L(upper ? 0.0 : 1.0), e)));
}

/// e with P(a, a e^e) = p, where p + q = 1 and the smaller is exact. Newton's method on the smaller tail's logarithm, a concave function of
/// e, from Wilson and Hilferty's cube or, for small shapes, the first term of the series; `normal` is the normal quantile of p.
template <class L>
L gamma_quantile(L a, L p, L q, L normal) {
  const auto low = p <= q;
  const L target = log(min(p, q)), log_a = log(a);
  const L first = (log(p) + lgamma_of_positive(a + 1.0)) / a - log_a;
  const L cube = 1.0 - 1.0 / (9.0 * a) + normal / (3.0 * sqrt(a));
  L e = select((cube < 0.3) | (a < 0.3), first, 3.0 * log(max(L(0.3), cube)));
  e = min(e, L(4.0) + log(1.0 + 1.0 / a));
  auto pending = (target > -std::numeric_limits<double>::infinity()) & (target == target);
  for (int i = 0; i < 100 && any(pending); ++i) {
    const GammaTail<L> tail = gamma_tail(a, e);
    const L log_front = gamma_log_front(a, e), part = log_front + log(tail.mass);
    const auto other = (tail.lower & !low) | (low & !tail.lower);
    const L value = select(other, log1p(-min(L(1 - 1e-16), exp(part))), part);
    const L scale = exp(value - log_front);  // of one unit of the logarithm
    const L wanted = select(low, target - value, value - target) * scale;
    const L step = min(wanted, L(2.0));
    e = select(pending, e + step, e);
    pending = pending & !(abs(target - value) <= 1e-9);
  }
  return e;
}

}  // namespace variate::math::detail
