#pragma once
/// A lower triangular matrix and a shift.
#include <Eigen/Core>
#include <cmath>
#include <string>
#include <utility>

#include "variate/bijectors/bijector.hpp"

namespace variate {

/// What a triangular map leaves; it keeps the matrix.
template <class T, bool forwards>
class TriangularImage {
 public:
  Batch<T> value;  ///< d x n
  Row<T> log_det;  ///< the same number for each column

  /// L^T g, or L^-T g for the inverse; w has nothing to say.
  Batch<T> pullback(const Batch<T>& g, const Row<T>& w) const {
    detail::require_pullback("Triangular", value, g, w);
    Batch<T> out = g;
    if constexpr (forwards) out.noalias() = matrix_.transpose().template triangularView<Eigen::Upper>() * g;
    else matrix_.transpose().template triangularView<Eigen::Upper>().solveInPlace(out);
    return out;
  }

 private:
  template <class> friend class Triangular;
  TriangularImage(Batch<T> image, T log_det_of_one, const Batch<T>& matrix)
      : value(std::move(image)), log_det(Row<T>::Constant(value.cols(), log_det_of_one)), matrix_(matrix) {}
  Batch<T> matrix_;
};

/// y = shift + L x with L lower triangular: R^d to R^d, log-determinant sum_i log |L_ii|.
template <class S = double>
class Triangular {
 public:
  using Scalar = S;

  /// shift of d >= 1 finite numbers; L d x d, finite, 0 above a diagonal without zeros. ShapeError, InvalidArgument or
  /// DomainError otherwise.
  Triangular(Vector<S> shift, Batch<S> matrix) : shift_(std::move(shift)), matrix_(std::move(matrix)) {
    const Index d = shift_.size();
    detail::require_at_least(name, "size of shift", d, 1);
    detail::require_size(name, "rows of matrix", matrix_.rows(), d);
    detail::require_size(name, "columns of matrix", matrix_.cols(), d);
    detail::require_finite(name, "shift", shift_);
    detail::require_finite(name, "matrix", matrix_);
    for (Index i = 0; i < d; ++i) {
      if (matrix_(i, i) == 0) throw DomainError(detail::complaint(name, entry(i, i), matrix_(i, i), "a number other than 0"));
      for (Index j = i + 1; j < d; ++j)
        if (matrix_(i, j) != 0)
          throw InvalidArgument(detail::complaint(name, entry(i, j), matrix_(i, j), "0 above the diagonal"));
      log_det_ += std::log(std::abs(matrix_(i, i)));
    }
  }

  Index output_size(Index d) const {
    detail::require_size(name, "number of coordinates", d, shift_.size());
    return d;
  }
  Index input_size(Index d) const { return output_size(d); }

  TriangularImage<S, true> forward(const Batch<S>& x) const { return {value(x), log_det_, matrix_}; }
  TriangularImage<S, false> inverse(const Batch<S>& y) const { return {inverse_value(y), -log_det_, matrix_}; }
  Batch<S> value(const Batch<S>& x) const {
    output_size(x.rows());
    Batch<S> y = matrix_.template triangularView<Eigen::Lower>() * x;
    y.colwise() += shift_;
    return y;
  }
  Batch<S> inverse_value(const Batch<S>& y) const {
    output_size(y.rows());
    Batch<S> x = y.colwise() - shift_;
    matrix_.template triangularView<Eigen::Lower>().solveInPlace(x);
    return x;
  }
  Row<S> in_domain(const Batch<S>& x) const { return output_size(x.rows()), detail::finite_columns(x); }
  Row<S> in_image(const Batch<S>& y) const { return in_domain(y); }

  /// What is added, d.
  const Vector<S>& shift() const { return shift_; }
  /// The lower-triangular matrix L, d x d.
  const Batch<S>& matrix() const { return matrix_; }

 private:
  static constexpr const char* name = "Triangular";
  static std::string entry(Index i, Index j) { return "matrix(" + std::to_string(i) + ", " + std::to_string(j) + ")"; }

  Vector<S> shift_;
  Batch<S> matrix_;
  S log_det_ = 0;
};

template <class A, class B>
Triangular(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Triangular<typename A::Scalar>;

}  // namespace variate
