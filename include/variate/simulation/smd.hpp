#pragma once
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/inference/loss.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/detail/stream.hpp"

namespace variate {

/// What a run of Smd left.
template <class T>
struct SmdRun {
  Vector<T> best;               ///< the parameters of the lowest loss
  T best_loss = std::numeric_limits<T>::infinity();
  Vector<T> last;               ///< the parameters after the last step
  std::vector<T> losses{};      ///< before each step that was made
  bool stopped = false;         ///< it ended for want of improvement
  Index skipped = 0;            ///< epochs whose loss or gradient was not finite: no step was made
};

/// Simulated minimum distance: the one parameter vector of the lowest loss, by gradient descent on it (McFadden 1989; Grazzini and
/// Richiardi 2015). No prior and no w.
///
/// Each epoch evaluates the loss with fresh noise and its gradient. A loss below the lowest so far is remembered with the parameters
/// that had it, before they are moved; `max_epochs_without_improvement` others in a row end the run before the last of them moves
/// anything or is written down. The optimizer (Adam, or any other) goes on from run to run.
template <class L, class O = Adam<double>>
class Smd {
 public:
  using T = ScalarOf<O>;

  explicit Smd(L loss, O optimizer = O{}, Differentiation how = {})
      : loss_(std::move(loss)), optimizer_(std::move(optimizer)), how_(how) {}

  /// From these parameters on. InvalidArgument if a number of theta is not finite, n_epochs < 0 or max_epochs_without_improvement < 1.
  template <class R>
  SmdRun<T> run(R& rng, Vector<T> theta, const Batch<T>& data, Index n_epochs = 1000, Index max_epochs_without_improvement = 100) {
    static_assert(DifferentiableLoss<L, T, R>,
                  "Smd follows the loss's gradient: write the loss as a template of the number type (Dual, Reverse), or give it "
                  "value_and_gradient(theta, data, rng, gradient).");
    constexpr const char* name = "Smd::run";
    detail::require_finite(name, "theta", theta);
    detail::require_at_least(name, "n_epochs", n_epochs, 0);
    detail::require_at_least(name, "max_epochs_without_improvement", max_epochs_without_improvement, 1);
    SmdRun<T> run;
    run.best = run.last = theta;
    Vector<T> gradient;
    Index since = 0;
    for (Index epoch = 0; epoch < n_epochs; ++epoch) {
      auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(epoch));
      const T loss = differentiate_loss(loss_, theta, data, stream, gradient, how_).value;
      if (loss < run.best_loss) {
        run.best_loss = loss;
        run.best = theta;
        since = 0;
      } else if (++since >= max_epochs_without_improvement) {
        run.stopped = true;
        break;
      }
      run.losses.push_back(loss);
      gradient = -gradient;
      if (std::isfinite(loss) && gradient.allFinite()) optimizer_.update(theta, gradient);
      else ++run.skipped;
    }
    run.last = theta;
    return run;
  }

 private:
  L loss_;
  O optimizer_;
  Differentiation how_;
};

}  // namespace variate
