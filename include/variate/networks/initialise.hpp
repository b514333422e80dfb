#pragma once
/// Where the parameters of a layer start.
#include <cmath>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// How the weights W (outputs x inputs) of a dense layer start:
///   xavier  uniform on +-sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010), biases 0: for tanh and sigmoid;
///   he      normal with variance 2 / inputs (He et al. 2015), biases 0: for the relus and softplus;
///   torch   weights and biases uniform on +-1/sqrt(inputs), what PyTorch does when nothing is said.
enum class Initialisation { xavier, he, torch };

/// The numbers of one dense layer: W row by row, then the biases (outputs * inputs + outputs). Draws the weights, then, for
/// `torch`, the biases. Throws InvalidArgument if a size is below 1.
template <class T = double, class Rng>
Vector<T> initialise_dense(Rng& rng, Index inputs, Index outputs, Initialisation how) {
  detail::require_at_least("initialise_dense", "inputs", inputs, 1);
  detail::require_at_least("initialise_dense", "outputs", outputs, 1);
  const auto within = [&](Index rows, Index cols, double bound) -> Batch<T> {
    return (uniforms<T>(rng, rows, cols).array() * T(2) - T(1)) * static_cast<T>(bound);
  };
  const auto fan_in = static_cast<double>(inputs), fans = static_cast<double>(inputs + outputs);
  Batch<T> w, b = Batch<T>::Zero(outputs, 1);
  switch (how) {
    case Initialisation::xavier: w = within(outputs, inputs, std::sqrt(6 / fans)); break;
    case Initialisation::he: w = normals<T>(rng, outputs, inputs) * static_cast<T>(std::sqrt(2 / fan_in)); break;
    case Initialisation::torch:
      w = within(outputs, inputs, 1 / std::sqrt(fan_in));
      b = within(outputs, 1, 1 / std::sqrt(fan_in));
      break;
  }
  Vector<T> all(w.size() + outputs);
  all << Eigen::Map<const Vector<T>>(w.data(), w.size()), b.col(0);
  return all;
}

}  // namespace variate
