#pragma once
#include "variate/estimators/detail/weighted_scores.hpp"

namespace variate {

/// What Vimco puts in the place of a left-out weight.
enum class LeftOut {
  geometric,   ///< the geometric mean of the others (the paper's)
  arithmetic,  ///< nothing: the mean of the others alone, their arithmetic mean
  nothing      ///< no baseline at all: the naive score estimator
};

/// VIMCO (Mnih and Rezende 2016): the score gradient of the importance-weighted bound L = log mean_k w_k (Burda et al. 2016), w_k
/// = p/q at the k-th of n samples of a data point, each sample with the others as its baseline:
///
///     sum_k (L - L_{-k}) grad log q(x_k) + sum_k wn_k grad log w_k,     wn = w/sum w, points held.
///
/// Unbiased for the bound's gradient. O(n), by sums from both sides, so that one weight may dominate by any factor. The value is
/// the mean bound over the data points; the gradient for the model's own parameters is that of the bound. The integrand is
/// Elbo<SampledEntropy>. A weight of zero counts as one; samples whose log weight is NaN or +inf are dropped and counted; a data
/// point without a good one makes the estimate not finite. Throws InvalidArgument if n < 2 (n < 1 without a baseline).
struct Vimco {
  LeftOut left_out = LeftOut::geometric;  ///< what stands for a left-out weight

  static constexpr bool of_several_samples = true;  ///< its value is no mean of the integrand's columns

  template <class Q, class F>
  static constexpr bool accepts = detail::accepts_scores<Q, F>;
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return detail::explain_scores<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      using T = ScalarOf<Q>;
      detail::require_at_least("Vimco", "n", n, left_out == LeftOut::nothing ? 1 : 2);
      return detail::from_log_weights(q, f, q.sample(rng, n), n, [&](const auto& e, auto& weights, Estimate<T>& estimate) {
        const T points = static_cast<T>(q.batch_size());
        const Row<T> credit = weights.each([&](const std::vector<T>& l, std::vector<T>& out) { signals(l, out, points); });
        const Row<T> shares = weights.normalized();
        estimate.value = weights.bound();
        estimate.q = e.score(Row<T>(credit - shares));  // a log weight's own partial is minus the score
        estimate.f = e.pullback(shares);
        return true;
      });
    }
  }

 private:
  /// (L - L_{-k}) over the number of data points.
  template <class T>
  void signals(const std::vector<T>& l, std::vector<T>& out, T points) const {
    const T count = static_cast<T>(l.size()), bound = detail::log_sum(l) - std::log(count);
    if (left_out == LeftOut::nothing) {
      std::fill(out.begin(), out.end(), bound / points);
      return;
    }
    if (l.size() < 2) return;  // nobody is left to compare with
    const std::vector<T> others = detail::log_sums_of_others(l);
    if (left_out == LeftOut::arithmetic) {
      for (std::size_t k = 0; k < l.size(); ++k) out[k] = (bound - (others[k] - std::log(count - 1))) / points;
      return;
    }
    // sums of the others' logarithms, from both sides: -inf of one does not spoil the rest
    T left = 0, right = 0;
    std::vector<T> sums(l.size());
    for (std::size_t k = 0; k < l.size(); ++k) {
      sums[k] = left;
      left += l[k];
    }
    for (std::size_t k = l.size(); k-- > 0;) {
      sums[k] += right;
      right += l[k];
    }
    for (std::size_t k = 0; k < l.size(); ++k)
      out[k] = (bound - (detail::log_add(others[k], sums[k] / (count - 1)) - std::log(count))) / points;
  }
};

}  // namespace variate
