#pragma once
/// RODEO: leave-one-out with control variates made by a discrete Stein operator.
#include <array>
#include <utility>

#include "variate/distributions/detail/theta.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/estimators/detail/smooth_draw.hpp"
#include "variate/estimators/detail/stein.hpp"
#include "variate/optimizers/adam.hpp"

namespace variate {

/// The surrogate that learns nothing: of a value (row 0) and a linear change (row 1) their sum.
template <class T = double>
struct TaylorSurrogate {
  using Scalar = T;
  Row<T> operator()(const Batch<T>& y) const { return y.row(0) + y.row(1); }
};

/// Options of Rodeo.
template <class T = double>
struct RodeoOptions {
  T alpha = T(0);     ///< scale of what joins the baseline: where tuning starts
  T beta = T(0);      ///< scale of what joins the gradient: where tuning starts
  bool tune = true;   ///< follow the scales of least variance
  T decay = T(0.99);  ///< of the moving averages, in [0, 1)
};

/// RODEO (Shi, Zhou, Hwang, Titsias and Mackey 2022): with A the Gibbs operator of q, which takes any function h to one of mean
/// zero, (A h)(x) = the mean over the variables i of E[h | the others] - h(x),
///
///     mean_k [ (f_k - mean over j != k of (f_j + alpha (A h_j)(x_j))) s_k + beta (A (h'_k s))(x_k) ],   s = grad log q.
///
/// h_k and h'_k guess f from the other samples: the mean over l != k of H(f_l, f'_l.(x - x_l)), H a surrogate of two numbers, of
/// which there are two copies, learned apart. It is called on n (n - 1)(1 + K) columns for each data point, K the logits of one;
/// f on no more than the n samples. Unbiased for every H, alpha and beta that come from earlier draws.
///
/// g = G + alpha B + beta C is affine in the scales, whose values of least E|g|^2 solve two linear equations in moving averages;
/// H takes a step of `optimizer` down the slope of |g|^2 if it is Parametric (`differentiable(mlp, theta)` with 2 inputs and one
/// output), and else stays what it is (`TaylorSurrogate`, the default). |g|^2 is that of the gradient by the logits of a data
/// point.
///
/// Needs df/dx at the draws. For Bernoulli and OneHotCategorical, bound or not. Samples with a value or gradient that is not
/// finite are dropped and counted; a data point with fewer than two makes the estimate not finite. `learn` takes what the
/// estimate learned. Throws InvalidArgument if n < 2 or a scale is not finite, DomainError unless 0 <= decay < 1.
template <class Surrogate = TaylorSurrogate<double>, class O = Adam<ScalarOf<Surrogate>>>
class Rodeo {
  using T = ScalarOf<Surrogate>;
  static constexpr bool learns = Parametric<Surrogate> && ParametricIntegrand<Surrogate, T>;

 public:
  explicit Rodeo(Surrogate surrogate = {}, RodeoOptions<T> options = {}, O optimizer = O({.rate = T(0.01)}))
      : surrogates_{surrogate, surrogate},
        optimizers_{optimizer, optimizer},
        options_(options),
        scales_{options.alpha, options.beta} {
    static_assert(Integrand<Surrogate, T>, "Rodeo needs a surrogate that gives one number for each column of two.");
    detail::require_finite("Rodeo", "alpha", options.alpha);
    detail::require_finite("Rodeo", "beta", options.beta);
    if (!(options.decay >= T(0) && options.decay < T(1)))
      throw DomainError(detail::complaint("Rodeo", "decay", options.decay, "a number in [0, 1)"));
  }

