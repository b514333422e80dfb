#pragma once
/// Discrete choices and clips in simulators that are to be differentiated. The hard choice is made; its derivative is that of a
/// smooth stand-in ("straight through": Bengio, Leonard and Courville 2013), so gradients are biased, but they are there.
#include <cmath>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/random/fill.hpp"
#include "variate/simulation/numbers.hpp"

namespace variate {

/// log(u / (1 - u)) for a uniform u: the standard logistic law, that of the difference of two Gumbel variables.
template <std::floating_point T>
T logistic_from_uniform(T u) {
  return math::logit(u);
}

/// 1 with probability sigmoid(log_odds), else 0, from one number `noise` of the standard logistic law; the derivative is that of
/// sigmoid((log_odds + noise) / temperature). The straight-through Gumbel-softmax of two classes (Jang, Gu and Poole 2017;
/// Maddison, Mnih and Teh 2017), whose two Gumbel variables enter by their difference alone.
template <class X>
X straight_through_bernoulli(const X& log_odds, PlainNumber<X> noise, PlainNumber<X> temperature = PlainNumber<X>(0.1)) {
  using T = PlainNumber<X>;
  const T z = value_of(log_odds) + noise, hard = std::isnan(z) ? z : (z > 0 ? T(1) : T(0));
  if constexpr (!differentiates<X>) return hard;
  const T e = std::exp(-std::abs(z) / temperature);
  return with_slopes(hard, e / ((1 + e) * (1 + e) * temperature), log_odds);
}
/// The same from the probability, which is first clipped to [1e-10, 1 - 1e-10]; outside there is no derivative.
template <class X>
X straight_through_bernoulli_of(const X& probability, PlainNumber<X> noise, PlainNumber<X> temperature = PlainNumber<X>(0.1)) {
  using T = PlainNumber<X>;
  constexpr T least = sizeof(T) == 8 ? T(1e-10) : T(1e-7);
  const T p = value_of(probability);
  const bool inside = p >= least && p <= 1 - least;
  const T q = p < least ? least : p > 1 - least ? 1 - least : p;
  const X log_odds = with_slopes(math::logit(q), inside ? 1 / (q * (1 - q)) : T(0), probability);
  return straight_through_bernoulli(log_odds, noise, temperature);
}

/// One-hot: 1 at the largest log weight + Gumbel noise, 0 elsewhere, so that class i is drawn with probability proportional to
/// exp(log_weights_i); the derivative is that of softmax((log_weights + gumbels) / temperature). ShapeError if sizes differ,
/// InvalidArgument if there is no class.
template <class X>
std::vector<X> straight_through_categorical(const std::vector<X>& log_weights, const std::vector<PlainNumber<X>>& gumbels,
                                            PlainNumber<X> temperature = PlainNumber<X>(0.1)) {
  using T = PlainNumber<X>;
  const std::size_t k = log_weights.size();
  detail::require_at_least("straight_through_categorical", "number of classes", static_cast<Index>(k), 1);
  detail::require_size("straight_through_categorical", "number of gumbels", static_cast<Index>(gumbels.size()),
                       static_cast<Index>(k));
  std::vector<T> soft(k), slopes(k);
  std::size_t best = 0;
  for (std::size_t i = 0; i < k; ++i) {
    soft[i] = value_of(log_weights[i]) + gumbels[i];
    if (soft[i] > soft[best]) best = i;
  }
  std::vector<X> choice;
  choice.reserve(k);
  const T highest = soft[best];
  T sum = 0;
  for (T& s : soft) sum += s = std::exp((s - highest) / temperature);
  for (T& s : soft) s /= sum;
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) slopes[j] = soft[i] * ((i == j ? T(1) : T(0)) - soft[j]) / temperature;
    choice.push_back(with_slopes(i == best ? T(1) : T(0), slopes.data(), log_weights.data(), static_cast<Index>(k)));
  }
  return choice;
}

/// x inside [low, high], the nearer end outside. The derivative is 1 inside, the ends included, and 0 outside.
template <class X>
X clip(const X& x, PlainNumber<X> low, PlainNumber<X> high) {
  if (value_of(x) < low) return X(low);
  if (value_of(x) > high) return X(high);
  return x;
}

/// log(e^(k a) + e^(k b)) / k: above the larger by at most log(2)/k, smooth in both, without overflow.
template <class X>
X soft_maximum(const X& a, const X& b, PlainNumber<X> k = PlainNumber<X>(2)) {
  using T = PlainNumber<X>;
  const T distance = value_of(a) - value_of(b), e = std::exp(-k * std::abs(distance));
  const T of_larger = 1 / (1 + e), of_smaller = e / (1 + e);
  const bool first = !(distance < 0);
  return with_slopes((first ? value_of(a) : value_of(b)) + std::log1p(e) / k, first ? of_larger : of_smaller, a,
                     first ? of_smaller : of_larger, b);
}
/// -log(e^(-k a) + e^(-k b)) / k: below the smaller by at most log(2)/k.
template <class X>
X soft_minimum(const X& a, const X& b, PlainNumber<X> k = PlainNumber<X>(2)) {
  return -soft_maximum(X(-a), X(-b), k);
}
/// Between low and high, smoothly: soft_maximum(soft_minimum(x, high), low).
template <class X>
X soft_clip(const X& x, PlainNumber<X> low, PlainNumber<X> high, PlainNumber<X> k = PlainNumber<X>(2)) {
  return soft_maximum(soft_minimum(x, X(high), k), X(low), k);
}

}  // namespace variate
