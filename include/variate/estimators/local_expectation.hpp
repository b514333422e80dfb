#pragma once
#include <type_traits>
#include <utility>

#include "variate/estimators/detail/changed.hpp"
#include "variate/estimators/detail/finite_choice.hpp"
#include "variate/estimators/detail/kept.hpp"

namespace variate {
namespace detail {

template <class Q>
concept LinkedChoice = Linked<Q> && FiniteChoice<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>>::exists;

}  // namespace detail

/// Local expectation gradients (Titsias and Lazaro-Gredilla 2015): each coordinate is summed over exactly, the others being as
/// they were drawn:
///
///     d/dlogit_{i,k} = E[ p_{i,k} (f(x with x_i = k) - sum_j p_{i,j} f(x with x_i = j)) ].
///
/// Unbiased, of no larger variance than plain score gradients of as many draws (whose mean it is, the others held), and exact
/// for a single variable. `value` is the mean of the coordinates' exact sums. Needs only values of f; for Bernoulli,
/// Categorical and OneHotCategorical, bound or not, of d variables with K classes. Each of n samples for each data point costs
/// 1 + d(K-1) evaluations. The gradient for f's own parameters is that of the draws alone. A sample with a value that is not
/// finite at a class of positive probability is dropped with all that belong to it. Throws InvalidArgument if n < 1.
struct LocalExpectation {
  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::LinkedChoice<Q>) return Integrand<F, ScalarOf<Q>>; else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(
        detail::LinkedChoice<Q>,
        "LocalExpectation is for Bernoulli, Categorical and OneHotCategorical distributions, bound or not: use Reinforce or "
        "MeasureValued for others.");
    if constexpr (detail::LinkedChoice<Q>)
      detail::explain_values<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      using Choice = detail::FiniteChoice<std::remove_cvref_t<decltype(q.distribution())>>;
      detail::require_at_least("LocalExpectation", "n", n, 1);
      const auto& choice = q.distribution();
      const Index points = q.batch_size(), classes = Choice::classes(choice);
      const Batch<T> probs = Choice::probs(choice);
      const Index variables = probs.rows() / classes, others = classes - 1, changes = variables * others;
      Batch<T> x = q.sample(rng, n);
      const Index cols = x.cols();

      detail::Kept<T> kept(n, points);
      Estimate<T> estimate;
      const auto attempt = [&] {
        estimate.evaluations += (1 + changes) * cols;
        const auto e = variate::evaluate(f, x);
        if (kept.drop_non_finite(e.value)) return false;
        const Batch<T> labels = Choice::labels(choice, x);
        const auto other = [&](Index i, Index j, Index c) { return (static_cast<Index>(labels(i, c)) + 1 + j) % classes; };
        // variable i's j-th other class in row i*others + j; an impossible class is not asked for, the draw stands in its place
        const Batch<T> values = detail::values_of_changed<T>(f, x, changes, [&](Index row, Batch<T>& y, Index at) {
          const Index i = row / others;
          for (Index c = 0; c < cols; ++c)
            if (const Index k = other(i, row % others, c); probs(i * classes + k, c % points) > T(0))
              Choice::put(choice, i, k, y.col(at + c));
        });
        if (kept.drop_non_finite(values)) return false;

        const Row<T> w = kept.weights();
        Batch<T> g = Batch<T>::Zero(probs.rows(), cols);
        estimate.value = T(0);
        for (Index i = 0; i < variables; ++i)
          for (Index c = 0; c < cols; ++c) {
            if (w(c) == T(0)) continue;
            // about the value of the draw, so that a constant does not matter
            const auto p = [&](Index k) { return probs(i * classes + k, c % points); };
            T mean = 0;
            for (Index j = 0; j < others; ++j) mean += p(other(i, j, c)) * (values(i * others + j, c) - e.value(c));
            for (Index j = 0; j < others; ++j) {
              const Index k = other(i, j, c);
              g(i * classes + k, c) = w(c) * p(k) * (values(i * others + j, c) - e.value(c) - mean);
            }
            const auto drawn = static_cast<Index>(labels(i, c));
            g(i * classes + drawn, c) = -w(c) * p(drawn) * mean;
            estimate.value += w(c) * (e.value(c) + mean) / static_cast<T>(variables);
          }
        estimate.q = q.link_pullback(Choice::pull(choice, std::move(g)));
        detail::add_direct_unless_zero_mean<T>(e, w, estimate.q);
        estimate.f = e.pullback(w);
        return true;
      };
      bool done = attempt();
      while (!done && kept.patch(x, 1)) done = attempt();
      if (!done) return detail::refused<T>((1 + changes) * kept.dropped(), estimate.evaluations);
      estimate.dropped = (1 + changes) * kept.dropped();
      return estimate;
    }
  }
};

}  // namespace variate
