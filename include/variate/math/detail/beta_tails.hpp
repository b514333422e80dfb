#pragma once
/// The two tails of a beta number x with parameters a, b at y = log(x/(1-x)), and how y moves with a when its probability is kept.
///
/// As in gamma_tails.hpp: in u = logit t the lower tail is x^a (1-x)^b / B(a, b) times the integral over s > 0 of
/// w(s) = exp(a (log t - log x) + b (log(1-t) - log(1-x))) at u = y - s, and dy/da at fixed probability is that of (E log t - log t) w, taken
/// on the side of y where that has one sign. By b: the same for 1 - x. Most points take the continued fraction of DLMF 8.17.22 with its
/// derivative (R. J. Boik and J. F. Robinson-Cox, J. Stat. Software 3 (1998), give recurrences of this kind), from the smaller tail, from the
/// end: as many levels as its convergence asks for, which does not stop at the factors n - b that vanish in the value and not in the
/// derivative. Where those are too many (large shapes, x near 1 while b is small) the integral is summed: w is log-concave; where it
/// falls slowly (small a or b) its tail is cut in pieces that double. What is left of small x with a small a, where a plateau ends in a
/// step, takes the series of DLMF 8.17.8, summed until its derivative too has converged.
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/math/detail/gamma_tails.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/softplus.hpp"

