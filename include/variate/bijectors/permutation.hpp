#pragma once
/// Coordinates in another order.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "variate/bijectors/bijector.hpp"

namespace variate {

/// What a permutation leaves.
template <class T>
class PermutationImage {
 public:
  Batch<T> value;  ///< d x n
  Row<T> log_det;  ///< zeros

  /// g in the old order; w has nothing to say.
  Batch<T> pullback(const Batch<T>& g, const Row<T>& w) const {
    detail::require_pullback("Permutation", value, g, w);
    Batch<T> out(g.rows(), g.cols());
    for (Index i = 0; i < g.rows(); ++i) out.row(source_[static_cast<std::size_t>(i)]) = g.row(i);
    return out;
  }

 private:
  template <class> friend class Permutation;
  PermutationImage(const Batch<T>& x, const std::vector<Index>& source)
      : value(x.rows(), x.cols()), log_det(Row<T>::Zero(x.cols())), source_(source) {
    for (Index i = 0; i < x.rows(); ++i) value.row(i) = x.row(source_[static_cast<std::size_t>(i)]);
  }
  std::vector<Index> source_;
};

/// y_i = x_{source(i)}: R^d to R^d, log-determinant 0.
template <class S = double>
class Permutation {
 public:
  using Scalar = S;

  /// Each of 0 .. d-1 once, d >= 1: else InvalidArgument.
  explicit Permutation(std::vector<Index> source) : source_(std::move(source)), back_(source_.size(), -1) {
    const auto d = static_cast<Index>(source_.size());
    detail::require_at_least(name, "size of source", d, 1);
    for (Index i = 0; i < d; ++i) {
      const Index from = source_[static_cast<std::size_t>(i)];
      if (from < 0 || from >= d || back_[static_cast<std::size_t>(from)] >= 0)
        throw InvalidArgument(detail::complaint(name, "source(" + std::to_string(i) + ")", from,
                                                "each of 0 to " + std::to_string(d - 1) + " once"));
      back_[static_cast<std::size_t>(from)] = i;
    }
  }
  /// The last coordinate first.
  static Permutation reversed(Index d) {
    detail::require_at_least(name, "number of coordinates", d, 1);
    std::vector<Index> source(static_cast<std::size_t>(d));
    for (Index i = 0; i < d; ++i) source[static_cast<std::size_t>(i)] = d - 1 - i;
    return Permutation(std::move(source));
  }

  Index output_size(Index d) const {
    detail::require_size(name, "number of coordinates", d, static_cast<Index>(source_.size()));
    return d;
  }
  Index input_size(Index d) const { return output_size(d); }

  PermutationImage<S> forward(const Batch<S>& x) const { return output_size(x.rows()), PermutationImage<S>(x, source_); }
  PermutationImage<S> inverse(const Batch<S>& y) const { return output_size(y.rows()), PermutationImage<S>(y, back_); }
  Batch<S> value(const Batch<S>& x) const { return std::move(forward(x).value); }
  Batch<S> inverse_value(const Batch<S>& y) const { return std::move(inverse(y).value); }
  Row<S> in_domain(const Batch<S>& x) const { return output_size(x.rows()), detail::finite_columns(x); }
  Row<S> in_image(const Batch<S>& y) const { return in_domain(y); }

  /// Row i of the value is row source()[i] of the point.
  const std::vector<Index>& source() const { return source_; }

 private:
  static constexpr const char* name = "Permutation";
  std::vector<Index> source_, back_;
};

}  // namespace variate
