#pragma once
/// Weighted normal distributions as GMMVI moves them: means, Cholesky factors and their inverses at hand, densities of all of
/// them in one pass.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/gaussian_mixture.hpp"
#include "variate/math/linear_algebra.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/mixtures/detail/offset_log_sum_exp.hpp"
#include "variate/mixtures/detail/quadratic_forms.hpp"
#include "variate/parallel/detail/stretches.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// Whether a normal distribution has all covariances, by its lower Cholesky factor (d x d), or variances only, by its standard
/// deviations (d).
enum class Covariance { full, diagonal };

/// What stands for a covariance: see Covariance.
template <class T, Covariance C>
using FactorOf = std::conditional_t<C == Covariance::full, Batch<T>, Vector<T>>;

namespace detail {
template <class T>
T log_scale_of(const Batch<T>& factor) {
  return math::log_determinant_lower(factor);
}
template <class T>
T log_scale_of(const Vector<T>& deviations) {
  return deviations.array().log().sum();
}
template <class T>
T scale_of(const Batch<T>& factor, Index i) {
  return factor(i, i);
}
template <class T>
T scale_of(const Vector<T>& deviations, Index i) {
  return deviations[i];
}
/// The marginal variance of coordinate i.
template <class T>
T variance_of(const Batch<T>& factor, Index i) {
  return factor.row(i).head(i + 1).squaredNorm();
}
template <class T>
T variance_of(const Vector<T>& deviations, Index i) {
  return deviations[i] * deviations[i];
}
template <class T>
inline constexpr T half_log_two_pi = static_cast<T>(0.91893853320467274178032973640562L);
}  // namespace detail

/// One normal distribution, with what its density needs.
template <class T = double, Covariance C = Covariance::full>
struct Gaussian {
  /// Of the numbers.
  using Scalar = T;
  /// d x d or d.
  using Factor = FactorOf<T, C>;

  Vector<T> mean;             ///< d
  Factor factor;              ///< lower Cholesky factor, or standard deviations
  Factor inverse;             ///< of the factor
  T log_scale{};              ///< sum log diag of the factor
  std::uint64_t version = 0;  ///< two with the same version in one run are the same
  std::uint64_t origin = 0;   ///< which component of a mixture it is, however often it was replaced; 0: of none

  Gaussian() = default;
  /// The factor's diagonal is positive; nothing is checked.
  Gaussian(Vector<T> mean_, Factor factor_, std::uint64_t version_ = 0)
      : mean(std::move(mean_)), factor(std::move(factor_)), version(version_) {
    detail::invert_lower(factor, inverse);
    log_scale = detail::log_scale_of(factor);
  }

  /// Log density at the mean.
  T log_peak() const { return -static_cast<T>(mean.size()) * detail::half_log_two_pi<T> - log_scale; }
  /// In nats.
  T entropy() const { return static_cast<T>(mean.size()) * (detail::half_log_two_pi<T> + T(0.5)) + log_scale; }
  /// Log densities of n columns from column `from` of x on; `room` is reused.
  void log_density(const Batch<T>& x, Index from, Index n, T* out, std::vector<T>& room) const {
    detail::quadratic_forms(inverse, mean, x.data() + from, x.cols(), n, log_peak(), out, room);
  }
  /// z becomes mean + factor z, d x n.
  void place(Batch<T>& z) const {
    if constexpr (C == Covariance::full) math::multiply_lower<T>(factor, z);
    else
      for (Index i = 0; i < z.rows(); ++i) z.row(i) *= factor[i];
    for (Index i = 0; i < z.rows(); ++i) z.row(i).array() += mean[i];
  }
};

/// Draws of a mixture in the order of their components.
template <class T>
struct GroupedDraws {
  Batch<T> x;                 ///< d x n
  std::vector<Index> counts;  ///< how many of each component
  /// Component of each draw as it was chosen: not in the order of x, but with the same counts.
  std::vector<Index> chosen;
};

