#pragma once
/// From a model written as a plain generic callable to an integrand that can be pulled back.
///
///     struct Target { auto operator()(const auto& z) const { return -0.5 * sum(square(z)); } };
///     const auto f = differentiable(Target{});
///     auto e = f.evaluate(x);       // e.value: 1 x S
///     e.pullback(w, g);             // g: d x S
#include <concepts>
#include <type_traits>
#include <utility>

#include "variate/autodiff/operators.hpp"
#include "variate/autodiff/reductions.hpp"
#include "variate/autodiff/views.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/spare.hpp"

namespace variate {

/// The lanes a plain gradient is taken with, and those that carry a tangent besides (Hessian-vector products).
template <class T>
using GradientLanes = math::Lanes<T>;
/// The lane type of Hessian-vector products: a tangent for each number.
template <class T>
using HessianLanes = Dual<math::Lanes<T>, 1>;

/// A model evaluated on a batch, with the tape of how. Move-only. It borrows the model it came from and the constants the model
/// refers to. Pull back as often as you like, from one thread at a time.
template <class T>
class TapeEvaluation {
 public:
  using Scalar = T;
  using Lane = GradientLanes<T>;

  detail::Lent<Row<T>> value;  ///< 1 x S

  TapeEvaluation(LentTape<Lane> tape, detail::Node<Lane>& x, detail::Node<Lane>* theta, detail::Node<Lane>& result)
      : value(Eigen::Map<const Row<T>>(result.value, result.cols)),
        tape_(std::move(tape)),
        x_(&x),
        theta_(theta),
        result_(&result) {}

  /// sum_c w_c dvalue_c/dparams; empty if the model has no parameters.
  Vector<T> pullback(const Row<T>& w) const {
    check(w);
    if (!theta_) return {};
    x_->wanted = false;
    return swept(w);
  }
  /// The same, and w_c dvalue_c/dx_c in column c of g (resized to d x S).
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const {
    check(w);
    x_->wanted = true;
    Vector<T> of_parameters;
    if (theta_) of_parameters = swept(w);
    else tape_->sweep(*result_, w.data());
    slopes_in(g);
    return of_parameters;
  }
  /// w_c dvalue_c/dx_c in column c of g alone: the parameters are left out of the sweep.
  void slopes(const Row<T>& w, Batch<T>& g) const {
    check(w);
    x_->wanted = true;
    if (theta_) theta_->wanted = false;
    tape_->sweep(*result_, w.data());
    if (theta_) theta_->wanted = true;
    slopes_in(g);
  }

 private:
  void slopes_in(Batch<T>& g) const {
    detail::fit(g, x_->rows, x_->cols);
    if (x_->fresh) g.setZero();
    else g = Eigen::Map<const Batch<T>>(x_->adjoint, x_->rows, x_->cols);
  }
  void check(const Row<T>& w) const { detail::require_size("pullback", "number of weights", w.size(), value.size()); }
  /// A sweep that leaves the parameters' adjoint where it is wanted.
  Vector<T> swept(const Row<T>& w) const {
    Vector<T> of_parameters = detail::spare_vector<T>(theta_->size());
    theta_->keep_adjoint_in(of_parameters.data());
    tape_->sweep(*result_, w.data());
    if (theta_->fresh) of_parameters.setZero();
    return of_parameters;
  }

