#pragma once
/// Natural gradients from the target's gradients.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/mixtures/detail/offset_log_sum_exp.hpp"
#include "variate/mixtures/detail/outer_products.hpp"
#include "variate/mixtures/detail/quadratic_forms.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/mixtures/natural_gradient.hpp"
#include "variate/parallel/detail/slots.hpp"
#include "variate/parallel/detail/stretches.hpp"

namespace variate {

/// The first-order estimate by Stein's lemma (Lin, Khan and Schmidt 2019; Arenz et al. 2023, section 3.3): with the slope
/// s = grad(log p - log q), E[hess(log p - log q)] = E[P (x - mean) s^T].
struct Stein {
  bool only_use_own_samples = false;                   ///< each component only uses samples it drew itself, with equal weights
  bool use_self_normalized_importance_weights = true;  ///< false: plain weights, whose sum is not forced to 1
  bool symmetrized = false;                            ///< of plain weights too: gmmvi 1.1 leaves the Hessian as it comes there
  bool tempered = false;                               ///< slopes of log p - T log q; gmmvi 1.1 leaves the temperature T out

  /// Slopes of the target are needed.
  static constexpr bool needs_gradients = true;

  /// What it works in, kept for the next call.
  template <class T>
  struct Workspace {
    /// Of what runs at the same time, each its own.
    struct Slot {
      detail::RatioWeights<T> weights;
      std::vector<T> y, weighted;  ///< of a block of samples: off the mean, and with weights
      std::vector<T> sum;          ///< padded d x d
      Batch<T> product;            ///< d x d
    };
    Batch<T> responsibilities, slopes;  ///< K x n, d x n
    Row<T> log_density;                 ///< of the mixture
    std::vector<T> x, s;                ///< points and slopes, a padded row for each sample
    std::vector<Slot> slots;
  };

  /// Estimates for every component of the model, on the threads of an executor. Components without samples are given NaN.
  /// ShapeError if sizes do not fit.
  template <class T, Covariance C, class E = const SerialExecutor>
  void operator()(const Gaussians<T, C>& model, const MixtureSamples<T>& samples, T temperature,
                  const Vector<T>& /*regularizers*/, NaturalGradients<T, C>& out, Workspace<T>& work,
                  E& executor = detail::serially) const {
    detail::require_samples("Stein", model, samples, true);
    const Batch<T>& x = samples.stored.x;
    const Index d = x.rows(), n = x.cols();
    work.log_density.resize(n);
    work.responsibilities.resize(model.size(), n);
    work.slopes.resize(d, n);
    for (std::vector<T>* rows : {&work.x, &work.s}) rows->resize(static_cast<std::size_t>(n * padded<T>(d)));
    detail::for_stretches(executor, n, [&](Index from, Index count) {
      detail::offset_log_sum_exp(samples.densities, model.log_weights(), from, count, work.log_density, &work.responsibilities);
      model.gradient(x, work.responsibilities, from, count, work.slopes);
      auto slopes = work.slopes.middleCols(from, count);
      slopes = samples.stored.gradient.middleCols(from, count) - (tempered ? temperature : T(1)) * slopes;
      by_sample(x, from, count, work.x);
      by_sample(work.slopes, from, count, work.s);
    });
    out.resize(model.size(), d);
    const detail::ComponentWeights<T> weights(samples, model.size(), only_use_own_samples);
    work.slots.resize(static_cast<std::size_t>(executor.threads()));
    detail::for_each_in_slots(executor, model.size(), [&](Index slot, Index k) {
      typename Workspace<T>::Slot& mine = work.slots[static_cast<std::size_t>(slot)];
      if (!weights.look_at(k, mine.weights)) {
        out.give_up(k);
        return;
      }
      const T scale = use_self_normalized_importance_weights ? 1 / mine.weights.sum
                                                             : std::exp(mine.weights.shift) / weights.used(mine.weights);
      estimate(model[k], n, work.x.data(), work.s.data(), scale, out.hessians[static_cast<std::size_t>(k)],
               out.gradients[static_cast<std::size_t>(k)], mine);
    });
  }

