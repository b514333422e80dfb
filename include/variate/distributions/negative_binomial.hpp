#pragma once
/// The negative binomial distribution.
#include <algorithm>
#include <limits>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/odds.hpp"
#include "variate/math/detail/gamma_tails.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/detail/saddle_point.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/incomplete_beta.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/random/detail/poisson.hpp"
#include "variate/random/detail/trials.hpp"
#include "variate/random/gammas.hpp"

namespace variate {
namespace detail {

/// log f = lgamma(k+r) - lgamma(r) - log k! + k log p + r log(1-p), p = sigmoid(logit): r/(k+r) times the binomial probability of
/// k successes in k + r trials. theta is (log r, logit).
template <class S>
struct NegativeBinomialLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "NegativeBinomial";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"total_count"}, {"logits", Domain::real}}};
  static constexpr bool discrete = true, reparameterized = false;
  /// own: as in saddle_point.hpp, of r; gap = log r - digamma(r).
  enum : std::size_t { log_count, count, logit, p, q, log_p, log_q, own, gap };
  static constexpr int constants = 9;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) {
    const V r = math::exp(theta[0]), l = theta[1];
    return {theta[0],
            r,
            l,
            math::sigmoid(l),
            math::sigmoid(-l),
            math::log_sigmoid(l),
            math::log_sigmoid(-l),
            math::detail::all_in_double([]<class L>(L a) { return math::detail::own_log_probability(a); }, r),
            math::detail::all_in_double([]<class L>(L a) { return math::detail::log_less_digamma(a); }, r)};
  }

  static V log_prob(V x, const C& c) {
    const V value = math::detail::all_in_double(
        []<class L>(L k, L r, L yes, L no, L log_yes, L log_no, L own_r) {
          using namespace math::detail;
          const L n = k + r, off = k * no - r * yes;
          L log_n(0.0);
          if (any((n * no < 1e-290) | (n * yes < 1e-290))) log_n = math::log(n);
          return (own_r + own_log_probability_of_count(k) - own_log_probability(n)) - math::log1p(min(k / r, L(1e300))) -
                 (deviance(k, n * yes, log_n + log_yes, off) + deviance(r, n * no, log_n + log_no, -off));
        },
        x, c[count], c[p], c[q], c[log_p], c[log_q], c[own]);
    return if_whole(x, value, -std::numeric_limits<S>::infinity());
  }
  static V score(V x, const C& c, Theta& s) {
    const V off = x * c[q] - c[count] * c[p];
    const V by_count = math::detail::all_in_double(
        []<class L>(L k, L r, L difference, L log_r, L log_no, L gap_r) {
          const L n = k + r, part = difference / r;  // n (1-p) = r (1 + part)
          L log_ratio = math::log1p(part);
          const auto far = part < -0.5;
          if (any(far)) log_ratio = select(far, math::log(n) - log_r + log_no, log_ratio);
          return r * (log_ratio + (gap_r - math::detail::log_less_digamma(n)));
        },
        max(x, V(S(0))), c[count], off, c[log_count], c[log_q], c[gap]);
    s[0] = if_whole(x, by_count, S(0));
    s[1] = if_whole(x, off, S(0));
    return V(S(0));
  }

  /// A Poisson number whose rate is a gamma number.
  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, const Batch<T>& all, Index d, Index samples) {
    using L = math::Lanes<double>;
    const Index batch = all.cols();
    Batch<double> shapes = all.middleRows(d, d).template cast<double>();
    shapes = shapes.cwiseMax(1e-300).cwiseMin(1e300);
    Batch<double> rates = log_gammas<double>(rng, shapes, samples);
    for (Index s = 0; s < rates.cols(); s += batch)
      rates.middleCols(s, batch) += all.middleRows(2 * d, d).template cast<double>();
    rates = rates.cwiseMin(690);
    math::exp(rates.data(), rates.data(), rates.size());
    return by_trials<T>(rng, d, rates.cols(), 1, [&](Index row, const TrialPoints& points) {
      return PoissonTrial<L>(at_points(points, [&](Index point) { return rates(row, point); }));
    });
  }
  static V point(V k, const C&) { return k; }

  static V lowest(const C&) { return V(S(0)); }
  static V mean(const C& c) { return c[count] * math::exp(c[logit]); }
  static V variance(const C& c) { return mean(c) * (S(1) + math::exp(c[logit])); }
  /// The larger of two.
  static V mode(const C& c) { return math::floor(max(c[count] - S(1), V(S(0))) * math::exp(c[logit])); }
  /// The probability that a beta number with parameters r and k + 1 is less than 1 - p.
  static V cdf(V x, const C& c) { return math::beta_cdf(c[count], shape(x), -c[logit]); }
  static V log_cdf(V x, const C& c) { return math::log_beta_cdf(c[count], shape(x), -c[logit]); }

  /// Of laws with the same r.
  static V kl(const C& a, const C& b) {
    return a[count] * (odds_of_log_success_ratio(a[logit], b[logit]) + log_failure_ratio(a[logit], b[logit]));
  }
  static void kl_gradient(const C& a, const C& b, Theta& s) {
    s[0] = a[count] * odds_of_log_success_ratio(a[logit], b[logit]);
    s[1] = s[0];
  }
  /// InvalidArgument unless a and b have one r: what else there is has no closed form.
  static void require_same(const Batch<S>& a, const Batch<S>& b, Index d) {
    if (a.topRows(d) != b.topRows(d))
      throw InvalidArgument("kl: total_count of two NegativeBinomials differs, expected the same; use kl_monte_carlo");
  }

 private:
  static V shape(V x) { return max(math::floor(x), V(S(0))) + S(1); }
};

}  // namespace detail

/// d independent numbers of successes before the r-th failure, k = 0, 1, 2, ..., of probability (k+r-1 over k) p^k (1-p)^r with
/// p = sigmoid(logit) and any r > 0 (total_count). theta: d rows log r, then d rows logits; one column a data point.
///
/// Draws are Poisson numbers with gamma distributed rates. `log_prob` is -inf at a number that is not a count; there the score is
/// 0.
template <class S = double>
class NegativeBinomial : public detail::Family<NegativeBinomial<S>, detail::NegativeBinomialLaw<S>> {
  using Base = detail::Family<NegativeBinomial<S>, detail::NegativeBinomialLaw<S>>;

 public:
  using Base::Base;
  /// total_count positive and logits finite, both d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError
  /// otherwise.
  NegativeBinomial(const Batch<S>& total_count, const Batch<S>& logits) : Base(std::in_place, total_count, logits) {}

  /// Numbers of failures, d x B.
  Batch<S> total_count() const { return this->parameter(0); }
  /// log(p / (1 - p)), d x B.
  Batch<S> logits() const { return this->parameter(1); }
  /// Probabilities of success, d x B.
  Batch<S> probs() const { return this->constants().middleRows(3 * this->event_size(), this->event_size()); }
};

template <class A, class B>
NegativeBinomial(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> NegativeBinomial<typename A::Scalar>;

}  // namespace variate
