#pragma once
/// Monotone splines made of quotients of parabolas: smooth, and both directions in closed form.
#include <array>
#include <cmath>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/detail/lane_rows.hpp"
#include "variate/flows/transform.hpp"
#include "variate/math/log.hpp"
#include "variate/math/softplus.hpp"

namespace variate {

/// Options of `RationalQuadratic`.
template <class T = double>
struct RationalQuadraticOptions {
  Index bins = 10;           ///< K
  T low = T(0);              ///< the interval that is mapped to itself
  T high = T(1);             ///< above low
  bool linear_tails = false;     ///< the identity outside of the interval, slope 1 at its ends; else points lie inside
  T least_width = T(1e-3);       ///< of a bin, as a share of the interval; K of them at most 1
  T least_height = T(1e-3);      ///< the same for images
  T least_slope = T(1e-3);       ///< at a knot
  bool identity_at_zero = true;  ///< parameters of 0 give the identity: slopes are divided by least_slope + log 2
};

/// An interval to itself by K quotients of parabolas with K + 1 knots (Gregory and Delbourgo 1982; Durkan et al. 2019, section
/// 3.1). Raw parameters: K logits of widths, K of heights, then the knots' slopes, softplus of which are added to the least one:
/// K + 1 of them, or the K - 1 inner ones with linear tails.
///
/// With s = height/width, u = (x - X)/width, r = u(1 - u), D = s + (d0 + d1 - 2s) r and M = d1 u^2 + 2 s r + d0 (1 - u)^2,
///
///     z = Z + height (s u^2 + d0 r)/D,     dz/dx = s^2 M / D^2.
template <class T = double>
class RationalQuadratic {
 public:
  using Scalar = T;
  /// For messages.
  static constexpr const char* name = "RationalQuadratic";

  explicit RationalQuadratic(Index bins = 10) : RationalQuadratic(RationalQuadraticOptions<T>{.bins = bins}) {}
  /// Throws InvalidArgument if bins < 1 or low is not below high; DomainError for least sizes that are not positive or leave the
  /// bins no room.
  explicit RationalQuadratic(const RationalQuadraticOptions<T>& options) : options_(options) {
    detail::require_at_least(name, "bins", options.bins, 1);
    detail::require_finite(name, "low", options.low);
    detail::require_finite(name, "high", options.high);
    if (!(options.low < options.high)) throw InvalidArgument(detail::complaint(name, "low", options.low, "below high"));
    const T size = options.high - options.low, bins = static_cast<T>(options.bins);
    const auto room = [&](const char* argument, T least) {
      if (!(least > 0) || !(least * bins <= T(1)))
        throw DomainError(detail::complaint(name, argument, least, "positive and at most 1/bins"));
      return size * (T(1) - least * bins);
    };
    spread_[0] = room("least_width", options.least_width);
    spread_[1] = room("least_height", options.least_height);
    least_[0] = size * options.least_width;
    least_[1] = size * options.least_height;
    detail::require_positive(name, "least_slope", options.least_slope);
    slope_scale_ = options.identity_at_zero ? T(1) / (options.least_slope + T(0.693147180559945309417232121458176568L)) : T(1);
    end_slope_ = std::log(std::expm1(T(1) / slope_scale_ - options.least_slope));
  }

  const RationalQuadraticOptions<T>& options() const { return options_; }
  /// K.
  Index bins() const { return options_.bins; }
  Index parameters() const { return 2 * bins() + (options_.linear_tails ? bins() - 1 : bins() + 1); }
  Index kept() const { return rows; }
  std::array<T, 2> bounds() const {
    if (options_.linear_tails) return detail::whole_line<T>();
    return {options_.low, options_.high};
  }

