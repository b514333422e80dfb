#pragma once
/// A joint log density of data and latents with parameters, as a Model: decoders, likelihoods, variational EM.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "variate/autodiff/differentiable.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"

namespace variate {
namespace detail {

/// f(h, x, theta) with x fixed: data point b stands beside every column s*B + b of h.
template <class F, class T>
struct WithData {
  const F* f;
  const Batch<T>* x;

  template <class L, class Theta>
  auto operator()(const Variable<L, Kind::sample>& h, const Theta& theta) const {
    const Index points = x->cols(), cols = h.cols();
    require_multiple("at", "columns of h", cols, points);
    auto& beside = h.node->tape->batch(x->rows(), cols, false);
    if constexpr (Tape<L>::planes == 2) {
      beside.still = true;
      std::fill_n(beside.value + beside.plane, beside.size(), T(0));
    }
    for (Index r = 0; r < x->rows(); ++r)
      for (Index c = 0; c < cols; c += points) std::copy_n(x->data() + r * points, points, beside.value + r * cols + c);
    return evaluated((*f)(h, Variable<L, Kind::sample>(beside), theta));
  }
};

}  // namespace detail

/// `differentiable_model(f, params)` for a generic f(h, x, theta) that gives one number a column: log p(x, h; theta), written with
/// the vocabulary of `autodiff/`; x are data, d x B, which f sees as a batch variable like h, repeated for every sample. A Model:
/// `at(x)` is h -> log p(x, h), with gradients by h and by the parameters and Hessian-vector products; it borrows this and x.
template <class F, class T>
class DifferentiableModel {
 public:
  using Scalar = T;
  /// What `at` gives. It borrows the parameters.
  using Integrand = Differentiable<detail::WithData<F, T>, Eigen::Map<const Vector<T>>>;

  DifferentiableModel(F f, Vector<T> params) : f_(std::move(f)), params_(std::move(params)) {}

  const Vector<T>& params() const { return params_; }
  void set_params(detail::Lent<Vector<T>> params) {
    detail::require_size("set_params", "number of parameters", params.size(), params_.size());
    params_.swap(params);
  }
  /// The function as it was given.
  const F& model() const { return f_; }

  /// h -> log p(x, h) for data x, d x B.
  Integrand at(const Batch<T>& x) const& { return Integrand(detail::WithData<F, T>{&f_, &x}, Eigen::Map<const Vector<T>>(params_.data(), params_.size())); }
  Integrand at(const Batch<T>& x) const&& = delete;
  Integrand at(Batch<T>&& x) const& = delete;

 private:
  F f_;
  Vector<T> params_;
};

/// See DifferentiableModel.
template <class F, class V>
  requires(V::ColsAtCompileTime == 1)
DifferentiableModel<std::remove_cvref_t<F>, typename V::Scalar> differentiable_model(F&& f, const Eigen::MatrixBase<V>& params) {
  return {std::forward<F>(f), Vector<typename V::Scalar>(params)};
}

}  // namespace variate
