#pragma once
/// Which coordinates a coupling cell leaves alone and looks at, and which it moves. Lists of masks go from the latent to the
/// target side: the first cell is the first that a latent point meets on its way to a sample.
#include <cstddef>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// true: passed through unchanged, and what the others are moved by. false: moved.
using CouplingMask = std::vector<bool>;

/// The list, `repetitions` times in a row. Throws InvalidArgument if repetitions < 1.
inline std::vector<CouplingMask> repeated(const std::vector<CouplingMask>& masks, Index repetitions) {
  detail::require_at_least("repeated", "repetitions", repetitions, 1);
  std::vector<CouplingMask> all;
  for (Index r = 0; r < repetitions; ++r) all.insert(all.end(), masks.begin(), masks.end());
  return all;
}

/// n masks: in mask o, coordinate i passes if (i + o) mod n = 0. Throws InvalidArgument if d < 1, n < 2 or repetitions < 1.
inline std::vector<CouplingMask> n_ary_masks(Index d, Index n, Index repetitions = 1) {
  detail::require_at_least("n_ary_masks", "d", d, 1);
  detail::require_at_least("n_ary_masks", "n", n, 2);
  std::vector<CouplingMask> masks;
  for (Index o = 0; o < n; ++o) {
    CouplingMask mask;
    for (Index i = 0; i < d; ++i) mask.push_back((i + o) % n == 0);
    masks.push_back(mask);
  }
  return repeated(masks, repetitions);
}

/// Even coordinates pass, then odd ones (Dinh, Krueger and Bengio 2015). With d = 3 the first two of a pair see one another
/// only through the third, so repeat it: 2 or more.
inline std::vector<CouplingMask> checkerboard_masks(Index d, Index repetitions = 1) {
  return n_ary_masks(d, 2, repetitions);
}

/// The fewest cells in which every coordinate is moved under the eyes of every other: for each bit of the coordinates' numbers,
/// highest first, those pass that have it, then those that have not (Gao, Isaacson and Krause 2020, "i-flow"). 2 ceil(log2 d)
/// masks a repetition, 2 for d <= 2. Throws InvalidArgument if d < 1 or repetitions < 1.
inline std::vector<CouplingMask> bit_pattern_masks(Index d, Index repetitions = 1) {
  detail::require_at_least("bit_pattern_masks", "d", d, 1);
  int bits = 1;
  while ((Index{1} << bits) < d) ++bits;
  std::vector<CouplingMask> masks;
  for (int bit = bits - 1; bit >= 0; --bit)
    for (const Index passing : {Index{1}, Index{0}}) {
      CouplingMask mask;
      for (Index i = 0; i < d; ++i) mask.push_back(((i >> bit) & 1) == passing);
      masks.push_back(mask);
    }
  return repeated(masks, repetitions);
}

namespace detail {
inline std::vector<CouplingMask> single_masks(const char* function, Index d, bool passing, Index repetitions) {
  require_at_least(function, "d", d, 1);
  std::vector<CouplingMask> masks;
  for (Index i = 0; i < d; ++i) {
    CouplingMask mask(static_cast<std::size_t>(d), !passing);
    mask[static_cast<std::size_t>(i)] = passing;
    masks.push_back(mask);
  }
  return repeated(masks, repetitions);
}
}  // namespace detail

/// d masks, in mask i only coordinate i passes and moves all others.
inline std::vector<CouplingMask> one_conditions_all_masks(Index d, Index repetitions = 1) {
  return detail::single_masks("one_conditions_all_masks", d, true, repetitions);
}
/// d masks, in mask i only coordinate i is moved, by all others.
inline std::vector<CouplingMask> all_condition_one_masks(Index d, Index repetitions = 1) {
  return detail::single_masks("all_condition_one_masks", d, false, repetitions);
}

}  // namespace variate
