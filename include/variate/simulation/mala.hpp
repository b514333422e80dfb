#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/inference/loss.hpp"
#include "variate/distributions/detail/packed_factor.hpp"
#include "variate/math/linear_algebra.hpp"
#include "variate/optimizers/clip_gradient_norm.hpp"
#include "variate/random/detail/stream.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// Options of Mala.
template <class T = double>
struct MalaOptions {
  T w = T(1);            ///< how much the prior counts beside the loss, not negative: as in GeneralizedVi
  T temperature = T(1);  ///< positive; set it to w to sample GeneralizedVi's optimum
  T gradient_clipping_norm = std::numeric_limits<T>::infinity();  ///< longest gradient of the log density, positive
  T scale = T(1);        ///< of the proposal, positive
  Batch<T> covariance{};  ///< of the proposal, d x d, positive definite; empty: the identity
  Differentiation differentiation{};
};

/// A chain: its states, the first one included, and what became of each proposal.
template <class T>
struct MalaChain {
  Batch<T> states;               ///< d x (n + 1)
  Row<T> log_density;            ///< of each state, up to a constant
  std::vector<bool> accepted{};  ///< n: whether state i + 1 is a new one
  T acceptance() const {
    Index count = 0;
    for (const bool yes : accepted) count += yes;
    return accepted.empty() ? T(0) : static_cast<T>(count) / static_cast<T>(accepted.size());
  }
};

/// The Metropolis-adjusted Langevin algorithm (Roberts and Tweedie 1996) for exp(D),
///
///     D(x) = (-loss(x) + w log prior(x)) / temperature,   proposal y ~ N(x + C grad D(x), 2 C),   C = scale x covariance.
///
/// w means what it means in GeneralizedVi: the weight of the prior beside the loss; both look for small loss - w log prior. The
/// optimum of GeneralizedVi, prior exp(-loss / w), is this density at temperature w; at temperature 1, BlackBIRDS' MALA, the two are
/// the same for w = 1 only. A noisy loss is evaluated once for each proposal and kept (pseudo-marginal: Andrieu and Roberts 2009).
/// Each step draws d normals, the noise of the loss from a stream of its own, then a uniform.
template <class Prior, class L, class T = double>
class Mala {
 public:
  /// DomainError or InvalidArgument for options out of range.
  Mala(Prior prior, L loss, MalaOptions<T> options = {})
      : prior_(std::move(prior)), loss_(std::move(loss)), options_(std::move(options)) {
    constexpr const char* name = "Mala";
    if (!(options_.w >= 0) || !std::isfinite(options_.w))
      throw DomainError(detail::complaint(name, "w", options_.w, "a finite number that is not negative"));
    detail::require_positive(name, "temperature", options_.temperature);
    detail::require_positive(name, "scale", options_.scale);
    if (!(options_.gradient_clipping_norm > 0))
      throw DomainError(detail::complaint(name, "gradient_clipping_norm", options_.gradient_clipping_norm, "a positive number"));
    detail::require_size(name, "columns of covariance", options_.covariance.cols(), options_.covariance.rows());
    detail::require_finite(name, "covariance", options_.covariance);
    factor_ = options_.covariance;
    const Index bad = factor_.size() == 0 ? -1 : detail::cholesky(factor_);
    if (bad >= 0)
      throw DomainError(detail::complaint(name, "pivot " + std::to_string(bad) + " of covariance", factor_(bad, bad), "a positive number"));
  }

  /// num_samples steps from a state. DomainError if its density or gradient is not finite; ShapeError if covariance has another size.
  template <class R>
  MalaChain<T> run(R& rng, const Vector<T>& initial_state, const Batch<T>& data, Index num_samples = 100000) const {
    constexpr const char* name = "Mala::run";
    detail::require_finite(name, "initial_state", initial_state);
    detail::require_at_least(name, "num_samples", num_samples, 0);
    const Index d = initial_state.size();
    if (factor_.size() != 0) detail::require_size(name, "size of initial_state", d, factor_.rows());
    MalaChain<T> chain{Batch<T>(d, num_samples + 1), Row<T>(num_samples + 1), {}};
    Point now = at(initial_state, data, rng, 0);
    if (!std::isfinite(now.density) || !now.gradient.allFinite())
      throw DomainError(detail::complaint(name, "log density or its gradient at initial_state", now.density, "finite numbers"));
    chain.states.col(0) = now.x;
    chain.log_density[0] = now.density;
    const T spread = std::sqrt(2 * options_.scale);
    for (Index i = 0; i < num_samples; ++i) {
      auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(i) + 1);
      Batch<T> step = normals<T>(stream, d, 1);
      if (factor_.size() != 0) math::multiply_lower(factor_, step);
      const Point next = at(Vector<T>(now.x + now.drift + spread * step.col(0)), data, stream, 0);
      const T u = uniforms<T>(stream, 1, 1)(0, 0);
      const T log_ratio = next.density + log_proposal(now, next) - now.density - log_proposal(next, now);
      const bool accept = std::isfinite(next.density) && next.gradient.allFinite() && std::log(u) < log_ratio;
      if (accept) now = next;
      chain.accepted.push_back(accept);
      chain.states.col(i + 1) = now.x;
      chain.log_density[i + 1] = now.density;
    }
    return chain;
  }

  /// D(x) and its gradient, clipped.
  template <class R>
  T log_density(const Vector<T>& x, const Batch<T>& data, R& rng, Vector<T>& gradient) const {
    T density = -differentiate_loss(loss_, x, data, rng, gradient, options_.differentiation).value;
    gradient = -gradient;
    if (options_.w != 0) {
      const Batch<T> point = x;
      const auto prior = variate::evaluate(prior_, point);
      Batch<T> slopes;
      prior.pullback(Row<T>::Constant(1, options_.w), slopes);
      density += options_.w * prior.value[0];
      gradient += slopes.col(0);
    }
    gradient /= options_.temperature;
    clip_gradient_norm(gradient, options_.gradient_clipping_norm);
    return density / options_.temperature;
  }

 private:
  struct Point {
    Vector<T> x, gradient, drift;  ///< drift: C gradient
    T density;
  };
  template <class R>
  Point at(Vector<T> x, const Batch<T>& data, R& rng, std::uint64_t noise) const {
    Point point{std::move(x), {}, {}, 0};
    auto&& stream = detail::stream(rng, noise);
    point.density = log_density(point.x, data, stream, point.gradient);
    point.drift = options_.scale * point.gradient;
    if (factor_.size() != 0) point.drift = options_.covariance * point.drift;
    return point;
  }
  /// log N(to; from + drift, 2 C), but for the constant.
  T log_proposal(const Point& to, const Point& from) const {
    Batch<T> z = to.x - from.x - from.drift;
    if (factor_.size() != 0) math::solve_lower(factor_, z);
    return -z.squaredNorm() / (4 * options_.scale);
  }

  Prior prior_;
  L loss_;
  MalaOptions<T> options_;
  Batch<T> factor_;  ///< Cholesky factor of the covariance; empty for the identity
};

}  // namespace variate