  LentTape<Lane> tape_;
  detail::Node<Lane>* x_;
  detail::Node<Lane>* theta_;
  detail::Node<Lane>* result_;
};

/// Gradients and Hessian-vector products of every column, from one reverse sweep over duals.
template <class T>
struct SecondOrder {
  detail::Lent<Row<T>> value;       ///< 1 x S
  detail::Lent<Row<T>> slope;       ///< 1 x S: dvalue_c/dx_c . v_c
  detail::Lent<Batch<T>> gradient;  ///< d x S: w_c dvalue_c/dx_c
  detail::Lent<Batch<T>> product;   ///< d x S: w_c d2value_c/dx_c2 v_c
  detail::Lent<Vector<T>> params;   ///< sum_c w_c dvalue_c/dparams; empty if the model has no parameters
  /// sum_c w_c d/dparams (dvalue_c/dx_c . v_c): the parameters' gradient of the weighted slopes
  detail::Lent<Vector<T>> mixed;
};

namespace detail {

struct NoParameters {};
/// Only what has parameters names a scalar type: others take any.
template <class P>
struct NamesScalar {
  using Scalar = typename P::Scalar;
  template <class T>
  static constexpr bool takes = std::same_as<T, Scalar>;
};
template <>
struct NamesScalar<NoParameters> {
  template <class T>
  static constexpr bool takes = std::floating_point<T>;
};

/// A model's result as a node: 1 x S.
template <class E>
auto& result_node(const E& e, Index cols) {
  static_assert(TapeExpression<E>,
                "a model must return an expression of its argument, one number a column (1 x S): end it with sum(...)");
  auto& node = *evaluated(e).node;
  if (node.rows != 1 || node.cols != cols) [[unlikely]]
    refuse_shapes("model's result", {node.rows, node.cols}, {1, cols},
                  "one row with a number for each column, as sum(...) gives");
  return node;
}

}  // namespace detail

/// A generic callable as a DifferentiableIntegrand, and with a parameter vector as a Parametric ParametricIntegrand.
/// Made by `differentiable`.
template <class Model, class Parameters = detail::NoParameters>
class Differentiable : public detail::NamesScalar<Parameters> {
  template <class T>
  static constexpr bool takes = detail::NamesScalar<Parameters>::template takes<T>;
  static constexpr bool parametric = !std::same_as<Parameters, detail::NoParameters>;

 public:
  explicit Differentiable(Model model)
    requires(!parametric)
      : model_(std::move(model)) {}
  Differentiable(Model model, Parameters theta)
    requires(parametric)
      : model_(std::move(model)), theta_(std::move(theta)) {}

  /// The function as it was given.
  const Model& model() const { return model_; }

  /// The model on the columns of x (d x S), ready to be pulled back. Borrows this object, which must not change meanwhile.
  template <class T>
    requires takes<T>
  TapeEvaluation<T> evaluate(const Batch<T>& x) const& {
    using L = GradientLanes<T>;
    LentTape<L> tape;
    auto& point = tape->input(x.data(), x.rows(), x.cols(), true);
    detail::Node<L>* theta = nullptr;
    if constexpr (parametric) theta = &tape->borrow(theta_.data(), theta_.size(), 1, true);
    auto& result = run(point, theta);
    return {std::move(tape), point, theta, result};
  }
  template <class T>
    requires takes<T>
  TapeEvaluation<T> evaluate(const Batch<T>& x) const&& = delete;  // the evaluation would outlive the model
  /// The same for any other Eigen matrix, vector or expression.
  template <class X>
    requires takes<typename X::Scalar>
  TapeEvaluation<typename X::Scalar> evaluate(const Eigen::MatrixBase<X>& x) const& {
    return evaluate(Batch<typename X::Scalar>(x));
  }
  template <class X>
    requires takes<typename X::Scalar>
  TapeEvaluation<typename X::Scalar> evaluate(const Eigen::MatrixBase<X>& x) const&& = delete;

  /// Values only (1 x S): nothing is kept for a way back.
  template <class T>
    requires takes<T>
  Row<T> operator()(const Batch<T>& x) const {
    using L = GradientLanes<T>;
    LentTape<L> tape;
    auto& point = tape->borrow(x.data(), x.rows(), x.cols(), false);
    detail::Node<L>* theta = nullptr;
    if constexpr (parametric) theta = &tape->borrow(theta_.data(), theta_.size(), 1, false);
    return detail::Lent<Row<T>>(Eigen::Map<const Row<T>>(run(point, theta).value, x.cols()));
  }
  /// The same for any other Eigen matrix, vector or expression.
  template <class X>
    requires takes<typename X::Scalar>
  Row<typename X::Scalar> operator()(const Eigen::MatrixBase<X>& x) const {
    return (*this)(Batch<typename X::Scalar>(x));
  }

  /// Value, gradient and Hessian times v of every column: w_c d2value_c/dx_c2 v_c; and the same by the parameters, if there are
  /// any. v is d x S, w 1 x S.
  template <class T>
    requires takes<T>
  SecondOrder<T> hessian_vector_product(const Batch<T>& x, const Batch<T>& v, const Row<T>& w) const {
    return second_order<true>(x, v, w);
  }
  /// The same without the parameters' part.
  template <class T>
    requires takes<T>
  SecondOrder<T> hessian_vector_product(const Batch<T>& x, const Batch<T>& v, const Row<T>& w, PointsOnly) const {
    return second_order<false>(x, v, w);
  }

