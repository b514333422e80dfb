#pragma once
/// Normalizing flows: a latent distribution moved by a list of layers.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/bijectors/bijector.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/detail/column_blocks.hpp"
#include "variate/flows/detail/flow_pullbacks.hpp"
#include "variate/flows/latent.hpp"

namespace variate {

/// Points and their log densities, made in one pass.
template <class T>
struct SampleWithLogProb {
  Batch<T> value;   ///< d x n
  Row<T> log_prob;  ///< 1 x n
};

/// x = map(layer_L(... layer_1(z))), z ~ latent: a Family, Scoreable, and Reparameterizable.
///
/// `Layer` is a `Coupling` or an autoregressive layer, `Map` a bijector without parameters that comes last (a `Sigmoid`, or an
/// importance map found before), or NoMap. What it needs of a map: `forward(u)` and `inverse(x)` that give .value and .log_det,
/// as every `Bijector` has; with their .pullback(g, w) the flow can be pulled back to points and draws, with `in_image(x)` points
/// outside are told. Differentiation is by hand, block of columns by block: no tape.
///
/// Without a map, and where the layers' transforms live on an interval, points outside of that cube have log density -infinity
/// and gradient zero; the faces belong to the cube. NaN gives NaN. Samples lie strictly inside.
template <class Layer, class Map = NoMap>
class Flow {
 public:
  using Scalar = ScalarOf<Layer>;
  /// Of the numbers.
  using T = Scalar;

  /// Layers from the latent to the target side; params are theirs in this order. InvalidArgument if there is no layer, if a
  /// transform's interval is not that of a uniform latent, or a parameter is not finite; ShapeError if sizes do not fit.
  Flow(std::vector<Layer> layers, Latent<T> latent, Vector<T> params, Map map = {})
      : layers_(std::move(layers)), latent_(latent), map_(std::move(map)) {
    detail::require_at_least("Flow", "number of layers", static_cast<Index>(layers_.size()), 1);
    bounds_ = layers_.front().transform().bounds();
    for (const Layer& layer : layers_) {
      detail::require_size("Flow", "coordinates of a layer", layer.dims(), event_size());
      size_ += layer.size();
      kept_ += layer.kept();
      scratch_ = std::max(scratch_, layer.scratch());
      const auto [low, high] = layer.transform().bounds();
      const bool fits = std::isfinite(low) ? !latent.is_normal() && latent.from() == low && latent.from() + latent.size() == high
                                           : latent.is_normal();
      if (!fits)
        throw InvalidArgument(detail::complaint("Flow", "latent", latent.is_normal() ? "normal" : "uniform",
                                                std::isfinite(low) ? "uniform on the interval of the transforms"
                                                                   : "normal: the transforms live on the whole line"));
    }
    params_ = checked(std::move(params));
  }

  Index event_size() const { return layers_.front().dims(); }
  Index batch_size() const { return 1; }
  const Vector<T>& params() const { return params_; }
  void set_params(Vector<T> params) { params_ = checked(std::move(params)); }

  /// From the latent to the target side.
  const std::vector<Layer>& layers() const { return layers_; }
  /// Where it starts.
  const Latent<T>& latent() const { return latent_; }
  /// What comes last.
  const Map& map() const { return map_; }
  /// The same layers and parameters before another map.
  template <class Other>
  Flow<Layer, Other> with_map(Other map) const {
    return Flow<Layer, Other>(layers_, latent_, params_, std::move(map));
  }

