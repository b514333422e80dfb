#pragma once
/// A cumulative distribution function made of parabolas: a density made of straight pieces.
#include <array>
#include <limits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/detail/lane_rows.hpp"
#include "variate/flows/transform.hpp"
#include "variate/math/log.hpp"

namespace variate {

/// The unit interval to itself: the density of x is continuous and linear on each of `bins` pieces of adaptable width (Müller et
/// al. 2019, section 4.3). Raw parameters: bins + 1 logits v of the density at the knots, then bins logits of the widths w. With
/// the widths' softmax w_j, the density at knot j is e^v_j / sum_i w_i (e^v_i + e^v_{i+1})/2.
///
/// The inverse solves A a^2/2 + B a = c by a = 2c/(B + sqrt(B^2 + 2 A c)), which does not cancel where the density is flat.
/// Images are kept epsilon away from 0 and 1; where that acts the image has no slope (its log slope keeps its own).
template <class T = double>
class PiecewiseQuadratic {
 public:
  using Scalar = T;
  /// For messages.
  static constexpr const char* name = "PiecewiseQuadratic";

  /// Throws InvalidArgument if bins < 1.
  explicit PiecewiseQuadratic(Index bins = 10) : bins_(bins) {
    detail::require_at_least("PiecewiseQuadratic", "bins", bins, 1);
  }

  /// How many pieces.
  Index bins() const { return bins_; }
  Index parameters() const { return 2 * bins_ + 1; }
  Index kept() const { return rows; }
  std::array<T, 2> bounds() const { return {T(0), T(1)}; }

  template <class L>
  [[gnu::always_inline]] L to_latent(T* raw, T* keep, Index stride, L x, L& log_slope) const {
    const Piece<L> p = located<false>(raw, stride, x);
    const L a = (x - p.start) / p.width, rise = p.right - p.left;
    log_slope = math::log(multiply_add(a, rise, p.left));
    const L z = multiply_add(a * p.width, multiply_add(a * T(0.5), rise, p.left), p.below);
    store(keep, stride, p, a, detail::unclamped(z));
    return detail::into_unit_interval(z);
  }
  template <class L>
  [[gnu::always_inline]] L to_target(T* raw, T* keep, Index stride, L z, L& log_slope) const {
    const Piece<L> p = located<true>(raw, stride, z);
    const L rise = p.right - p.left, quadratic = rise * p.width, linear = p.left * p.width, c = z - p.below;
    const L root = sqrt(max(L(T(0)), multiply_add(linear, linear, T(2) * quadratic * c)));
    // a density of zero at both ends: any place in the piece will do
    const L a = detail::into_unit_interval(T(2) * c / max(L(std::numeric_limits<T>::min()), linear + root));
    log_slope = math::log(multiply_add(a, rise, p.left));
    const L x = multiply_add(a, p.width, p.start);
    store(keep, stride, p, a, detail::unclamped(x));
    return detail::into_unit_interval(x);
  }
  template <class L>
  [[gnu::always_inline]] void slopes(const T*, const T* keep, Index stride, L& slope, L& bend, L& live) const {
    const L left = L::load(keep + left_row * stride), rise = L::load(keep + right_row * stride) - left;
    slope = multiply_add(L::load(keep + into_row * stride), rise, left);
    bend = rise / (slope * L::load(keep + width_row * stride));
    live = L::load(keep + live_row * stride);
  }
  template <class L>
  [[gnu::always_inline]] L pull(const T* raw, const T* keep, Index stride, L g, L b, T* of_raw) const {
    const auto at = [&](Index row) { return L::load(keep + row * stride); };
    const L piece = at(piece_row), a = at(into_row), w = at(width_row), left = at(left_row), right = at(right_row);
    const L cut = g * at(live_row), rise = right - left, density = multiply_add(a, rise, left), over = b / density;
    const L half = T(0.5) * a * a;
    // by a, the densities at both ends, the width (left end held), the left end
    const L of_a = multiply_add(cut * w, density, over * rise);
    const L of_left = multiply_add(cut * w, a - half, over * (T(1) - a)), of_right = multiply_add(cut * w, half, over * a);
    const L of_x = of_a / w;
    const L of_width = multiply_add(cut, multiply_add(half, rise, a * left), -of_x * a);
    // all densities have the area as their divisor
    const L shared = multiply_add(cut, at(below_row), multiply_add(of_left, left, of_right * right));
    const L mean = multiply_add(-of_x, at(start_row), multiply_add(cut, at(below_row), multiply_add(of_width, w, -shared)));
    const T* const widths = raw + (bins_ + 1) * stride;
    T* const of_widths = of_raw + (bins_ + 1) * stride;
    L v = L::load(raw), w_before(T(0)), from_before(T(0));
    for (Index j = 0; j < bins_; ++j) {
      const L number(static_cast<T>(j)), zero(T(0));
      const L next = L::load(raw + (j + 1) * stride), width = L::load(widths + j * stride), middle = T(0.5) * (v + next);
      const auto before = number < piece, here = number == piece;
      const L area = select(before, T(0.5) * cut * width, zero);
      const L of_this = select(before, multiply_add(cut, middle, -of_x), select(here, of_width, zero));
      (width * (multiply_add(-shared, middle, of_this) - mean)).store(of_widths + j * stride);
      const L of_v = from_before + area + select(here, of_left, zero);
      (v * multiply_add(T(-0.5) * shared, w_before + width, of_v)).store(of_raw + j * stride);
      from_before = area + select(here, of_right, zero);
      w_before = width;
      v = next;
    }
    (v * multiply_add(T(-0.5) * shared, w_before, from_before)).store(of_raw + bins_ * stride);
    return of_x;
  }

