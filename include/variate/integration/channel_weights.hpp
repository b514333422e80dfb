#pragma once
/// How much of an integrand each channel takes on at a point: a prior, and a network that mends it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/detail/column_blocks.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/networks/detail/dense_pass.hpp"
#include "variate/networks/initialise.hpp"
#include "variate/networks/mlp.hpp"

namespace variate {

class ChannelWeights;

/// Logarithms of channel weights with the way back to the network's parameters. Borrows the weights. Move-only.
class ChannelWeightsEvaluation {
 public:
  Batch<double> log_weights;  ///< K x n; -infinity is a weight of zero

  /// sum_jc G_jc d log_weights_jc / dparams, by way of the softmax: G is K x n; what stands where a weight is zero does not
  /// count.
  Vector<double> pullback(const Batch<double>& g) const;

 private:
  friend class ChannelWeights;
  explicit ChannelWeightsEvaluation(const ChannelWeights& of) : of_(&of) {}

  const ChannelWeights* of_;
  detail::KeptBlocks<double> kept_;
};

/// alpha_i(x) = softmax_i(log prior_i(x) + network_i(features of x)): K weights that sum to 1 at every point (MadNIS, Heimel et
/// al. 2022). The network's last layer starts as zero, so that the weights start as the prior; features are shifted
/// and scaled to mean 0 and deviation 1 of the first points that were seen. A dropped channel has weight zero and is left out of
/// the softmax. Where the prior of all others is zero they share equally.
class ChannelWeights {
 public:
  using Scalar = double;
  /// Between the layers of the network.
  static constexpr Activation hidden = Activation::leaky_relu;

  /// The prior alone. InvalidArgument for no channel.
  explicit ChannelWeights(Index channels) {
    detail::require_at_least("ChannelWeights", "channels", channels, 1);
    active_.assign(static_cast<std::size_t>(channels), 1);
  }
  /// With a network of these hidden layers on m features. InvalidArgument for m < 1 or a width below 1.
  template <class R>
  ChannelWeights(Index channels, Index features, const std::vector<Index>& widths, R& rng) : ChannelWeights(channels) {
    detail::require_at_least("ChannelWeights", "features", features, 1);
    std::vector<Index> sizes{features};
    sizes.insert(sizes.end(), widths.begin(), widths.end());
    sizes.push_back(channels);
    layers_ = Mlp<hidden>(sizes).layers();
    Index size = 0;
    for (const Dense& layer : layers_) size += layer.size();
    params_.setZero(size);
    Index at = 0;
    for (std::size_t l = 0; l + 1 < layers_.size(); at += layers_[l++].size())
      params_.segment(at, layers_[l].size()) = layers_[l].initialise(rng, Initialisation::torch);
    shift_.setZero(features);
    scale_.setOnes(features);
  }

  Index channels() const { return static_cast<Index>(active_.size()); }  ///< K, dropped ones included
  Index features() const { return shift_.size(); }                       ///< m; 0 without a network
  bool learns() const { return !layers_.empty(); }                       ///< there is a network
  const Vector<double>& params() const { return params_; }               ///< of the network
  /// ShapeError for another size, InvalidArgument for numbers that are not finite.
  void set_params(Vector<double> params) {
    detail::require_size("ChannelWeights", "number of parameters", params.size(), params_.size());
    detail::require_finite("ChannelWeights", "params", params);
    params_ = std::move(params);
  }
  bool active(Index i) const { return active_[static_cast<std::size_t>(i)] != 0; }  ///< not dropped
  /// Channels that were not dropped.
  Index active_count() const { return static_cast<Index>(std::count(active_.begin(), active_.end(), char{1})); }
  /// Channel i gets nothing from now on. InvalidArgument if it is the last one.
  void drop(Index i) {
    if (active(i) && active_count() == 1)
      throw InvalidArgument("ChannelWeights: channel " + std::to_string(i) + " is the last one, expected another to be left");
    active_[static_cast<std::size_t>(i)] = 0;
  }
  /// Shifts and scales features to those of these points (m x n), row by row; a row that is constant is only shifted.
  void standardise(const Batch<double>& features) {
    if (!learns() || features.cols() == 0) return;
    detail::require_size("ChannelWeights", "rows of the features", features.rows(), shift_.size());
    for (Index i = 0; i < features.rows(); ++i) {
      shift_[i] = features.row(i).mean();
      const double deviation = std::sqrt((features.row(i).array() - shift_[i]).square().mean());
      scale_[i] = deviation > 0 && std::isfinite(1 / deviation) ? 1 / deviation : 1;
    }
  }

