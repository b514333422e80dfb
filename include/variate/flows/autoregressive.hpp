#pragma once
/// Autoregressive layers: each coordinate is moved under the eyes of all before it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/flows/flow.hpp"
#include "variate/flows/transform.hpp"
#include "variate/networks/detail/dense_pass.hpp"
#include "variate/networks/initialise.hpp"
#include "variate/networks/mlp.hpp"

namespace variate {

/// A layer whose network is masked so that the raw parameters of coordinate i see x_1 ... x_{i-1} (Germain et al. 2015;
/// Papamakarios et al. 2017, "MAF"): densities take one run of the network, draws d runs. With `reversed` the
/// coordinates count from the last.
///
/// A layer of a flow, see `Coupling`.
template <class Map, Activation hidden = Activation::leaky_relu>
class Autoregressive {
 public:
  using Scalar = ScalarOf<Map>;
  /// Of the numbers.
  using T = Scalar;

  /// InvalidArgument if d or a width is below 1.
  Autoregressive(Index d, Map transform, const std::vector<Index>& widths = {64, 64}, bool reversed = false)
      : transform_(std::move(transform)) {
    detail::require_at_least("Autoregressive", "d", d, 1);
    for (Index i = 0; i < d; ++i) order_.push_back(reversed ? d - 1 - i : i);
    const auto [low, high] = transform_.bounds();
    if (std::isfinite(low)) {
      scale_ = T(2) / (high - low);
      shift_ = -low * scale_ - T(1);
    }
    std::vector<Index> sizes{d};
    sizes.insert(sizes.end(), widths.begin(), widths.end());
    sizes.push_back(d * transform_.parameters());
    layers_ = Mlp<hidden>(sizes).layers();
    make_mask(d);
  }

  Index dims() const { return static_cast<Index>(order_.size()); }
  /// Of each coordinate.
  const Map& transform() const { return transform_; }
  /// How many parameters it has; those the mask takes away count, and have no effect.
  Index size() const { return mask_.size(); }
  Index kept() const { return detail::dense_rows(layers_) + dims() * transform_.kept(); }
  Index scratch() const { return detail::widest_rows(layers_) + detail::dense_scratch(layers_); }

  /// As `Coupling::initialise`.
  template <class Rng>
  Vector<T> initialise(Rng& rng, Initialisation how, bool zero_last) const {
    Vector<T> all = Vector<T>::Zero(size());
    Index at = 0;
    for (std::size_t l = 0; l < layers_.size(); at += layers_[l++].size())
      if (!zero_last || l + 1 < layers_.size())
        all.segment(at, layers_[l].size()) = layers_[l].template initialise<T>(rng, how);
    return all;
  }

  void to_latent(const T* theta, T* points, T* log_det, T* keep, Index n) const {
    Batch<T> masked = masked_copy(theta);
    const detail::GivesBack after(masked);
    to_latent_masked(masked.data(), points, log_det, keep, n);
  }
  void to_target(const T* theta, T* points, T* log_det, T* keep, Index n) const {
    Batch<T> masked = masked_copy(theta), copy = detail::spare<T>(dims() + 1, n);
    const detail::GivesBack after(masked, copy);
    T* const unused = copy.data() + dims() * n;
    std::fill_n(unused, n, T(0));
    std::fill_n(keep, dims() * n, T(0));
    for (Index i = 0; i < dims(); ++i) {
      detail::dense_forward<hidden>(layers_, masked.data(), keep, n);
      detail::transform_rows<false>(transform_, &order_[static_cast<std::size_t>(i)], 1, points, raw_of(keep, i, n),
                                    kept_of(keep, i, n), unused, n);
      look_at(points, keep, i, n);
    }
    // what is kept is that of the way to the latent side
    std::copy_n(points, dims() * n, copy.data());
    to_latent_masked(masked.data(), copy.data(), log_det, keep, n);
  }
  void back_from_latent(const T* theta, const T* keep, T* slopes, const T* w, T* of_theta, T* scratch, Index n,
                        bool to_points) const {
    Batch<T> masked = masked_copy(theta), of_masked = detail::spare<T>(1, size());
    const detail::GivesBack after(masked, of_masked);
    of_masked.setZero();
    detail::pull_rows<true>(transform_, order_.data(), dims(), slopes, raw_of(keep, 0, n), kept_of(keep, 0, n), w, scratch, n);
    back_through_network(masked.data(), keep, slopes, of_masked.data(), scratch, n, dims(), to_points);
    add_masked(of_masked, of_theta);
  }
  void back_from_target(const T* theta, const T* keep, T* slopes, const T* w, T* of_theta, T* scratch, Index n, bool) const {
    Batch<T> masked = masked_copy(theta), of_masked = detail::spare<T>(1, size());
    const detail::GivesBack after(masked, of_masked);
    of_masked.setZero();
    const Index parameters = transform_.parameters();
    for (Index i = dims(); i-- > 0;) {
      std::fill_n(scratch, dims() * parameters * n, T(0));
      detail::pull_rows<false>(transform_, &order_[static_cast<std::size_t>(i)], 1, slopes, raw_of(keep, i, n),
                               kept_of(keep, i, n), w, scratch + i * parameters * n, n);
      back_through_network(masked.data(), keep, slopes, of_masked.data(), scratch, n, i, i > 0);
    }
    add_masked(of_masked, of_theta);
  }

