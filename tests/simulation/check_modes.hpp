#pragma once
/// Any simulator's derivatives, forward and backward.
#include <type_traits>

#include "support/catch.hpp"
#include "variate/inference/loss.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/simulated_loss.hpp"

namespace variate_tests {

/// Forward, backward and in chunks the same; the plain run has the same value.
template <class M>
void check_modes(const M& model, const variate::Vector<double>& theta, std::optional<variate::Index> horizon, double tolerance = 1e-10) {
  using namespace variate;
  Rng rng(5);
  Rng first = rng.split(1);
  const Batch<double> data = Batch<double>(simulate_and_observe(model, theta, first)).array() + 0.5;
  const SimulatedLoss loss(model, SquaredError{}, {.gradient_horizon = horizon});
  Rng a = rng, b = rng, c = rng, d = rng;
  const double value = loss(theta, data, a).value;
  Vector<double> back, forward, one;
  CHECK(differentiate_loss(loss, theta, data, b, back, {Mode::reverse}).value == Approx(value));
  CHECK(differentiate_loss(loss, theta, data, c, forward, {Mode::forward}).value == Approx(value));
  CHECK(differentiate_loss(loss, theta, data, d, one, {Mode::forward, 2}).value == Approx(value));
  CHECK(back.norm() > 0);
  CHECK((forward - back).norm() < tolerance * back.norm());
  CHECK((one - back).norm() < tolerance * back.norm());
}

}  // namespace variate_tests
