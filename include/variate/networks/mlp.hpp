#pragma once
/// Dense layers one after the other.
#include <vector>

#include "variate/networks/activation.hpp"
#include "variate/networks/dense.hpp"

namespace variate {

/// A multilayer perceptron: `Mlp<Activation::relu>({6, 10, 1})` has 6 inputs, 10 hidden units and one output. `hidden` follows
/// every layer but the last, `output` the last.
///
/// Only the architecture: `differentiable(mlp, mlp.initialise(rng))` makes of one with a single output a surrogate (`Relax`), a
/// baseline (`Nvil`) or a model; others are called inside a model with the model's theta, from an offset of its own.
template <Activation hidden = Activation::tanh, Activation output = Activation::identity>
class Mlp {
 public:
  /// Rows of the input, of each hidden layer, of the output. Throws InvalidArgument if there are fewer than two or one is below
  /// 1.
  explicit Mlp(const std::vector<Index>& sizes) {
    detail::require_at_least("Mlp", "number of sizes", static_cast<Index>(sizes.size()), 2);
    for (const Index rows : sizes) detail::require_at_least("Mlp", "size of a layer", rows, 1);
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) layers_.emplace_back(sizes[i], sizes[i + 1]);
  }

  Index inputs() const { return layers_.front().inputs(); }   ///< rows it takes
  Index outputs() const { return layers_.back().outputs(); }  ///< rows it gives
  /// In order.
  const std::vector<Dense>& layers() const { return layers_; }
  /// How many numbers it needs: those of each layer, in order.
  Index size() const {
    Index total = 0;
    for (const Dense& layer : layers_) total += layer.size();
    return total;
  }
  /// Numbers to start from, layer by layer.
  template <class T = double, class Rng>
  Vector<T> initialise(Rng& rng, Initialisation how = Initialisation::xavier) const {
    Vector<T> all(size());
    Index at = 0;
    for (const Dense& layer : layers_) {
      all.segment(at, layer.size()) = layer.initialise<T>(rng, how);
      at += layer.size();
    }
    return all;
  }

  /// On a batch (inputs x S), with the numbers of `theta` from `offset` on: outputs x S. ShapeError if they do not fit.
  template <TapeExpression Z, TapeExpression Theta>
  auto operator()(const Z& z, const Theta& theta, Index offset = 0) const {
    auto h = evaluated(z);
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) {
      using After = detail::AfterLayer<hidden>;
      if constexpr (detail::something_after<After>) h = layers_[i].template operator()<After>(h, theta, offset);
      else h = evaluated(activate<hidden>(layers_[i](h, theta, offset)));
      offset += layers_[i].size();
    }
    return activate<output>(layers_.back()(h, theta, offset));
  }

 private:
  std::vector<Dense> layers_;
};

}  // namespace variate
