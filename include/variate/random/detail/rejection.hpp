#pragma once
/// Numbers by rejection, in registers: each has trials of its own, so that what is rejected for one shifts no other, and results
/// do not depend on who computes which.
///
/// `Trial<L>(parameter)` is made from the numbers' parameters; `trial(bits, value)` makes one attempt in every lane from four
/// words of random bits and says which lanes accept.
#include <algorithm>
#include <concepts>
#include <cstdint>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/random/detail/transforms.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace variate::detail {

/// Numbers first, first + 1, ... of a fill that starts at this page: number j has the counters (page, j, trial) to itself.
template <template <class> class Trial, class L>
void reject_by_counter(const Block& key, std::uint64_t page, std::uint64_t first, const double* parameters, Index count,
                       double* out) {
  using W = BitsOf<L>;
  double steps[L::size];
  std::uint64_t numbers[L::size];
  for (int i = 0; i < L::size; ++i) {
    steps[i] = i;
    numbers[i] = first + static_cast<std::uint64_t>(i);
  }
  const Trial<L> trial(L::load(parameters, count, 1.0));
  auto pending = L::load(steps) < L(static_cast<double>(count));
  L result(0);
  for (std::uint64_t attempt = 0; any(pending); ++attempt) {
    W bits[4] = {W(page), W::load(numbers), W(attempt), W(static_cast<std::uint64_t>(Purpose::rejection))};
    threefry4x64(key, bits);
    L value;
    const auto accepted = trial(bits, value) & pending;
    result = select(accepted, value, result);
    pending = pending & !accepted;
  }
  result.store(out, count);
}

/// The same from a generator that knows no counters, one number after the other.
template <template <class> class Trial, class R>
double reject_from_bits(R& rng, double parameter) {
  using L = math::Lanes<double>;
  using W = BitsOf<L>;
  const Trial<L> trial{L(parameter)};
  for (;;) {
    W bits[4];
    for (W& word : bits) word = W(next_word(rng));
    L value;
    if (trial(bits, value)[0]) return value[0];
  }
}

/// One number for each coefficient of `parameters` (K x B), `samples` times: K x SB, sample-major. finish(numbers, n) changes up
/// to 64 of them in place. With an `Rng`, number j in storage order depends on the key, the starting page, j and its parameter
/// alone, and the position moves by one page if there is anything to draw.
template <template <class> class Trial, class T, class R, class Finish>
Batch<T> by_rejection(R& rng, const Batch<T>& parameters, Index samples, Finish&& finish) {
  Batch<T> out(parameters.rows(), samples * parameters.cols());
  if (out.size() == 0) return out;
  std::uint64_t page = 0;
  if constexpr (std::same_as<R, Rng>) page = rng.take_page();
  constexpr Index most = 64;
  double parameter[most], numbers[most];
  for (Index row = 0; row < out.rows(); ++row)
    for (Index start = 0; start < out.cols(); start += most) {
      const Index n = std::min(most, out.cols() - start);
      for (Index i = 0; i < n; ++i) parameter[i] = static_cast<double>(parameters(row, (start + i) % parameters.cols()));
      for (Index i = 0; i < n;) {
        if constexpr (std::same_as<R, Rng>) {
          using L = math::Lanes<double>;
          const Index count = std::min<Index>(L::size, n - i);
          reject_by_counter<Trial, L>(rng.state().key, page, static_cast<std::uint64_t>(row * out.cols() + start + i),
                                      parameter + i, count, numbers + i);
          i += count;
        } else {
          numbers[i] = reject_from_bits<Trial>(rng, parameter[i]);
          ++i;
        }
      }
      finish(numbers, n);
      for (Index i = 0; i < n; ++i) out(row, start + i) = static_cast<T>(numbers[i]);
    }
  return out;
}

}  // namespace variate::detail
