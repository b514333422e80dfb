#pragma once
/// Losses of a sampler q on a frozen weighted data set: points x_i drawn from any density p, their p_i, and the integrand's
/// values f_i. Both are smallest where q is |f| normalised, and neither needs a gradient of f:
///
///   variance  E_p[f^2/(p q)]         gradient -E_p[f^2/(p q) grad log q]: the variance of f/q but for a constant (Müller et al.
///                                    2019, section 5.2)
///   KL        -E_p[(|f|/p) log q]    gradient -E_p[(|f|/p) grad log q]: KL(|f| / int |f|, q) but for a constant
///
/// The weights are the score weights of importance sampling with old samples; at p = q they are (f/q)^2 and |f|/q.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/executor.hpp"

namespace variate {

/// A frozen weighted data set. `p` must be the density the points were drawn with; f may have any sign.
template <class T = double>
struct WeightedPoints {
  using Scalar = T;
  Batch<T> x;    ///< d x N
  Row<T> log_p;  ///< 1 x N
  Row<T> f;      ///< 1 x N

  /// N.
  Index size() const { return f.size(); }
  /// Points first, ..., first + count - 1.
  WeightedPoints part(Index first, Index count) const {
    return {x.middleCols(first, count), log_p.segment(first, count), f.segment(first, count)};
  }
  /// The points of these numbers.
  WeightedPoints part(const std::vector<Index>& numbers) const {
    const auto count = static_cast<Index>(numbers.size());
    WeightedPoints some{Batch<T>(x.rows(), count), Row<T>(count), Row<T>(count)};
    for (Index c = 0; c < count; ++c) {
      const Index from = numbers[static_cast<std::size_t>(c)];
      for (Index i = 0; i < x.rows(); ++i) some.x(i, c) = x(i, from);
      some.log_p[c] = log_p[from];
      some.f[c] = f[from];
    }
    return some;
  }
};

/// With log p, which does not underflow in many dimensions. ShapeError if sizes do not fit.
template <class T>
WeightedPoints<T> log_weighted_points(Batch<T> x, Row<T> log_p, Row<T> f) {
  detail::require_size("weighted_points", "size of p", log_p.size(), x.cols());
  detail::require_size("weighted_points", "size of f", f.size(), x.cols());
  return {std::move(x), std::move(log_p), std::move(f)};
}
/// With p itself: DomainError unless positive and finite.
template <class T>
WeightedPoints<T> weighted_points(Batch<T> x, const Row<T>& p, Row<T> f) {
  detail::require_positive("weighted_points", "p", p);
  return log_weighted_points<T>(std::move(x), p.array().log(), std::move(f));
}

/// sum f^2/(p q) / N. ShapeError unless the sizes agree.
template <class T>
T weighted_variance_loss(const Row<T>& f, const Row<T>& p, const Row<T>& log_q) {
  detail::require_size("weighted_variance_loss", "size of p", p.size(), f.size());
  detail::require_size("weighted_variance_loss", "size of log_q", log_q.size(), f.size());
  T sum = 0;
  for (Index i = 0; i < f.size(); ++i)
    if (f[i] != 0) sum += std::exp(2 * std::log(std::abs(f[i])) - std::log(p[i]) - log_q[i]);
  return sum / static_cast<T>(f.size());
}
/// -sum (|f|/p) log q / N. ShapeError unless the sizes agree.
template <class T>
T weighted_kl_loss(const Row<T>& f, const Row<T>& p, const Row<T>& log_q) {
  detail::require_size("weighted_kl_loss", "size of p", p.size(), f.size());
  detail::require_size("weighted_kl_loss", "size of log_q", log_q.size(), f.size());
  T sum = 0;
  for (Index i = 0; i < f.size(); ++i)
    if (f[i] != 0) sum -= std::abs(f[i]) / p[i] * log_q[i];
  return sum / static_cast<T>(f.size());
}

namespace detail {

/// What can be trained on frozen points.
template <class Q>
inline constexpr bool learns_from_weights = [] {
  if constexpr (Scoreable<Q>) return Parametric<Q>; else return false;
}();
template <class Q>
constexpr Never explain_weighted() {
  static_assert(Scoreable<Q>,
                "A weighted loss needs log q with its way back: give the distribution evaluate(x), whose result has .value (one "
                "number a column) and pullback(w) = sum_c w_c grad log q(x_c).");
  static_assert(!Scoreable<Q> || Parametric<Q>,
                "A weighted loss moves q's own parameters: give the distribution params() and set_params(v); what is bound to "
                "data has none.");
  return {};
}

/// Columns that are evaluated and pulled back together: what an evaluation keeps then stays in the cache.
inline constexpr Index loss_columns = 1024;

/// The estimate of any loss that says, from rows of log |f|, log p and log q, each point's share `value` of the loss and its
/// score `weight`, and by `level` what the weight would be with p for q.
template <class Loss, class Q, Executor E, class T = ScalarOf<Q>>
Estimate<T> weighted_estimate(const Loss& loss, const Q& q, const WeightedPoints<T>& data, E& executor) {
  require_size("weighted loss", "rows of x", data.x.rows(), q.event_size());
  require_size("weighted loss", "size of p", data.log_p.size(), data.x.cols());
  require_size("weighted loss", "size of f", data.f.size(), data.x.cols());
  require_at_least("weighted loss", "number of points", data.size(), 1);
  Estimate<T> estimate;
  std::vector<Index> used;
  for (Index i = 0; i < data.size(); ++i) {
    if (!std::isfinite(data.f[i]) || !std::isfinite(data.log_p[i])) ++estimate.dropped;
    else if (data.f[i] != 0 || loss.baseline) used.push_back(i);
  }
  const Index points = data.size() - estimate.dropped;
  T levels = 0;
  if (loss.baseline)
    for (const Index i : used) levels += loss.level(std::log(std::abs(data.f[i])), data.log_p[i]);
  struct Part {
    T sum = 0;
    Vector<T> slope;
  };
  const auto part = [&](Index begin, Index length) {
    const WeightedPoints<T> some = data.part({used.begin() + begin, used.begin() + begin + length});
    const auto e = q.evaluate(some.x);
    const Row<T> log_f = some.f.array().abs().log();
    Row<T> value, weight;
    loss.terms(log_f, some.log_p, e.value, value, weight);
    if (loss.baseline)
      for (Index i = 0; i < length; ++i) {
        const T others = points > 1 ? (levels - loss.level(log_f[i], some.log_p[i])) / static_cast<T>(points - 1) : T(0);
        weight[i] -= others * std::exp(e.value[i] - some.log_p[i]);
      }
    weight /= static_cast<T>(points);
    // what is far below the rounding of the sum would only make the way back slow, by numbers too small to be normal
    const T least = weight.cwiseAbs().maxCoeff() * std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon();
    for (Index i = 0; i < length; ++i)
      if (std::abs(weight[i]) < least) weight[i] = T(0);
    return Part{value.sum(), e.pullback(weight)};
  };
  T sum = 0;
  const auto add = [&estimate](T& total, Part&& one) {
    total += one.sum;
    if (estimate.q.size() == 0) estimate.q = std::move(one.slope);
    else estimate.q += one.slope;
  };
  // a few chunks at a time: each has a gradient of its own
  constexpr Index together = 16 * loss_columns;
  const auto count = static_cast<Index>(used.size());
  for (Index first = 0; first < count; first += together)
    sum = reduce_in_order(
        executor, Chunks(std::min(together, count - first), loss_columns), sum,
        [&](Index begin, Index length) { return part(first + begin, length); }, add);
  if (estimate.q.size() == 0) estimate.q = Vector<T>::Zero(Vector<T>(q.params()).size());
  estimate.value = points > 0 ? -sum / static_cast<T>(points) : std::numeric_limits<T>::quiet_NaN();
  return estimate;
}

/// What a weighted loss does when it is called: refuses a q that cannot learn, and a scale that is none.
template <class Loss, class Q, class T, Executor E>
Estimate<T> call_weighted_loss(const char* name, const Loss& loss, const Q& q, const WeightedPoints<T>& data, E& executor) {
  if constexpr (!learns_from_weights<Q>) {
    return explain_weighted<Q>();
  } else {
    require_positive(name, "integral", loss.integral);
    return weighted_estimate(loss, q, data, executor);
  }
}

}  // namespace detail

/// Minus the variance loss on frozen data, divided by integral^2; `loss(q, data)` for any Scoreable q that owns its parameters.
///
/// `baseline` subtracts from each score weight c q/p, with c the mean over the other points of the weights at q = p. Where p is
/// positive wherever q is, the mean of q/p times the score is zero: unbiased, and less noise where p is near q. Not for a q that
/// reaches beyond p's support, such as a normal q with p uniform on a cube: it is rewarded for leaving.
///
/// Points with f = 0 count, but are not evaluated unless there is a baseline; those whose f or p is not finite are dropped and
/// counted as such. Computed from logarithms. An executor, `loss(q, data, pool)`, spreads the points over threads in chunks of a
/// fixed size: the same bits for any number of threads.
template <class T = double>
struct VarianceLoss {
  T integral = T(1);      ///< of |f|, about: takes f's scale out of the gradient
  bool baseline = false;  ///< see above
  T most = std::numeric_limits<T>::infinity();  ///< a larger weight of one point is cut to this: biased, for training only