 private:
  /// Coordinate i (from 1) has degree i; hidden units have degrees 1 ... d-1 in turn and see those of no higher degree; the
  /// outputs of coordinate i see lower degrees only.
  void make_mask(Index d) {
    Index total = 0;
    for (const Dense& layer : layers_) total += layer.size();
    mask_ = Vector<T>::Ones(total);
    const auto degree = [d](Index unit) { return 1 + unit % std::max<Index>(d - 1, 1); };
    Index at = 0;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const bool first = l == 0, last = l + 1 == layers_.size();
      for (Index o = 0; o < layers_[l].outputs(); ++o)
        for (Index i = 0; i < layers_[l].inputs(); ++i, ++at) {
          const Index from = first ? i + 1 : degree(i);
          const bool seen = last ? from < o / transform_.parameters() + 1 : from <= degree(o);
          mask_[at] = seen && (d > 1) ? T(1) : T(0);
        }
      at += layers_[l].outputs();
    }
  }
  Batch<T> masked_copy(const T* theta) const {
    Batch<T> masked = detail::spare<T>(1, size());
    for (Index i = 0; i < size(); ++i) masked.data()[i] = mask_[i] * theta[i];
    return masked;
  }
  void add_masked(const Batch<T>& of_masked, T* of_theta) const {
    for (Index i = 0; i < size(); ++i) of_theta[i] += mask_[i] * of_masked.data()[i];
  }
  template <class P>
  P* raw_of(P* keep, Index i, Index n) const {
    return keep + (detail::dense_rows(layers_) - (dims() - i) * transform_.parameters()) * n;
  }
  template <class P>
  P* kept_of(P* keep, Index i, Index n) const {
    return keep + (detail::dense_rows(layers_) + i * transform_.kept()) * n;
  }
  /// The network's input number i, from its coordinate.
  void look_at(const T* points, T* keep, Index i, Index n) const {
    const T* const from = points + order_[static_cast<std::size_t>(i)] * n;
    for (Index c = 0; c < n; ++c) keep[i * n + c] = from[c] * scale_ + shift_;
  }
  void to_latent_masked(const T* masked, T* points, T* log_det, T* keep, Index n) const {
    for (Index i = 0; i < dims(); ++i) look_at(points, keep, i, n);
    detail::dense_forward<hidden>(layers_, masked, keep, n);
    detail::transform_rows<true>(transform_, order_.data(), dims(), points, raw_of(keep, 0, n), kept_of(keep, 0, n), log_det, n);
  }
  /// Slopes by the raw parameters stand in scratch; adds what comes through the network to the slopes of the first `count`
  /// coordinates.
  void back_through_network(const T* masked, const T* keep, T* slopes, T* of_masked, T* scratch, Index n, Index count,
                            bool to_points) const {
    T* const room = scratch + detail::widest_rows(layers_) * n;
    const T* const of_input = detail::dense_backward<hidden>(layers_, masked, keep, scratch, of_masked, room, n, to_points);
    if (!of_input) return;
    for (Index i = 0; i < count; ++i) {
      T* const to = slopes + order_[static_cast<std::size_t>(i)] * n;
      for (Index c = 0; c < n; ++c) to[c] += scale_ * of_input[i * n + c];
    }
  }

  Map transform_;
  std::vector<Index> order_;
  T scale_ = T(1), shift_ = T(0);
  std::vector<Dense> layers_;
  Vector<T> mask_;  ///< 0 or 1 for each parameter
};

/// Any layer the other way round: its latent side is the target side. Of an `Autoregressive` one it makes the inverse
/// autoregressive layer (Kingma et al. 2016, "IAF"): draws take one run of the network, densities d runs.
template <class Layer>
class Inverted {
 public:
  using Scalar = ScalarOf<Layer>;
  /// Of the numbers.
  using T = Scalar;

