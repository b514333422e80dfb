#pragma once
/// One layer of a network.
#include "variate/autodiff/operators.hpp"
#include "variate/autodiff/product.hpp"
#include "variate/autodiff/views.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/networks/initialise.hpp"

namespace variate {

/// W z + b with W outputs x inputs. Only the architecture: the numbers (W row by row, then b) are part of a flat vector somebody
/// else owns.
class Dense {
 public:
  /// Throws InvalidArgument if a size is below 1.
  Dense(Index inputs, Index outputs) : inputs_(inputs), outputs_(outputs) {
    detail::require_at_least("Dense", "inputs", inputs, 1);
    detail::require_at_least("Dense", "outputs", outputs, 1);
  }

  Index inputs() const { return inputs_; }    ///< rows it takes
  Index outputs() const { return outputs_; }  ///< rows it gives
  /// How many numbers it needs.
  Index size() const { return outputs_ * inputs_ + outputs_; }
  /// Numbers to start from.
  template <class T = double, class Rng>
  Vector<T> initialise(Rng& rng, Initialisation how = Initialisation::xavier) const {
    return initialise_dense<T>(rng, inputs_, outputs_, how);
  }

  /// On a batch (inputs x S), with the numbers of `theta` from `offset` on: outputs x S. ShapeError if they do not fit. After: see
  /// `affine`.
  template <class After = detail::NothingAfter, TapeExpression Z, TapeExpression Theta>
  auto operator()(const Z& z, const Theta& theta, Index offset = 0) const {
    const auto weights = reshape(theta, offset, outputs_, inputs_);  // in the order they stand in: see Node::tiled
    return affine<After>(weights, z, reshape(theta, offset + outputs_ * inputs_, outputs_, 1));
  }

 private:
  Index inputs_, outputs_;
};

}  // namespace variate
