#pragma once
/// Independent coin flips, by their logits.
#include <limits>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/enumerate.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/detail/logarithm.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// P(1) = sigmoid(logit). Both probabilities and both logarithms are kept to full relative precision, whatever the logit.
template <class S>
struct BernoulliLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Bernoulli";
  static constexpr int parameters = 1;
  static constexpr Arguments<parameters> arguments{{{"logits", Domain::real}}};
  static constexpr bool discrete = true, reparameterized = false;
  enum : std::size_t { logit, p1, p0, log_p1, log_p0 };
  static constexpr int constants = 5;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) {
    const V zero(S(0)), one(S(1)), l = theta[0];
    const auto positive = l > zero;
    const V e = math::exp(select(positive, -l, l)), likely = one / (one + e), unlikely = e * likely, rest = math::detail::log_one_plus_fraction(e);
    return {l, select(positive, likely, unlikely), select(positive, unlikely, likely), select(positive, zero, l) - rest,
            select(positive, -l, zero) - rest};
  }

  static V log_prob(V x, const C& c) {
    return select(x == S(1), c[log_p1], select(x == S(0), c[log_p0], V(-std::numeric_limits<S>::infinity())));
  }
  static V score(V x, const C& c, Theta& s) {
    s[0] = select(x == S(1), c[p0], select(x == S(0), -c[p1], V(S(0))));
    return V(S(0));
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return uniforms<T>(rng, rows, cols);
  }
  static V point(V u, const C& c) { return select(u > c[p0], V(S(1)), V(S(0))); }

  static V lowest(const C&) { return V(S(0)); }
  static V highest(const C&) { return V(S(1)); }
  static V mean(const C& c) { return c[p1]; }
  static V variance(const C& c) { return c[p1] * c[p0]; }
  static V mode(const C& c) { return select(c[p1] > c[p0], V(S(1)), V(S(0))); }
  static V entropy(const C& c) { return -(c[p1] * c[log_p1] + c[p0] * c[log_p0]); }
  static void entropy_gradient(const C& c, Theta& s) { s[0] = -(c[logit] * c[p1]) * c[p0]; }
  static V cdf(V x, const C& c) { return select(x < V(S(0)), V(S(0)), select(x < V(S(1)), c[p0], V(S(1)))); }

  static V kl(const C& p, const C& q) { return p[p1] * (p[log_p1] - q[log_p1]) + p[p0] * (p[log_p0] - q[log_p0]); }
  static void kl_gradient(const C& p, const C& q, Theta& s) { s[0] = ((p[logit] - q[logit]) * p[p1]) * p[p0]; }
};

}  // namespace detail

/// d independent bits, 0 or 1; theta is their logits, d x B.
///
/// `sample` gives 1 where u > sigmoid(-logit), u from `uniforms(rng, d, nB)`: where logit + log u - log(1 - u) > 0, so that the
/// relaxed and antithetic estimators couple with it. `log_prob` is -inf where a coordinate is neither 0 nor 1; such a
/// coordinate has score 0. Logits beyond +-700 keep their log probabilities.
template <class S = double>
class Bernoulli : public detail::Family<Bernoulli<S>, detail::BernoulliLaw<S>> {
  using Base = detail::Family<Bernoulli<S>, detail::BernoulliLaw<S>>;

 public:
  using Base::Base;
  /// Finite logits, d x B (a vector for B = 1).
  explicit Bernoulli(const Batch<S>& logits) : Base(std::in_place, logits) {}
  /// From probabilities of a 1, each inside (0, 1), or DomainError.
  static Bernoulli from_probs(const Batch<S>& probs) {
    detail::require_each<DomainError>("Bernoulli", "probs", probs, "a probability inside (0, 1)",
                                      [](S p) { return p > 0 && p < 1; });
    return Bernoulli(Batch<S>(probs.unaryExpr([](S p) { return std::log(p) - std::log1p(-p); })));
  }

  /// log(p / (1 - p)), d x B.
  const Batch<S>& logits() const { return this->theta_; }
  /// Probabilities of a 1, d x B.
  Batch<S> probs() const { return this->mean(); }
  /// All 2^d points, d x 2^d; the last coordinate changes fastest. InvalidArgument if d > 20.
  Batch<S> support() const { return detail::all_points<S>("Bernoulli", this->event_size(), 2); }
};

template <class A>
Bernoulli(const Eigen::MatrixBase<A>&) -> Bernoulli<typename A::Scalar>;

}  // namespace variate
