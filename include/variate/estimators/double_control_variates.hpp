#pragma once
/// Leave-one-out with a second, linear control variate.
#include <utility>

#include "variate/distributions/detail/theta.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/estimators/detail/smooth_draw.hpp"

namespace variate {

/// Options of DoubleControlVariates.
template <class T = double>
struct DoubleControlVariatesOptions {
  T alpha = T(1);     ///< scale of the linear part: where tuning starts
  bool tune = true;   ///< follow the scale of least variance
  T decay = T(0.99);  ///< of the moving averages, in [0, 1)
};

/// Double control variates (Titsias and Shi 2022): leave-one-out with the expansion of f about the mean m of q taken off before.
/// With v_k the mean of f' over the other samples, h_k = v_k.(x_k - m) and F_k = f_k - alpha h_k,
///
///     mean_k (F_k - mean of the others' F) grad log q(x_k) + alpha (dm/dlogits)^T mean_k f'(x_k).
///
/// Unbiased for every alpha that comes from earlier draws: h_k's own slope is put back exactly, and what the others' h hold of
/// x_k is of mean zero. The first control variate is the baseline; h works twice, in the sample's value and in that baseline.
/// g = A + alpha B is affine in alpha, so the alpha of least E|g|^2 is -E[A.B]/E[B.B], of which moving averages are kept (the
/// authors follow its slope). |g|^2 is that of the gradient by the logits of a data point.
///
/// Needs df/dx at the draws, and no other values: n evaluations for each data point, in one call. For Bernoulli and
/// OneHotCategorical, bound or not. Samples with a value or gradient that is not finite are dropped and counted; a data point
/// with fewer than two makes the estimate not finite. `learn` takes what the estimate learned. Throws InvalidArgument if n < 2 or
/// alpha is not finite, DomainError unless 0 <= decay < 1.
template <class T = double>
class DoubleControlVariates {
 public:
  explicit DoubleControlVariates(DoubleControlVariatesOptions<T> options = {}) : options_(options), alpha_(options.alpha) {
    detail::require_finite("DoubleControlVariates", "alpha", options.alpha);
    if (!(options.decay >= T(0) && options.decay < T(1)))
      throw DomainError(detail::complaint("DoubleControlVariates", "decay", options.decay, "a number in [0, 1)"));
  }

  T alpha() const { return alpha_; }  ///< scale of the linear part, as it stands

  template <class Q, class F>
  static constexpr bool accepts = detail::accepts_smooth<Q, F>;
  template <class Q, class F>
  static constexpr detail::Never explain() {
    return detail::explain_smooth<Q, F>();
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      detail::require_at_least("DoubleControlVariates", "n", n, 2);
      const detail::RelaxationOf<Q> smooth(q.distribution());
      const Index points = q.batch_size();
      Batch<T> x = smooth.hard(smooth.noisy(uniforms<T>(rng, q.distribution().theta().rows(), n * points)));
      detail::Kept<T> kept(n, points);
      Estimate<T> estimate;
      const auto attempt = [&] {
        estimate.evaluations += x.cols();
        const auto e = variate::evaluate(f, x);
        if (kept.drop_non_finite(e.value)) return false;
        Batch<T> slope;
        e.pullback(Row<T>::Ones(x.cols()), slope);
        if (kept.drop_non_finite(slope)) return false;

        const Row<T> w = kept.weights();
        Batch<T> weighed = slope;
        weighed.array().rowwise() *= w.array();
        const Batch<T> mean_slope = detail::folded(weighed, points), score = smooth.score(x);  // x - m is the score by the logits
        const Row<T> along = linear(slope, mean_slope, score, w);
        const Row<T> keep = kept.keep();
        const LeaveOneOut others;
        Batch<T> first = score, second = score;  // to become A and B, for each data point
        first.array().rowwise() *= others(Row<T>(e.value), keep, q).cwiseProduct(w).array();
        second.array().rowwise() *= -others(along, keep, q).cwiseProduct(w).array();
        first = detail::folded(first, points);
        second = Batch<T>(detail::folded(second, points) + smooth.mean_pullback(mean_slope));

        estimate.value = e.value.dot(w);
        estimate.q = q.link_pullback(Batch<T>(first + alpha_ * second));
        detail::add_direct_unless_zero_mean<T>(e, w, estimate.q);
        estimate.f = e.pullback(w);
        const T scale = static_cast<T>(points);  // the weights are over the data points too
        estimate.own = Vector<T>(2);
        estimate.own << first.cwiseProduct(second).sum() * scale, second.squaredNorm() * scale;
        return true;
      };
      bool done = attempt();
      while (!done && kept.patch(x, 2)) done = attempt();
      if (!done) return detail::refused<T>(kept.dropped(), estimate.evaluations);
      estimate.dropped = kept.dropped();
      return estimate;
    }
  }

  /// Takes what an estimate learned: the means of A.B and B.B over the data points.
  void learn(const Vector<T>& own) {
    ab_ = options_.decay * ab_ + (T(1) - options_.decay) * own(0);
    bb_ = options_.decay * bb_ + (T(1) - options_.decay) * own(1);
    if (options_.tune && bb_ > T(0)) alpha_ = -ab_ / bb_;
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.alpha_, self.ab_, self.bb_);
  }

 private:
  /// h_k = (the sum of all slopes of the data point, less its own).(x_k - m)/(count - 1); 1/(B w) is the count.
  static Row<T> linear(const Batch<T>& slope, const Batch<T>& mean_slope, const Batch<T>& centred, const Row<T>& w) {
    const Index points = mean_slope.cols();
    Row<T> along = Row<T>::Zero(slope.cols());
    for (Index c = 0; c < slope.cols(); ++c) {
      if (w(c) == T(0)) continue;
      const T count = T(1) / (w(c) * static_cast<T>(points)), to_sum = T(1) / w(c);
      for (Index i = 0; i < slope.rows(); ++i)
        along(c) += (mean_slope(i, c % points) * to_sum - slope(i, c)) * centred(i, c) / (count - T(1));
    }
    return along;
  }

  DoubleControlVariatesOptions<T> options_;
  T alpha_, ab_ = T(0), bb_ = T(0);
};

}  // namespace variate
