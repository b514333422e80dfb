#pragma once
/// A two-layer network as a guide and a linear decoder as a model: amortised inference at its smallest.
#include <cmath>
#include <numbers>

#include "variate/autodiff/differentiable_model.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/networks/mlp.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

/// q(z | x) = Normal with theta = W2 tanh(W1 x + b1) + b2.
using Encoder = variate::NetworkConditional<variate::Normal<double>, variate::Mlp<>>;
inline Encoder encoder(Index inputs, Index hidden, Index latents) {
  const variate::Mlp<> net({inputs, hidden, 2 * latents});
  Vector<double> params(net.size());
  for (Index i = 0; i < params.size(); ++i) params(i) = 0.3 * std::sin(1.0 + 2.7 * static_cast<double>(i));
  return {net, params};
}

/// log p(x, z): z ~ N(0, I), x | z ~ N(A z + c, sd^2 I); theta is A (dx x dz) row by row, then c.
struct LinearGaussian {
  Index dx, dz;
  double sd;

  auto operator()(const auto& z, const auto& x, const auto& theta) const {
    const double constant =
        static_cast<double>(dx) * std::log(sd) + 0.5 * static_cast<double>(dx + dz) * std::log(2 * std::numbers::pi);
    return -0.5 / (sd * sd) * sum(square(x - reshape(theta, 0, dx, dz) * z - reshape(theta, dx * dz, dx, 1))) -
           0.5 * sum(square(z)) - constant;
  }
};
using LinearDecoder = variate::DifferentiableModel<LinearGaussian, double>;
inline LinearDecoder decoder(Index outputs, Index latents, double sd) {
  return {LinearGaussian{outputs, latents, sd}, Vector<double>::Constant(outputs * latents + outputs, 0.1)};
}

}  // namespace variate_tests
