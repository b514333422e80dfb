#pragma once
/// Constrained models on unconstrained space.
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include "variate/bijectors/bijector.hpp"
#include "variate/core/concepts.hpp"

namespace variate {

/// f(b(x)) + log_det(x) on a batch, with every way back that f has.
template <class F, class B>
class TransformedTargetEvaluation {
 public:
  /// Of the numbers.
  using T = ScalarOf<B>;
  /// The evaluation before the map.
  using Piece = decltype(variate::evaluate(std::declval<const F&>(), std::declval<const Batch<T>&>()));
  Row<T> value;  ///< 1 x n

  TransformedTargetEvaluation(const F& f, const B& b, const Batch<T>& x)
      : image_(std::make_unique<const ForwardOf<B>>(b.forward(x))), piece_(variate::evaluate(f, std::as_const(image_->value))) {
    value = piece_.value + image_->log_det;
  }

  /// sum_c w_c dvalue_c/dparams of f; empty if it has none.
  Vector<T> pullback(const Row<T>& w) const { return piece_.pullback(w); }
  /// Also g_c = w_c dvalue_c/dx_c.
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires DifferentiableEvaluation<Piece, T>
  {
    Batch<T> constrained;
    Vector<T> params = piece_.pullback(w, constrained);
    g = image_->pullback(constrained, w);
    return params;
  }

 private:
  std::unique_ptr<const ForwardOf<B>> image_;  // stays where it is: the evaluation of f may refer to its value
  Piece piece_;
};

/// An integrand on the bijector's domain. Made by `transform_target`.
template <class F, class B>
class TransformedTarget {
 public:
  using Scalar = ScalarOf<B>;

  TransformedTarget(F f, B bijector) : f_(std::move(f)), bijector_(std::move(bijector)) {}

  /// x: d x n. What is returned refers to this integrand.
  template <class T>
    requires std::same_as<T, Scalar> && Integrand<F, T>
  TransformedTargetEvaluation<F, B> evaluate(const Batch<T>& x) const& {
    return {f_, bijector_, x};
  }
  template <class T>
  void evaluate(const Batch<T>& x) const&& = delete;
  /// Only the values.
  template <class T>
    requires std::same_as<T, Scalar> && Integrand<F, T>
  Row<T> operator()(const Batch<T>& x) const {
    const ForwardOf<B> image = bijector_.forward(x);
    const Batch<T>& y = image.value;
    return variate::values(f_, y) + image.log_det;
  }

  /// f's own parameters, where it has some.
  template <class G = F>
    requires Parametric<G>
  Vector<Scalar> params() const {
    return f_.params();
  }
  template <class G = F>
    requires Parametric<G>
  void set_params(const Vector<Scalar>& params) {
    f_.set_params(params);
  }

  /// The density on the constrained space.
  const F& target() const { return f_; }
  /// The map to the constrained space.
  const B& bijector() const { return bijector_; }

 private:
  F f_;
  B bijector_;
};

/// The unconstrained log density x -> f(b(x)) + log |det db/dx| of a constrained log density f (any integrand), so that any
/// model can be fitted by a guide on R^d. Draws x of the guide are b.value(x) for the model. Differentiable exactly if f is,
/// and Parametric if f is.
template <class F, Bijector B>
TransformedTarget<F, B> transform_target(F log_density, B bijector) {
  return {std::move(log_density), std::move(bijector)};
}

}  // namespace variate