  /// Latent points (d x n) moved to the target side, and log q there: for latent points of one's own making, such as a
  /// low-discrepancy sequence.
  SampleWithLogProb<T> from_latent(const Batch<T>& z) const {
    detail::require_size("Flow", "rows of z", z.rows(), event_size());
    SampleWithLogProb<T> s{detail::spare<T>(z.rows(), z.cols()), Row<T>(z.cols())};
    detail::RoomFor<T> keep(kept_rows());
    detail::for_blocks<T>(z.cols(), [&](const detail::ColumnBlock& b) { run_to_target(z, b, keep.data(), s.value, s.log_prob); });
    if constexpr (!std::is_same_v<Map, NoMap>) {
      auto image = map_.forward(s.value);
      s.log_prob -= image.log_det;
      s.value = std::move(image.value);
    }
    return s;
  }
  /// The inverse: z of x, and log q(x). Points outside of the support have the latent's centre for z.
  SampleWithLogProb<T> to_latent(const Batch<T>& x) const {
    SampleWithLogProb<T> s{Batch<T>(x.rows(), x.cols()), Row<T>(x.cols())};
    weigh(x, s.log_prob, [](Row<T>) {}, [](auto&&) {}, [&](const Batch<T>& u) { run_all(u, s.log_prob, &s.value); });
    return s;
  }
  /// n points and their log densities in one pass; the points are those of `sample`.
  template <class Rng>
  SampleWithLogProb<T> sample_with_log_prob(Rng& rng, Index n) const {
    Batch<T> z = latent_.sample(rng, event_size(), n);
    const detail::GivesBack after(z);
    return from_latent(z);
  }
  /// n points, d x n.
  template <class Rng>
  Batch<T> sample(Rng& rng, Index n) const {
    return sample_with_log_prob(rng, n).value;
  }
  /// The same points, remembering how they were made. Borrows this flow.
  template <class Rng>
    requires detail::MapPullsBack<Map, T>
  FlowDraw<Layer, Map> rsample(Rng& rng, Index n) const& {
    const Batch<T> z = latent_.sample(rng, event_size(), n);
    FlowDraw<Layer, Map> draw(*this);
    draw.value.resize(event_size(), n);
    draw.log_prob.resize(n);
    draw.blocks_ = detail::KeptBlocks<T>(kept_rows(), n);
    draw.blocks_.for_each([&](const detail::ColumnBlock& b, T* keep) { run_to_target(z, b, keep, draw.value, draw.log_prob); });
    draw.blocks_.forget_rows(event_size() + 1);
    if constexpr (!std::is_same_v<Map, NoMap>) {
      draw.image_.emplace(map_.forward(draw.value));
      draw.value = draw.image_->value;
      draw.log_prob -= draw.image_->log_det;
    }
    return draw;
  }
  template <class Rng>
    requires detail::MapPullsBack<Map, T>
  FlowDraw<Layer, Map> rsample(Rng& rng, Index n) const&& = delete;

  /// Log density of each column.
  Row<T> log_prob(const Batch<T>& x) const {
    Row<T> value(x.cols());
    weigh(x, value, [](Row<T>) {}, [](auto&&) {}, [&](const Batch<T>& u) { run_all(u, value, nullptr); });
    return value;
  }
  /// Log density with its ways back: keeps about `kept_rows()` numbers for each column. Borrows this flow, not x.
  FlowEvaluation<Layer, Map> evaluate(const Batch<T>& x) const& {
    FlowEvaluation<Layer, Map> e(*this);
    e.value.resize(x.cols());
    weigh(x, e.value, [&](Row<T> inside) { e.inside_ = std::move(inside); },
          [&](auto&& image) { e.image_.emplace(std::forward<decltype(image)>(image)); },
          [&](const Batch<T>& u) {
            e.blocks_ = detail::KeptBlocks<T>(kept_rows(), u.cols());
            e.blocks_.for_each([&](const detail::ColumnBlock& b, T* keep) { run_to_latent(u, b, keep, e.value); });
            e.blocks_.forget_rows(1);
          });
    return e;
  }
  FlowEvaluation<Layer, Map> evaluate(const Batch<T>& x) const&& = delete;

  /// Numbers that an evaluation keeps for each column.
  Index kept_rows() const { return kept_ + event_size() + 1; }

 private:
  template <class, class> friend class FlowEvaluation;
  template <class, class> friend class FlowDraw;

  Vector<T> checked(Vector<T> params) const {
    detail::require_size("Flow", "number of parameters", params.size(), size_);
    detail::require_finite("Flow", "params", params);
    return params;
  }
  Index back_rows() const { return event_size() + 1 + scratch_; }

