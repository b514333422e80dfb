#pragma once
#include <cstdint>
#include <vector>

#include "variate/core/types.hpp"

namespace variate {

/// What a `Learner` tells rules that ask for it: which step this is, and which data points the step sees.
struct Occasion {
  Index step = 0;                              ///< steps finished before this one, taken or not
  const std::vector<Index>* columns = nullptr;  ///< columns of the data, in the order of the batch; null: all of them
};

namespace detail {
/// A rule's estimate, told of the occasion if it asks.
template <class Rule, class Q, class P, class X, class R>
auto under(const Rule& rule, const Q& q, const P& p, const X& x, R& rng, const Occasion& occasion) {
  if constexpr (requires { rule(q, p, x, rng, occasion); }) return rule(q, p, x, rng, occasion);
  else return rule(q, p, x, rng);
}
}  // namespace detail

/// Which columns of the data each step of a `Learner` sees.
enum class Order {
  replacement,  ///< drawn with replacement, from the step's own stream
  reshuffled    ///< all in turn, in an order drawn anew for each pass; the last batch of a pass may be short
};

/// Minibatches: how many columns, and in which order. A number alone is a size, drawn with replacement.
struct Batches {
  Index size = 0;                   ///< columns a step; 0: all of them
  Order order = Order::replacement;
  std::uint64_t seed = 0;           ///< of the orders of the passes; the steps' own draws do not depend on it
  bool drop_last = false;           ///< leave out a short last batch

  Batches() = default;
  Batches(Index columns) : size(columns) {}  // NOLINT: a number is a size
  Batches(Index columns, Order how, std::uint64_t with_seed = 0, bool without_last = false)
      : size(columns), order(how), seed(with_seed), drop_last(without_last) {}

  /// Steps in one pass over n columns.
  Index steps(Index n) const {
    if (size == 0 || size >= n) return 1;
    return drop_last ? n / size : (n + size - 1) / size;
  }
};

}  // namespace variate
