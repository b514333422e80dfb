#pragma once
/// Numbers drawn by trial and rejection, a register at a time.
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/random/detail/transforms.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace variate::detail {

/// A rows x cols batch, where trial_for(row, column, count) makes the trials of that number and its `count - 1` right neighbours:
/// a trial takes four words of random bits for each lane, and says which lanes it accepts.
///
/// With an `Rng`, number j in storage order has the counters (page, j, attempt) to itself, so that what is rejected for one
/// shifts no other, and the position moves by one page. Any other generator gives bits, one number after the other.
template <class T, class R, class TrialFor>
Batch<T> by_trials(R& rng, Index rows, Index cols, TrialFor trial_for) {
  using L = math::Lanes<double>;
  using W = BitsOf<L>;
  constexpr bool counted = std::same_as<R, Rng>;
  constexpr Index together = counted ? L::size : 1;
  Batch<T> out(rows, cols);
  [[maybe_unused]] std::uint64_t page = 0;
  if constexpr (counted) {
    if (out.size() > 0) page = rng.take_page();
  }
  for (Index row = 0; row < rows; ++row)
    for (Index column = 0; column < cols; column += together) {
      const Index count = std::min(together, cols - column);
      const auto trial = trial_for(row, column, count);
      double lane[L::size];
      std::uint64_t number[L::size];
      for (int i = 0; i < L::size; ++i) {
        lane[i] = i;
        number[i] = static_cast<std::uint64_t>(row * cols + column + i);
      }
      auto pending = L::load(lane) < L(static_cast<double>(count));
      L result(0.0);
      for (std::uint64_t attempt = 0; any(pending); ++attempt) {
        W bits[4] = {W(page), W::load(number), W(attempt), W(static_cast<std::uint64_t>(Purpose::rejection))};
        if constexpr (counted) {
          threefry4x64(rng.state().key, bits);
        } else {
          for (W& word : bits) word = W(next_word(rng));
        }
        L value;
        const auto accepted = trial(bits, value) & pending;
        result = select(accepted, value, result);
        pending = pending & !accepted;
      }
      result = min(result, L(static_cast<double>(std::numeric_limits<T>::max())));
      for (int i = 0; i < count; ++i) out(row, column + i) = static_cast<T>(result[i]);
    }
  return out;
}

}  // namespace variate::detail
