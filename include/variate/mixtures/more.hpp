#pragma once
/// Natural gradients from the target's values alone.
#include <cmath>
#include <cstddef>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/mixtures/detail/offset_log_sum_exp.hpp"
#include "variate/mixtures/detail/quadratic_forms.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/mixtures/least_squares.hpp"
#include "variate/mixtures/natural_gradient.hpp"
#include "variate/parallel/detail/slots.hpp"
#include "variate/parallel/detail/stretches.hpp"

namespace variate {

/// The zero-order estimate (MORE: Abdolmaleki et al. 2015; Arenz et al. 2023, section 3.3): a quadratic function fitted to
/// log p - log q around each component by `least_squares`, in the component's whitened coordinates, stands for its derivatives.
///
/// Diagonal components fit a quadratic function without mixed products: 2d + 1 coefficients instead of d(d + 1)/2 + d + 1, so
/// that fewer samples do. gmmvi 1.1 has none for them.
struct More {
  double initial_l2_regularizer = 1e-12;               ///< of each component; rejected updates raise it
  bool only_use_own_samples = false;                   ///< each component only uses samples it drew itself, with equal weights
  bool use_self_normalized_importance_weights = true;  ///< false: plain weights, whose sum is not forced to 1
  bool tempered = false;                               ///< values of log p - T log q; gmmvi 1.1 leaves the temperature T out

  /// Slopes of the target are not looked at.
  static constexpr bool needs_gradients = false;

  /// What it works in, kept for the next call.
  template <class T>
  struct Workspace {
    /// Of what runs at the same time, each its own.
    struct Slot {
      detail::RatioWeights<T> weights;
      std::vector<T> z, y, w;  ///< whitened points, values and weights of the columns that count
      QuadraticWorkspace<T> fit;
    };
    Row<T> values;  ///< log p - log q
    std::vector<Slot> slots;
  };

  /// Estimates for every component of the model, which has a regularizer each, on the threads of an executor. Components without
  /// samples, or whose regression has no solution, are given NaN. ShapeError if sizes do not fit.
  template <class T, Covariance C, class E = const SerialExecutor>
  void operator()(const Gaussians<T, C>& model, const MixtureSamples<T>& samples, T temperature, const Vector<T>& regularizers,
                  NaturalGradients<T, C>& out, Workspace<T>& work, E& executor = detail::serially) const {
    detail::require_samples("More", model, samples, false);
    detail::require_size("More", "number of regularizers", regularizers.size(), model.size());
    detail::offset_log_sum_exp(samples.densities, model.log_weights(), work.values);
    work.values = samples.stored.target - (tempered ? temperature : T(1)) * work.values;
    out.resize(model.size(), model.event_size());
    const detail::ComponentWeights<T> weights(samples, model.size(), only_use_own_samples);
    work.slots.resize(static_cast<std::size_t>(executor.threads()));
    detail::for_each_in_slots(executor, model.size(), [&](Index slot, Index k) {
      typename Workspace<T>::Slot& mine = work.slots[static_cast<std::size_t>(slot)];
      if (!weights.look_at(k, mine.weights)) {
        out.give_up(k);
        return;
      }
      // the common factor of the weights goes to the regularizer, where it cannot overflow
      const T scale = use_self_normalized_importance_weights ? 1 / mine.weights.sum : std::exp(mine.weights.shift);
      const Index m = gather(model[k], samples.stored.x, work.values, mine);
      const Index d = model.event_size();
      if (!detail::solve_quadratic<C>(mine.z.data(), m, d, m, mine.y.data(), mine.w.data(), regularizers[k] / scale, mine.fit)) {
        out.give_up(k);
        return;
      }
      Quadratic<T, C> fitted;
      detail::unwhiten(mine.fit.coefficients(), model[k].inverse, model[k].mean, fitted);
      Vector<T>& gradient = out.gradients[static_cast<std::size_t>(k)];
      if constexpr (C == Covariance::full) gradient = fitted.quadratic * model[k].mean - fitted.linear;
      else gradient = fitted.quadratic.cwiseProduct(model[k].mean) - fitted.linear;
      out.hessians[static_cast<std::size_t>(k)].swap(fitted.quadratic);
    });
  }

 private:
  /// The columns that count, whitened, in rows of their number, which is returned.
  template <class T, Covariance C, class Slot>
  Index gather(const Gaussian<T, C>& g, const Batch<T>& x, const Row<T>& values, Slot& work) const {
    const Row<T>& weights = work.weights.weights;
    const Index d = x.rows(), n = x.cols();
    Index m = 0;
    detail::for_weighty_strips(weights.data(), n, [&](Index, Index count) { m += count; });
    const auto size = static_cast<std::size_t>(m);
    if (work.y.size() < size) {
      work.y.resize(size);
      work.w.resize(size);
    }
    if (work.z.size() < size * static_cast<std::size_t>(d)) work.z.resize(size * static_cast<std::size_t>(d));
    Index at = 0;
    detail::for_weighty_strips(weights.data(), n, [&](Index from, Index count) {
      detail::append_columns(x, g.mean, from, count, work.z.data(), m, at);
      for (Index c = 0; c < count; ++c) {
        const T w = weights[from + c];
        work.w[static_cast<std::size_t>(at + c)] = w < detail::negligible<T> ? T(0) : w;
        work.y[static_cast<std::size_t>(at + c)] = values[from + c];
      }
      at += count;
    });
    detail::whiten(g.inverse, work.z.data(), m);
    return m;
  }
};

}  // namespace variate