  /// One block of u from column b.first on; after what is kept stand z and the log density.
  void run_to_latent(const Batch<T>& u, const detail::ColumnBlock& b, T* keep, Row<T>& value) const {
    const Index d = event_size();
    T *const points = keep + kept_ * b.wide, *const log_det = points + d * b.wide;
    detail::load_block(u.data(), u.cols(), d, b, latent_.centre(), points);
    std::fill_n(log_det, b.wide, T(0));
    Index at = size_, row = kept_;
    for (std::size_t l = layers_.size(); l-- > 0;) {
      at -= layers_[l].size();
      row -= layers_[l].kept();
      layers_[l].to_latent(params_.data() + at, points, log_det, keep + row * b.wide, b.wide);
    }
    add_latent(points, log_det, b.wide);
    detail::store_block(log_det, 1, b, value.data(), value.size());
  }
  void run_all(const Batch<T>& u, Row<T>& value, Batch<T>* z) const {
    detail::RoomFor<T> keep(kept_rows());
    detail::for_blocks<T>(u.cols(), [&](const detail::ColumnBlock& b) {
      run_to_latent(u, b, keep.data(), value);
      if (z) detail::store_block(keep.data() + kept_ * b.wide, event_size(), b, z->data(), z->cols());
    });
  }
  void run_to_target(const Batch<T>& z, const detail::ColumnBlock& b, T* keep, Batch<T>& value, Row<T>& log_prob) const {
    const Index d = event_size();
    T *const points = keep + kept_ * b.wide, *const log_det = points + d * b.wide;
    detail::load_block(z.data(), z.cols(), d, b, latent_.centre(), points);
    std::fill_n(log_det, b.wide, T(0));
    add_latent(points, log_det, b.wide);
    Index at = 0, row = 0;
    for (const Layer& layer : layers_) {
      layer.to_target(params_.data() + at, points, log_det, keep + row * b.wide, b.wide);
      at += layer.size();
      row += layer.kept();
    }
    if (std::isfinite(bounds_[0])) {
      const T edge = std::numeric_limits<T>::epsilon() * (bounds_[1] - bounds_[0]);
      for (Index i = 0; i < d * b.wide; ++i) points[i] = std::clamp(points[i], bounds_[0] + edge, bounds_[1] - edge);
    }
    detail::store_block(points, d, b, value.data(), value.cols());
    detail::store_block(log_det, 1, b, log_prob.data(), log_prob.size());
  }
  void add_latent(const T* z, T* log_density, Index n) const {
    const T constant = static_cast<T>(event_size()) * latent_.constant(), inverse = T(1) / latent_.size();
    for (Index c = 0; c < n; ++c) log_density[c] += constant;
    if (!latent_.is_normal()) return;
    for (Index i = 0; i < event_size(); ++i)
      for (Index c = 0; c < n; ++c) {
        const T u = (z[i * n + c] - latent_.from()) * inverse;
        log_density[c] -= T(0.5) * u * u;
      }
  }
  /// Of the latent's log density, times w.
  void slope_of_latent(const T* z, const T* w, T* slopes, Index n) const {
    const T inverse = latent_.is_normal() ? T(1) / (latent_.size() * latent_.size()) : T(0);
    for (Index i = 0; i < event_size(); ++i)
      for (Index c = 0; c < n; ++c) slopes[i * n + c] = -w[c] * (z[i * n + c] - latent_.from()) * inverse;
  }

  /// Columns that have a density: 1, others 0.
  Row<T> inside(const Batch<T>& x) const {
    Row<T> good = Row<T>::Ones(x.cols());
    if constexpr (requires { map_.in_image(x); }) {
      good = map_.in_image(x);
    } else {
      constexpr T largest = std::numeric_limits<T>::max();
      const T low = std::max(bounds_[0], -largest), high = std::min(bounds_[1], largest);
      for (Index i = 0; i < x.rows(); ++i)
        for (Index c = 0; c < x.cols(); ++c)
          if (!(x(i, c) >= low && x(i, c) <= high)) good[c] = 0;
    }
    return good;
  }
  /// run(u) on the points before the map, those outside overwritten by one inside; then the values outside. What was found goes
  /// to keep_inside and keep_image.
  template <class KeepInside, class KeepImage, class Run>
  void weigh(const Batch<T>& x, Row<T>& value, KeepInside keep_inside, KeepImage keep_image, Run run) const {
    detail::require_size("Flow", "rows of x", x.rows(), event_size());
    Row<T> good = inside(x);
    const bool all = (good.array() != 0).all();
    Batch<T> patched;
    if (!all) {
      patched = x;
      for (Index c = 0; c < x.cols(); ++c)
        if (good[c] == 0) patched.col(c) = harmless();
    }
    const Batch<T>& from = all ? x : patched;
    if constexpr (std::is_same_v<Map, NoMap>) {
      run(from);
    } else {
      auto image = map_.inverse(from);
      run(image.value);
      value += image.log_det;
      keep_image(std::move(image));
    }
    if (all) return;
    for (Index c = 0; c < x.cols(); ++c)
      if (good[c] == 0)
        value[c] = x.col(c).hasNaN() ? std::numeric_limits<T>::quiet_NaN() : -std::numeric_limits<T>::infinity();
    keep_inside(std::move(good));
  }
  /// A point that has a density.
  Vector<T> harmless() const {
    const Batch<T> centre = Batch<T>::Constant(event_size(), 1, latent_.centre());
    if constexpr (std::is_same_v<Map, NoMap>) return centre.col(0);
    else return map_.forward(centre).value.col(0);
  }

  std::vector<Layer> layers_;
  Latent<T> latent_;
  [[no_unique_address]] Map map_;
  Vector<T> params_;
  std::array<T, 2> bounds_{};
  Index size_ = 0, kept_ = 0, scratch_ = 0;
};

}  // namespace variate