/// sum_k w_k N(mean_k, L_k L_k^T): K weighted normal distributions, each of which can be replaced, added or taken out at the cost
/// of one. `GaussianMixture` is the same distribution as a Family with flat parameters: `family()` gives it, a constructor takes
/// it.
///
/// Numbers that are not finite are not looked for: a factor that holds NaN gives NaN.
template <class T = double, Covariance C = Covariance::full>
class Gaussians {
 public:
  using Scalar = T;
  /// d x d or d.
  using Factor = FactorOf<T, C>;
  /// The family each component belongs to.
  using Component = std::conditional_t<C == Covariance::full, MultivariateNormal<T>, Normal<T>>;

  /// Weights >= 0 with a positive sum (normalised here), means d x K, a factor for each.
  Gaussians(const Vector<T>& weights, const Batch<T>& means, std::vector<Factor> factors) {
    constexpr const char* name = "Gaussians";
    detail::require_at_least(name, "number of components", weights.size(), 1);
    detail::require_at_least(name, "rows of means", means.rows(), 1);
    detail::require_size(name, "columns of means", means.cols(), weights.size());
    detail::require_size(name, "number of factors", static_cast<Index>(factors.size()), weights.size());
    detail::require_each<DomainError>(name, "weights", weights, "a finite number, at least 0",
                                      [](T w) { return w >= 0 && std::isfinite(w); });
    detail::require_positive(name, "sum of weights", weights.sum());
    detail::require_finite(name, "means", means);
    for (std::size_t k = 0; k < factors.size(); ++k) {
      require_factor(k, factors[k], means.rows());
      append(Vector<T>(means.col(static_cast<Index>(k))), std::move(factors[k]));
    }
    set_log_weights(weights.array().log().matrix());
  }
  /// One data point of the same distribution as a family.
  explicit Gaussians(const GaussianMixture<Component>& q) : Gaussians(q.weights().col(0), means_of(q), factors_of(q)) {
    detail::require_size("Gaussians", "data points of the family", q.batch_size(), 1);
  }

  /// K.
  Index size() const { return static_cast<Index>(components_.size()); }
  /// d.
  Index event_size() const { return components_[0].mean.size(); }
  /// The k-th.
  const Gaussian<T, C>& operator[](Index k) const { return components_[static_cast<std::size_t>(k)]; }
  /// Normalised.
  const Vector<T>& log_weights() const { return log_weights_; }
  Vector<T> weights() const { return log_weights_.array().exp().matrix(); }
  /// Takes K log weights that need not be normalised. ShapeError for another number.
  void set_log_weights(const Vector<T>& log_weights) {
    detail::require_size("Gaussians", "number of log weights", log_weights.size(), size());
    log_weights_ = log_weights;
    math::log_softmax(log_weights_.data(), log_weights_.data(), log_weights_.size());
  }
  /// Replaces the k-th.
  void replace(Index k, Vector<T> mean, Factor factor) { replace(k, Gaussian<T, C>(std::move(mean), std::move(factor))); }
  /// By one that is made already; its version and its origin are set.
  void replace(Index k, Gaussian<T, C> gaussian) {
    Gaussian<T, C>& old = components_[static_cast<std::size_t>(k)];
    gaussian.version = next_version_++;
    gaussian.origin = old.origin;
    old = std::move(gaussian);
  }
  /// One more at the end; then all weights are normalised.
  void add(T log_weight, Vector<T> mean, Factor factor) {
    detail::require_size("Gaussians", "size of the new mean", mean.size(), event_size());
    require_factor(components_.size(), factor, event_size());
    append(std::move(mean), std::move(factor));
    log_weights_.conservativeResize(size());
    log_weights_[size() - 1] = log_weight;
    set_log_weights(Vector<T>(log_weights_));
  }
  /// Takes the k-th out, unless it is the last one left (InvalidArgument); then all weights are normalised.
  void remove(Index k) {
    detail::require_at_least("Gaussians", "number of components that are left", size() - 1, 1);
    components_.erase(components_.begin() + k);
    for (Index i = k; i < size(); ++i) log_weights_[i] = log_weights_[i + 1];
    log_weights_.conservativeResize(size());
    set_log_weights(Vector<T>(log_weights_));
  }

