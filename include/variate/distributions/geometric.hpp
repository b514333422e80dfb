#pragma once
/// The geometric distribution.
#include <limits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/odds.hpp"
#include "variate/math/detail/log_complement.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log f = log p + k log(1 - p), p = sigmoid(logit).
template <class S>
struct GeometricLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Geometric";
  static constexpr int parameters = 1;
  static constexpr Arguments<parameters> arguments{{{"logits", Domain::real}}};
  static constexpr bool discrete = true, reparameterized = false;
  /// per_success = log(1-p)/p, which is -1 for small p.
  enum : std::size_t { logit, p, q, log_p, log_q, odds_against, per_success };
  static constexpr int constants = 7;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) {
    const V l = theta[0], yes = math::sigmoid(l), log_no = math::log_sigmoid(-l);
    return {l, yes, math::sigmoid(-l), math::log_sigmoid(l), log_no, math::exp(-l), select(l < S(-40), V(S(-1)), log_no / yes)};
  }

  static V log_prob(V x, const C& c) {
    return if_whole(x, multiply_add(x, c[log_q], c[log_p]), -std::numeric_limits<S>::infinity());
  }
  static V score(V x, const C& c, Theta& s) {
    s[0] = if_whole(x, c[q] - x * c[p], S(0));
    return V(S(0));
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return uniforms<T>(rng, rows, cols);
  }
  static V point(V u, const C& c) {
    return min(math::floor(math::abs(math::log(u) / c[log_q])), V(std::numeric_limits<S>::max()));
  }

  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C& c) { return c[odds_against]; }
  static V variance(const C& c) { return c[odds_against] * (S(1) + c[odds_against]); }
  static V mode(const C&) { return V(S(0)); }
  /// -log p - (1-p)/p log(1-p).
  static V entropy(const C& c) { return -multiply_add(c[q], c[per_success], c[log_p]); }
  static void entropy_gradient(const C& c, Theta& s) { s[0] = c[q] * c[per_success]; }
  static V cdf(V x, const C& c) { return -math::expm1(log_beyond(x, c)); }
  static V log_cdf(V x, const C& c) { return math::detail::log_one_minus_exp(log_beyond(x, c)); }

  static V kl(const C& p_, const C& q_) {
    return log_failure_ratio(-p_[logit], -q_[logit]) + odds_of_log_success_ratio(-p_[logit], -q_[logit]);
  }
  static void kl_gradient(const C& p_, const C& q_, Theta& s) { s[0] = -odds_of_log_success_ratio(-p_[logit], -q_[logit]); }

 private:
  /// log P(X > x) for x >= 0.
  static V log_beyond(V x, const C& c) { return (max(math::floor(x), V(S(0))) + S(1)) * c[log_q]; }
};

}  // namespace detail

/// d independent numbers of failures before the first success, k = 0, 1, 2, ..., of probability p (1-p)^k with p =
/// sigmoid(logit); theta is the logits, d x B.
///
/// `sample` is floor(log u / log(1-p)), u from `uniforms(rng, d, nB)`. `log_prob` is -inf at a number that is not a count; there
/// the score is 0. Logits of any size keep their log probabilities.
template <class S = double>
class Geometric : public detail::Family<Geometric<S>, detail::GeometricLaw<S>> {
  using Base = detail::Family<Geometric<S>, detail::GeometricLaw<S>>;

 public:
  using Base::Base;
  /// Finite logits of success, d x B (a vector for B = 1).
  explicit Geometric(const Batch<S>& logits) : Base(std::in_place, logits) {}
  /// From probabilities of success, each inside (0, 1), or DomainError.
  static Geometric from_probs(const Batch<S>& probs) {
    detail::require_domain("Geometric", {"probs", detail::Domain::unit}, probs);
    return Geometric(Batch<S>(probs.unaryExpr([](S p) { return detail::to_theta(detail::Domain::unit, p); })));
  }

  /// log(p / (1 - p)), d x B.
  const Batch<S>& logits() const { return this->theta_; }
  /// Probabilities of success, d x B.
  Batch<S> probs() const { return this->constants().middleRows(this->event_size(), this->event_size()); }
};

template <class A>
Geometric(const Eigen::MatrixBase<A>&) -> Geometric<typename A::Scalar>;

}  // namespace variate
