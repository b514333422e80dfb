#pragma once
/// How likely is data under a model with latents? By importance sampling, by annealing, by summing over all latents.
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/random/detail/stream.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// log p(x) of each data point from weighted samples of its latents, and how far to trust it.
struct LogLikelihood {
  Row<double> value;                  ///< log of the mean weight, 1 x N: below log p(x) on average (Burda et al. 2016)
  Row<double> error;                  ///< its standard error, 1 x N: that of the mean weight over the mean weight
  Row<double> effective_sample_size;  ///< Kish, of each data point's weights, 1 x N
  Row<double> elbo;                   ///< mean log weight, 1 x N; of annealed weights the bound of the annealing
  Index dropped = 0;                  ///< samples whose weight was NaN or +inf, in none of the numbers

  /// Mean over the data points.
  double mean() const { return value.mean(); }
  /// Its Monte Carlo error, for these data points.
  double mean_error() const { return std::sqrt(error.squaredNorm()) / static_cast<double>(error.size()); }
};

namespace detail {

/// Writes what the log weights (a row-major S x B table) of data points first, first + 1, ... say.
template <class T>
void summarise_weights(const Row<T>& table, Index points, Index first, LogLikelihood& all) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (Index b = 0; b < points; ++b) {
    double top = -infinity, sum = 0, squares = 0, logs = 0;
    Index count = 0;
    const auto each = [&](auto use) {
      for (Index c = b; c < table.size(); c += points)
        if (const double l = static_cast<double>(table(c)); l < infinity) use(l);
    };
    each([&](double l) {
      top = std::max(top, l);
      logs += l;
      ++count;
    });
    all.dropped += table.size() / points - count;
    const Index at = first + b;
    if (!(top > -infinity)) {
      all.value(at) = all.elbo(at) = -infinity;
      all.error(at) = std::numeric_limits<double>::quiet_NaN();
      all.effective_sample_size(at) = 0;
      continue;
    }
    each([&](double l) {
      const double w = std::exp(l - top);
      sum += w;
      squares += w * w;
    });
    const double n = static_cast<double>(count), mean = sum / n;
    all.value(at) = top + std::log(mean);
    all.elbo(at) = logs / n;
    all.effective_sample_size(at) = sum * sum / squares;
    all.error(at) = count > 1 ? std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1)) / mean
                              : std::numeric_limits<double>::quiet_NaN();
  }
}

/// each(x of some data points, stream, first) -> log weights, for all data points, so many at a time that there are about 8192
/// columns. Streams are numbered by the pieces.
template <class T, class R, class Each>
LogLikelihood by_data_points(const Batch<T>& x, R& rng, Index samples, Each each) {
  const Index n = x.cols(), some = std::max<Index>(1, 8192 / samples);
  LogLikelihood all;
  for (Row<double>* row : {&all.value, &all.error, &all.effective_sample_size, &all.elbo}) row->resize(n);
  for (Index first = 0; first < n; first += some) {
    const Batch<T> part = x.middleCols(first, std::min(some, n - first));
    auto&& of_part = stream(rng, static_cast<std::uint64_t>(first / some));
    summarise_weights(Row<T>(each(part, of_part)), part.cols(), first, all);
  }
  return all;
}

}  // namespace detail

/// log p(x) of each column of x by `samples` draws of the guide for each: log mean_k p(x, h_k)/q(h_k | x). The error is right
/// where the effective sample size is not small: a guide that misses a mode does not know it. InvalidArgument if samples < 1 or
/// there are no data.
template <class Q, class P, class R>
LogLikelihood importance_log_likelihood(const Q& q, const P& p, const Batch<ScalarOf<Q>>& x, R&& rng, Index samples) {
  using T = ScalarOf<Q>;
  detail::require_at_least("importance_log_likelihood", "samples", samples, 1);
  detail::require_at_least("importance_log_likelihood", "data points", x.cols(), 1);
  return detail::by_data_points(x, rng, samples, [&](const Batch<T>& part, auto& stream) {
    const auto bound_q = q.at(part);
    const auto bound_p = p.at(part);
    const Batch<T> h = bound_q.sample(stream, samples);
    return Row<T>(variate::values(bound_p, h) - Row<T>(bound_q.log_prob(h)));
  });
}

