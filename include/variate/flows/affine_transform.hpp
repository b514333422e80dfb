#pragma once
/// Scale and shift: the transform of RealNVP.
#include <array>

#include "variate/core/types.hpp"
#include "variate/flows/transform.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"

namespace variate {

/// x = e^s z + t, from the real line to the real line (Dinh, Sohl-Dickstein and Bengio 2017). Raw parameters: s, then t. `s` is
/// not bounded.
template <class T = double>
class AffineTransform {
 public:
  using Scalar = T;
  /// For messages.
  static constexpr const char* name = "AffineTransform";

  Index parameters() const { return 2; }
  Index kept() const { return 0; }
  std::array<T, 2> bounds() const { return detail::whole_line<T>(); }

  template <class L>
  [[gnu::always_inline]] L to_latent(T* raw, T*, Index stride, L x, L& log_slope) const {
    const L s = L::load(raw), slope = math::exp(-s), z = (x - L::load(raw + stride)) * slope;
    log_slope = -s;
    keep(raw, stride, slope, z);
    return z;
  }
  template <class L>
  [[gnu::always_inline]] L to_target(T* raw, T*, Index stride, L z, L& log_slope) const {
    const L s = L::load(raw), x = multiply_add(math::exp(s), z, L::load(raw + stride));
    log_slope = -s;
    keep(raw, stride, math::exp(-s), z);
    return x;
  }
  template <class L>
  [[gnu::always_inline]] void slopes(const T* raw, const T*, Index, L& slope, L& bend, L& live) const {
    slope = L::load(raw);
    bend = L(T(0));
    live = L(T(1));
  }
  template <class L>
  [[gnu::always_inline]] L pull(const T* raw, const T*, Index stride, L a, L b, T* of_raw) const {
    const L slope = L::load(raw), of_x = a * slope;
    (-multiply_add(a, L::load(raw + stride), b)).store(of_raw);
    (-of_x).store(of_raw + stride);
    return of_x;
  }

 private:
  /// In the place of s and t: e^-s and z.
  template <class L>
  [[gnu::always_inline]] static void keep(T* raw, Index stride, L slope, L z) {
    slope.store(raw);
    z.store(raw + stride);
  }
};

}  // namespace variate
