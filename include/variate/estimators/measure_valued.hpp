#pragma once
#include <array>
#include <type_traits>
#include <utility>

#include "variate/estimators/detail/changed.hpp"
#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/weak_derivative.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

template <class Q>
using DistributionOf = std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>;
template <class Q>
concept WeaklyDifferentiable = Linked<Q> && WeakDerivative<DistributionOf<Q>>::exists;

}  // namespace detail

/// Measure-valued, or weak, derivatives (Pflug 1989; Mohamed, Rosca, Figurnov and Mnih 2020, section 6): the derivative of a
/// density by one of its parameters is a constant times the difference of two densities, so the slope of E f is a weighted
/// difference of values of f at a draw of each, the other coordinates being as they were drawn:
///
///     Normal       loc            (f(loc + s) - f(loc - s))/(scale sqrt(2 pi)), s/scale Rayleigh, shared by both
///                  log scale      f(double-sided Maxwell) - f(the draw)
///     Bernoulli    logit          p (1 - p) (f(1) - f(0))
///     Poisson      log rate       rate (f(k + 1) - f(k))
///     Exponential  log rate       f(x) - f(x + t/rate), t exponential
///     Gamma        log rate       a (f(x) - f(x + t/rate))
///                  log a          a (f(x + t/rate) - f(x))/t
///
/// Unbiased. Needs only values of f, which may jump (Gamma's concentration: unbiased as well, but of finite variance only if f
/// does not). For these families, bound or not, of d independent coordinates. Each of n samples for each data point costs 1 + d
/// evaluations, Normal 1 + 3d. A sample with a value that is not finite is dropped with all that belong to it. Throws
/// InvalidArgument if n < 1.
struct MeasureValued {
  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::WeaklyDifferentiable<Q>) return Integrand<F, ScalarOf<Q>>; else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(
        detail::WeaklyDifferentiable<Q>,
        "MeasureValued is for Normal, Bernoulli, Poisson, Exponential and Gamma distributions, bound or not: use Reinforce for "
        "others.");
    if constexpr (detail::WeaklyDifferentiable<Q>)
      detail::explain_values<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      using Law = detail::WeakDerivative<detail::DistributionOf<Q>>;
      detail::require_at_least("MeasureValued", "n", n, 1);
      const Batch<T>& theta = q.distribution().theta();
      Batch<T> x = q.sample(rng, n);
      const Index d = x.rows(), cols = x.cols(), points = q.batch_size(), changes = Law::alternatives * d;
      Batch<T> u;
      if constexpr (Law::uses_uniforms) u = uniforms<T>(rng, d, cols);
      const auto uniform = [&](Index i, Index c) { return Law::uses_uniforms ? u(i, c) : T(0); };
      const auto theta_of = [&](Index i, Index c) {
        typename Law::Theta t;
        for (std::size_t p = 0; p < Law::parameters; ++p) t[p] = theta(static_cast<Index>(p) * d + i, c % points);
        return t;
      };

      detail::Kept<T> kept(n, points);
      Estimate<T> estimate;
      const auto attempt = [&] {
        estimate.evaluations += (1 + changes) * cols;
        const auto e = variate::evaluate(f, x);
        if (kept.drop_non_finite(e.value)) return false;
        Batch<T> other(changes, cols);  // coordinate i's alternative a (from 1 on) in row (a - 1) d + i
        for (Index i = 0; i < d; ++i)
          for (Index c = 0; c < cols; ++c) {
            const auto drawn = Law::others(x(i, c), uniform(i, c), theta_of(i, c));
            for (std::size_t a = 0; a < drawn.size(); ++a) other(static_cast<Index>(a) * d + i, c) = drawn[a];
          }
        const Batch<T> values = detail::values_of_changed<T>(
            f, x, changes, [&](Index j, Batch<T>& y, Index at) { y.row(j % d).segment(at, cols) = other.row(j); });
        if (kept.drop_non_finite(values)) return false;

        const Row<T> w = kept.weights();
        const auto value = [&](Index number, Index i, Index c) {
          return number == 0 ? e.value(c) : values((number - 1) * d + i, c);
        };
        Batch<T> g(theta.rows(), cols);
        for (Index i = 0; i < d; ++i)
          for (Index c = 0; c < cols; ++c) {
            const auto weight = Law::weights(x(i, c), uniform(i, c), theta_of(i, c));
            for (std::size_t p = 0; p < Law::parameters; ++p) {
              const T difference = value(Law::pairs[p].plus, i, c) - value(Law::pairs[p].minus, i, c);
              g(static_cast<Index>(p) * d + i, c) = w(c) == T(0) ? T(0) : w(c) * weight[p] * difference;
            }
          }
        estimate.value = e.value.dot(w);
        estimate.q = q.link_pullback(g);
        detail::add_direct_unless_zero_mean<T>(e, w, estimate.q);
        estimate.f = e.pullback(w);
        return true;
      };
      const auto copy = [&](Index to, Index from) {
        x.col(to) = x.col(from);
        if (Law::uses_uniforms) u.col(to) = u.col(from);
      };
      bool done = attempt();
      while (!done && kept.patch(1, copy)) done = attempt();
      if (done) {
        estimate.dropped = (1 + changes) * kept.dropped();
        return estimate;
      }
      return detail::refused<T>((1 + changes) * kept.dropped(), estimate.evaluations);
    }
  }
};

}  // namespace variate