  template <class L>
  [[gnu::always_inline]] L to_latent(T* raw, T* keep, Index stride, L x, L& log_slope) const {
    const Bin<L> b = located<false>(raw, stride, detail::clamped(x, options_.low, options_.high));
    const L u = detail::clamped((x - b.start) / b.size[0], T(0), T(1)), r = u * (T(1) - u);
    const L s = b.size[1] / b.size[0], divisor = multiply_add(b.slope[0] + b.slope[1] - T(2) * s, r, s);
    const L z = multiply_add(b.size[1], multiply_add(s * u, u, b.slope[0] * r) / divisor, b.image);
    return finish(keep, stride, b, u, s, divisor, x, z, log_slope);
  }
  template <class L>
  [[gnu::always_inline]] L to_target(T* raw, T* keep, Index stride, L z, L& log_slope) const {
    const Bin<L> b = located<true>(raw, stride, detail::clamped(z, options_.low, options_.high));
    const L s = b.size[1] / b.size[0], bent = b.slope[0] + b.slope[1] - T(2) * s;
    const L e = min(b.size[1], max(L(T(0)), z - b.image));
    const L square = multiply_add(e, bent, b.size[1] * (s - b.slope[0]));
    const L linear = multiply_add(b.size[1], b.slope[0], -(e * bent));
    const L root = sqrt(max(L(T(0)), multiply_add(linear, linear, T(4) * square * s * e)));
    const L u = detail::clamped(T(2) * s * e / (linear + root), T(0), T(1));
    const L divisor = multiply_add(bent, u * (T(1) - u), s);
    return finish(keep, stride, b, u, s, divisor, z, multiply_add(u, b.size[0], b.start), log_slope);
  }
  template <class L>
  [[gnu::always_inline]] void slopes(const T*, const T* keep, Index stride, L& slope, L& bend, L& live) const {
    const Place<L> p(keep, stride);
    const auto outside = p.number < T(0);
    slope = select(outside, L(T(1)), p.s * p.s * p.m * p.inverse * p.inverse);
    bend = select(outside, L(T(0)), p.bend() / p.width);
    live = L(T(1));
  }
  template <class L>
  [[gnu::always_inline]] L pull(const T* raw, const T* keep, Index stride, L a, L b, T* of_raw) const {
    const Place<L> p(keep, stride);
    const auto outside = p.number < T(0);
    const L zero(T(0)), g = select(outside, zero, a), w = select(outside, zero, b);
    const L up = g * p.height, over = w / p.m, share = w * T(2) * p.inverse, width_inverse = T(1) / p.width;
    const L of_u = multiply_add(up * p.s * p.m, p.inverse * p.inverse, w * p.bend());
    const L of_s = multiply_add(up * p.inverse, multiply_add(p.u, p.u, -p.q * (T(1) - T(2) * p.r)),
                                multiply_add(T(2) * p.r, over, w * T(2) / p.s - share * (T(1) - T(2) * p.r)));
    const L of_left = multiply_add(up * p.inverse, p.r * (T(1) - p.q), multiply_add(over, p.v * p.v, -share * p.r));
    const L of_right = multiply_add(-up * p.inverse, p.r * p.q, multiply_add(over, p.u * p.u, -share * p.r));
    const L of_x = of_u * width_inverse, of_height = multiply_add(g, p.q, of_s * width_inverse);
    const L of_width = -(multiply_add(of_s, p.s, of_u * p.u)) * width_inverse;
    const Index k = bins();
    pull_shares(raw, stride, p.number, -of_x, of_width, p.width_before, p.width, 0, of_raw);
    pull_shares(raw + k * stride, stride, p.number, g, of_height, p.height_before, p.height, 1, of_raw + k * stride);
    // softplus' slope at the logit, from its value: 1 - e^-value
    const auto of_logit = [&](L of, L slope) {
      return of * slope_scale_ * (T(1) - math::exp(L(options_.least_slope) - slope / slope_scale_));
    };
    const L left = of_logit(of_left, p.left), right = of_logit(of_right, p.right);
    T* const of_slopes = of_raw + 2 * k * stride;
    const Index first = options_.linear_tails ? 1 : 0;  // knot of the first logit
    for (Index j = first; j <= k - first; ++j) {
      const L at = p.number - static_cast<T>(j);
      select(at == zero, left, select(at == T(-1), right, zero)).store(of_slopes + (j - first) * stride);
    }
    return select(outside, a, of_x);
  }

 private:
  enum : Index { number_row, u_row, width_row, height_row, left_row, right_row, width_before_row, height_before_row, rows };

  template <class L>
  struct Bin {
    L number, start, image, size[2], slope[2], before[2];
  };
  /// What is kept, and what follows from it.
  template <class L>
  struct Place {
    L number, u, width, height, left, right, width_before, height_before;
    L v, r, s, bent, inverse, m, q;
    [[gnu::always_inline]] Place(const T* keep, Index stride) {
      const auto at = [&](Index row) { return L::load(keep + row * stride); };
      number = at(number_row);
      u = at(u_row);
      width = at(width_row);
      height = at(height_row);
      left = at(left_row);
      right = at(right_row);
      width_before = at(width_before_row);
      height_before = at(height_before_row);
      v = T(1) - u;
      r = u * v;
      s = height / width;
      bent = left + right - T(2) * s;
      inverse = T(1) / multiply_add(bent, r, s);
      m = multiply_add(right * u, u, multiply_add(T(2) * s, r, left * v * v));
      q = multiply_add(s * u, u, left * r) * inverse;
    }
    /// d log(dz/dx) / du.
    [[gnu::always_inline]] L bend() const {
      const L turn = T(1) - T(2) * u;
      return T(2) * (multiply_add(right, u, multiply_add(s, turn, -left * v)) / m - bent * turn * inverse);
    }
  };