namespace variate::math::detail {

/// What depends on a and b only.
template <class L>
struct BetaShape {
  L a, b;
  L log_a, log_b;   ///< of a/(a+b) and b/(a+b)
  L mean_a, mean_b;  ///< E log x, E log(1-x)
  L peak;           ///< a log_a + b log_b - log B(a, b)
  explicit BetaShape(L first, L second) : a(first), b(second) {
    const L all = a + b;
    log_a = -log1p(b / a);
    log_b = -log1p(a / b);
    const L gap = log_less_digamma(all);
    mean_a = log_a - (log_less_digamma(a) - gap);
    mean_b = log_b - (log_less_digamma(b) - gap);
    peak = log_gamma_peak(a) + log_gamma_peak(b) - log_gamma_peak(all);
  }
  BetaShape() = default;
  BetaShape swapped() const {
    BetaShape other;
    other.a = b, other.b = a, other.log_a = log_b, other.log_b = log_a, other.mean_a = mean_b, other.mean_b = mean_a, other.peak = peak;
    return other;
  }
};

template <class L>
BetaShape<L> choose(typename L::Truth first, const BetaShape<L>& x, const BetaShape<L>& y) {
  BetaShape<L> c;
  c.a = select(first, x.a, y.a), c.b = select(first, x.b, y.b);
  c.log_a = select(first, x.log_a, y.log_a), c.log_b = select(first, x.log_b, y.log_b);
  c.mean_a = select(first, x.mean_a, y.mean_a), c.mean_b = select(first, x.mean_b, y.mean_b);
  c.peak = x.peak;
  return c;
}

/// log(x^a (1-x)^b / B(a, b)), about its largest value; log_rest is log(1-x). Near the mean of a narrow density the two
/// logarithms would lose what their differences from those of the mean are made of.
template <class L>
L beta_log_front(const BetaShape<L>& c, L log_x, L log_rest) {
  const L d = (log_x - log_rest) - (c.log_a - c.log_b);  // from the mean: x/(1-x) = (a/b) e^d
  const L far = c.a * (log_x - c.log_a) + c.b * (log_rest - c.log_b);
  const auto narrow = (abs(d) < 1.0) & (c.a + c.b > 8.0);
  if (!any(narrow)) return c.peak + far;
  // with p = a/(a+b), q = b/(a+b): log x - log p = -log(p + q e^-d), log(1-x) - log q = -log(q + p e^d)
  const L p = exp(c.log_a), q = exp(c.log_b), near_d = select(narrow, d, L(0.0));
  const L near = -c.a * log1p(q * expm1(-near_d)) - c.b * log1p(p * expm1(near_d));
  return c.peak + select(narrow, near, far);
}
/// The same where x/(1-x) = e^y.
template <class L>
L beta_log_front(const BetaShape<L>& c, L y) {
  return beta_log_front(c, -softplus(-y), -softplus(y));
}

template <class L>
struct BetaTail {
  typename L::Truth lower;  ///< which tail was integrated
  L mass;                   ///< its probability, divided by x^a (1-x)^b / B(a, b)
  L slope;                  ///< dy/da at fixed probability
};

/// The series sum_n (a+b)_n / (a+1)_n x^n and its derivative by a.
template <class L>
void beta_series(typename L::Truth where, L a, L b, L x, L& sum, L& derivative) {
  L term = select(where, L(1.0), L(0.0)), change(0.0);
  sum = term;
  derivative = L(0.0);
  for (double n = 0; n < 3000; ++n) {
    const L top = a + b + n, bottom = a + (1.0 + n);
    term *= x * top / bottom;
    change += (1.0 - b) / (top * bottom);
    sum += term;
    derivative = multiply_add(term, change, derivative);
    if (all((term * (abs(change) + 1.0) <= 1e-18 * (sum + abs(derivative))) | !where)) break;
  }
}

/// The continued fraction 1/(1 + d_1/(1 + d_2/(1 + ...))) of a tail x^p (1-x)^q / (p B(p, q)), and its derivative by q (where `by_q`) or p.
template <class L>
void beta_fraction(typename L::Truth by_q, L p, L q, L x, int levels, L& value, L& derivative) {
  value = L(1.0);
  derivative = L(0.0);
  const auto step = [&](L d, L slope) {
    const L inverse = 1.0 / multiply_add(d, value, L(1.0));
    derivative = -(inverse * inverse) * multiply_add(slope, value, d * derivative);
    value = inverse;
  };
  const L all = p + q;
  for (int k = levels; k > 0; --k) {
    const double m = k, last = k - 1;
    const L even = p + 2.0 * m, odd = even - 1.0, before = p + 2.0 * last;
    const L x_even = m * x / (odd * even), d_even = (q - m) * x_even;  // d_2m
    step(d_even, select(by_q, x_even, -d_even * (odd + even) / (odd * even)));
    const L top = p + last, x_odd = -x / (before * odd), d_odd = top * (all + last) * x_odd;  // d_2m-1
    step(d_odd, select(by_q, top * x_odd, multiply_add(all + last + top, x_odd, -d_odd * (before + odd) / (before * odd))));
  }
}
/// Pairs of levels that leave less than 1e-15 of the value and its derivative: the fraction ends as one with all d = -x/4 does, unless the
/// shapes are large (found against 30 digits at shapes from 1e-3 to 2000).
template <class L>
L beta_fraction_levels(L p, L q, L there) {
  const L s = sqrt(there);  // there: 1 - x
  return max(1.0 + 17.5 / (log1p(s) - log1p(-min(s, L(1 - 1e-9)))), multiply_add(L(2.4), sqrt(max(p, q)), L(4.0)));
}

/// At y = log(x/(1-x)).
template <class L>
BetaTail<L> beta_tail(const BetaShape<L>& c, L y) {
  constexpr double most_levels = 128;
  const L log_x = -softplus(-y), x = sigmoid(y);
  const L above = log_x - c.mean_a, below = above - 1.0 / c.a;  // below: with digamma(a + 1)
  // The fraction is that of the tail on y's side of the mean, where neither derivative cancels.
  const auto left = y <= c.log_a - c.log_b;
  const L own = select(left, c.a, c.b), other = select(left, c.b, c.a), here_x = select(left, x, sigmoid(-y));
  const L levels = beta_fraction_levels(own, other, select(left, sigmoid(-y), x));
  const auto fraction = levels <= most_levels;
  const auto series = (y <= 0.0) & (c.a < 12.0) & (below <= 0.0) & !fraction;
  BetaTail<L> tail{(fraction & left) | (((above <= 0.0) | series) & !fraction), L(0.0), L(0.0)};
  if (any(!(series | fraction))) {
    const auto down = tail.lower;
    // Told as a lower tail, of 1 - x where it is the upper: z = +-y, the exponents (p, q) = (a, b) or (b, a).
    const auto elsewhere = series | fraction;  // harmless numbers there
    const L z = select(down, y, -y), p = select(elsewhere, L(1.0), select(down, c.a, c.b)),
            q = select(elsewhere, L(1.0), select(down, c.b, c.a));
    const L here = sigmoid(z), there = sigmoid(-z), spread = softplus(-z);
    const auto right = z > 0.0;
    // near = log t at z less that at z - s: s + log(1 + here (e^-s - 1)) or, with its digits where here is near 1, log(1 + there (e^s - 1))
    const auto losses = [&](L s, L& near, L& far) {
      const L v = log1p(here * expm1(-s));
      const L direct = select(s > 30.0, softplus(s - z) - spread, log1p(there * expm1(min(s, L(30.0)))));
      near = select(right, direct, s + v);
      far = select(right, direct - s, v);  // of log(1 - t), not positive
    };
    const auto depth = [&](L s, L& near) {
      L far;
      losses(s, near, far);
      return multiply_add(p, near, q * far);
    };
    // The depth is convex and at least p s - (p + q) softplus(z): from where that is enough, by halves and then Newton's method.
    const L k(negligible);
    L end = (k + (p + q) * softplus(z)) / p, near;
    for (int i = 0; i < 60; ++i) {
      const auto beyond = depth(0.5 * end, near) > k;
      if (!any(beyond)) break;
      end = select(beyond, 0.5 * end, end);
    }
    for (int i = 0; i < 3; ++i) {
      const L rate = p * sigmoid(end - z) - q * sigmoid(z - end);
      end -= max(L(0.0), depth(end, near) - k) / rate;
    }
    Integrals<L> sums;
    const L offset = abs(above);
    const auto weigh = [&](L s, L& w, L& g) {
      L a_loss, b_loss;
      losses(s, a_loss, b_loss);
      w = exp(-multiply_add(p, a_loss, q * b_loss));
      g = offset + select(down, a_loss, -b_loss);
    };
    L from(0.0), length = min(end, L(5.0));
    while (any(length > 0.0)) {
      add_integrals(sums, from, length, weigh);
      from += length;
      length = max(L(0.0), min(end - from, from));
    }
    tail.mass = sums.mass;
    tail.slope = sums.moment;
  }
  if (any(fraction)) {
    L value, derivative, longest = select(fraction, levels, L(1.0));
    double count = 1;
    for (int i = 0; i < L::size; ++i) count = std::max(count, static_cast<double>(longest[i]));
    beta_fraction(!left, own, other, here_x, static_cast<int>(std::ceil(count)), value, derivative);
    const L gathered = multiply_add(value, select(left, below, above), derivative) / own;
    tail.mass = select(fraction, value / own, tail.mass);
    tail.slope = select(fraction, select(left, -gathered, gathered), tail.slope);
  }
  if (any(series)) {
    L sum, derivative;
    beta_series(series, c.a, c.b, select(series, x, L(0.0)), sum, derivative);
    tail.mass = select(series, sum / c.a, tail.mass);
    tail.slope = select(series, -multiply_add(sum, below, derivative) / c.a, tail.slope);
  }
  return tail;
}

/// I_x(a, b) or its complement, or the logarithm, at finite y.
template <class L>
L beta_probability(const BetaShape<L>& c, L y, bool upper, bool logarithm) {
  const BetaTail<L> tail = beta_tail(c, y);
  const L part = min(L(0.0), beta_log_front(c, y) + log(tail.mass)), size = exp(part);
  const auto same = upper ? !tail.lower : tail.lower;
  return logarithm ? select(same, part, log1p(-size)) : select(same, size, 1.0 - size);
}

/// y with I = p <= 1/2: Newton's method on log I, which is concave in y, so that it comes from the left without overshooting.
template <class L>
L beta_lower_quantile(const BetaShape<L>& c, L p, L normal) {
  const L target = log(p), log_beta = multiply_add(c.a, c.log_a, c.b * c.log_b) - c.peak;
  const L first = (target + log(c.a) + log_beta) / c.a, bell = c.log_a - c.log_b + normal * sqrt(1.0 / c.a + 1.0 / c.b);
  L y = select(min(c.a, c.b) < 1.0, first, bell);
  const L longest = 5.0 + 5.0 / c.a;
  auto pending = p > 0.0;
  for (int i = 0; i < 200 && any(pending); ++i) {
    const L value = beta_probability(c, y, false, true), log_front = beta_log_front(c, y);
    const L step = max(-longest, (target - value) * exp(value - log_front));
    y = select(pending, y + step, y);
    pending = pending & !(abs(target - value) <= 1e-9);
  }
  return y;
}
/// y with I = p; the smaller of p and q = 1 - p is the exact one, `normal` the normal quantile of p.
template <class L>
L beta_quantile(const BetaShape<L>& c, L p, L q, L normal) {
  const auto low = p <= q;
  const BetaShape<L> other = c.swapped();
  const BetaShape<L> side = choose(low, c, other);
  const L y = beta_lower_quantile(side, min(p, q), select(low, normal, -normal));
  return select(low, y, -y);
}

}  // namespace variate::math::detail
