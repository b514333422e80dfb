#pragma once
/// The four shapes everything is made of.
#include <Eigen/Core>
#include <type_traits>

namespace variate {

/// Signed sizes and positions, as Eigen has them.
using Index = Eigen::Index;

/// Dims x columns, one column a sample; row-major, so that one dimension's values for all samples are contiguous.
template <class T>
using Batch = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// One number a column (1 x columns): what a log density returns.
template <class T>
using Row = Eigen::Matrix<T, 1, Eigen::Dynamic, Eigen::RowMajor>;

/// A flat parameter vector.
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// The scalar type of anything that names one.
template <class X>
using ScalarOf = typename std::remove_cvref_t<X>::Scalar;

}  // namespace variate
