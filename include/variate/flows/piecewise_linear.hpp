#pragma once
/// A cumulative distribution function made of straight pieces of equal width.
#include <array>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/detail/lane_rows.hpp"
#include "variate/flows/transform.hpp"
#include "variate/math/log.hpp"

namespace variate {

/// The unit interval to itself: the density of x is constant on each of `bins` equal pieces (Müller et al. 2019, section 4.3).
/// Raw parameters: the logits of the pieces' masses p_j; the slope of piece j is bins p_j.
///
/// Images are kept epsilon away from 0 and 1; where that acts the image has no slope (its log slope keeps its own).
template <class T = double>
class PiecewiseLinear {
 public:
  using Scalar = T;
  /// For messages.
  static constexpr const char* name = "PiecewiseLinear";

  /// Throws InvalidArgument if bins < 1.
  explicit PiecewiseLinear(Index bins = 10) : bins_(bins) { detail::require_at_least("PiecewiseLinear", "bins", bins, 1); }

  /// How many pieces.
  Index bins() const { return bins_; }
  Index parameters() const { return bins_; }
  Index kept() const { return rows; }
  std::array<T, 2> bounds() const { return {T(0), T(1)}; }

  template <class L>
  [[gnu::always_inline]] L to_latent(T* raw, T* keep, Index stride, L x, L& log_slope) const {
    const T b = static_cast<T>(bins_);
    const L at = x * b, piece = detail::clamped(floor(at), T(0), b - T(1)), into = at - piece;
    const auto [mass, below] = located<L>(raw, stride, [&](Index j, L) { return piece >= L(static_cast<T>(j)); });
    log_slope = math::log(mass * b);
    const L z = multiply_add(into, mass, below);
    store(keep, stride, piece, into, mass, below, detail::unclamped(z));
    return detail::into_unit_interval(z);
  }
  template <class L>
  [[gnu::always_inline]] L to_target(T* raw, T* keep, Index stride, L z, L& log_slope) const {
    const T b = static_cast<T>(bins_);
    L piece(T(-1));
    const auto [mass, below] = located<L>(raw, stride, [&](Index, L start) {
      const auto here = start <= z;
      piece = select(here, piece + T(1), piece);
      return here;
    });
    piece = max(L(T(0)), piece);
    const L into = (z - below) / mass, x = (piece + into) / b;
    log_slope = math::log(mass * b);
    store(keep, stride, piece, into, mass, below, detail::unclamped(x));
    return detail::into_unit_interval(x);
  }
  template <class L>
  [[gnu::always_inline]] void slopes(const T*, const T* keep, Index stride, L& slope, L& bend, L& live) const {
    slope = L::load(keep + mass_row * stride) * static_cast<T>(bins_);
    bend = L(T(0));
    live = L::load(keep + live_row * stride);
  }
  template <class L>
  [[gnu::always_inline]] L pull(const T* raw, const T* keep, Index stride, L a, L b, T* of_raw) const {
    const L piece = L::load(keep), into = L::load(keep + into_row * stride), mass = L::load(keep + mass_row * stride);
    const L cut = a * L::load(keep + live_row * stride);
    const L here = multiply_add(cut, into, b / mass);
    const L mean = multiply_add(cut, L::load(keep + below_row * stride), here * mass);
    for (Index j = 0; j < bins_; ++j) {
      const L at(static_cast<T>(j));
      const L of_mass = select(at < piece, cut, select(at == piece, here, L(T(0))));
      (L::load(raw + j * stride) * (of_mass - mean)).store(of_raw + j * stride);
    }
    return cut * mass * static_cast<T>(bins_);
  }

 private:
  enum : Index { piece_row, into_row, mass_row, below_row, live_row, rows };

  template <class L>
  struct Found {
    L mass, below;
  };
  /// The last piece with reached(j, its start): its mass, and that of all before.
  template <class L, class F>
  [[gnu::always_inline]] Found<L> located(T* raw, Index stride, F reached) const {
    detail::softmax_rows<L>(raw, bins_, stride);
    L start(T(0));
    Found<L> found{L::load(raw), start};
    for (Index j = 0; j < bins_; ++j) {
      const L p = L::load(raw + j * stride);
      const auto here = reached(j, start);
      found = {select(here, p, found.mass), select(here, start, found.below)};
      start += p;
    }
    return found;
  }
  template <class L>
  [[gnu::always_inline]] static void store(T* keep, Index stride, L piece, L into, L mass, L below, L live) {
    piece.store(keep);
    into.store(keep + into_row * stride);
    mass.store(keep + mass_row * stride);
    below.store(keep + below_row * stride);
    live.store(keep + live_row * stride);
  }

  Index bins_;
};

}  // namespace variate
