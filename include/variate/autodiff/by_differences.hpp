#pragma once
/// Second derivatives of what has only first ones.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "variate/autodiff/differentiable.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"

namespace variate {

/// An integrand with gradients, its Hessian-vector products and mixed derivatives by central differences of its gradients: what
/// lets `Relax` and `Lax` learn a surrogate, and `Rebar` its temperature, whose derivatives are written by hand or come from
/// elsewhere. Made by `second_order_by_differences`.
///
/// Two evaluations for each product, at x -+ h v with h |v| = (machine epsilon)^(1/3) (1 + |x|) in the largest coordinate of each
/// column; a relative error of about epsilon^(2/3) for smooth f (4e-11 in double, 2e-5 in float). Everything else is the
/// integrand's own. Parametric where that is.
template <class F>
class SecondOrderByDifferences : public F {
 public:
  explicit SecondOrderByDifferences(F f) : F(std::move(f)) {}

  /// Values, gradients and w_c d2value_c/dx_c2 v_c, and with parameters sum_c w_c d/dparams (dvalue_c/dx_c . v_c). x and v are
  /// d x S, w 1 x S. ShapeError if they do not fit.
  template <class T>
  SecondOrder<T> hessian_vector_product(const Batch<T>& x, const Batch<T>& v, const std::type_identity_t<Row<T>>& w) const {
    static_assert(DifferentiableIntegrand<F, T>, "second_order_by_differences needs a function with gradients by its points.");
    detail::require_size("hessian_vector_product", "rows of v", v.rows(), x.rows());
    detail::require_size("hessian_vector_product", "columns of v", v.cols(), x.cols());
    detail::require_size("hessian_vector_product", "number of weights", w.size(), x.cols());
    const F& f = *this;
    SecondOrder<T> all;
    const auto here = variate::evaluate(f, x);
    all.value = here.value;
    Batch<T> slope, above, below;
    all.params = here.pullback(w, all.gradient);
    here.pullback(Row<T>::Ones(x.cols()), slope);
    all.slope = slope.cwiseProduct(v).colwise().sum();

    const T step = std::cbrt(std::numeric_limits<T>::epsilon());
    Batch<T> up = x, down = x;
    Row<T> weights(x.cols());
    for (Index c = 0; c < x.cols(); ++c) {
      const T length = v.col(c).cwiseAbs().maxCoeff();
      const T h = length > T(0) ? step * (T(1) + x.col(c).cwiseAbs().maxCoeff()) / length : T(1);
      up.col(c) += h * v.col(c);
      down.col(c) -= h * v.col(c);
      weights(c) = w(c) / (2 * h);
    }
    const auto at_up = variate::evaluate(f, up);
    const Vector<T> params_up = at_up.pullback(weights, above);
    const auto at_down = variate::evaluate(f, down);
    all.mixed = params_up - at_down.pullback(weights, below);
    all.product = above - below;
    return all;
  }
};

/// f with second derivatives by differences of its first: `Relax(second_order_by_differences(my_surrogate))`.
template <class F>
SecondOrderByDifferences<F> second_order_by_differences(F f) {
  return SecondOrderByDifferences<F>(std::move(f));
}

}  // namespace variate
