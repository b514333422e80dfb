#pragma once
/// Sums over dimensions: one number a column. The expression underneath is summed as it is computed, without a batch in between.
#include <limits>

#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/fused.hpp"
#include "variate/autodiff/operators.hpp"

namespace variate {
namespace detail {

/// The largest number of each column where it is finite, else 0: a shift that changes nothing but keeps exponentials in range.
template <Kind kind, class L>
Variable<L, kind> column_maximum(Node<L>& x) {
  using T = typename LaneTraits<L>::Scalar;
  Node<L>& m = x.tape->batch(1, x.cols, false);
  std::fill_n(m.value, m.cols, -std::numeric_limits<T>::infinity());
  for (Index i = 0; i < x.rows; ++i)
    for (Index c = 0; c < x.cols; ++c) m.value[c] = x.value[i * x.cols + c] > m.value[c] ? x.value[i * x.cols + c] : m.value[c];
  for (Index c = 0; c < x.cols; ++c)
    if (!std::isfinite(m.value[c])) m.value[c] = 0;
  if constexpr (LaneTraits<L>::planes == 2) std::fill_n(m.value + m.plane, m.cols, T(0));
  return Variable<L, kind>(m);
}

}  // namespace detail

/// Over rows: R x S to 1 x S.
template <TapeExpression E>
auto sum(const E& x) {
  return Variable<typename E::Lane, E::kind>(detail::fuse<detail::Fold::rows>(x));
}
/// Over columns: R x S to R x 1, the same for every sample.
template <TapeExpression E>
auto sum_columns(const E& x) {
  return Variable<typename E::Lane, Kind::matrix>(detail::fuse<detail::Fold::cols>(x));
}
/// The mean over rows: R x S to 1 x S.
template <TapeExpression E>
auto mean(const E& x) {
  return sum(x) * (typename detail::LaneTraits<typename E::Lane>::Scalar(1) /
                   static_cast<typename detail::LaneTraits<typename E::Lane>::Scalar>(x.shape().rows));
}
/// sum_i a_i b_i of each column; columns and rows are broadcast.
template <class A, class B>
  requires detail::Operands<A, B>
auto dot(A&& a, B&& b) {
  return sum(cwise_product(std::forward<A>(a), std::forward<B>(b)));
}
/// log sum_i exp(x_i) of each column, without overflow; -inf where every entry is. R x S to 1 x S. The pullback is the softmax.
template <TapeExpression E>
auto log_sum_exp(const E& x) {
  const auto batch = evaluated(x);
  const auto shift = detail::column_maximum<E::kind>(*batch.node);
  return evaluated(log(sum(exp(batch - shift))) + shift);
}

}  // namespace variate