  explicit Inverted(Layer layer) : layer_(std::move(layer)) {}

  Index dims() const { return layer_.dims(); }
  /// That of the layer.
  const auto& transform() const { return layer_.transform(); }
  /// As many parameters as the layer.
  Index size() const { return layer_.size(); }
  Index kept() const { return layer_.kept(); }
  Index scratch() const { return layer_.scratch() + 1; }
  template <class Rng>
  Vector<T> initialise(Rng& rng, Initialisation how, bool zero_last) const {
    return layer_.initialise(rng, how, zero_last);
  }

  void to_latent(const T* theta, T* points, T* log_det, T* keep, Index n) const {
    negate(log_det, log_det, n);
    layer_.to_target(theta, points, log_det, keep, n);
    negate(log_det, log_det, n);
  }
  void to_target(const T* theta, T* points, T* log_det, T* keep, Index n) const {
    negate(log_det, log_det, n);
    layer_.to_latent(theta, points, log_det, keep, n);
    negate(log_det, log_det, n);
  }
  void back_from_latent(const T* theta, const T* keep, T* slopes, const T* w, T* of_theta, T* scratch, Index n,
                        bool to_points) const {
    negate(w, scratch, n);
    layer_.back_from_target(theta, keep, slopes, scratch, of_theta, scratch + n, n, to_points);
  }
  void back_from_target(const T* theta, const T* keep, T* slopes, const T* w, T* of_theta, T* scratch, Index n,
                        bool to_points) const {
    negate(w, scratch, n);
    layer_.back_from_latent(theta, keep, slopes, scratch, of_theta, scratch + n, n, to_points);
  }

 private:
  static void negate(const T* from, T* to, Index n) {
    for (Index c = 0; c < n; ++c) to[c] = -from[c];
  }
  Layer layer_;
};

/// Options of `autoregressive_flow` and `inverse_autoregressive_flow`.
struct AutoregressiveFlowOptions {
  Index layers = 4;                   ///< every other one counts the coordinates from the last
  std::vector<Index> hidden{64, 64};  ///< units of the networks' hidden layers
  bool zero_last = true;              ///< the networks start as zero
  Initialisation initialisation = Initialisation::torch;  ///< of the other layers
};

namespace detail {
template <class Layer, class Rng, class Last, class Make>
Flow<Layer, Last> flow_of_layers(const AutoregressiveFlowOptions& options, Rng& rng, Last last, Make make) {
  using T = ScalarOf<Layer>;
  require_at_least("autoregressive_flow", "layers", options.layers, 1);
  std::vector<Layer> layers;
  std::vector<T> params;
  for (Index l = 0; l < options.layers; ++l) {
    layers.push_back(make(l % 2 == 1));
    const Vector<T> part = layers.back().initialise(rng, options.initialisation, options.zero_last);
    params.insert(params.end(), part.data(), part.data() + part.size());
  }
  const auto [low, high] = layers.front().transform().bounds();
  const Latent<T> latent = std::isfinite(low) ? Latent<T>::uniform(low, high) : Latent<T>::normal();
  return Flow<Layer, Last>(std::move(layers), latent,
                           Eigen::Map<const Vector<T>>(params.data(), static_cast<Index>(params.size())), std::move(last));
}
}  // namespace detail

/// A masked autoregressive flow in d dimensions: fast densities, for training on frozen points.
template <Activation hidden = Activation::leaky_relu, Transform Map, class Rng, class Last = NoMap>
Flow<Autoregressive<Map, hidden>, Last> autoregressive_flow(Index d, const Map& transform, Rng& rng,
                                                            const AutoregressiveFlowOptions& options = {}, Last last = {}) {
  using Layer = Autoregressive<Map, hidden>;
  return detail::flow_of_layers<Layer>(options, rng, std::move(last),
                                       [&](bool reversed) { return Layer(d, transform, options.hidden, reversed); });
}
/// An inverse autoregressive flow in d dimensions: fast draws with their densities, for the reverse KL.
template <Activation hidden = Activation::leaky_relu, Transform Map, class Rng, class Last = NoMap>
Flow<Inverted<Autoregressive<Map, hidden>>, Last> inverse_autoregressive_flow(Index d, const Map& transform, Rng& rng,
                                                                              const AutoregressiveFlowOptions& options = {},
                                                                              Last last = {}) {
  using Layer = Autoregressive<Map, hidden>;
  return detail::flow_of_layers<Inverted<Layer>>(options, rng, std::move(last), [&](bool reversed) {
    return Inverted<Layer>(Layer(d, transform, options.hidden, reversed));
  });
}

}  // namespace variate
