#pragma once
/// The columns of one data point out of a sample-major batch, and back.
#include "variate/core/types.hpp"

namespace variate::detail {

/// d x S: column s is column s * batch + b of x.
template <class T>
Batch<T> columns_of(const Batch<T>& x, Index b, Index batch) {
  const Index n = x.cols() / batch;
  Batch<T> part(x.rows(), n);
  for (Index i = 0; i < x.rows(); ++i) {
    const T* from = x.data() + i * x.cols() + b;
    T* to = part.data() + i * n;
    for (Index s = 0; s < n; ++s) to[s] = from[s * batch];
  }
  return part;
}

/// Puts them where they were; x has its size already.
template <class T>
void put_columns(const Batch<T>& part, Index b, Index batch, Batch<T>& x) {
  for (Index i = 0; i < x.rows(); ++i) {
    const T* from = part.data() + i * part.cols();
    T* to = x.data() + i * x.cols() + b;
    for (Index s = 0; s < part.cols(); ++s) to[s * batch] = from[s];
  }
}

}  // namespace variate::detail