  /// log_prior K x n, features m x n, to K x n. ShapeError if sizes do not fit.
  Batch<double> log_weights(const Batch<double>& log_prior, const Batch<double>& features) const {
    Batch<double> all = checked(log_prior, features);
    if (learns()) {
      detail::RoomFor<double> room(detail::dense_rows(layers_));
      detail::for_blocks<double>(all.cols(), [&](const detail::ColumnBlock& b) { run(features, b, room.data(), all); });
    }
    return normalised(std::move(all));
  }
  /// The same with its way back.
  ChannelWeightsEvaluation evaluate(const Batch<double>& log_prior, const Batch<double>& features) const& {
    ChannelWeightsEvaluation e(*this);
    Batch<double> all = checked(log_prior, features);
    if (learns()) {
      e.kept_ = detail::KeptBlocks<double>(detail::dense_rows(layers_), all.cols());
      e.kept_.for_each([&](const detail::ColumnBlock& b, double* keep) { run(features, b, keep, all); });
    }
    e.log_weights = normalised(std::move(all));
    return e;
  }
  ChannelWeightsEvaluation evaluate(const Batch<double>&, const Batch<double>&) const&& = delete;

  /// For checkpoints: see io/archive.hpp. ShapeError for a state of other sizes.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    const Index size = self.params_.size(), channels = self.channels(), features = self.features();
    a(self.params_, self.active_, self.shift_, self.scale_);
    detail::require_size("ChannelWeights", "number of parameters of the state", self.params_.size(), size);
    detail::require_size("ChannelWeights", "channels of the state", self.channels(), channels);
    detail::require_size("ChannelWeights", "features of the state", self.features(), features);
  }

 private:
  friend class ChannelWeightsEvaluation;

  Batch<double> checked(const Batch<double>& log_prior, const Batch<double>& features) const {
    detail::require_size("ChannelWeights", "rows of the prior", log_prior.rows(), channels());
    if (learns()) {
      detail::require_size("ChannelWeights", "rows of the features", features.rows(), shift_.size());
      detail::require_size("ChannelWeights", "columns of the features", features.cols(), log_prior.cols());
    }
    return log_prior;
  }
  /// Adds the network's output to a block of `all`.
  void run(const Batch<double>& features, const detail::ColumnBlock& b, double* keep, Batch<double>& all) const {
    const Index m = shift_.size(), rows = detail::dense_rows(layers_);
    detail::load_block(features.data(), features.cols(), m, b, 0.0, keep);
    for (Index i = 0; i < m; ++i)
      for (Index c = 0; c < b.wide; ++c) keep[i * b.wide + c] = (keep[i * b.wide + c] - shift_[i]) * scale_[i];
    detail::dense_forward<hidden>(layers_, params_.data(), keep, b.wide);
    const double* const out = keep + (rows - channels()) * b.wide;
    for (Index j = 0; j < channels(); ++j)
      for (Index c = 0; c < b.count; ++c) all(j, b.first + c) += out[j * b.wide + c];
  }
  Batch<double> normalised(Batch<double> all) const {
    constexpr double nothing = -std::numeric_limits<double>::infinity();
    for (Index j = 0; j < channels(); ++j)
      if (!active(j)) all.row(j).setConstant(nothing);
    for (Index c = 0; c < all.cols(); ++c) {
      bool some = false;
      for (Index j = 0; j < channels(); ++j) some = some || !(all(j, c) == nothing);
      for (Index j = 0; j < channels() && !some; ++j)
        if (active(j)) all(j, c) = 0;
    }
    return math::log_softmax(all);
  }

  std::vector<Dense> layers_;  ///< empty: the prior alone
  Vector<double> params_, shift_, scale_;
  std::vector<char> active_;
};

inline Vector<double> ChannelWeightsEvaluation::pullback(const Batch<double>& g) const {
  detail::require_size("ChannelWeights", "rows of G", g.rows(), log_weights.rows());
  detail::require_size("ChannelWeights", "columns of G", g.cols(), log_weights.cols());
  Vector<double> of_params = Vector<double>::Zero(of_->params_.size());
  if (!of_->learns()) return of_params;
  // d log alpha_j / d logit_k = [j = k] - alpha_k
  const Index channels = g.rows();
  Batch<double> of_logits(channels, g.cols());
  for (Index c = 0; c < g.cols(); ++c) {
    double sum = 0;
    for (Index j = 0; j < channels; ++j) sum += std::isfinite(log_weights(j, c)) ? g(j, c) : 0;
    for (Index j = 0; j < channels; ++j)
      of_logits(j, c) = std::isfinite(log_weights(j, c)) ? g(j, c) - sum * std::exp(log_weights(j, c)) : 0;
  }
  const Index widest = detail::widest_rows(of_->layers_);
  detail::RoomFor<double> room(widest + detail::dense_scratch(of_->layers_));
  kept_.for_each([&](const detail::ColumnBlock& b, const double* keep) {
    double* const slopes = room.data();
    detail::load_block(of_logits.data(), of_logits.cols(), channels, b, 0.0, slopes);
    detail::dense_backward<ChannelWeights::hidden>(of_->layers_, of_->params_.data(), keep, slopes, of_params.data(),
                                                   slopes + widest * b.wide, b.wide, false);
  });
  return of_params;
}

}  // namespace variate
