#pragma once
/// Draws that the phases of wake-sleep learn from.
#include <cmath>
#include <limits>
#include <type_traits>

#include "variate/core/concepts.hpp"
#include "variate/core/spare.hpp"
#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/log_weights.hpp"
#include "variate/random/fill.hpp"

namespace variate {

struct FairBits;

namespace detail {

/// Draws of q with their log densities and the way back, by the distribution's own means or as sample and evaluate.
template <class Q, class R>
concept SamplesAndEvaluates = requires(const Q& q, R& rng, Index n) {
  q.sample_and_evaluate(rng, n).pullback(std::declval<Row<ScalarOf<Q>>>());
  { q.sample_and_evaluate(rng, n).points() } -> std::convertible_to<const Batch<ScalarOf<Q>>&>;
};

/// Draws n particles of each data point, weighs them by p/q, and calls use(evaluation of q, evaluation of p) once all columns are
/// finite; what is lost or of weight zero has share 0 in the weights. False: a data point has no good particle.
template <class Q, class P, class R, class T, class Use>
bool with_particles(const Q& q, const P& p, R& rng, LogWeights<T>& weights, Index& evaluations, Use use) {
  const auto attempt = [&](const auto& of_q, const Batch<T>& h) {
    evaluations += h.cols();
    const auto of_p = variate::evaluate(p, h);
    if (weights.take(Row<T>(of_p.value - of_q.value))) return false;
    use(of_q, of_p);
    return true;
  };
  Batch<T> h;
  if constexpr (SamplesAndEvaluates<Q, R>) {
    const auto of_q = q.sample_and_evaluate(rng, weights.samples());
    if (attempt(of_q, of_q.points())) return true;
    h = of_q.points();
  } else {
    h = q.sample(rng, weights.samples());
    const auto of_q = q.evaluate(h);
    if (attempt(of_q, h)) {
      give_back(h);
      return true;
    }
  }
  while (weights.patch([&](Index to, Index from) { h.col(to) = h.col(from); })) {
    const auto of_q = q.evaluate(h);
    if (attempt(of_q, h)) return true;
  }
  return false;
}

/// What came of dreams.
template <class T>
struct Dreamt {
  T log_q{};          ///< mean over the good ones
  Index dropped = 0;  ///< those that q cannot explain: log q is not finite
};

/// Adds share times the mean of grad log q(h | x) over `count` dreams of p to a gradient.
template <class Q, class P, class R, class T>
Dreamt<T> score_of_dreams(const Q& q, const P& p, R& rng, Index count, T share, Vector<T>& gradient) {
  auto dream = p.dream(rng, count);
  const GivesBack at_end(dream.x, dream.h);
  Dreamt<T> result;
  Row<T> w = Row<T>::Constant(count, share / static_cast<T>(count));
  while (true) {
    const auto bound = q.at(dream.x);
    const auto e = bound.evaluate(dream.h);
    Index good = -1, dropped = 0;
    for (Index c = 0; c < count; ++c) {
      if (!std::isfinite(e.value(c))) w(c) = 0;
      if (w(c) != T(0)) good = c;
      else ++dropped;
    }
    if (share == T(0)) dropped = 0;
    if (dropped == result.dropped) {
      if (gradient.size() == 0) gradient = e.pullback(w);
      else if constexpr (requires { e.accumulate(w, gradient); }) e.accumulate(w, gradient);
      else gradient += e.pullback(w);
      result.log_q = share == T(0) ? e.value.mean() : e.value.dot(w) / share;
      return result;
    }
    result.dropped = dropped;
    if (good < 0) return result;
    for (Index c = 0; c < count; ++c) {
      if (w(c) == T(0)) {
        dream.x.col(c) = dream.x.col(good);
        dream.h.col(c) = dream.h.col(good);
      } else {
        w(c) = share / static_cast<T>(count - dropped);
      }
    }
  }
}

/// n draws of each data point from (1 - delta) q + delta other: a uniform decides for each column, then all are drawn from both.
template <class Q, class Other, class R, class T>
Batch<T> from_either(const Q& q, const Other& other, R& rng, Index n, T delta) {
  const Index cols = n * q.batch_size();
  const Batch<T> pick = uniforms<T>(rng, 1, cols);
  Batch<T> h = q.sample(rng, n), escape;
  if constexpr (std::is_same_v<Other, FairBits>)
    escape = (uniforms<T>(rng, h.rows(), cols).array() > T(0.5)).template cast<T>();
  else
    escape = other.sample(rng, cols);
  for (Index r = 0; r < h.rows(); ++r)
    for (Index c = 0; c < cols; ++c)
      if (pick(0, c) < delta) h(r, c) = escape(r, c);
  return h;
}

/// log((1 - delta) q + delta other), from log q.
template <class Other, class T>
Row<T> log_of_either(const Row<T>& log_q, const Other& other, const Batch<T>& h, T delta) {
  Row<T> log_other;
  if constexpr (std::is_same_v<Other, FairBits>)
    log_other = Row<T>::Constant(h.cols(), -static_cast<T>(h.rows()) * std::log(T(2)));
  else
    log_other = other.log_prob(h);
  Row<T> mixed(h.cols());
  for (Index c = 0; c < h.cols(); ++c)
    mixed(c) = log_add(std::log1p(-delta) + log_q(c), std::log(delta) + log_other(c));
  return mixed;
}

}  // namespace detail
}  // namespace variate
