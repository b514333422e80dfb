#pragma once
/// Conditionals whose distribution parameters are a network's output: guides, decoders, policies.
#include <string>
#include <utility>

#include "variate/autodiff/differentiable.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/distributions/conditional.hpp"

namespace variate {

/// theta as it is: `D::from_theta(theta)`.
template <class D>
struct FromTheta {
  D operator()(Batch<ScalarOf<D>> theta) const { return D::from_theta(std::move(theta)); }
};

/// q(h | x) = D with theta = net(x, params), a column for each column of x.
///
/// `net` is an architecture: a callable `net(x, theta)` written with the vocabulary of `autodiff/` that gives K x B, such as an
/// `Mlp` whose outputs are the rows of D's theta. `make` turns theta into a distribution, where D has settings or more than theta
/// says. Owns the parameters; `at(x)` runs the network once and keeps how, so that pulling back costs no second run.
template <class D, class Net, class Make = FromTheta<D>>
class NetworkConditional {
  using T = ScalarOf<D>;
  using Lane = GradientLanes<T>;

 public:
  using Scalar = T;

  /// params: as many as the network takes. ShapeError if it says its size and this is another; InvalidArgument if one is not
  /// finite.
  NetworkConditional(Net net, Vector<T> params, Make make = {}) : net_(std::move(net)), make_(std::move(make)) {
    take(std::move(params));
  }

  const Vector<T>& params() const { return params_; }
  void set_params(detail::Lent<Vector<T>> params) {
    detail::require_size("NetworkConditional", "number of parameters", params.size(), params_.size());
    take(std::move(params));
  }
  /// The architecture.
  const Net& net() const { return net_; }

  /// A run of the network on a batch, and the way back from its output. Borrows both.
  class Link {
   public:
    Link(const NetworkConditional& c, const Batch<T>& x)
        : x_(&x),
          point_(&tape_->borrow(x.data(), x.rows(), x.cols(), true)),
          parameters_(&tape_->borrow(c.params_.data(), c.params_.size(), 1, true)),
          output_(evaluated(c.net_(Variable<Lane, Kind::sample>(*point_),
                                   Variable<Lane, Kind::matrix>(*parameters_)))
                      .node) {}

    /// What was bound.
    const Batch<T>& inputs() const { return *x_; }
    /// The network's output, K x B.
    Batch<T> theta() const {
      Batch<T> theta = detail::spare<T>(output_->rows, output_->cols);
      theta = Eigen::Map<const Batch<T>>(output_->value, output_->rows, output_->cols);
      return theta;
    }
    /// sum over rows and columns of (doutput/dparams)^T G, G of the output's shape.
    Vector<T> pullback(const Batch<T>& g) const { return back(g, false); }
    /// The same, and (doutput/dx)^T G column for column in `of_inputs` (resized).
    Vector<T> pullback(const Batch<T>& g, Batch<T>& of_inputs) const {
      Vector<T> of_params = back(g, true);
      if (point_->fresh) of_inputs.setZero(point_->rows, point_->cols);
      else of_inputs = Eigen::Map<const Batch<T>>(point_->adjoint, point_->rows, point_->cols);
      return of_params;
    }

   private:
    Vector<T> back(const Batch<T>& g, bool to_inputs) const {
      detail::require_size("NetworkConditional", "rows of G", g.rows(), output_->rows);
      detail::require_size("NetworkConditional", "columns of G", g.cols(), output_->cols);
      point_->wanted = to_inputs;
      Vector<T> of_parameters = detail::spare_vector<T>(parameters_->size());
      parameters_->keep_adjoint_in(of_parameters.data());
      tape_->sweep(*output_, g.data());
      if (parameters_->fresh) of_parameters.setZero();
      return of_parameters;
    }

    mutable LentTape<Lane> tape_;
    const Batch<T>* x_;
    detail::Node<Lane>* point_;
    detail::Node<Lane>* parameters_;
    detail::Node<Lane>* output_;
  };

  /// The distribution at the columns of x (inputs x B). Borrows this and x.
  Bound<D, Link> at(const Batch<T>& x) const& {
    Link link(*this, x);
    D distribution = make_(link.theta());
    return Bound<D, Link>(std::move(distribution), std::move(link));
  }
  Bound<D, Link> at(const Batch<T>& x) const&& = delete;
  Bound<D, Link> at(Batch<T>&& x) const& = delete;

 private:
  void take(detail::Lent<Vector<T>> params) {
    if constexpr (requires { net_.size(); })
      detail::require_size("NetworkConditional", "number of parameters", params.size(), static_cast<Index>(net_.size()));
    detail::require_finite("NetworkConditional", "params", params);
    params_.swap(params);
  }

  Net net_;
  [[no_unique_address]] Make make_;
  Vector<T> params_;
};

/// `network_conditional<Bernoulli<double>>(Mlp<>({64, 200}), params)`.
template <class D, class Net>
NetworkConditional<D, Net> network_conditional(Net net, Vector<ScalarOf<D>> params) {
  return {std::move(net), std::move(params)};
}

}  // namespace variate
