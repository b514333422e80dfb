#pragma once
/// Optional header: a function written for Eigen's AutoDiffScalar (unsupported/Eigen/AutoDiff) as an integrand. Not in
/// variate.hpp.
#include <cassert>
#include <utility>

#include <Eigen/Core>
#include <unsupported/Eigen/AutoDiff>

#include "variate/autodiff/adapter.hpp"

namespace variate {

/// f(x) -> scalar, where x is an Eigen column vector of AutoDiffScalar<Vector<T>>, as a DifferentiableIntegrand.
template <class F>
auto eigen_autodiff_integrand(F f) {
  return pointwise([f = std::move(f)]<class T>(const Vector<T>& x, Vector<T>& gradient) -> T {
    using Scalar = Eigen::AutoDiffScalar<Vector<T>>;
    Vector<Scalar> point(x.size());
    for (Index i = 0; i < x.size(); ++i) point[i] = Scalar(x[i], static_cast<int>(x.size()), static_cast<int>(i));
    const Scalar y = f(std::as_const(point));
    if (y.derivatives().size() == x.size()) gradient = y.derivatives();  // empty where y does not depend on x
    else gradient.setZero();
    return y.value();
  });
}

}  // namespace variate
