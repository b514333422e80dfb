#pragma once
/// Matrix products by the tape's kernel: Eigen's own cost seconds of compile time in every file that has one.
#include "variate/autodiff/detail/multiply.hpp"
#include "variate/core/types.hpp"

namespace variate::detail {

/// C += A B. `b` is k x n, its numbers one after the other: a batch, or the upper rows of one.
template <class T>
void accumulate_product(Batch<T>& c, const Batch<T>& a, const T* b) {
  multiply(c.data(), Strided<T>{a.data(), a.cols(), 1}, b, a.rows(), a.cols(), c.cols());
}
/// A^T B.
template <class T>
Batch<T> transposed_product(const Batch<T>& a, const Batch<T>& b) {
  Batch<T> c(a.cols(), b.cols());
  multiply(c.data(), Strided<T>{a.data(), 1, a.cols()}, b.data(), a.cols(), a.rows(), b.cols(), false);
  return c;
}
/// A B^T: of few rows or long sums, so that turning B round costs little.
template <class T>
Batch<T> product_transposed(const Batch<T>& a, const Batch<T>& b) {
  const Batch<T> turned = b.transpose();
  Batch<T> c(a.rows(), b.rows());
  multiply(c.data(), Strided<T>{a.data(), a.cols(), 1}, turned.data(), a.rows(), a.cols(), b.rows(), false);
  return c;
}

}  // namespace variate::detail