  template <class Q, class E = SerialExecutor>
    requires Executor<std::remove_reference_t<E>>
  Estimate<T> operator()(const Q& q, const WeightedPoints<T>& data, E&& executor = {}) const {
    return detail::call_weighted_loss("VarianceLoss", *this, q, data, executor);
  }
  /// Each point's share of the loss, and its score weight.
  void terms(const Row<T>& log_f, const Row<T>& log_p, const Row<T>& log_q, Row<T>& value, Row<T>& weight) const {
    weight = (2 * (log_f.array() - std::log(integral)) - log_p.array() - log_q.array()).matrix();
    math::exp(weight.data(), weight.data(), weight.size());
    for (Index i = 0; i < weight.size(); ++i)
      if (weight[i] > most) weight[i] = most;
    value = weight;
  }
  /// The weight at q = p.
  T level(T log_f, T log_p) const { return std::exp(2 * (log_f - log_p - std::log(integral))); }
};

/// Minus the forward KL loss on frozen data, divided by integral; otherwise as `VarianceLoss`.
template <class T = double>
struct ForwardKl {
  T integral = T(1);      ///< of |f|, about
  bool baseline = false;  ///< as there

  template <class Q, class E = SerialExecutor>
    requires Executor<std::remove_reference_t<E>>
  Estimate<T> operator()(const Q& q, const WeightedPoints<T>& data, E&& executor = {}) const {
    return detail::call_weighted_loss("ForwardKl", *this, q, data, executor);
  }
  /// Each point's share of the loss, and its score weight.
  void terms(const Row<T>& log_f, const Row<T>& log_p, const Row<T>& log_q, Row<T>& value, Row<T>& weight) const {
    weight = (log_f.array() - log_p.array() - std::log(integral)).matrix();
    math::exp(weight.data(), weight.data(), weight.size());
    value = Row<T>::Zero(weight.size());
    for (Index i = 0; i < weight.size(); ++i)
      if (weight[i] != 0) value[i] = -weight[i] * log_q[i];
  }
  /// The weight at q = p.
  T level(T log_f, T log_p) const { return std::exp(log_f - log_p - std::log(integral)); }
};

/// first_share A + second_share B in one pass over the data: the KL's long reach and the variance's aim together.
template <class T = double, class A = ForwardKl<T>, class B = VarianceLoss<T>>
struct CombinedLoss {
  A first{};                ///< its integral is set by this one's
  B second{};               ///< so is this
  T first_share = T(0.5);   ///< of the sum
  T second_share = T(0.5);  ///< of the sum
  T integral = T(1);        ///< of |f|, about
  bool baseline = false;    ///< for both