  /// log N_k(x_c), K x n.
  void component_log_densities(const Batch<T>& x, Batch<T>& out) const {
    detail::require_size("Gaussians", "rows of x", x.rows(), event_size());
    out.resize(size(), x.cols());
    component_log_densities(x, 0, x.cols(), out);
  }
  Batch<T> component_log_densities(const Batch<T>& x) const {
    Batch<T> out;
    component_log_densities(x, out);
    return out;
  }
  /// Only of n columns from column `from` on; the others of out (K x columns of x) stay. On the threads of an executor; the bits
  /// are the same.
  template <class E = const SerialExecutor>
  void component_log_densities(const Batch<T>& x, Index from, Index n, Batch<T>& out, E& executor = detail::serially) const {
    detail::for_stretches(executor, n, [&](Index begin, Index count) {
      std::vector<T> room;
      for (Index k = 0; k < size(); ++k)
        (*this)[k].log_density(x, from + begin, count, out.data() + k * out.cols() + from + begin, room);
    });
  }
  /// log density of each column.
  Row<T> log_density(const Batch<T>& x) const {
    detail::require_size("Gaussians", "rows of x", x.rows(), event_size());
    constexpr Index block = 512;  // their densities stay in the cache
    Row<T> out(x.cols()), some;
    Batch<T> table;
    std::vector<T> room;
    for (Index from = 0; from < x.cols(); from += block) {
      const Index n = std::min(block, x.cols() - from);
      table.resize(size(), n);
      for (Index k = 0; k < size(); ++k) (*this)[k].log_density(x, from, n, table.data() + k * n, room);
      detail::offset_log_sum_exp(table, log_weights_, some);
      out.segment(from, n) = some;
    }
    return out;
  }
  /// The same from the components' log densities, K x n.
  Row<T> log_density_of(const Batch<T>& component_log_densities) const {
    Row<T> out;
    detail::offset_log_sum_exp(component_log_densities, log_weights_, out);
    return out;
  }
  /// Probability of each component given each column, K x n, from the components' log densities. Those below e^-80 (float: e^-46)
  /// may be 0.
  Batch<T> responsibilities_of(const Batch<T>& component_log_densities) const {
    Row<T> value;
    Batch<T> out;
    detail::offset_log_sum_exp(component_log_densities, log_weights_, value, &out);
    return out;
  }
  /// log density of each column, and its gradient (d x n, resized).
  Row<T> value_and_gradient(const Batch<T>& x, Batch<T>& gradient_out) const {
    Row<T> value;
    Batch<T> responsibilities;
    detail::offset_log_sum_exp(component_log_densities(x), log_weights_, value, &responsibilities);
    gradient(x, responsibilities, gradient_out);
    return value;
  }
  /// sum_k r_k P_k (mean_k - x), d x n: the gradient of the log density, from the responsibilities. Components that have less
  /// than e^-80 of each of some columns that stand together are left out of their sums.
  void gradient(const Batch<T>& x, const Batch<T>& responsibilities, Batch<T>& out) const {
    out.resize(x.rows(), x.cols());
    gradient(x, responsibilities, 0, x.cols(), out);
  }
  /// Only of n columns from column `from` on; out has its size, its other columns stay.
  void gradient(const Batch<T>& x, const Batch<T>& responsibilities, Index from, Index n, Batch<T>& out) const {
    detail::weighted_slopes(components_, x, responsibilities, from, n, out);
  }
  /// log density of coordinate j alone, at the columns of x (d x n): d x n.
  Batch<T> marginal_log_density(const Batch<T>& x) const {
    detail::require_size("Gaussians", "rows of x", x.rows(), event_size());
    Batch<T> out(x.rows(), x.cols()), joint(size(), x.cols());
    for (Index j = 0; j < x.rows(); ++j) {
      for (Index k = 0; k < size(); ++k) {
        const T variance = detail::variance_of((*this)[k].factor, j), mean = (*this)[k].mean[j];
        const T constant = log_weights_[k] - T(0.5) * std::log(variance) - detail::half_log_two_pi<T>;
        for (Index c = 0; c < x.cols(); ++c) joint(k, c) = constant - T(0.5) * (x(j, c) - mean) * (x(j, c) - mean) / variance;
      }
      out.row(j) = math::log_sum_exp(joint);
    }
    return out;
  }
  /// Entropy of each component in nats.
  Vector<T> component_entropies() const {
    Vector<T> all(size());
    for (Index k = 0; k < size(); ++k) all[k] = (*this)[k].entropy();
    return all;
  }
  /// sum_k w_k H_k: the entropy without what the mixing adds.
  T average_entropy() const { return weights().dot(component_entropies()); }

