#pragma once
/// Whole numbers without bias, and random orders.
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {
template <class R>
concept GivesPermutations = requires(R& rng, Index n) {
  { rng.permutation(n) } -> std::convertible_to<std::vector<Index>>;
};
}  // namespace detail

/// A number uniform in 0, 1, ..., n - 1: the top bits of a word, drawn again while they are not below n (less than two draws on
/// average). Throws InvalidArgument if n < 1.
template <std::uniform_random_bit_generator R>
Index index_below(R& rng, Index n) {
  detail::require_at_least("index_below", "n", n, 1);
  const auto end = static_cast<std::uint64_t>(n);
  if (end == 1) return 0;
  const int unused = 64 - static_cast<int>(std::bit_width(end - 1));
  for (;;) {
    const std::uint64_t x = detail::next_word(rng) >> unused;
    if (x < end) return static_cast<Index>(x);
  }
}

/// 0, 1, ..., n - 1 in random order, all orders equally likely (Fisher and Yates, from the end). An engine that knows better is
/// asked: `rng.permutation(n)` (as `Recorded` has). Throws InvalidArgument if n < 0.
template <std::uniform_random_bit_generator R>
std::vector<Index> permutation(R& rng, Index n) {
  detail::require_at_least("permutation", "n", n, 0);
  if constexpr (detail::GivesPermutations<R>) return rng.permutation(n);
  std::vector<Index> order(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) order[static_cast<std::size_t>(i)] = i;
  for (Index i = n; i > 1; --i) {
    const Index j = index_below(rng, i);
    std::swap(order[static_cast<std::size_t>(i - 1)], order[static_cast<std::size_t>(j)]);
  }
  return order;
}

}  // namespace variate
