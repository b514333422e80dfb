#pragma once
/// What distributions that are made of others share: their parameters lie one after the other, each as it lies in its part.
#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/enumerate.hpp"

namespace variate::detail {

template <class D>
using DrawOf = decltype(std::declval<const D&>().rsample(std::declval<AnyRng&>(), Index{}));
template <class D>
using EvaluationOf = decltype(std::declval<const D&>().evaluate(std::declval<const Batch<ScalarOf<D>>&>()));

/// Owns its parameters and knows its score: what a part must be.
template <class D>
concept Part = variate::Family<D> && Scoreable<D>;
template <class D>
concept HasMoments = requires(const D& d) {
  { d.mean() } -> std::convertible_to<Batch<ScalarOf<D>>>;
  { d.variance() } -> std::convertible_to<Batch<ScalarOf<D>>>;
};
template <class D>
concept HasMode = requires(const D& d) {
  { d.mode() } -> std::convertible_to<Batch<ScalarOf<D>>>;
};
template <class D>
concept ScoreableByPoint = Scoreable<D> && DifferentiableEvaluation<EvaluationOf<D>, ScalarOf<D>>;

/// One after the other.
template <class T, std::size_t N>
Vector<T> joined(const std::array<Vector<T>, N>& parts) {
  Index size = 0;
  for (const auto& part : parts) size += part.size();
  Vector<T> all(size);
  size = 0;
  for (const auto& part : parts) {
    all.segment(size, part.size()) = part;
    size += part.size();
  }
  return all;
}
/// A flat vector as the K x B batch it is the memory of.
template <class T>
Batch<T> as_batch(const Vector<T>& flat, Index batch) {
  return Eigen::Map<const Batch<T>>(flat.data(), flat.size() / batch, batch);
}

/// Weights with 0 in the columns outside the support: there no part has a gradient, whichever of them is outside.
template <class T>
Row<T> weights_inside(std::string_view name, const Row<T>& w, const Row<T>& value) {
  require_size(name, "number of weights", w.size(), value.size());
  return (value.array() == -std::numeric_limits<T>::infinity()).select(Row<T>::Zero(w.size()), w);
}

template <class T>
void require_slopes(std::string_view name, const Batch<T>& g, const Batch<T>& value) {
  require_size(name, "rows of G", g.rows(), value.rows());
  require_size(name, "columns of G", g.cols(), value.cols());
}

/// Every column of a above every column of b, b's fastest.
template <class T>
Batch<T> every_pair(std::string_view name, const Batch<T>& a, const Batch<T>& b) {
  if (a.cols() > most_points / b.cols())
    throw InvalidArgument(complaint(name, "number of points of support()",
                                    static_cast<double>(a.cols()) * static_cast<double>(b.cols()),
                                    "at most 2^20; use an estimator that samples"));
  Batch<T> all(a.rows() + b.rows(), a.cols() * b.cols());
  for (Index i = 0; i < a.cols(); ++i)
    for (Index j = 0; j < b.cols(); ++j) {
      all.col(i * b.cols() + j).head(a.rows()) = a.col(i);
      all.col(i * b.cols() + j).tail(b.rows()) = b.col(j);
    }
  return all;
}

/// Filled in by kl.hpp, which whoever asks for a divergence includes.
template <class T>
struct KlTerms;
/// There is a closed form of the divergence, found by the arguments' namespace.
template <class P, class Q>
concept HasClosedKl =
    requires(const P& p, const Q& q, const Row<ScalarOf<P>>* w) { closed_kl(p.distribution(), q.distribution(), w).value; };

}  // namespace variate::detail