  /// The last bin that begins at or before x, or whose image does; the shares stay where their logits were.
  template <bool by_image, class L>
  [[gnu::always_inline]] Bin<L> located(T* raw, Index stride, L x) const {
    const Index k = bins();
    T *const widths = raw, *const heights = raw + k * stride;
    detail::softmax_rows<L>(widths, k, stride);
    detail::softmax_rows<L>(heights, k, stride);
    const L end(end_slope_);
    const T* const logits = raw + 2 * k * stride;
    const auto logit = [&](Index knot) {
      if (!options_.linear_tails) return L::load(logits + knot * stride);
      return knot == 0 || knot == k ? end : L::load(logits + (knot - 1) * stride);
    };
    const L zero(T(0));
    L before[2] = {zero, zero}, low = logit(0), left = low, right = low, number = zero;
    L share[2] = {zero, zero}, start[2] = {zero, zero};
    for (Index j = 0; j < k; ++j) {
      const L next = logit(j + 1), at(static_cast<T>(j));
      const L own[2] = {L::load(widths + j * stride), L::load(heights + j * stride)};
      auto here = position(by_image ? 1 : 0, at, before[by_image ? 1 : 0]) <= x;
      if (j == 0) here = at == zero;
      number = select(here, at, number);
      left = select(here, low, left);
      right = select(here, next, right);
      for (int i = 0; i < 2; ++i) {
        share[i] = select(here, own[i], share[i]);
        start[i] = select(here, before[i], start[i]);
        before[i] += own[i];
      }
      low = next;
    }
    Bin<L> b;
    b.number = number;
    b.start = position(0, number, start[0]);
    b.image = position(1, number, start[1]);
    for (int i = 0; i < 2; ++i) {
      b.size[i] = multiply_add(share[i], L(spread_[i]), L(least_[i]));
      b.before[i] = start[i];
      b.slope[i] = (math::softplus(i == 0 ? left : right) + options_.least_slope) * slope_scale_;
    }
    return b;
  }
  /// Where bin number `at` begins, with the shares of those before.
  template <class L>
  [[gnu::always_inline]] L position(int i, L at, L shares) const {
    return multiply_add(shares, L(spread_[i]), multiply_add(at, L(least_[i]), L(options_.low)));
  }
  template <class L>
  [[gnu::always_inline]] L finish(T* keep, Index stride, const Bin<L>& b, L u, L s, L divisor, L from, L image,
                                  L& log_slope) const {
    const L v = T(1) - u, m = multiply_add(b.slope[1] * u, u, multiply_add(T(2) * s * u, v, b.slope[0] * v * v));
    const L ratio = s / divisor;
    log_slope = math::log(ratio * ratio * m);
    L number = b.number;
    if (options_.linear_tails) {
      const auto outside = (from < L(options_.low)) | (from > L(options_.high));
      number = select(outside, L(T(-1)), number);
      log_slope = select(outside, L(T(0)), log_slope);
      image = select(outside, from, image);
    } else {
      image = detail::clamped(image, options_.low, options_.high);
    }
    const auto put = [&](Index row, L value) { value.store(keep + row * stride); };
    put(number_row, number);
    put(u_row, u);
    put(width_row, b.size[0]);
    put(height_row, b.size[1]);
    put(left_row, b.slope[0]);
    put(right_row, b.slope[1]);
    put(width_before_row, b.before[0]);
    put(height_before_row, b.before[1]);
    return image;
  }
  /// By the logits of the sizes: `before` for each bin before the point's, `here` for its own size.
  template <class L>
  [[gnu::always_inline]] void pull_shares(const T* shares, Index stride, L number, L before, L here, L sum_before, L size, int i,
                                          T* of_raw) const {
    const L spread(spread_[i]), one = before * spread, own = here * spread;
    const L mean = multiply_add(one, sum_before, here * (size - least_[i]));
    for (Index j = 0; j < bins(); ++j) {
      const L at(static_cast<T>(j));
      const L of_share = select(at < number, one, select(at == number, own, L(T(0))));
      (L::load(shares + j * stride) * (of_share - mean)).store(of_raw + j * stride);
    }
  }

  RationalQuadraticOptions<T> options_;
  T least_[2], spread_[2], slope_scale_, end_slope_;
};

}  // namespace variate