 private:
  /// Samples that are summed together: what they need stays in the first cache.
  static constexpr Index block = 64;

  template <class T>
  static Index padded(Index d) {
    return detail::padded_size<math::Lanes<T>>(d);
  }
  /// Columns of a d x n batch as rows, padded with zeros.
  template <class T>
  static void by_sample(const Batch<T>& batch, Index begin, Index size, std::vector<T>& out) {
    const Index d = batch.rows(), end = begin + size, width = padded<T>(d);
    for (Index from = begin; from < end; from += block) {
      const Index to = std::min(from + block, end);
      for (Index j = 0; j < d; ++j)
        for (Index c = from; c < to; ++c) out[static_cast<std::size_t>(c * width + j)] = batch(j, c);
      for (Index c = from; c < to; ++c) std::fill_n(out.data() + c * width + d, width - d, T(0));
    }
  }

  template <class T, Covariance C, class Slot>
  void estimate(const Gaussian<T, C>& g, Index n, const T* x, const T* s, T scale, FactorOf<T, C>& hessian, Vector<T>& gradient,
                Slot& work) const {
    using L = math::Lanes<T>;
    const Row<T>& weights = work.weights.weights;
    const Index d = g.mean.size(), width = padded<T>(d);
    work.y.resize(static_cast<std::size_t>(width * block));
    work.weighted.resize(static_cast<std::size_t>(width * block));
    work.sum.assign(static_cast<std::size_t>((C == Covariance::full ? width : 1) * width), T(0));
    std::vector<T> mean(static_cast<std::size_t>(2 * width), T(0));
    std::copy_n(g.mean.data(), d, mean.data());
    T* const slope = mean.data() + width;
    Index m = 0;  // samples in the block
    const auto flush = [&] {
      if constexpr (C == Covariance::full) {
        detail::add_rank_ones(work.y.data(), work.weighted.data(), width, m, work.sum.data());
      } else {
        for (Index i = 0; i < m * width; i += width)
          for (Index j = 0; j < width; j += L::size) {
            T* to = work.sum.data() + j;
            multiply_add(L::load(work.y.data() + i + j), L::load(work.weighted.data() + i + j), L::load(to)).store(to);
          }
      }
      m = 0;
    };
    detail::for_weighty_strips(weights.data(), n, [&](Index from, Index count) {
      for (Index c = from; c < from + count; ++c) {
        if (weights[c] < detail::negligible<T>) continue;
        if (m == block) flush();
        const L w(weights[c]);
        for (Index j = 0; j < width; j += L::size) {
          const L weighted = w * L::load(s + c * width + j);
          (L::load(x + c * width + j) - L::load(mean.data() + j)).store(work.y.data() + m * width + j);
          weighted.store(work.weighted.data() + m * width + j);
          (L::load(slope + j) + weighted).store(slope + j);
        }
        ++m;
      }
    });
    flush();
    for (Index j = 0; j < d; ++j) gradient[j] = -scale * slope[j];
    if constexpr (C == Covariance::full) {
      // transposed: P (x - mean) s^T, rows by the precision
      work.product = Eigen::Map<const Batch<T>>(work.sum.data(), width, width).topLeftCorner(d, d);
      detail::multiply_precision(g.inverse, work.product);
      const bool symmetric = symmetrized || use_self_normalized_importance_weights;
      for (Index i = 0; i < d; ++i)
        for (Index j = 0; j < d; ++j)
          hessian(i, j) = -scale * (symmetric ? (work.product(i, j) + work.product(j, i)) / 2 : work.product(j, i));
    } else {
      for (Index j = 0; j < d; ++j) hessian[j] = -scale * g.inverse[j] * g.inverse[j] * work.sum[static_cast<std::size_t>(j)];
    }
  }
};

}  // namespace variate