  /// counts_k draws of each component in turn, one block `normals(rng, d, counts_k)` each, also where that is 0; d x sum of
  /// counts.
  template <class Rng>
  Batch<T> sample_components(Rng& rng, const std::vector<Index>& counts) const {
    Index total = 0;
    for (const Index count : counts) total += count;
    Batch<T> x(event_size(), total);
    Index at = 0;
    for (Index k = 0; k < size(); ++k) {
      const Index count = counts[static_cast<std::size_t>(k)];
      Batch<T> z = normals<T>(rng, event_size(), count);
      if (count == 0) continue;
      (*this)[k].place(z);
      x.middleCols(at, count) = z;
      at += count;
    }
    return x;
  }
  /// n draws: `uniforms(rng, n, 1)` choose the components, which then draw in turn.
  template <class Rng>
  GroupedDraws<T> sample(Rng& rng, Index n) const {
    detail::require_at_least("Gaussians", "number of draws", n, 0);
    const Batch<T> u = uniforms<T>(rng, n, 1);
    GroupedDraws<T> draws;
    draws.counts.assign(static_cast<std::size_t>(size()), 0);
    const Vector<T> w = weights();
    for (Index i = 0; i < n; ++i) {
      Index k = 0, found = 0;
      for (T sum = 0; k < size(); ++k)
        if (u(i, 0) < (sum += w[k])) {
          found = k;
          break;
        }
      draws.chosen.push_back(found);
      ++draws.counts[static_cast<std::size_t>(found)];
    }
    draws.x = sample_components(rng, draws.counts);
    return draws;
  }

  /// The same distribution as a Family: flat parameters, scores, draws that can be differentiated.
  GaussianMixture<Component> family() const {
    std::vector<Component> parts;
    for (const auto& g : components_) parts.emplace_back(g.mean, g.factor);
    // a family has finite logits: a weight of zero is the least there is
    return GaussianMixture<Component>(Batch<T>(log_weights_.cwiseMax(std::numeric_limits<T>::lowest() / 2)), std::move(parts));
  }

 private:
  void append(Vector<T> mean, Factor factor) {
    components_.emplace_back(std::move(mean), std::move(factor), next_version_++).origin = next_origin_++;
  }
  static void require_factor(std::size_t k, const Factor& factor, Index d) {
    const std::string which = "factor " + std::to_string(k);
    detail::require_size("Gaussians", "rows of " + which, factor.rows(), d);
    if constexpr (C == Covariance::full) detail::require_size("Gaussians", "columns of " + which, factor.cols(), d);
    detail::require_finite("Gaussians", which, factor);
    for (Index i = 0; i < d; ++i)
      detail::require_positive("Gaussians", "scale " + std::to_string(i) + " of " + which, detail::scale_of(factor, i));
  }
  static Batch<T> means_of(const GaussianMixture<Component>& q) {
    Batch<T> means(q.event_size(), q.components());
    for (Index k = 0; k < q.components(); ++k) means.col(k) = q.component(k).loc().col(0);
    return means;
  }
  static std::vector<Factor> factors_of(const GaussianMixture<Component>& q) {
    std::vector<Factor> all;
    for (Index k = 0; k < q.components(); ++k) {
      if constexpr (C == Covariance::full) all.push_back(q.component(k).scale_tril());
      else all.push_back(q.component(k).scale().col(0));
    }
    return all;
  }

  std::vector<Gaussian<T, C>> components_;
  Vector<T> log_weights_;
  std::uint64_t next_version_ = 1, next_origin_ = 1;
};

}  // namespace variate
