#pragma once
/// The Kumaraswamy distribution: a beta-like law whose quantiles have a closed form.
#include <limits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/detail/beta_tails.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/detail/log_complement.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/gamma_functions.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log f = log(a b) + (a - 1) log x + (b - 1) log(1 - x^a); theta is (log a, log b). Powers are told by t = a log x.
template <class S>
struct KumaraswamyLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Kumaraswamy";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"a"}, {"b"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { a, b, inverse_a, inverse_b, log_a, log_b };
  static constexpr int constants = 6;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;
  static constexpr S inf = std::numeric_limits<S>::infinity();

  static C prepare(const Theta& theta) {
    return {math::exp(theta[0]), math::exp(theta[1]), math::exp(-theta[0]), math::exp(-theta[1]), theta[0], theta[1]};
  }

  static V log_prob(V x, const C& c) {
    const auto inside = (x > S(0)) & (x < S(1));
    const V log_x = math::log(select(inside, x, V(S(0.5)))), log_scale = c[log_a] + c[log_b];
    const V value = multiply_add(c[a] - S(1), log_x, multiply_add(c[b] - S(1), complement(c[a] * log_x), log_scale));
    const V ends = select(x == S(0), edge(c[a], log_scale), edge(c[b], log_scale));
    return select(inside, value, select(x == x, ends, x));
  }
  /// Zero at 0 and 1, where the density has no finite derivative.
  static V score(V x, const C& c, Theta& s) {
    const auto inside = (x > S(0)) & (x < S(1));
    const V at = select(inside, x, V(S(0.5))), zero = select(x == x, V(S(0)), x);
    const V t = c[a] * math::log(at), odds = math::exp(t) / -math::expm1(t);  // x^a/(1 - x^a)
    const V pull = S(1) - (c[b] - S(1)) * odds;
    s[0] = select(inside, multiply_add(t, pull, V(S(1))), zero);
    s[1] = select(inside, multiply_add(c[b], complement(t), V(S(1))), zero);
    return select(inside, (c[a] * pull - S(1)) / at, zero);
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return uniforms<T>(rng, rows, cols);
  }
  static V point(V u, const C& c) { return icdf(u, c); }
  /// From x = (1 - v^(1/b))^(1/a); zero where x has rounded to 0 or 1.
  static void path(V, V x, const C& c, Theta& s) {
    const auto inside = (x > S(0)) & (x < S(1));
    const V log_x = math::log(select(inside, x, V(S(0.5)))), t = c[a] * log_x, power = math::exp(t);
    const V ratio = select(power > std::numeric_limits<S>::min(), math::expm1(t) * complement(t) / -power, V(S(-1)));
    s[0] = select(inside, -x * log_x, V(S(0)));
    s[1] = select(inside, x * c[inverse_a] * ratio, V(S(0)));
  }

  static V lowest(const C&) { return V(S(0)); }
  static V highest(const C&) { return V(S(1)); }
  static V mean(const C& c) {
    return math::detail::all_in_double([]<class L>(L h, L q) { return math::exp(log_moment(h, q)); }, c[inverse_a], c[b]);
  }
  /// mean^2 (e^D - 1) with D = log E x^2 - 2 log E x; for large a that is a second difference, integrated from the second
  /// derivative.
  static V variance(const C& c) {
    return math::detail::all_in_double(
        []<class L>(L h, L q) {
          const L first = log_moment(h, q);
          const auto narrow = h < 0.5;
          L spread = log_moment(2.0 * h, q) - 2.0 * first;
          if (any(narrow)) {
            const auto curve = [&](L z) { return math::trigamma(z) - math::trigamma(z + q); };
            math::detail::Integrals<L> sums;
            math::detail::add_integrals(sums, L(0.0), L(1.0), [&](L s, L& w, L& g) {
              w = s * (curve(multiply_add(h, s, L(1.0))) + curve(multiply_add(h, 2.0 - s, L(1.0))));
              g = L(0.0);
            });
            spread = select(narrow, h * h * sums.mass, spread);
          }
          return math::exp(2.0 * first) * math::expm1(spread);
        },
        c[inverse_a], c[b]);
  }
  /// Inside for a, b >= 1; else the end where the density is larger, and 1/2 for the uniform law.
  static V mode(const C& c) {
    const V peak = math::exp(c[inverse_a] * math::log((c[a] - S(1)) / (c[a] * c[b] - S(1))));
    const V ends = select((c[a] < c[b]) & (c[a] < S(1)), V(S(0)), V(S(1)));
    return select((c[a] >= S(1)) & (c[b] >= S(1)), select((c[a] == S(1)) & (c[b] == S(1)), V(S(0.5)), peak), ends);
  }
  static V entropy(const C& c) { return (S(1) - c[inverse_a]) * harmonic(c[b]) + (S(1) - c[inverse_b]) - (c[log_a] + c[log_b]); }
  static void entropy_gradient(const C& c, Theta& s) {
    s[0] = c[inverse_a] * harmonic(c[b]) - S(1);
    s[1] = (c[inverse_b] - S(1)) + (S(1) - c[inverse_a]) * (c[b] * math::trigamma(c[b] + S(1)));
  }

  static V cdf(V x, const C& c) { return -math::expm1(c[b] * complement(c[a] * log_of(x))); }
  static V log_cdf(V x, const C& c) {
    const V t = c[a] * log_of(x), tail = t + c[log_b];
    const V value = math::detail::log_one_minus_exp(c[b] * complement(t));
    return select((tail < S(-40)) & (t < S(-40)), tail, value);
  }
  static V icdf(V p, const C& c) {
    return math::exp(c[inverse_a] * math::detail::log_one_minus_exp(c[inverse_b] * math::log1p(-p)));
  }

 private:
  /// log(1 - x^a).
  static V complement(V t) { return math::detail::log_one_minus_exp(t); }
  static V log_of(V x) { return math::log(select(x < S(0), V(S(0)), select(x > S(1), V(S(1)), x))); }
  /// log f at an end with this power.
  static V edge(V power, V log_scale) { return select(power < S(1), V(inf), select(power == S(1), log_scale, V(-inf))); }
  /// digamma(b + 1) - digamma(1).
  static V harmonic(V power) {
    return math::detail::all_in_double([]<class L>(L p) { return math::digamma(p + 1.0) + 0.57721566490153286; }, power);
  }
  /// log E x^k = log(b B(1 + h, b)), h = k/a.
  template <class L>
  static L log_moment(L h, L q) {
    const math::detail::BetaShape<L> shape(h + 1.0, q);
    return math::log(q) + (multiply_add(shape.a, shape.log_a, shape.b * shape.log_b) - shape.peak);
  }
};

}  // namespace detail

/// d independent Kumaraswamy coordinates of density a b x^(a-1) (1 - x^a)^(b-1) on (0, 1). theta: d rows log a, then d rows log
/// b; one column a data point. Reparameterised through the quantile (1 - (1 - u)^(1/b))^(1/a) of a uniform number. Draws may
/// round to 0 or 1.
template <class S = double>
class Kumaraswamy : public detail::Family<Kumaraswamy<S>, detail::KumaraswamyLaw<S>> {
  using Base = detail::Family<Kumaraswamy<S>, detail::KumaraswamyLaw<S>>;

 public:
  using Base::Base;
  /// Both positive and d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  Kumaraswamy(const Batch<S>& a, const Batch<S>& b) : Base(std::in_place, a, b) {}

  /// Powers of x, d x B.
  Batch<S> a() const { return this->parameter(0); }
  /// Powers of 1 - x^a, d x B.
  Batch<S> b() const { return this->parameter(1); }
};

template <class A, class B>
Kumaraswamy(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Kumaraswamy<typename A::Scalar>;

}  // namespace variate
