#pragma once
/// Natural gradients from the target's gradients.
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/mixtures/detail/offset_log_sum_exp.hpp"
#include "variate/mixtures/detail/outer_products.hpp"
#include "variate/mixtures/detail/quadratic_forms.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/mixtures/natural_gradient.hpp"

namespace variate {

/// The first-order estimate by Stein's lemma (Lin, Khan and Schmidt 2019; Arenz et al. 2023, section 3.3): with the slope
/// s = grad(log p - log q), E[hess(log p - log q)] = E[P (x - mean) s^T].
struct Stein {
  bool only_use_own_samples = false;                    ///< each component only uses samples it drew itself, with equal weights
  bool use_self_normalized_importance_weights = true;   ///< false: plain weights, whose sum is not forced to 1
  bool symmetrized = false;  ///< of plain weights too: gmmvi 1.1 leaves the Hessian as it comes there
  bool tempered = false;     ///< slopes of log p - T log q; gmmvi 1.1 leaves the temperature T out

  /// Slopes of the target are needed.
  static constexpr bool needs_gradients = true;

  /// What it works in, kept for the next call.
  template <class T>
  struct Workspace {
    Batch<T> responsibilities, slopes;  ///< K x n, d x n
    Row<T> log_density;                 ///< of the mixture
    std::vector<T> y, weighted;         ///< d x m: of the columns that count
    Batch<T> product;                   ///< d x d
    std::vector<std::pair<Index, Index>> strips;
  };

  /// Estimates for every component of the model. Components without samples are given NaN. ShapeError if sizes do not fit.
  template <class T, Covariance C>
  void operator()(const Gaussians<T, C>& model, const MixtureSamples<T>& samples, T temperature, const Vector<T>& /*regularizers*/,
                  NaturalGradients<T, C>& out, Workspace<T>& work) const {
    detail::require_samples("Stein", model, samples, true);
    const Batch<T>& x = samples.stored.x;
    detail::offset_log_sum_exp(samples.densities, model.log_weights(), work.log_density, &work.responsibilities);
    model.gradient(x, work.responsibilities, work.slopes);
    work.slopes = samples.stored.gradient - (tempered ? temperature : T(1)) * work.slopes;
    out.resize(model.size(), model.event_size());
    detail::ComponentWeights<T> weights(samples, model.size(), only_use_own_samples);
    for (Index k = 0; k < model.size(); ++k) {
      if (!weights.look_at(k)) {
        out.give_up(k);
        continue;
      }
      const T scale = use_self_normalized_importance_weights ? 1 / weights.sum() : weights.scale() / weights.used();
      estimate(model[k], x, weights.weights(), scale, out.hessians[static_cast<std::size_t>(k)],
               out.gradients[static_cast<std::size_t>(k)], work);
    }
  }

 private:
  template <class T, Covariance C>
  void estimate(const Gaussian<T, C>& g, const Batch<T>& x, const Row<T>& weights, T scale, FactorOf<T, C>& hessian,
                Vector<T>& gradient, Workspace<T>& work) const {
    const Index d = x.rows();
    Index m = 0;
    work.strips.clear();
    detail::for_weighty_strips(weights.data(), x.cols(), [&](Index from, Index count) {
      work.strips.emplace_back(from, count);
      m += count;
    });
    if (static_cast<Index>(work.y.size()) < d * m) {
      work.y.resize(static_cast<std::size_t>(d * m));
      work.weighted.resize(static_cast<std::size_t>(d * m));
    }
    Index at = 0;
    for (const auto& [from, count] : work.strips) {
      detail::append_columns(x, g.mean, from, count, work.y.data(), m, at);
      for (Index j = 0; j < d; ++j) {
        const T *slope = work.slopes.data() + j * x.cols() + from, *w = weights.data() + from;
        T* to = work.weighted.data() + j * m + at;
        for (Index c = 0; c < count; ++c) to[c] = w[c] < detail::negligible<T> ? T(0) : w[c] * slope[c];
      }
      at += count;
    }
    for (Index j = 0; j < d; ++j) gradient[j] = -scale * Eigen::Map<const Vector<T>>(work.weighted.data() + j * m, m).sum();
    if constexpr (C == Covariance::full) {
      // transposed: P (x - mean) s^T, rows by the precision
      work.product.setZero(d, d);
      detail::add_outer_products(work.y.data(), d, work.weighted.data(), d, m, m, work.product.data());
      detail::multiply_precision(g.inverse, work.product);
      const bool symmetric = symmetrized || use_self_normalized_importance_weights;
      for (Index i = 0; i < d; ++i)
        for (Index j = 0; j < d; ++j)
          hessian(i, j) = -scale * (symmetric ? (work.product(i, j) + work.product(j, i)) / 2 : work.product(j, i));
    } else {
      for (Index j = 0; j < d; ++j) hessian[j] = -scale * g.inverse[j] * g.inverse[j] * math::detail::dot(work.y.data() + j * m, work.weighted.data() + j * m, m);
    }
  }
};

}  // namespace variate
