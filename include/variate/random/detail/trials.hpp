#pragma once
/// Numbers drawn by trial and rejection, a register at a time.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/random/detail/pages.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace variate::detail {

/// The data points of the numbers in a register.
using TrialPoints = std::array<Index, math::Lanes<double>::size>;

/// f of each.
template <class F>
[[gnu::always_inline]] inline math::Lanes<double> at_points(const TrialPoints& points, F f) {
  double values[math::Lanes<double>::size];
  for (std::size_t l = 0; l < points.size(); ++l) values[l] = static_cast<double>(f(points[l]));
  return math::Lanes<double>::load(values);
}

/// Random bits for one attempt at each of the numbers in a register, where the engine gives them to one number after the other.
template <class R>
class TrialBits {
 public:
  static constexpr Index together = 1, waiting = 1;
  explicit TrialBits(R& rng) : rng_(rng) {}
  void operator()(Index, const Index*, std::uint64_t, BitsOf<math::Lanes<double>> (&bits)[4]) const {
    for (auto& word : bits) word = next_word(rng_);
  }

 private:
  R& rng_;
};
/// The same of an `Rng`: attempt a at number j = first + place[lane] has the counter (page, j, a) to itself.
template <>
class TrialBits<Rng> {
  using W = BitsOf<math::Lanes<double>>;

 public:
  static constexpr Index together = W::size, waiting = 64;
  explicit TrialBits(Rng& rng) : key_(rng.state().key), page_(rng.take_page()) {}
  [[gnu::always_inline]] void operator()(Index first, const Index* place, std::uint64_t attempt, W (&bits)[4]) const {
    std::uint64_t number[W::size];
    for (int l = 0; l < W::size; ++l) number[l] = static_cast<std::uint64_t>(first + place[l]);
    bits[0] = W(page_);
    bits[1] = W::load(number);
    bits[2] = W(attempt);
    bits[3] = W(static_cast<std::uint64_t>(Purpose::rejection));
    threefry4x64(key_, bits);
  }

 private:
  ThreefryKey<W> key_;
  std::uint64_t page_;
};

/// A rows x (points x samples) batch, sample-major. trial_of(row, points) makes a trial of numbers of these points, for one point
/// once a row; trial(bits, value) makes one attempt in every lane from four words of random bits, and says which lanes it
/// accepts. finish(numbers, n) changes up to 64 of them in place. A number beyond T becomes T's largest.
///
/// With an `Rng`, what is rejected for one number shifts no other: those it is rejected for wait and are tried again together.
/// The position moves by one page if there is anything to draw.
template <class T, class R, class TrialOf, class Finish>
Batch<T> by_trials(R& rng, Index rows, Index points, Index samples, TrialOf trial_of, Finish finish) {
  using L = math::Lanes<double>;
  using Bits = TrialBits<R>;
  const Index cols = points * samples;
  Batch<T> out(rows, cols);
  if (out.size() == 0) return out;
  const Bits draw_bits(rng);
  for (Index row = 0; row < rows; ++row) {
    TrialPoints at;
    std::optional<decltype(trial_of(row, at))> trial;
    Index next_point = 0;
    for (Index start = 0; start < cols; start += Bits::waiting) {
      const Index count = std::min(Bits::waiting, cols - start);
      double numbers[Bits::waiting];
      Index point[Bits::waiting], waiting[Bits::waiting];
      for (Index i = 0; i < count; ++i) {
        waiting[i] = i;
        point[i] = next_point;
        if (++next_point == points) next_point = 0;
      }
      Index left = count;
      for (std::uint64_t attempt = 0; left > 0; ++attempt) {
        Index rejected = 0;
        for (Index i = 0; i < left; i += Bits::together) {
          Index place[L::size];
          for (Index l = 0; l < L::size; ++l) place[l] = waiting[std::min(i + l, left - 1)];
          if (!trial || points > 1) {
            for (std::size_t l = 0; l < at.size(); ++l) at[l] = point[place[l]];
            trial.emplace(trial_of(row, at));
          }
          BitsOf<L> bits[4];
          draw_bits(row * cols + start, place, attempt, bits);
          L value;
          const auto accepted = (*trial)(bits, value);
          for (int l = 0; l < std::min(Bits::together, left - i); ++l) {
            numbers[place[l]] = value[l];
            waiting[rejected] = place[l];
            if (!accepted[l]) ++rejected;
          }
        }
        left = rejected;
      }
      finish(numbers, count);
      for (Index i = 0; i < count; ++i)
        out(row, start + i) = static_cast<T>(std::min(numbers[i], static_cast<double>(std::numeric_limits<T>::max())));
    }
  }
  return out;
}
/// The numbers as they are.
template <class T, class R, class TrialOf>
Batch<T> by_trials(R& rng, Index rows, Index points, Index samples, TrialOf trial_of) {
  return by_trials<T>(rng, rows, points, samples, trial_of, [](double*, Index) {});
}

}  // namespace variate::detail
