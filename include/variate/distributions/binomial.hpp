#pragma once
/// The binomial distribution.
#include <limits>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/enumerate.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/odds.hpp"
#include "variate/distributions/detail/summed_entropy.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/detail/saddle_point.hpp"
#include "variate/math/incomplete_beta.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/random/detail/binomial.hpp"
#include "variate/random/detail/trials.hpp"

namespace variate {
namespace detail {

/// log f = log(n over k) + k log p + (n-k) log(1-p), p = sigmoid(logit); n is a setting.
template <class S>
struct BinomialLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Binomial";
  static constexpr int parameters = 2, fixed = 1;
  static constexpr Arguments<parameters> arguments{{{"logits", Domain::real}, {"total_count", Domain::count}}};
  static constexpr bool discrete = true, reparameterized = false;
  /// ones, zeros: the mean numbers of either outcome; own: as in saddle_point.hpp, of n.
  enum : std::size_t { logit, count, p1, p0, ones, zeros, log_ones, log_zeros, own };
  static constexpr int constants = 9;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) {
    const V l = theta[0], n = theta[1], yes = math::sigmoid(l), no = math::sigmoid(-l), log_n = math::log(n);
    return {l,
            n,
            yes,
            no,
            n * yes,
            n * no,
            log_n + math::log_sigmoid(l),
            log_n + math::log_sigmoid(-l),
            math::detail::all_in_double([]<class L>(L a) { return math::detail::own_log_probability(a); }, n)};
  }

  static V log_prob(V x, const C& c) {
    const V value = math::detail::all_in_double(
        []<class L>(L k, L rest, L of_n, L mean, L rest_mean, L log_mean, L log_rest, L off) {
          using namespace math::detail;
          return (own_log_probability_of_count(k) + own_log_probability_of_count(rest) - of_n) -
                 (deviance(k, mean, log_mean, off) + deviance(rest, rest_mean, log_rest, -off));
        },
        x, c[count] - x, c[own], c[ones], c[zeros], c[log_ones], c[log_zeros], off_mean(x, c));
    return if_whole(x, value, -std::numeric_limits<S>::infinity());
  }
  /// n takes whole numbers only: its slope is said to be 0.
  static V score(V x, const C& c, Theta& s) {
    s[0] = if_whole(x, off_mean(x, c), S(0));
    s[1] = S(0);
    return V(S(0));
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, const Batch<T>& all, Index d, Index samples) {
    using L = math::Lanes<double>;
    const Index batch = all.cols();
    return by_trials<T>(rng, d, batch, samples, [&](Index row, const TrialPoints& points) {
      const L l = at_points(points, [&](Index point) { return all(row, point); });
      const L n = at_points(points, [&](Index point) { return all(d + row, point); });
      return BinomialTrial<L>(n, math::sigmoid(l), math::sigmoid(-l));
    });
  }
  static V point(V k, const C&) { return k; }

  static V lowest(const C&) { return V(S(0)); }
  static V highest(const C& c) { return c[count]; }
  static V mean(const C& c) { return c[ones]; }
  static V variance(const C& c) { return c[ones] * c[p0]; }
  /// The larger of two.
  static V mode(const C& c) { return min(math::floor(c[ones] + c[p1]), c[count]); }
  /// P(X <= k) is the probability that a beta number with parameters n - k and k + 1 is less than 1 - p.
  static V entropy(const C& c) { return SummedEntropy<BinomialLaw>(c).value; }
  static void entropy_gradient(const C& c, Theta& s) { s = SummedEntropy<BinomialLaw>(c).slopes; }
  static V cdf(V x, const C& c) {
    const V k = down(x, c);
    return select(k == c[count], V(S(1)), math::beta_cdf(max(c[count] - k, V(S(1))), k + S(1), -c[logit]));
  }
  static V log_cdf(V x, const C& c) {
    const V k = down(x, c);
    return select(k == c[count], V(S(0)), math::log_beta_cdf(max(c[count] - k, V(S(1))), k + S(1), -c[logit]));
  }

  /// Of laws with the same n.
  static V kl(const C& p, const C& q) {
    return p[ones] * log_failure_ratio(-p[logit], -q[logit]) + p[zeros] * log_failure_ratio(p[logit], q[logit]);
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    s[0] = p[ones] * p[p0] * (p[logit] - q[logit]);
    s[1] = S(0);
  }
  /// InvalidArgument unless p and q have one n: what else there is has no closed form.
  static void require_same(const Batch<S>& p, const Batch<S>& q, Index d) {
    if (p.middleRows(d, d) != q.middleRows(d, d))
      throw InvalidArgument("kl: total_count of two Binomials differs, expected the same; use kl_monte_carlo");
  }

 private:
  /// x - n p from the rarer outcome, whose mean has all its digits.
  static V off_mean(V x, const C& c) { return select(c[p1] <= c[p0], x - c[ones], c[zeros] - (c[count] - x)); }
  static V down(V x, const C& c) { return min(max(math::floor(x), V(S(0))), c[count]); }
};

}  // namespace detail

/// d independent numbers of successes in n trials, of probability (n over k) p^k (1-p)^(n-k) with p = sigmoid(logit). n
/// (total_count) is a setting, one for each coordinate; theta is the logits, d x B.
///
/// The entropy is a sum, good to about 1e-13. Draws are exact for n up to 2^53, by inversion where the rarer outcome has a mean
/// below 10 and by rejection elsewhere; draw j depends on the generator and j alone. `log_prob` is -inf at a number that is not a
/// count; there the score is 0.
template <class S = double>
class Binomial : public detail::Family<Binomial<S>, detail::BinomialLaw<S>> {
  using Base = detail::Family<Binomial<S>, detail::BinomialLaw<S>>;

 public:
  using Base::Base;
  /// total_count whole and not negative, d x B or d x 1, or DomainError; logits finite, d x B.
  Binomial(const Batch<S>& total_count, const Batch<S>& logits) : Base(std::in_place, logits, total_count) {}

  /// Numbers of trials, d x B.
  const Batch<S>& total_count() const { return this->settings(); }
  /// log(p / (1 - p)), d x B.
  const Batch<S>& logits() const { return this->theta_; }
  /// Probabilities of success, d x B.
  Batch<S> probs() const { return this->constants().middleRows(2 * this->event_size(), this->event_size()); }

  /// All (n+1)^d points, the last coordinate changing fastest. InvalidArgument if the numbers of trials differ or beyond 2^20
  /// points.
  Batch<S> support() const {
    const S n = total_count()(0, 0);
    if ((total_count().array() != n).any())
      throw InvalidArgument("Binomial: total_count differs between coordinates or data points, expected one for support()");
    if (n >= static_cast<S>(detail::most_points))
      throw InvalidArgument("Binomial: support() has more than 2^20 points; use an estimator that samples");
    return detail::all_points<S>("Binomial", this->event_size(), static_cast<Index>(n) + 1);
  }
};

template <class A, class B>
Binomial(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Binomial<typename A::Scalar>;

}  // namespace variate
