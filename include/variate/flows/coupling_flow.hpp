#pragma once
/// Flows of coupling cells, ready to be trained.
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "variate/bijectors/sigmoid.hpp"
#include "variate/flows/affine_transform.hpp"
#include "variate/flows/coupling.hpp"
#include "variate/flows/flow.hpp"
#include "variate/flows/masks.hpp"
#include "variate/flows/piecewise_linear.hpp"
#include "variate/flows/piecewise_quadratic.hpp"
#include "variate/flows/rational_quadratic.hpp"

namespace variate {

/// Options of `coupling_flow`.
template <class T = double>
struct CouplingFlowOptions {
  std::vector<CouplingMask> masks{};  ///< latent to target; empty: bit_pattern_masks(d), and checkerboard_masks(d, 2) for d <= 3
  std::vector<Index> hidden{64, 64};  ///< units of the networks' hidden layers
  bool zero_last = true;              ///< the networks start as zero, the transforms at their raw parameters 0
  Initialisation initialisation = Initialisation::torch;  ///< of the other layers
  /// Where it starts; by itself uniform on the transform's interval, standard normal for those on the whole line.
  std::optional<Latent<T>> latent{};
};

/// Flow of one coupling cell a mask, each with a network of its own.
template <class Map>
using CouplingFlow = Flow<Coupling<Map>>;
/// Splines, the most accurate for their size.
template <class T = double>
using RationalQuadraticFlow = CouplingFlow<RationalQuadratic<T>>;
/// Continuous densities made of straight pieces.
template <class T = double>
using PiecewiseQuadraticFlow = CouplingFlow<PiecewiseQuadratic<T>>;
/// Densities made of steps.
template <class T = double>
using PiecewiseLinearFlow = CouplingFlow<PiecewiseLinear<T>>;
/// Affine cells and a sigmoid at the end: RealNVP on the unit cube.
template <class T = double>
using RealNvp = Flow<Coupling<AffineTransform<T>>, Sigmoid<T>>;

/// A flow in d dimensions whose cells move coordinates by `transform`, and `last` after them. Throws what its parts throw:
/// InvalidArgument for d < 1, masks of another size than d, widths below 1.
template <Activation hidden = Activation::leaky_relu, Transform Map, class Rng, class Last = NoMap>
Flow<Coupling<Map, hidden>, Last> coupling_flow(Index d, const Map& transform, Rng& rng,
                                                const CouplingFlowOptions<ScalarOf<Map>>& options = {}, Last last = {}) {
  using T = ScalarOf<Map>;
  detail::require_at_least("coupling_flow", "d", d, 1);
  const auto masks = !options.masks.empty() ? options.masks : d <= 3 ? checkerboard_masks(d, 2) : bit_pattern_masks(d);
  std::vector<Coupling<Map, hidden>> layers;
  std::vector<Vector<T>> parts;
  Index size = 0;
  for (const CouplingMask& mask : masks) {
    if (static_cast<Index>(mask.size()) != d)
      throw InvalidArgument(detail::complaint("coupling_flow", "size of a mask", mask.size(), std::to_string(d)));
    layers.emplace_back(mask, transform, options.hidden);
    parts.push_back(layers.back().initialise(rng, options.initialisation, options.zero_last));
    size += layers.back().size();
  }
  Vector<T> params(size);
  Index at = 0;
  for (const Vector<T>& part : parts) {
    params.segment(at, part.size()) = part;
    at += part.size();
  }
  const auto [low, high] = transform.bounds();
  const Latent<T> usual = std::isfinite(low) ? Latent<T>::uniform(low, high) : Latent<T>::normal();
  return Flow<Coupling<Map, hidden>, Last>(std::move(layers), options.latent.value_or(usual), std::move(params),
                                             std::move(last));
}

}  // namespace variate