/// log p(x) of each column of x, summing over every value of the latents: support is d x M, as `q.support()` of a bound guide.
template <class P, class T>
Row<T> exact_log_likelihood(const P& p, const Batch<T>& x, const Batch<T>& support) {
  Row<T> value(x.cols());
  for (Index b = 0; b < x.cols(); ++b) {
    const Batch<T> one = x.col(b);
    const auto bound = p.at(one);
    value(b) = math::log_sum_exp(variate::values(bound, support));
  }
  return value;
}
/// p(h | x) of every point of the support (1 x M), for one data point.
template <class P, class T>
Row<T> exact_posterior(const P& p, const Batch<T>& x, const Batch<T>& support) {
  detail::require_size("exact_posterior", "data points", x.cols(), 1);
  const auto bound = p.at(x);
  return math::softmax(variate::values(bound, support));
}

/// A step of a chain over bits that leaves a density invariant: each bit in turn from its conditional given the others (Gibbs).
struct GibbsBits {
  /// Moves every column of h, whose log densities are `value`; log_density(h) is one number a column.
  template <class T, class R, class F>
  void operator()(Batch<T>& h, Row<T>& value, R& rng, const F& log_density) const {
    for (Index i = 0; i < h.rows(); ++i) {
      Batch<T> other = h;
      other.row(i) = (1 - h.row(i).array()).matrix();
      const Row<T> moved = log_density(other);
      const Batch<T> u = uniforms<T>(rng, 1, h.cols());
      for (Index c = 0; c < h.cols(); ++c)
        if (u(0, c) * (T(1) + std::exp(value(c) - moved(c))) < T(1)) {
          h(i, c) = other(i, c);
          value(c) = moved(c);
        }
    }
  }
};
/// A step of a chain over numbers that leaves a density invariant: Metropolis, with normal proposals of this scale.
struct MetropolisStep {
  double scale = 0.5;  ///< standard deviation of the proposals

  template <class T, class R, class F>
  void operator()(Batch<T>& h, Row<T>& value, R& rng, const F& log_density) const {
    const Batch<T> other = h + static_cast<T>(scale) * normals<T>(rng, h.rows(), h.cols());
    const Row<T> moved = log_density(other);
    const Batch<T> u = uniforms<T>(rng, 1, h.cols());
    for (Index c = 0; c < h.cols(); ++c)
      if (std::log(u(0, c)) < moved(c) - value(c)) {
        h.col(c) = other.col(c);
        value(c) = moved(c);
      }
  }
};

/// Options of `annealed_log_likelihood`.
struct AnnealingOptions {
  Index chains = 10;        ///< for each data point
  Index temperatures = 100; ///< from the guide to the model, evenly spaced
  Index sweeps = 1;         ///< transitions at each
};

/// log p(x) of each column of x by annealed importance sampling (Neal 2001) from the guide to the model: chains start at draws of
/// q, and go through q^(1 - beta) p^beta with `transition` at each beta, so that a guide that is wrong costs time and not
/// correctness. `transition(h, value, rng, log_density)` moves every column in place: GibbsBits, MetropolisStep, or one's own.
/// InvalidArgument for counts below 1 or no data.
template <class Q, class P, class R, class Transition = GibbsBits>
LogLikelihood annealed_log_likelihood(const Q& q, const P& p, const Batch<ScalarOf<Q>>& x, R&& rng,
                                      const AnnealingOptions& options = {}, const Transition& transition = {}) {
  using T = ScalarOf<Q>;
  detail::require_at_least("annealed_log_likelihood", "chains", options.chains, 1);
  detail::require_at_least("annealed_log_likelihood", "temperatures", options.temperatures, 1);
  detail::require_at_least("annealed_log_likelihood", "sweeps", options.sweeps, 1);
  detail::require_at_least("annealed_log_likelihood", "data points", x.cols(), 1);
  return detail::by_data_points(x, rng, options.chains, [&](const Batch<T>& part, auto& stream) {
    const auto bound_q = q.at(part);
    const auto bound_p = p.at(part);
    Batch<T> h = bound_q.sample(stream, options.chains);
    Row<T> weights = Row<T>::Zero(h.cols());
    for (Index t = 1; t <= options.temperatures; ++t) {
      const T beta = static_cast<T>(t) / static_cast<T>(options.temperatures);
      const Row<T> log_q = bound_q.log_prob(h), log_p = variate::values(bound_p, h);
      weights += (log_p - log_q) / static_cast<T>(options.temperatures);
      if (t == options.temperatures) break;
      const auto between = [&](const Batch<T>& at) {
        return Row<T>((T(1) - beta) * Row<T>(bound_q.log_prob(at)) + beta * variate::values(bound_p, at));
      };
      Row<T> value = (T(1) - beta) * log_q + beta * log_p;
      for (Index s = 0; s < options.sweeps; ++s) transition(h, value, stream, between);
    }
    return weights;
  });
}

}  // namespace variate