 private:
  enum : Index { piece_row, into_row, width_row, left_row, right_row, start_row, below_row, live_row, rows };

  template <class L>
  struct Piece {
    L number, width, left, right, start, below;
  };

  /// Leaves the densities at the knots and the widths where their logits were; the last piece that begins at or before x (or
  /// whose mass does).
  template <bool by_mass, class L>
  [[gnu::always_inline]] Piece<L> located(T* raw, Index stride, L x) const {
    T* const widths = raw + (bins_ + 1) * stride;
    detail::exponentials<L>(raw, bins_ + 1, stride);
    detail::softmax_rows<L>(widths, bins_, stride);
    L area(T(0)), v = L::load(raw);
    for (Index j = 0; j < bins_; ++j) {
      const L next = L::load(raw + (j + 1) * stride);
      area = multiply_add(L::load(widths + j * stride), T(0.5) * (v + next), area);
      v = next;
    }
    detail::scale_rows(raw, bins_ + 1, stride, L(T(1)) / area);
    L start(T(0)), below(T(0));
    v = L::load(raw);
    Piece<L> p{L(T(0)), L::load(widths), v, L::load(raw + stride), start, below};
    for (Index j = 0; j < bins_; ++j) {
      const L next = L::load(raw + (j + 1) * stride), w = L::load(widths + j * stride);
      const auto here = (by_mass ? below : start) <= x;
      p.number = select(here, L(static_cast<T>(j)), p.number);
      p.width = select(here, w, p.width);
      p.left = select(here, v, p.left);
      p.right = select(here, next, p.right);
      p.start = select(here, start, p.start);
      p.below = select(here, below, p.below);
      start += w;
      below = multiply_add(w, T(0.5) * (v + next), below);
      v = next;
    }
    return p;
  }
  template <class L>
  [[gnu::always_inline]] static void store(T* keep, Index stride, const Piece<L>& p, L a, L live) {
    const auto put = [&](Index row, L value) { value.store(keep + row * stride); };
    put(piece_row, p.number);
    put(into_row, a);
    put(width_row, p.width);
    put(left_row, p.left);
    put(right_row, p.right);
    put(start_row, p.start);
    put(below_row, p.below);
    put(live_row, live);
  }

  Index bins_;
};

}  // namespace variate