  /// sum_c d/dparams of (dvalue_c/dx_c . v_c) + s_c value_c: the parameters' slope of directional slopes and of values, in one
  /// sweep. v is d x S, s 1 x S.
  template <class T>
    requires(takes<T> && parametric)
  Vector<T> mixed_pullback(const Batch<T>& x, const Batch<T>& v, const Row<T>& s) const {
    using L = HessianLanes<T>;
    detail::require_size("mixed_pullback", "rows of v", v.rows(), x.rows());
    detail::require_size("mixed_pullback", "columns of v", v.cols(), x.cols());
    detail::require_size("mixed_pullback", "number of weights", s.size(), x.cols());
    LentTape<L> tape;
    auto& point = tape->input(x.data(), x.rows(), x.cols(), false, v.data());
    auto& theta = tape->input(theta_.data(), theta_.size(), 1, true);
    const detail::Lent<Row<T>> ones = Row<T>::Ones(x.cols());
    tape->sweep(run(point, &theta), ones.data(), s.data());
    if (theta.fresh) theta.open_adjoint();
    return detail::Lent<Vector<T>>(Eigen::Map<const Vector<T>>(theta.adjoint + theta.plane, theta_.size()));
  }

  /// The model's parameters (P).
  const Parameters& params() const
    requires(parametric)
  {
    return theta_;
  }
  void set_params(const Parameters& theta)
    requires(parametric)
  {
    detail::require_size("set_params", "number of parameters", theta.size(), theta_.size());
    theta_ = theta;
  }

 private:
  template <bool of_parameters, class T>
  SecondOrder<T> second_order(const Batch<T>& x, const Batch<T>& v, const Row<T>& w) const {
    using L = HessianLanes<T>;
    detail::require_size("hessian_vector_product", "rows of v", v.rows(), x.rows());
    detail::require_size("hessian_vector_product", "columns of v", v.cols(), x.cols());
    detail::require_size("hessian_vector_product", "number of weights", w.size(), x.cols());
    LentTape<L> tape;
    auto& point = tape->input(x.data(), x.rows(), x.cols(), true, v.data());
    detail::Node<L>* theta = nullptr;
    if constexpr (parametric) theta = &tape->input(theta_.data(), theta_.size(), 1, of_parameters);
    auto& result = run(point, theta);
    tape->sweep(result, w.data());
    if (point.fresh) point.open_adjoint();
    using Map = Eigen::Map<const Batch<T>>;
    SecondOrder<T> all{Map(result.value, 1, x.cols()),
                       Map(result.value + result.plane, 1, x.cols()),
                       detail::spare<T>(x.rows(), x.cols()),
                       detail::spare<T>(x.rows(), x.cols()),
                       {},
                       {}};
    all.gradient = Map(point.adjoint, x.rows(), x.cols());
    all.product = Map(point.adjoint + point.plane, x.rows(), x.cols());
    if constexpr (parametric && of_parameters) {
      if (theta->fresh) theta->open_adjoint();
      using Flat = Eigen::Map<const Vector<T>>;
      all.params = Flat(theta->adjoint, theta_.size());
      all.mixed = Flat(theta->adjoint + theta->plane, theta_.size());
    }
    return all;
  }

  template <class L>
  detail::Node<L>& run(detail::Node<L>& x, [[maybe_unused]] detail::Node<L>* theta) const {
    const Variable<L, Kind::sample> z(x);
    if constexpr (parametric) return detail::result_node(model_(z, Variable<L, Kind::matrix>(*theta)), x.cols);
    else return detail::result_node(model_(z), x.cols);
  }

  Model model_;
  [[no_unique_address]] Parameters theta_{};
};

/// A model without parameters of its own: model(z) with z a d x S batch gives an expression with one number a column.
template <class Model>
Differentiable<std::remove_cvref_t<Model>> differentiable(Model&& model) {
  return Differentiable<std::remove_cvref_t<Model>>(std::forward<Model>(model));
}
/// A model with a flat parameter vector: model(z, theta); `reshape(theta, offset, rows, cols)` cuts matrices out of it.
template <class Model, class V>
  requires(V::ColsAtCompileTime == 1)
Differentiable<std::remove_cvref_t<Model>, Vector<typename V::Scalar>> differentiable(Model&& model,
                                                                                      const Eigen::MatrixBase<V>& params) {
  return {std::forward<Model>(model), Vector<typename V::Scalar>(params)};
}

}  // namespace variate
