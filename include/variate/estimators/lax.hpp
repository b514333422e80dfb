#pragma once
/// LAX: the score estimator of what a learned surrogate leaves, and the path of the surrogate.
#include <utility>

#include "variate/distributions/detail/factorized.hpp"
#include "variate/estimators/detail/coupled.hpp"
#include "variate/optimizers/adam.hpp"

namespace variate {
namespace detail {

template <class D>
concept IndependentCoordinates = requires(const D& d) {
  []<class Law>(const Factorized<Law>&) {}(d);
};
/// Continuous q of independent coordinates, behind a link or not: each number of theta belongs to one coordinate.
template <class Q>
concept LinkedPath = Linked<Q> && requires(const Q& q, Batch<ScalarOf<Q>> theta) {
  requires Reparameterizable<std::remove_cvref_t<decltype(q.distribution())>>;
  requires IndependentCoordinates<std::remove_cvref_t<decltype(q.distribution())>>;
  std::remove_cvref_t<decltype(q.distribution())>::from_theta(theta);
};

}  // namespace detail

/// LAX (Grathwohl, Choi, Wu, Roeder and Duvenaud 2018, section 3.1): for continuous q with draws z that are a function of its
/// parameters and noise, and any surrogate c,
///
///     (f(z) - c(z)) grad log q(z) + grad c(z)      the second along the draw's path.
///
/// Unbiased for every c; f needs only values and may jump. With c = 0 it is the plain score estimator, with c = f the pathwise
/// one. c's parameters take a step of `optimizer` down the slope of each draw's squared gradient by q's theta, for which one
/// sweep of c over dual numbers is enough (as in `Relax`, which is the same for discrete q).
///
/// The surrogate is Parametric and has `evaluate` and `hessian_vector_product` (`differentiable(model, params)`, or with gradients
/// by hand `second_order_by_differences`); it sees the draws themselves. For families of independent coordinates with a path
/// (Normal, Laplace, Logistic, Gamma, Beta, ...), bound or not. One call of f on n columns for each data point. Samples with a
/// value or gradient that is not finite are dropped and counted. `learn` takes what the estimate learned. Throws InvalidArgument
/// if n < 1.
template <class Surrogate, class O = Adam<ScalarOf<Surrogate>>>
class Lax {
  using T = ScalarOf<Surrogate>;

 public:
  explicit Lax(Surrogate surrogate, O optimizer = O({.rate = T(0.01)}))
      : surrogate_(std::move(surrogate)), optimizer_(std::move(optimizer)) {}

  const Surrogate& surrogate() const { return surrogate_; }  ///< as it stands

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::LinkedPath<Q>) return Integrand<F, ScalarOf<Q>> && detail::SecondOrderIntegrand<Surrogate, ScalarOf<Q>>;
    else return false;
  }();
  template <class Q, class F>
  static constexpr detail::Never explain() {
    static_assert(detail::LinkedPath<Q>,
                  "Lax needs independent continuous coordinates with a path, as Normal or Gamma, bound or not: use Relax for "
                  "Bernoulli and OneHotCategorical, Reinforce for others.");
    if constexpr (detail::LinkedPath<Q>) {
      static_assert(detail::SecondOrderIntegrand<Surrogate, ScalarOf<Q>>,
                    "Lax needs a surrogate with evaluate(z) and hessian_vector_product(z, v, w): make one with "
                    "differentiable(model, params).");
      detail::explain_values<Q, F>();
    }
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else {
      detail::require_at_least("Lax", "n", n, 1);
      Drawn drawn = draw(q.distribution(), rng, n);
      detail::Kept<T> kept(n, q.batch_size());
      Estimate<T> estimate;
      bool done = attempt(q, f, drawn, kept, estimate);
      while (!done && kept.patch(1, [&](Index to, Index from) {
        drawn.z.col(to) = drawn.z.col(from);
        drawn.score.col(to) = drawn.score.col(from);
        drawn.path.col(to) = drawn.path.col(from);
      }))
        done = attempt(q, f, drawn, kept, estimate);
      if (!done) return detail::refused<T>(kept.dropped(), estimate.evaluations);
      estimate.dropped = kept.dropped();
      return estimate;
    }
  }

  /// Takes a step of the surrogate: `own` is the slope of the variance by its parameters.
  void learn(const Vector<T>& own) {
    Vector<T> params = surrogate_.params();
    optimizer_.update(params, Vector<T>(-own));
    surrogate_.set_params(params);
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.surrogate_, self.optimizer_);
  }

 private:
  /// Column for column: the draws (d x nB), their scores by theta and the slopes of theta's coordinate by it (K x nB).
  struct Drawn {
    Batch<T> z, score, path;
  };
  /// Each sample as a data point of its own, so that nothing is summed.
  template <class D, class R>
  static Drawn draw(const D& q, R& rng, Index n) {
    Batch<T> theta = Batch<T>::Zero(q.theta().rows(), n * q.batch_size());
    detail::add_tiled(theta, q.theta(), T(1));
    const D wide = D::from_theta(std::move(theta));
    const auto points = wide.rsample(rng, 1);
    const auto log_q = wide.evaluate(points.value);
    return {points.value, log_q.theta_pullback(Row<T>::Ones(wide.batch_size())),
            points.theta_pullback(Batch<T>::Ones(points.value.rows(), points.value.cols()))};
  }

  template <class Q, class F>
  bool attempt(const Q& q, const F& f, const Drawn& drawn, detail::Kept<T>& kept, Estimate<T>& estimate) const {
    estimate.evaluations += drawn.z.cols();
    const auto e = variate::evaluate(f, drawn.z);
    const auto at = variate::evaluate(surrogate_, drawn.z);
    const Row<T> value = e.value, rest = value - at.value;
    if (kept.drop_non_finite(rest)) return false;
    Batch<T> slope;
    at.pullback(Row<T>::Ones(rest.size()), slope);
    const Index d = drawn.z.rows();
    Batch<T> g = drawn.score;
    g.array().rowwise() *= rest.array();
    for (Index row = 0; row < g.rows(); row += d) g.middleRows(row, d) += drawn.path.middleRows(row, d).cwiseProduct(slope);
    if (kept.drop_non_finite(g)) return false;

    const Row<T> w = kept.weights();
    estimate.value = value.dot(w);
    estimate.q = q.link_pullback(Batch<T>(g.array().rowwise() * w.array()));
    detail::add_direct_unless_zero_mean<T>(e, w, estimate.q);
    estimate.f = e.pullback(w);

    // d|g|^2/dparams = 2[-(g.score) dc(z) + d(D_m c(z))], g held, m the way z goes when theta goes along g
    const Row<T> along = -g.cwiseProduct(drawn.score).colwise().sum().cwiseProduct(w);
    Batch<T> moved = Batch<T>::Zero(d, g.cols());
    for (Index row = 0; row < g.rows(); row += d) moved += drawn.path.middleRows(row, d).cwiseProduct(g.middleRows(row, d));
    moved.array().rowwise() *= w.array();
    estimate.own = T(2) * detail::mixed_pullback(surrogate_, at, drawn.z, moved, along);
    return true;
  }

  Surrogate surrogate_;
  O optimizer_;
};

}  // namespace variate
