#pragma once
/// Exponential and Gumbel numbers: -log u and -log(-log u) of the engine's uniforms, in place. So an engine that replays uniforms
/// replays these too.
#include <random>

#include "variate/core/types.hpp"
#include "variate/math/log.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// Overwrites every coefficient with an exponential number of mean 1: positive and finite. In float the smallest is 6e-8.
template <std::uniform_random_bit_generator R, class Derived>
void fill_exponentials(R& rng, Eigen::PlainObjectBase<Derived>& out) {
  using L = math::Lanes<typename Derived::Scalar>;
  fill_uniforms(rng, out);
  math::map<L>(out.data(), out.data(), out.size(), [](L u) { return -math::log(u); });
}
/// Overwrites every coefficient with a standard Gumbel number, P(g < x) = exp(-exp(-x)): finite. In float the largest is 16.6,
/// which a draw exceeds with probability 6e-8.
template <std::uniform_random_bit_generator R, class Derived>
void fill_gumbels(R& rng, Eigen::PlainObjectBase<Derived>& out) {
  using L = math::Lanes<typename Derived::Scalar>;
  fill_uniforms(rng, out);
  math::map<L>(out.data(), out.data(), out.size(), [](L u) { return -math::log(-math::log(u)); });
}

/// rows x cols exponential numbers of mean 1. Throws InvalidArgument if a size is negative.
template <class T, std::uniform_random_bit_generator R>
Batch<T> exponentials(R& rng, Index rows, Index cols) {
  detail::require_at_least("exponentials", "rows", rows, 0);
  detail::require_at_least("exponentials", "cols", cols, 0);
  Batch<T> out(rows, cols);
  fill_exponentials(rng, out);
  return out;
}
/// rows x cols standard Gumbel numbers. Throws InvalidArgument if a size is negative.
template <class T, std::uniform_random_bit_generator R>
Batch<T> gumbels(R& rng, Index rows, Index cols) {
  detail::require_at_least("gumbels", "rows", rows, 0);
  detail::require_at_least("gumbels", "cols", cols, 0);
  Batch<T> out(rows, cols);
  fill_gumbels(rng, out);
  return out;
}

}  // namespace variate
