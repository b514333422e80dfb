#pragma once
/// One cell of a coupling flow: some coordinates pass, and a network of them says how each of the others is moved.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/masks.hpp"
#include "variate/flows/transform.hpp"
#include "variate/networks/detail/dense_pass.hpp"
#include "variate/networks/initialise.hpp"
#include "variate/networks/mlp.hpp"

namespace variate {

/// Passing coordinates -> Mlp (input scaled to [-1, 1] where the transform has a bounded interval) -> raw parameters of the moved
/// ones, those of one coordinate together (Dinh, Sohl-Dickstein and Bengio 2017). A mask without a passing coordinate makes the
/// network a vector of biases; one that moves nothing, a cell without parameters.
///
/// A layer of a flow works on blocks: d x n numbers, row after row, n whole registers, in place. Each direction adds log dz/dx to
/// log_det and leaves in `keep` (kept() rows of n) what its way back needs.
template <class Map, Activation hidden = Activation::leaky_relu>
class Coupling {
 public:
  using Scalar = ScalarOf<Map>;
  /// Of the numbers.
  using T = Scalar;

  /// `widths`: units of each hidden layer. InvalidArgument if the mask is empty or a width is below 1.
  Coupling(const CouplingMask& mask, Map transform, const std::vector<Index>& widths = {64, 64})
      : transform_(std::move(transform)), dims_(static_cast<Index>(mask.size())) {
    detail::require_at_least("Coupling", "size of the mask", dims_, 1);
    for (Index i = 0; i < dims_; ++i) (mask[static_cast<std::size_t>(i)] ? passing_ : moved_).push_back(i);
    const auto [low, high] = transform_.bounds();
    if (std::isfinite(low)) {
      scale_ = T(2) / (high - low);
      shift_ = -low * scale_ - T(1);
    }
    if (passing_.empty() || moved_.empty()) return;
    std::vector<Index> sizes{static_cast<Index>(passing_.size())};
    sizes.insert(sizes.end(), widths.begin(), widths.end());
    sizes.push_back(outputs());
    layers_ = Mlp<hidden>(sizes).layers();
  }

  Index dims() const { return dims_; }
  /// Of each coordinate that is moved.
  const Map& transform() const { return transform_; }
  /// Coordinates that pass.
  const std::vector<Index>& passing() const { return passing_; }
  /// Coordinates that are moved.
  const std::vector<Index>& moved() const { return moved_; }
  /// How many parameters it has.
  Index size() const {
    if (layers_.empty()) return outputs();
    Index total = 0;
    for (const Dense& layer : layers_) total += layer.size();
    return total;
  }
  /// Rows that are kept, and rows of room for the way back.
  Index kept() const { return network_rows() + static_cast<Index>(moved_.size()) * transform_.kept(); }
  Index scratch() const { return layers_.empty() ? outputs() : detail::widest_rows(layers_) + detail::dense_scratch(layers_); }

  /// Numbers to start from. `zero_last`: the last layer is zero, so that all samples are moved alike, by the transform's raw
  /// parameters 0.
  template <class Rng>
  Vector<T> initialise(Rng& rng, Initialisation how, bool zero_last) const {
    Vector<T> all = Vector<T>::Zero(size());
    Index at = 0;
    for (std::size_t l = 0; l < layers_.size(); at += layers_[l++].size())
      if (!zero_last || l + 1 < layers_.size())
        all.segment(at, layers_[l].size()) = layers_[l].template initialise<T>(rng, how);
    return all;
  }

  /// x to z.
  void to_latent(const T* theta, T* points, T* log_det, T* keep, Index n) const {
    move<true>(theta, points, log_det, keep, n);
  }
  /// z to x.
  void to_target(const T* theta, T* points, T* log_det, T* keep, Index n) const {
    move<false>(theta, points, log_det, keep, n);
  }
  /// Slopes by z become slopes by x (only the parameters' are wanted unless `to_points`), w weighs log dz/dx; adds to of_theta.
  void back_from_latent(const T* theta, const T* keep, T* slopes, const T* w, T* of_theta, T* scratch, Index n,
                        bool to_points) const {
    back<true>(theta, keep, slopes, w, of_theta, scratch, n, to_points);
  }
  /// Slopes by x become slopes by z, w weighs log dz/dx; adds to of_theta.
  void back_from_target(const T* theta, const T* keep, T* slopes, const T* w, T* of_theta, T* scratch, Index n,
                        bool to_points) const {
    back<false>(theta, keep, slopes, w, of_theta, scratch, n, to_points);
  }

 private:
  Index outputs() const { return static_cast<Index>(moved_.size()) * transform_.parameters(); }
  Index network_rows() const { return layers_.empty() ? outputs() : detail::dense_rows(layers_); }

  template <bool latent>
  void move(const T* theta, T* points, T* log_det, T* keep, Index n) const {
    if (moved_.empty()) return;
    T* const raw = keep + (network_rows() - outputs()) * n;
    if (layers_.empty()) {
      for (Index i = 0; i < outputs(); ++i) std::fill_n(raw + i * n, n, theta[i]);
    } else {
      for (std::size_t i = 0; i < passing_.size(); ++i) {
        const T* const from = points + passing_[i] * n;
        T* const to = keep + static_cast<Index>(i) * n;
        for (Index c = 0; c < n; ++c) to[c] = from[c] * scale_ + shift_;
      }
      detail::dense_forward<hidden>(layers_, theta, keep, n);
    }
    detail::transform_rows<latent>(transform_, moved_.data(), static_cast<Index>(moved_.size()), points, raw,
                                   keep + network_rows() * n, log_det, n);
  }

  template <bool latent>
  void back(const T* theta, const T* keep, T* slopes, const T* w, T* of_theta, T* scratch, Index n, bool to_points) const {
    if (moved_.empty()) return;
    T* const of_raw = scratch;
    detail::pull_rows<latent>(transform_, moved_.data(), static_cast<Index>(moved_.size()), slopes,
                              keep + (network_rows() - outputs()) * n, keep + network_rows() * n, w, of_raw, n);
    if (layers_.empty()) {
      for (Index i = 0; i < outputs(); ++i) of_theta[i] += Eigen::Map<const Row<T>>(of_raw + i * n, n).sum();
      return;
    }
    T* const room = scratch + detail::widest_rows(layers_) * n;
    const T* const of_input = detail::dense_backward<hidden>(layers_, theta, keep, of_raw, of_theta, room, n, to_points);
    if (!of_input) return;
    for (std::size_t i = 0; i < passing_.size(); ++i) {
      T* const to = slopes + passing_[i] * n;
      const T* const from = of_input + static_cast<Index>(i) * n;
      for (Index c = 0; c < n; ++c) to[c] += scale_ * from[c];
    }
  }

  Map transform_;
  Index dims_;
  std::vector<Index> passing_, moved_;
  T scale_ = T(1), shift_ = T(0);
  std::vector<Dense> layers_;  ///< empty: biases only
};

}  // namespace variate
