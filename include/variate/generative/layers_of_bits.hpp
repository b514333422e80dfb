#pragma once
/// What a sigmoid belief net and its recognition network have in common.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/generative/detail/bit_layers.hpp"
#include "variate/generative/parameter_blocks.hpp"
#include "variate/parallel/detail/stretches.hpp"
#include "variate/parallel/executor.hpp"

namespace variate {

/// Which way the linear maps between layers of bits go.
enum class BitsDirection {
  downwards,  ///< each layer's logits are a map of the layer above: `LayeredSbn`
  upwards     ///< of the layer below: `LayeredGuide`
};

/// Sizes, parameters and factors of layers of bits, each with logits that are a linear map of a neighbour: what `LayeredSbn` and
/// `LayeredGuide` are made from. Where the maps go downwards, the top layer's logits are parameters too, and come first.
template <class S, BitsDirection direction>
class LayersOfBits {
 public:
  using Scalar = S;

  /// How many parameters layers of these sizes have. InvalidArgument if there are fewer than two layers or one is empty.
  static Index parameters(const std::vector<Index>& sizes) {
    detail::require_layers(name, sizes);
    Index count = upwards ? 0 : sizes.back();
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) count += rows(sizes, l) * (inputs(sizes, l) + 1);
    return count;
  }

  const Vector<S>& params() const { return params_; }
  /// ShapeError if their number differs, InvalidArgument if one is not finite; then nothing has changed.
  void set_params(const Vector<S>& params) {
    check(params);
    params_ = params;
  }
  /// The same, and the old ones come back in the place of the new: nothing is copied.
  void swap_params(Vector<S>& params) { swap_params(params, detail::serially); }
  /// The same; an executor looks whether they are finite.
  template <Executor E>
  void swap_params(Vector<S>& params, E& executor) {
    if (params.size() != params_.size() || !detail::all_finite(executor, params)) check(params);
    params_.swap(params);
  }
  /// Rows of the data and of each hidden layer, from below.
  const std::vector<Index>& sizes() const { return sizes_; }
  /// Rows of all hidden layers together.
  Index latents() const { return row(sizes_.size()); }
  /// The stretches of params, from below: W0, b0, W1, b1, ..., a of a net; R0, c0, R1, c1, ... of a guide.
  std::vector<ParameterBlock> blocks() const {
    std::vector<ParameterBlock> all;
    for (std::size_t l = 0; l < offsets_.size(); ++l) {
      const std::string number = std::to_string(l);
      const Index outputs = rows(sizes_, l), columns = inputs(sizes_, l);
      all.push_back({(upwards ? "R" : "W") + number, offsets_[l], outputs, columns});
      all.push_back({(upwards ? "c" : "b") + number, offsets_[l] + outputs * columns, outputs, 1});
    }
    if (!upwards) all.push_back({"a", 0, sizes_.back(), 1});
    return all;
  }

  /// Factors on the log density of each layer, the data first (a guide does not use theirs): 1 unless set. With others a joint is
  /// no probability any more: for subsampled data and annealing.
  const std::vector<S>& scales() const { return scales_; }
  /// Throws ShapeError unless there is one for each layer, InvalidArgument if one is not finite.
  void set_scales(std::vector<S> scales) {
    detail::require_size(name, "number of scales", static_cast<Index>(scales.size()), static_cast<Index>(sizes_.size()));
    for (const S scale : scales) detail::require_finite(name, "scale", scale);
    scales_ = std::move(scales);
  }

 protected:
  static constexpr bool upwards = direction == BitsDirection::upwards;
  static constexpr const char* name = upwards ? "LayeredGuide" : "LayeredSbn";

  LayersOfBits(std::vector<Index> sizes, const Vector<S>& params)
      : sizes_(std::move(sizes)), scales_(sizes_.size(), S(1)), params_(Vector<S>::Zero(parameters(sizes_))) {
    offsets_.resize(sizes_.size() - 1);
    Index at = upwards ? 0 : sizes_.back();
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
      const std::size_t l = upwards ? i : offsets_.size() - 1 - i;
      offsets_[l] = at;
      at += rows(sizes_, l) * (inputs(sizes_, l) + 1);
    }
    set_params(params);
  }

  /// Of the map between layers l and l + 1 among the parameters.
  Index offset(std::size_t l) const { return offsets_[l]; }
  /// That map, to layer l of a net, l + 1 of a guide.
  detail::BitLayer<S> layer(std::size_t l) const {
    return {params_.data() + offsets_[l], rows(sizes_, l), inputs(sizes_, l), scales_[upwards ? l + 1 : l]};
  }
  S scale(std::size_t l) const { return scales_[l]; }
  /// Of the first bit of layer l (1 is h_0) among the latents.
  Index row(std::size_t l) const {
    Index at = 0;
    for (std::size_t i = 1; i < l; ++i) at += sizes_[i];
    return at;
  }

 private:
  static Index rows(const std::vector<Index>& sizes, std::size_t l) { return sizes[upwards ? l + 1 : l]; }
  static Index inputs(const std::vector<Index>& sizes, std::size_t l) { return sizes[upwards ? l : l + 1]; }
  void check(const Vector<S>& params) const {
    detail::require_size(name, "number of parameters", params.size(), params_.size());
    detail::require_finite(name, "params", params);
  }

  std::vector<Index> sizes_, offsets_;
  std::vector<S> scales_;
  Vector<S> params_;
};

namespace detail {

/// The score of an evaluation of layers of bits, which has put(w, gradient, add) and net(). Owns the residuals.
template <class Derived, class T>
class BitsEvaluation {
 public:
  Row<T> value;  ///< 1 x SB

  /// The weighted score: sum_c w_c times the gradient of value_c by the parameters.
  Vector<T> pullback(const Row<T>& w) const {
    require_size(Derived::name, "number of weights", w.size(), value.size());
    Vector<T> gradient = spare_vector<T>(self().net().params().size());
    self().put(w, gradient.data(), false);
    return gradient;
  }
  /// Adds it to a gradient. ShapeError unless there is a weight for each column.
  void accumulate(const Row<T>& w, Vector<T>& gradient) const {
    require_size(Derived::name, "number of weights", w.size(), value.size());
    require_size(Derived::name, "size of gradient", gradient.size(), self().net().params().size());
    self().put(w, gradient.data(), true);
  }

 protected:
  explicit BitsEvaluation(Index cols) : value(Row<T>::Zero(cols)) {}

  BatchesToGiveBack<T> residuals_;

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

}  // namespace detail
}  // namespace variate
