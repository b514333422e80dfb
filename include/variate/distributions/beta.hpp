#pragma once
/// The beta distribution, with implicit reparameterisation.
#include <limits>
#include <type_traits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/gamma_core.hpp"
#include "variate/math/incomplete_beta.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"

namespace variate {
namespace detail {

/// log f = (a-1) log x + (b-1) log(1-x) - log B(a, b); theta is (log a, log b). Points are told by y = log(x/(1-x)).
template <class S>
struct BetaLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Beta";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"a"}, {"b"}}};
  static constexpr bool discrete = false, reparameterized = true;
  /// fraction_a = log(a/(a+b)), mean_a = E log x, peak as in math::detail::BetaShape.
  enum : std::size_t { shape_a, shape_b, fraction_a, fraction_b, mean_a, mean_b, peak };
  static constexpr int constants = 7;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S inf = std::numeric_limits<S>::infinity();

  static C prepare(const Theta& theta) {
    const V a = math::exp(theta[0]), b = math::exp(theta[1]);
    const auto number = [&](auto member) {
      return math::detail::all_in_double([member]<class L>(L p, L q) { return member(math::detail::BetaShape<L>(p, q)); }, a, b);
    };
    if constexpr (std::is_same_v<S, double>) {
      const math::detail::BetaShape<V> s(a, b);
      return {a, b, s.log_a, s.log_b, s.mean_a, s.mean_b, s.peak};
    } else {
      return {a,
              b,
              number([](const auto& s) { return s.log_a; }),
              number([](const auto& s) { return s.log_b; }),
              number([](const auto& s) { return s.mean_a; }),
              number([](const auto& s) { return s.mean_b; }),
              number([](const auto& s) { return s.peak; })};
    }
  }
  /// For x in (0, 1).
  template <class L>
  static L log_density(const math::detail::BetaShape<L>& s, L x) {
    const L log_x = math::log(x), log_rest = math::log1p(-x);
    return math::detail::beta_log_front(s, log_x, log_rest) - log_x - log_rest;
  }
  /// y of x in [0, 1].
  static V logit(V x) {
    return math::detail::all_in_double([]<class L>(L at) { return math::log(at) - math::log1p(-at); }, x);
  }

  static V log_prob(V x, const C& c) {
    const auto inside = (x > S(0)) & (x < S(1));
    const V at = select(inside, x, V(S(0.5)));
    V value;
    if constexpr (std::is_same_v<S, double>) {
      math::detail::BetaShape<V> s;
      s.a = c[shape_a], s.b = c[shape_b], s.log_a = c[fraction_a], s.log_b = c[fraction_b], s.peak = c[peak];
      value = log_density(s, at);
    } else {  // the constants have lost the digits that a narrow density needs
      value = math::detail::all_in_double(
          []<class L>(L a, L b, L point) { return log_density(math::detail::BetaShape<L>(a, b), point); }, c[shape_a], c[shape_b],
          at);
    }
    return select(inside, value,
                  select(x == S(0), edge(c[shape_a], c[shape_b]),
                         select(x == S(1), edge(c[shape_b], c[shape_a]), select(x == x, V(-inf), x))));
  }
  /// Zero outside the support and at 0 and 1, where the density has no finite derivative.
  static V score(V x, const C& c, Theta& s) {
    const auto inside = (x > S(0)) & (x < S(1));
    const V at = select(inside, x, V(S(0.5))), zero = select(x == x, V(S(0)), x);
    s[0] = select(inside, c[shape_a] * (math::log(at) - c[mean_a]), zero);
    s[1] = select(inside, c[shape_b] * (math::log1p(-at) - c[mean_b]), zero);
    return select(inside, (c[shape_a] - S(1)) / at - (c[shape_b] - S(1)) / (S(1) - at), zero);
  }

  /// The difference of the positions of two gamma numbers: y - log(a/b).
  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, const Batch<T>& all, Index d, Index samples) {
    const Batch<double> both = GammaCore<double>::positions(rng, all.topRows(2 * d).template cast<double>(), samples);
    return (both.topRows(d) - both.bottomRows(d)).template cast<T>();
  }
  static V point(V e, const C& c) { return math::sigmoid(e + (c[fraction_a] - c[fraction_b])); }
  static constexpr int smooth = 2;
  static V smooth_at(V e, const C&) { return e; }
  static Numbers<S, smooth> smooth_slopes(V e, const C& c) {
    return {slope(e, c[shape_a], c[shape_b]), slope(-e, c[shape_b], c[shape_a])};
  }
  static void path_by(const Numbers<S, smooth>& slopes, V e, V, const C& c, Theta& s) {
    const V y = e + (c[fraction_a] - c[fraction_b]), moved = math::sigmoid(y) * math::sigmoid(-y);
    s[0] = moved * c[shape_a] * slopes[0];
    s[1] = -moved * c[shape_b] * slopes[1];
  }
  static void path(V e, V x, const C& c, Theta& s) { path_by(smooth_slopes(e, c), e, x, c, s); }

