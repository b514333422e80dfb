#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "variate/estimators/detail/enumerated.hpp"
#include "variate/random/exponentials.hpp"

namespace variate {

/// Sum and sample (Liu, Regier, Tripuraneni, Jordan and McAuliffe 2019): the `top` most probable points of q summed exactly, and
/// the rest by n draws from what remains, weighed by its probability:
///
///     sum over the top of p(s) f(s) grad log p(s)  +  (1 - p(top)) mean_j f(x_j) grad log p(x_j),  x_j ~ q given not in the top.
///
/// Unbiased, and never of larger variance than plain sampling with n draws; with as many `top` as there are points it is Exact
/// and draws nothing. Needs only values of f and a q with a finite support; top + n evaluations for each data point, beside the
/// log probabilities of the whole support. A value that is not finite makes the estimate not finite. Throws InvalidArgument if
/// top < 1 or n < 1.
struct SumAndSample {
  /// Points summed exactly; more than there are means all.
  Index top = 1;

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (Enumerable<Q>) return Integrand<F, ScalarOf<Q>>; else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(
        Enumerable<Q>,
        "SumAndSample needs q.support(), all points as columns, and q.evaluate(x): only distributions over a finite set have "
        "one. Use Reinforce<LeaveOneOut>.");
    if constexpr (Enumerable<Q>)
      detail::explain_values<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("SumAndSample", "top", top, 1);
      detail::require_at_least("SumAndSample", "n", n, 1);
      const Batch<T> support = q.support(), log_probs = detail::log_probs_of_support(q, support);
      const Index points = q.batch_size(), all = log_probs.rows(), summed = std::min(top, all), draws = summed == all ? 0 : n;
      const Batch<T> noise = gumbels<T>(rng, all, draws * points);

      Batch<T> x(support.rows(), (summed + draws) * points);
      Row<T> w = Row<T>::Zero(x.cols());
      for (Index b = 0; b < points; ++b) {
        const std::vector<Index> first = detail::largest(Vector<T>(log_probs.col(b)), summed);
        for (Index s = 0; s < summed + draws; ++s)
          x.col(s * points + b) = support.col(first[0]);  // what is not overwritten weighs nothing
        const auto put = [&](Index s, Index m, double weight) {
          if (!(static_cast<T>(weight) > T(0))) return;
          x.col(s * points + b) = support.col(m);
          w(s * points + b) = static_cast<T>(weight / static_cast<double>(points));
        };
        Vector<T> rest = log_probs.col(b);
        for (Index s = 0; s < summed; ++s) {
          const Index m = first[static_cast<std::size_t>(s)];
          put(s, m, std::exp(static_cast<double>(log_probs(m, b))));
          rest(m) = -std::numeric_limits<T>::infinity();
        }
        const double remaining = std::exp(detail::log_sum_without(rest, [](Index) { return false; }));
        for (Index j = 0; j < draws; ++j) {
          Index m = 0;
          (rest + noise.col(j * points + b)).maxCoeff(&m);
          put(summed + j, m, remaining / static_cast<double>(draws));
        }
      }
      return detail::weighed_points(q, f, x, [&](const Row<T>& values, Row<T>& by_value, Row<T>& by_score) {
        by_value = w;
        by_score = w.cwiseProduct(values);
      });
    }
  }
};

}  // namespace variate
