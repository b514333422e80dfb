#pragma once
/// Making a lower-triangular factor, and its gradient packed row by row. What it does to batches is in math/linear_algebra.hpp.
#include <Eigen/Core>
#include <cmath>

#include "variate/core/types.hpp"
#include "variate/math/linear_algebra.hpp"

namespace variate::detail {

template <class T>
using MatrixMap = Eigen::Map<const Batch<T>>;

using math::detail::dot;

/// packed = the lower triangle of g e^T, row by row, each element of the diagonal times the factor's.
template <class T>
void pack_outer_product(const MatrixMap<T>& l, const Batch<T>& g, const Batch<T>& e, T* packed) {
  const Index d = l.rows();
  if (g.cols() == 1) {
    for (Index i = 0; i < d; packed += ++i) {
      Eigen::Map<Vector<T>>(packed, i + 1) = g.data()[i] * Eigen::Map<const Vector<T>>(e.data(), i + 1);
      packed[i] *= l(i, i);
    }
    return;
  }
  Batch<T> product(d, d);
  if (d < 64) product.noalias() = g * e.transpose();  // half the work is not worth the blocked kernel's start
  else product.template triangularView<Eigen::Lower>() = g * e.transpose();
  for (Index i = 0; i < d; packed += ++i) {
    Eigen::Map<Row<T>>(packed, i + 1) = product.row(i).head(i + 1);
    packed[i] *= l(i, i);
  }
}

/// The lower factor of a symmetric positive definite matrix in place of its lower triangle. Returns the first pivot that is not
/// positive (its value is then on the diagonal), or -1.
template <class T>
Index cholesky(Batch<T>& a) {
  const Index d = a.rows();
  for (Index i = 0; i < d; ++i) {
    T* row = a.data() + i * d;
    for (Index j = 0; j < i; ++j) row[j] = (row[j] - dot(row, a.data() + j * d, j)) / a(j, j);
    row[i] -= dot(row, row, i);
    if (!(row[i] > 0)) return i;
    row[i] = std::sqrt(row[i]);
  }
  a.template triangularView<Eigen::StrictlyUpper>().setZero();
  return -1;
}

}  // namespace variate::detail