  static V lowest(const C&) { return V(S(0)); }
  static V highest(const C&) { return V(S(1)); }
  static V mean(const C& c) { return c[shape_a] / (c[shape_a] + c[shape_b]); }
  static V variance(const C& c) {
    const V all = c[shape_a] + c[shape_b];
    return (c[shape_a] / all) * (c[shape_b] / all) / (all + S(1));
  }
  /// (a-1)/(a+b-2) for a, b > 1; else the end where the density is larger, and 1/2 where neither is.
  static V mode(const C& c) {
    const V a = c[shape_a], b = c[shape_b];
    const V ends = select(a > b, V(S(1)), select(a < b, V(S(0)), V(S(0.5))));
    return select((a > S(1)) & (b > S(1)), (a - S(1)) / (a + b - S(2)), ends);
  }
  static V entropy(const C& c) {
    const V log_beta = c[shape_a] * c[fraction_a] + c[shape_b] * c[fraction_b] - c[peak];
    return log_beta - (c[shape_a] - S(1)) * c[mean_a] - (c[shape_b] - S(1)) * c[mean_b];
  }
  static void entropy_gradient(const C& c, Theta& s) {
    const V a = c[shape_a], b = c[shape_b], all = a + b, rest = (all - S(2)) * math::trigamma(all);
    s[0] = a * (rest - (a - S(1)) * math::trigamma(a));
    s[1] = b * (rest - (b - S(1)) * math::trigamma(b));
  }
  static V cdf(V x, const C& c) {
    return at_point(x, c, [](V a, V b, V y) { return math::beta_cdf(a, b, y); });
  }
  static V log_cdf(V x, const C& c) {
    return at_point(x, c, [](V a, V b, V y) { return math::log_beta_cdf(a, b, y); });
  }
  static V icdf(V p, const C& c) { return math::sigmoid(math::beta_quantile(c[shape_a], c[shape_b], p)); }

  static V kl(const C& p, const C& q) {
    const V log_beta_p = p[shape_a] * p[fraction_a] + p[shape_b] * p[fraction_b] - p[peak];
    const V log_beta_q = q[shape_a] * q[fraction_a] + q[shape_b] * q[fraction_b] - q[peak];
    return (log_beta_q - log_beta_p) + (p[shape_a] - q[shape_a]) * p[mean_a] + (p[shape_b] - q[shape_b]) * p[mean_b];
  }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    const V a = p[shape_a], b = p[shape_b], da = a - q[shape_a], db = b - q[shape_b], rest = (da + db) * math::trigamma(a + b);
    s[0] = a * (da * math::trigamma(a) - rest);
    s[1] = b * (db * math::trigamma(b) - rest);
  }

 private:
  /// log f at 0.
  static V edge(V a, V b) { return select(a < S(1), V(inf), select(a == S(1), math::log(b), V(-inf))); }
  static V slope(V e, V a, V b) {
    return math::detail::all_in_double(
        []<class L>(L at, L p, L q) {
          return math::detail::beta_tail(math::detail::BetaShape<L>(p, q), at + math::log(p / q)).slope;
        },
        e, a, b);
  }
  template <class F>
  static V at_point(V x, const C& c, F f) {
    const V inside = select(x < S(0), V(S(0)), select(x > S(1), V(S(1)), x));
    return f(c[shape_a], c[shape_b], logit(inside));
  }
};

}  // namespace detail

/// d independent beta coordinates of density x^(a-1) (1-x)^(b-1) / B(a, b) on (0, 1). theta: d rows log a, then d rows log b; one
/// column a data point.
///
/// Draws are quotients of gamma numbers taken in logarithms; their pullback is the implicit derivative dx/da = -(dF/da)/f, good
/// to 1e-11 for parameters from 1e-3 to 1e6. Draws may round to 0 or 1, where log f is infinite if a < 1 or b < 1.
template <class S = double>
class Beta : public detail::Family<Beta<S>, detail::BetaLaw<S>> {
  using Base = detail::Family<Beta<S>, detail::BetaLaw<S>>;

 public:
  using Base::Base;
  /// Both positive and d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise. Kept as logarithms.
  Beta(const Batch<S>& a, const Batch<S>& b) : Base(std::in_place, a, b) {}

  /// The parameters, d x B.
  Batch<S> a() const { return this->parameter(0); }
  /// Second concentrations, d x B.
  Batch<S> b() const { return this->parameter(1); }
};

template <class A, class B>
Beta(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Beta<typename A::Scalar>;

}  // namespace variate
