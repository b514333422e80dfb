#pragma once
/// What the estimators of GMMVI's natural gradients share: the samples they get, what they give, and which samples count for
/// whom.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/mixtures/importance_weights.hpp"
#include "variate/mixtures/sample_database.hpp"

namespace variate {

/// What a step of GMMVI works with.
template <class T>
struct MixtureSamples {
  StoredSamples<T> stored;  ///< points, target values and gradients, numbers of the distributions they came from
  Row<T> background;        ///< log density that they were in effect drawn from
  Batch<T> densities;       ///< log densities of the model's components, K x n
};

/// For each component k: H_k = -E[hess(log p - log q)] and g_k = -E[grad(log p - log q)], expectations under it.
template <class T, Covariance C>
struct NaturalGradients {
  std::vector<FactorOf<T, C>> hessians;  ///< d x d, or the d diagonal entries
  std::vector<Vector<T>> gradients;      ///< d

  void resize(Index components, Index d) {
    const auto count = static_cast<std::size_t>(components);
    hessians.resize(count);
    gradients.resize(count);
    for (std::size_t k = 0; k < count; ++k) {
      gradients[k].resize(d);
      if constexpr (C == Covariance::full) hessians[k].resize(d, d);
      else hessians[k].resize(d);
    }
  }
  /// No estimate for component k: every number NaN, which every update rejects.
  void give_up(Index k) {
    hessians[static_cast<std::size_t>(k)].setConstant(std::numeric_limits<T>::quiet_NaN());
    gradients[static_cast<std::size_t>(k)].setConstant(std::numeric_limits<T>::quiet_NaN());
  }
};

namespace detail {

template <class T, Covariance C>
void require_samples(const char* name, const Gaussians<T, C>& model, const MixtureSamples<T>& samples, bool with_gradient) {
  const Index n = samples.stored.x.cols();
  require_size(name, "rows of x", samples.stored.x.rows(), model.event_size());
  require_size(name, "number of target values", samples.stored.target.size(), n);
  require_size(name, "size of background", samples.background.size(), n);
  require_size(name, "rows of densities", samples.densities.rows(), model.size());
  require_size(name, "columns of densities", samples.densities.cols(), n);
  require_size(name, "size of mapping", static_cast<Index>(samples.stored.mapping.size()), n);
  if (!with_gradient) return;
  require_size(name, "rows of the target's gradient", samples.stored.gradient.rows(), model.event_size());
  require_size(name, "columns of the target's gradient", samples.stored.gradient.cols(), n);
}

/// Weights of all samples for a component: exp(log density - background) up to the common factor exp(shift).
template <class T>
class ComponentWeights {
 public:
  /// Those of the newest components are told by the largest number: it is taken to be the last component's.
  ComponentWeights(const MixtureSamples<T>& samples, Index components, bool own)
      : samples_(&samples),
        own_(own),
        first_(own && !samples.stored.mapping.empty()
                   ? *std::max_element(samples.stored.mapping.begin(), samples.stored.mapping.end()) - components + 1
                   : 0) {}
  /// Those of component k; false if it has no sample.
  bool look_at(Index k, RatioWeights<T>& out) const {
    const Index n = samples_->background.size();
    if (own_) {
      out.weights.resize(n);
      out.shift = 0;
      for (Index i = 0; i < n; ++i) out.weights[i] = samples_->stored.mapping[static_cast<std::size_t>(i)] - first_ == k;
      out.sum = out.weights.sum();
    } else {
      out.set(samples_->densities.data() + k * n, samples_->background.data(), n);
    }
    return out.sum > 0 && out.sum <= std::numeric_limits<T>::max();
  }
  /// How many samples the component uses whose weights these are.
  T used(const RatioWeights<T>& weights) const { return own_ ? weights.sum : static_cast<T>(samples_->background.size()); }

 private:
  const MixtureSamples<T>* samples_;
  bool own_;
  Index first_;
};

/// Appends columns from .. from + count of (x - mean), and of what `second(j)` points at, to rows of `length` from `at` on.
template <class T>
void append_columns(const Batch<T>& x, const Vector<T>& mean, Index from, Index count, T* y, Index length, Index at) {
  for (Index j = 0; j < x.rows(); ++j) {
    const T* row = x.data() + j * x.cols() + from;
    T* to = y + j * length + at;
    for (Index c = 0; c < count; ++c) to[c] = row[c] - mean[j];
  }
}

}  // namespace detail
}  // namespace variate