  T alpha() const { return scales_[0]; }  ///< scale of what joins the baseline, as it stands
  T beta() const { return scales_[1]; }   ///< scale of what joins the gradient, as it stands
  /// As they stand: that of the baseline, that of the gradient.
  const std::array<Surrogate, 2>& surrogates() const { return surrogates_; }

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
      detail::require_at_least("Rodeo", "n", n, 2);
      const detail::RelaxationOf<Q> smooth(q.distribution());
      const Index points = q.batch_size();
      Batch<T> x = smooth.hard(smooth.noisy(uniforms<T>(rng, q.distribution().theta().rows(), n * points)));
      detail::Kept<T> kept(n, points);
      Estimate<T> estimate;
      bool done = attempt(q, f, smooth, x, kept, estimate);
      while (!done && kept.patch(x, 2)) done = attempt(q, f, smooth, x, kept, estimate);
      if (!done) return detail::refused<T>(kept.dropped(), estimate.evaluations);
      estimate.dropped = kept.dropped();
      return estimate;
    }
  }

  /// Takes what an estimate learned: the products of G, B and C, then the slopes of |g|^2 by the two surrogates' parameters.
  void learn(const Vector<T>& own) {
    products_ = options_.decay * products_ + (T(1) - options_.decay) * own.template head<5>();
    if (options_.tune) {
      // a trifle on the diagonal: the two may be one and the same
      const T least = T(1e-6) * (products_(2) + products_(4)), bb = products_(2) + least, cc = products_(4) + least;
      const T determinant = bb * cc - products_(3) * products_(3);
      if (determinant > T(0)) {
        scales_[0] = (products_(3) * products_(1) - cc * products_(0)) / determinant;
        scales_[1] = (products_(3) * products_(0) - bb * products_(1)) / determinant;
      }
    }
    if constexpr (learns) {
      Index at = 5;
      for (std::size_t i = 0; i < 2; ++i) {
        Vector<T> params = surrogates_[i].params();
        optimizers_[i].update(params, Vector<T>(-own.segment(at, params.size())));
        at += params.size();
        surrogates_[i].set_params(params);
      }
    }
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.surrogates_, self.optimizers_, self.scales_, self.products_);
  }

 private:
  template <class Q, class F, class Smooth>
  bool attempt(const Q& q, const F& f, const Smooth& smooth, const Batch<T>& x, detail::Kept<T>& kept,
               Estimate<T>& estimate) const {
    estimate.evaluations += x.cols();
    const auto e = variate::evaluate(f, x);
    if (kept.drop_non_finite(e.value)) return false;
    Batch<T> slope;
    e.pullback(Row<T>::Ones(x.cols()), slope);
    if (kept.drop_non_finite(slope)) return false;

    const Row<T> value = e.value, keep = kept.keep(), w = kept.weights();
    const Batch<T> score = smooth.score(x);
    const detail::SteinPairs<T> pairs(x, value, slope, score, w, detail::rows_of_choice(q.distribution()), q.batch_size());
    const auto of_baseline = variate::evaluate(surrogates_[0], pairs.inputs());
    const auto of_gradient = variate::evaluate(surrogates_[1], pairs.inputs());

    // G, B and C, for each data point
    const LeaveOneOut others;
    const Row<T> stein = pairs.operate(of_baseline.value);
    Batch<T> plain = score, baseline = score, gradient = pairs.operate_with_score(of_gradient.value);
    plain.array().rowwise() *= others(value, keep, q).cwiseProduct(w).array();
    baseline.array().rowwise() *= (others(stein, keep, q) - stein).cwiseProduct(w).array();
    const Index points = q.batch_size();
    plain = detail::folded(plain, points);
    baseline = detail::folded(baseline, points);
    gradient = detail::folded(Batch<T>(gradient.array().rowwise() * w.array()), points);
    const Batch<T> g = plain + scales_[0] * baseline + scales_[1] * gradient;

    estimate.value = value.dot(w);
    estimate.q = q.link_pullback(g);
    detail::add_direct_unless_zero_mean<T>(e, w, estimate.q);
    estimate.f = e.pullback(w);

    Vector<T> products(5);
    products << plain.cwiseProduct(baseline).sum(), plain.cwiseProduct(gradient).sum(), baseline.squaredNorm(),
        baseline.cwiseProduct(gradient).sum(), gradient.squaredNorm();
    const T scale = static_cast<T>(points);  // the weights are over the data points too
    estimate.own = products * scale;
    if constexpr (learns) {
      const Vector<T> first = of_baseline.pullback(pairs.weights_of_baseline(g, T(2) * scale * scales_[0])),
                      second = of_gradient.pullback(pairs.weights_of_gradient(g, T(2) * scale * scales_[1]));
      estimate.own.conservativeResize(5 + first.size() + second.size());
      estimate.own.tail(first.size() + second.size()) << first, second;
    }
    return true;
  }

  std::array<Surrogate, 2> surrogates_;
  std::array<O, 2> optimizers_;
  RodeoOptions<T> options_;
  std::array<T, 2> scales_;
  Eigen::Matrix<T, 5, 1> products_ = Eigen::Matrix<T, 5, 1>::Zero();  ///< G.B, G.C, B.B, B.C, C.C
};
template <class Surrogate, class T>
Rodeo(Surrogate, RodeoOptions<T>) -> Rodeo<Surrogate>;

}  // namespace variate
