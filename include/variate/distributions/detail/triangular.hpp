#pragma once
/// Products and solves with a lower-triangular factor on d x S batches, and a lower triangle packed row by row.
/// One column takes plain loops; more go to Eigen's blocked kernels.
#include <Eigen/Core>
#include <cmath>

#include "variate/core/types.hpp"

namespace variate::detail {

template <class T>
using MatrixMap = Eigen::Map<const Batch<T>>;

template <class T>
T dot(const T* a, const T* b, Index n) {
  return Eigen::Map<const Vector<T>>(a, n).dot(Eigen::Map<const Vector<T>>(b, n));
}

/// out = L x.
template <class T>
void triangular_multiply(const MatrixMap<T>& l, const Batch<T>& x, Batch<T>& out) {
  out.resize(x.rows(), x.cols());
  if (x.cols() > 1) {
    out.noalias() = l.template triangularView<Eigen::Lower>() * x;
    return;
  }
  for (Index i = 0; i < l.rows(); ++i) out.data()[i] = dot(l.data() + i * l.cols(), x.data(), i + 1);
}

/// x = L^-1 x.
template <class T>
void triangular_solve(const MatrixMap<T>& l, Batch<T>& x) {
  if (x.cols() > 1) {
    l.template triangularView<Eigen::Lower>().solveInPlace(x);
    return;
  }
  T* v = x.data();
  for (Index i = 0; i < l.rows(); ++i) v[i] = (v[i] - dot(l.data() + i * l.cols(), v, i)) / l(i, i);
}

/// x = L^-T x.
template <class T>
void triangular_solve_transposed(const MatrixMap<T>& l, Batch<T>& x) {
  if (x.cols() > 1) {
    l.transpose().template triangularView<Eigen::Upper>().solveInPlace(x);
    return;
  }
  T* v = x.data();
  for (Index i = l.rows() - 1; i >= 0; --i) {
    v[i] /= l(i, i);
    Eigen::Map<Vector<T>>(v, i) -= v[i] * Eigen::Map<const Vector<T>>(l.data() + i * l.cols(), i);
  }
}

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
