#pragma once
/// ARMS: many Bernoulli draws at once that avoid one another.
#include <cmath>

#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/estimators/detail/antithetic.hpp"
#include "variate/estimators/detail/avoiding_bits.hpp"

namespace variate {

/// How the n uniform numbers behind the draws of one bit hang together.
enum class Copula {
  dirichlet,  ///< 1 - (1 - d)^(n-1), d a uniform point of the simplex: the rarer bits exclude one another
  gaussian    ///< of normal numbers with correlation -1/(n-1), the least that n can have
};

/// ARMS, antithetic REINFORCE with many samples (Dimitriev and Zhou 2021): leave-one-out over n draws of each bit that are
/// negatively dependent, each logit's gradient divided by 1 - rho, rho the correlation of two of its draws:
///
///     mean_k (f_k - mean of the others' f) (b_k - p)/(1 - rho).
///
/// Unbiased: two draws still disagree about a bit as they would if independent, only more often. For n = 2 it is DisARM. Against
/// DisARM on n/2 pairs it also compares every draw with every other. Needs only values of f: n evaluations for each data point,
/// in one call. For Bernoulli q, bound or not. Samples with a value that is not finite are dropped and counted; a data point with
/// fewer than two makes the estimate not finite. Throws InvalidArgument if n < 2.
struct Arms {
  Copula copula = Copula::dirichlet;  ///< what makes the draws avoid one another

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::LinkedBernoulli<Q>) return Integrand<F, ScalarOf<Q>>;
    else return false;
  }();

  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(detail::LinkedBernoulli<Q>,
                  "Arms is for Bernoulli distributions, bound or not: use Reinforce<LeaveOneOut> for other discrete ones.");
    if constexpr (detail::LinkedBernoulli<Q>) detail::explain_values<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("Arms", "n", n, 2);
      const Index points = q.batch_size();
      const Batch<T>& theta = q.distribution().theta();
      detail::AvoidingBits<T> draw =
          copula == Copula::dirichlet ? detail::simplex_bits(theta, rng, n) : detail::normal_bits(theta, rng, n);
      const detail::RelaxationOf<Q> bits(q.distribution());
      detail::Kept<T> kept(n, points);
      Estimate<T> estimate;
      const auto attempt = [&] {
        estimate.evaluations += draw.value.cols();
        const auto e = variate::evaluate(f, draw.value);
        if (kept.drop_non_finite(e.value)) return false;
        const Row<T> w = kept.weights(), centred = LeaveOneOut{}(Row<T>(e.value), kept.keep(), q);
        Batch<T> g = bits.score(draw.value);
        for (Index c = 0; c < g.cols(); c += points) g.middleCols(c, points).array() *= draw.factor.array();
        g.array().rowwise() *= centred.cwiseProduct(w).array();
        estimate.value = e.value.dot(w);
        estimate.q = q.link_pullback(g);
        detail::add_direct_unless_zero_mean<T>(e, w, estimate.q);
        estimate.f = e.pullback(w);
        return true;
      };
      bool done = attempt();
      while (!done && kept.patch(draw.value, 2)) done = attempt();
      if (!done) return detail::refused<T>(kept.dropped(), estimate.evaluations);
      estimate.dropped = kept.dropped();
      return estimate;
    }
  }
};

}  // namespace variate
