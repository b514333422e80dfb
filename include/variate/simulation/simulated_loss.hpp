#pragma once
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/inference/loss.hpp"
#include "variate/simulation/simulator.hpp"
#include "variate/simulation/squared_error.hpp"

namespace variate {

/// A loss of one output: value_and_slopes(simulated, observed, slopes) on rows of T, or a generic callable on a Row<X> that was
/// simulated and a Row<T> that was observed, or a plain one on rows of T.
template <class L, class X>
concept OutputLoss = requires(const L& loss, const Row<PlainNumber<X>>& row, Row<PlainNumber<X>>& slopes) {
  loss.value_and_slopes(row, row, slopes);
} || requires(const L& loss, const Row<X>& simulated, const Row<PlainNumber<X>>& observed) { loss(simulated, observed); };

/// The sum over outputs (rows) of loss(simulated, observed). An output with a number that is NaN is left out and counted; if none
/// is left the value is NaN. ShapeError if there are not as many outputs, or not as many numbers in them, as were observed.
template <class L, class X>
LossValue<X> compute_loss(const L& loss, const Batch<PlainNumber<X>>& observed, const Batch<X>& simulated) {
  using T = PlainNumber<X>;
  detail::require_size("compute_loss", "number of simulated outputs", simulated.rows(), observed.rows());
  detail::require_size("compute_loss", "length of the simulated outputs", simulated.cols(), observed.cols());
  LossValue<X> sum{X(T(0)), 0};
  Row<T> slopes, values(simulated.cols());
  for (Index k = 0; k < simulated.rows(); ++k) {
    bool good = true;
    for (Index t = 0; t < simulated.cols(); ++t) good &= !std::isnan(values[t] = value_of(simulated(k, t)));
    if (!good) {
      ++sum.skipped;
      continue;
    }
    const Row<T> target = observed.row(k);
    if constexpr (requires { loss.value_and_slopes(values, target, slopes); }) {
      const T value = loss.value_and_slopes(values, target, slopes);
      sum.value += with_slopes(value, slopes.data(), simulated.data() + k * simulated.cols(), simulated.cols());
    } else {
      const Row<X> row = simulated.row(k);
      sum.value += X(loss(row, target));
    }
  }
  if (sum.skipped == simulated.rows()) sum.value = X(std::numeric_limits<T>::quiet_NaN());
  return sum;
}

/// Options of SimulatedLoss.
struct SimulatedLossOptions {
  std::optional<Index> gradient_horizon{};  ///< see simulate_and_observe
  std::optional<Index> output{};            ///< the only output that counts; none: their sum
};

/// The loss of parameters theta: simulate, then compare with the data (outputs x time), output by output. It can be differentiated
/// if simulator and output loss can.
///
///     SimulatedLoss loss(Sir(graph, 100), SquaredError{}, {.gradient_horizon = 0, .output = 0});
///
/// The simulator is a Simulator, or any callable simulator(theta, rng) or simulator(theta) that gives outputs x time: a black box.
/// As with `compute_loss`, outputs with NaN are left out. ShapeError if the data are not of the simulator's shape.
template <class M, class L = SquaredError>
class SimulatedLoss {
 public:
  explicit SimulatedLoss(M simulator, L loss = {}, const SimulatedLossOptions& options = {})
      : simulator_(std::move(simulator)),
        loss_(std::move(loss)),
        has_horizon_(options.gradient_horizon.has_value()),
        one_output_(options.output.has_value()),
        horizon_(options.gradient_horizon.value_or(0)),
        output_(options.output.value_or(0)) {
    detail::require_at_least("SimulatedLoss", "output", output_, 0);
    detail::require_at_least("SimulatedLoss", "gradient_horizon", horizon_, 0);
    if constexpr (requires { simulator_.n_timesteps(); })
      if (horizon_ > simulator_.n_timesteps())
        throw InvalidArgument(detail::complaint("SimulatedLoss", "gradient_horizon", horizon_,
                                                "none, or from 0 to the " + std::to_string(simulator_.n_timesteps()) +
                                                    " steps of the run"));
  }
  const M& simulator() const { return simulator_; }
  const L& loss() const { return loss_; }

  template <class X, class R>
    requires(Simulator<M, X> && OutputLoss<L, X>)
  LossValue<X> operator()(const Vector<X>& theta, const Batch<PlainNumber<X>>& data, R& rng) const {
    return compare(simulate_and_observe(simulator_, theta, rng, has_horizon_ ? std::optional<Index>(horizon_) : std::nullopt), data);
  }
  template <class T, class R>
    requires(std::floating_point<T> && !Simulator<M, T> && OutputLoss<L, T> &&
             (requires(const M& m, const Vector<T>& theta, R& rng) { Batch<T>(m(theta, rng)); } ||
              requires(const M& m, const Vector<T>& theta) { Batch<T>(m(theta)); }))
  LossValue<T> operator()(const Vector<T>& theta, const Batch<T>& data, R& rng) const {
    if constexpr (requires { simulator_(theta, rng); }) return compare(Batch<T>(simulator_(theta, rng)), data);
    else return compare(Batch<T>(simulator_(theta)), data);
  }

 private:
  template <class X>
  LossValue<X> compare(const Batch<X>& simulated, const Batch<PlainNumber<X>>& data) const {
    if (!one_output_) return compute_loss(loss_, data, simulated);
    const Index k = output_;
    detail::require_size("SimulatedLoss", "number of simulated outputs", simulated.rows(), data.rows());
    if (k >= data.rows())
      throw InvalidArgument(detail::complaint("SimulatedLoss", "output", k, "less than the " + std::to_string(data.rows()) + " outputs"));
    return compute_loss(loss_, Batch<PlainNumber<X>>(data.row(k)), Batch<X>(simulated.row(k)));
  }

  M simulator_;
  L loss_;
  bool has_horizon_, one_output_;
  Index horizon_, output_;
};

}  // namespace variate