  template <class Q, class E = SerialExecutor>
    requires Executor<std::remove_reference_t<E>>
  Estimate<T> operator()(const Q& q, const WeightedPoints<T>& data, E&& executor = {}) const {
    CombinedLoss scaled = *this;
    scaled.first.integral = scaled.second.integral = integral;
    return detail::call_weighted_loss("CombinedLoss", scaled, q, data, executor);
  }
  /// Each point's share of the loss, and its score weight.
  void terms(const Row<T>& log_f, const Row<T>& log_p, const Row<T>& log_q, Row<T>& value, Row<T>& weight) const {
    Row<T> other_value, other_weight;
    first.terms(log_f, log_p, log_q, value, weight);
    second.terms(log_f, log_p, log_q, other_value, other_weight);
    value = first_share * value + second_share * other_value;
    weight = first_share * weight + second_share * other_weight;
  }
  /// The weight at q = p.
  T level(T log_f, T log_p) const {
    return first_share * first.level(log_f, log_p) + second_share * second.level(log_f, log_p);
  }
};

/// `first_steps` steps by A, then `second_steps` by B, and again; with second_steps = 0, A alone. A trainer says which step it
/// is. To begin with A and go over to B for good, make second_steps as large as you like.
template <class T = double, class A = ForwardKl<T>, class B = VarianceLoss<T>>
struct AlternatingLoss {
  A first{};               ///< its integral is set by this one's
  B second{};              ///< so is this
  Index first_steps = 1;   ///< at least 1
  Index second_steps = 1;  ///< at least 0
  T integral = T(1);       ///< of |f|, about

  template <class Q, class E = SerialExecutor>
  Estimate<T> operator()(const Q& q, const WeightedPoints<T>& data, Index step, E&& executor = {}) const {
    detail::require_at_least("AlternatingLoss", "first_steps", first_steps, 1);
    detail::require_at_least("AlternatingLoss", "second_steps", second_steps, 0);
    AlternatingLoss scaled = *this;
    scaled.first.integral = scaled.second.integral = integral;
    if (step % (first_steps + second_steps) < first_steps) return scaled.first(q, data, executor);
    return scaled.second(q, data, executor);
  }
};

}  // namespace variate
