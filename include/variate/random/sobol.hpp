#pragma once
/// Points that fill the unit cube more evenly than random ones.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/random/detail/sobol_directions.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// Sobol's sequence with the direction numbers of Joe and Kuo (2008), up to 128 dimensions and 2^32 points, scrambled by random
/// lower triangular matrices and a digital shift (J. Matousek, J. Complexity 14 (1998)): every point is uniform in the open unit
/// cube, so that means are unbiased, and the points together stay as even as Sobol's. Use 2^k points. The error of a mean comes
/// from several independent scrambles.
class ScrambledSobol {
 public:
  /// Most dimensions there are numbers for.
  static constexpr Index max_dimension = detail::sobol_dimensions;

  /// Draws the scramble. Throws InvalidArgument unless 1 <= dimension <= 128.
  template <std::uniform_random_bit_generator R>
  ScrambledSobol(Index dimension, R& rng) : ScrambledSobol(dimension) {
    for (Index i = 0; i < dimension; ++i) {
      std::uint32_t* const v = directions(i);
      // row k of the matrix makes binary digit k (from the top): random digits below the diagonal, 1 on it
      std::uint32_t rows[bits];
      for (int k = 0; k < bits; ++k) {
        const std::uint32_t diagonal = top >> k;
        rows[k] = (static_cast<std::uint32_t>(detail::next_word(rng)) & ~(diagonal | (diagonal - 1))) | diagonal;
      }
      for (int j = 0; j < bits; ++j) {
        std::uint32_t out = 0;
        for (int k = 0; k < bits; ++k)
          if (std::popcount(rows[k] & v[j]) % 2 != 0) out |= top >> k;
        v[j] = out;
      }
      shift_[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(detail::next_word(rng));
    }
  }
  /// Sobol's own points, which begin at the origin's neighbourhood and are not random.
  static ScrambledSobol plain(Index dimension) { return ScrambledSobol(dimension); }

  Index dimension() const { return static_cast<Index>(shift_.size()); }
  /// Number of the next point, from 0.
  Index position() const { return static_cast<Index>(position_); }
  /// The next n points, d x n. Throws InvalidArgument for n < 0 or beyond 2^32 points.
  Batch<double> next(Index n) {
    detail::require_at_least("ScrambledSobol", "n", n, 0);
    if (position_ + static_cast<std::uint64_t>(n) > (std::uint64_t{1} << bits))
      throw InvalidArgument(detail::complaint("ScrambledSobol", "n", n, "no more points than are left of 2^32"));
    Batch<double> x(dimension(), n);
    for (Index i = 0; i < dimension(); ++i) {
      const std::uint32_t* const v = directions(i);
      std::uint32_t state = shift_[static_cast<std::size_t>(i)];
      const std::uint64_t gray = position_ ^ (position_ >> 1);
      for (int j = 0; j < bits; ++j)
        if ((gray >> j) & 1) state ^= v[j];
      double* const row = x.row(i).data();
      for (Index c = 0; c < n; ++c) {
        row[c] = (static_cast<double>(state) + 0.5) * 0x1p-32;
        const std::uint64_t after = position_ + static_cast<std::uint64_t>(c) + 1;
        if (const int digit = std::countr_zero(after); digit < bits) state ^= v[digit];
      }
    }
    position_ += static_cast<std::uint64_t>(n);
    return x;
  }

 private:
  static constexpr int bits = 32;
  static constexpr std::uint32_t top = std::uint32_t{1} << 31;

  explicit ScrambledSobol(Index dimension) {
    detail::require_at_least("ScrambledSobol", "dimension", dimension, 1);
    if (dimension > max_dimension)
      throw InvalidArgument(detail::complaint("ScrambledSobol", "dimension", dimension, "at most 128"));
    directions_.resize(static_cast<std::size_t>(dimension * bits));
    shift_.assign(static_cast<std::size_t>(dimension), 0);
    const std::uint16_t* start = detail::sobol_starts;
    for (Index i = 0; i < dimension; ++i) {
      std::uint32_t* const v = directions(i);
      if (i == 0) {
        for (int j = 0; j < bits; ++j) v[j] = top >> j;
        continue;
      }
      const std::uint32_t polynomial = detail::sobol_polynomials[i];
      const int degree = static_cast<int>(std::bit_width(polynomial)) - 1;
      for (int j = 0; j < bits; ++j) {
        if (j < degree) {
          v[j] = static_cast<std::uint32_t>(start[j]) << (bits - 1 - j);
        } else {
          v[j] = v[j - degree] ^ (v[j - degree] >> degree);
          for (int k = 1; k < degree; ++k)
            if ((polynomial >> (degree - k)) & 1) v[j] ^= v[j - k];
        }
      }
      start += degree;
    }
  }
  std::uint32_t* directions(Index i) { return directions_.data() + i * bits; }
  const std::uint32_t* directions(Index i) const { return directions_.data() + i * bits; }

  std::vector<std::uint32_t> directions_, shift_;
  std::uint64_t position_ = 0;
};

}  // namespace variate
