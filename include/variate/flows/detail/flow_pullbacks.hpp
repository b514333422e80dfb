#pragma once
/// What a flow's densities and draws leave: the ways back through its layers.
#include <concepts>
#include <type_traits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/detail/column_blocks.hpp"

namespace variate {

/// No fixed map after the layers.
struct NoMap {};

namespace detail {
template <class T, bool forward>
struct MapImage<T, NoMap, forward> {
  using Type = NoImage;
};
template <class T>
struct MapImage<T, NoMap, true> {
  using Type = NoImage;
};
/// There is a way back through the map, or no map.
template <class Map, class T>
concept MapPullsBack = std::same_as<Map, NoMap> || requires(const Map& map, const Batch<T>& x, const Row<T>& w) {
  map.forward(x).pullback(x, w);
  map.inverse(x).pullback(x, w);
};
}  // namespace detail

template <class Layer, class Map>
class Flow;

/// log q of a batch, with its ways back. Borrows the flow. Move-only.
template <class Layer, class Map>
class FlowEvaluation {
 public:
  /// Of the numbers.
  using T = ScalarOf<Layer>;
  Row<T> value;  ///< 1 x n

  /// sum_c w_c dvalue_c/dparams.
  Vector<T> pullback(const Row<T>& w) const { return back(w, nullptr); }
  /// Also g_c = w_c dvalue_c/dx_c (resized); zero outside of the support.
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires detail::MapPullsBack<Map, T>
  {
    Vector<T> of_params = back(w, &g);
    if constexpr (!std::is_same_v<Map, NoMap>) g = image_->pullback(g, kept(w));
    for (Index c = 0; c < inside_.size(); ++c)
      if (inside_[c] == 0) g.col(c).setZero();
    return of_params;
  }

 private:
  friend class Flow<Layer, Map>;
  explicit FlowEvaluation(const Flow<Layer, Map>& q) : q_(&q) {}

  Row<T> kept(const Row<T>& w) const { return inside_.size() == 0 ? w : Row<T>(w.cwiseProduct(inside_)); }
  Vector<T> back(const Row<T>& w, Batch<T>* g) const {
    detail::require_size("Flow", "number of weights", w.size(), value.size());
    const Row<T> weights = kept(w);
    if (g) g->resize(q_->event_size(), w.size());
    Vector<T> of_params = Vector<T>::Zero(q_->params().size());
    detail::RoomFor<T> scratch(q_->back_rows());
    blocks_.for_each([&](const detail::ColumnBlock& b, const T* keep) {
      const Index d = q_->event_size();
      T *const slopes = scratch.data(), *const weight = slopes + d * b.wide, *const room = weight + b.wide;
      detail::load_block(weights.data(), w.size(), 1, b, T(0), weight);
      const T* const z = keep + (blocks_.rows() - d) * b.wide;
      q_->slope_of_latent(z, weight, slopes, b.wide);
      Index at = 0, row = 0;
      for (std::size_t l = 0; l < q_->layers().size(); ++l) {
        const Layer& layer = q_->layers()[l];
        layer.back_from_latent(q_->params().data() + at, keep + row * b.wide, slopes, weight, of_params.data() + at, room, b.wide,
                               g != nullptr || l + 1 < q_->layers().size());
        at += layer.size();
        row += layer.kept();
      }
      if (g) detail::store_block(slopes, d, b, g->data(), w.size());
    });
    return of_params;
  }

  const Flow<Layer, Map>* q_;
  Row<T> inside_;  ///< empty: all
  detail::KeptBlocks<T> blocks_;
  [[no_unique_address]] typename detail::MapImage<T, Map, false>::Type image_;
};

/// Points that remember how they were made. Borrows the flow. Move-only.
template <class Layer, class Map>
class FlowDraw {
 public:
  /// Of the numbers.
  using T = ScalarOf<Layer>;
  Batch<T> value;   ///< d x n
  Row<T> log_prob;  ///< 1 x n: log density of each point

  /// sum_c (dvalue_c/dparams)^T G_c. dx/dparams of the inverse of z(x, params) is -(dz/dx)^-1 dz/dparams.
  Vector<T> pullback(const Batch<T>& g) const { return back(g, Row<T>::Zero(value.cols())); }
  /// Also sum_c w_c dlog_prob_c/dparams, in full: log q moves with the point and by itself.
  Vector<T> pullback(const Batch<T>& g, const Row<T>& w) const {
    detail::require_size("Flow", "number of weights", w.size(), value.cols());
    return back(g, w);
  }

 private:
  friend class Flow<Layer, Map>;
  explicit FlowDraw(const Flow<Layer, Map>& q) : q_(&q) {}

  Vector<T> back(const Batch<T>& g, const Row<T>& w) const {
    detail::require_size("Flow", "rows of G", g.rows(), value.rows());
    detail::require_size("Flow", "columns of G", g.cols(), value.cols());
    if constexpr (std::is_same_v<Map, NoMap>) return through_layers(g, w);
    else return through_layers(image_->pullback(g, Row<T>(-w)), w);
  }
  Vector<T> through_layers(const Batch<T>& g, const Row<T>& w) const {
    Vector<T> of_params = Vector<T>::Zero(q_->params().size());
    detail::RoomFor<T> scratch(q_->back_rows());
    blocks_.for_each([&](const detail::ColumnBlock& b, const T* keep) {
      const Index d = q_->event_size();
      T *const slopes = scratch.data(), *const weight = slopes + d * b.wide, *const room = weight + b.wide;
      detail::load_block(w.data(), w.size(), 1, b, T(0), weight);
      detail::load_block(g.data(), g.cols(), d, b, T(0), slopes);
      Index at = q_->params().size(), row = blocks_.rows();
      for (std::size_t l = q_->layers().size(); l-- > 0;) {
        const Layer& layer = q_->layers()[l];
        at -= layer.size();
        row -= layer.kept();
        layer.back_from_target(q_->params().data() + at, keep + row * b.wide, slopes, weight, of_params.data() + at, room, b.wide,
                               l > 0);
      }
    });
    return of_params;
  }

  const Flow<Layer, Map>* q_;
  detail::KeptBlocks<T> blocks_;
  [[no_unique_address]] typename detail::MapImage<T, Map, true>::Type image_;
};

}  // namespace variate
