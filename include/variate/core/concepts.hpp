#pragma once
/// The vocabulary of variate, on one page: draw, weigh, pull back, step.
///
/// Shapes. d event size, B data points bound (1 unless bound by `at(x)`), S samples for each, P parameters.
/// Columns are sample-major: column s*B + b is sample s of data point b, so a Row of S*B numbers is a row-major S x B table.
/// Two things can be pulled back, and they mirror each other:
///   a Draw        params -> value (d x SB),     pullback(G)     = sum_c (dvalue_c / dparams)^T G_c
///   an Evaluation (x, params) -> value (1 x SB), pullback(w [,G]) = sum_c w_c dvalue_c/dparams  [and G_c = w_c dvalue_c/dx_c]
/// A log density is an integrand like any other; its pullback is the score.
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"

namespace variate {

namespace detail {
/// Archetypes: a concept checked with these is a property of the type under test alone.
struct AnyRng {
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()();
};
/// What `explain` returns after its static_assert has spoken: converts to whatever was wanted, so nothing else is said.
struct Never {
  template <class X> operator X() const;  // NOLINT: implicit by design, never defined
};
template <class E, class Q, class F> inline constexpr bool accepts = [] {
  if constexpr (requires { E::template accepts<Q, F>; }) return E::template accepts<Q, F>; else return true;
}();
}  // namespace detail

// ---- parameters -------------------------------------------------------------------------------------------------------

/// Owns one flat unconstrained parameter vector that an optimizer may move: a family, a conditional, a decoder, a surrogate.
template <class X>
concept Parametric = std::copy_constructible<X> && requires(X& x, const X& c, const Vector<ScalarOf<X>>& v) {
  { c.params() } -> std::convertible_to<Vector<ScalarOf<X>>>;
  x.set_params(v);
};

// ---- weigh ------------------------------------------------------------------------------------------------------------

/// What remains of evaluating an integrand on a batch: one value a column, and the way back to its parameters.
/// `pullback` may be called any number of times; it returns an empty vector when there are no parameters.
template <class E, class T>
concept Evaluation = requires(const E& e, const Row<T>& w) {
  { e.value } -> std::convertible_to<Row<T>>;
  { e.pullback(w) } -> std::convertible_to<Vector<T>>;
};
/// Also goes back to the points: writes w_c dvalue_c/dx_c into column c of g (resized).
template <class E, class T>
concept DifferentiableEvaluation = Evaluation<E, T> && requires(const E& e, const Row<T>& w, Batch<T>& g) {
  { e.pullback(w, g) } -> std::convertible_to<Vector<T>>;
};
/// The integrand looks at the sampler's own parameters (log q inside an ELBO): direct(w) = sum_c w_c (dvalue_c/dparams of q), points held.
template <class E, class T>
concept DirectEvaluation = Evaluation<E, T> && requires(const E& e, const Row<T>& w) {
  { e.direct(w) } -> std::convertible_to<Vector<T>>;
};

/// Asks an integrand's hessian_vector_product(x, v, w, PointsOnly{}) for second derivatives by the points alone.
struct PointsOnly {};

namespace detail {
template <class T> struct PlainEvaluation {
  Row<T> value;
  Vector<T> pullback(const Row<T>&) const { return {}; }
};
template <class T> struct GradientEvaluation {
  Row<T> value;
  Batch<T> gradient;
  Vector<T> pullback(const Row<T>&) const { return {}; }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const { g = gradient * w.asDiagonal(); return {}; }
};
/// A plain call, looked at.
template <class F, class T>
PlainEvaluation<T> plain(const F& f, const Batch<T>& x) {
  PlainEvaluation<T> e{f(x)};
  require_size("evaluate", "number of values of the model", e.value.size(), x.cols());
  return e;
}
struct Evaluate {
  template <class F, class T>
    requires requires(const F& f, const Batch<T>& x) { { f.evaluate(x) } -> Evaluation<T>; }
  auto operator()(const F& f, const Batch<T>& x) const { return f.evaluate(x); }
  template <class F, class T>
    requires(!requires(const F& f, const Batch<T>& x) { f.evaluate(x); }) &&
            requires(const F& f, const Batch<T>& x, Batch<T>& g) { { f.value_and_gradient(x, g) } -> std::convertible_to<Row<T>>; }
  GradientEvaluation<T> operator()(const F& f, const Batch<T>& x) const {
    GradientEvaluation<T> e;
    e.gradient.resize(x.rows(), x.cols());
    e.value = f.value_and_gradient(x, e.gradient);
    require_size("evaluate", "number of values of the model", e.value.size(), x.cols());
    require_size("evaluate", "rows of the model's gradient", e.gradient.rows(), x.rows());
    require_size("evaluate", "columns of the model's gradient", e.gradient.cols(), x.cols());
    return e;
  }
  template <class F, class T>
    requires(!requires(const F& f, const Batch<T>& x) { f.evaluate(x); }) &&
            (!requires(const F& f, const Batch<T>& x, Batch<T>& g) { f.value_and_gradient(x, g); }) &&
            requires(const F& f, const Batch<T>& x) { { f(x) } -> std::convertible_to<Row<T>>; }
  PlainEvaluation<T> operator()(const F& f, const Batch<T>& x) const { return plain(f, x); }
};
}  // namespace detail
/// Weighs a batch by the best means f has: a member evaluate(x), value_and_gradient(x, g), or a plain call (a lambda will do).
/// Throws ShapeError if one of the last two does not give a number (and a gradient) for each column.
inline constexpr detail::Evaluate evaluate{};

/// Only the values: by a plain call where f has one, so that nothing is kept for the way back.
template <class F, class T>
Row<T> values(const F& f, const Batch<T>& x) {
  if constexpr (requires { { f(x) } -> std::convertible_to<Row<T>>; })
    return detail::plain(f, x).value;
  else
    return variate::evaluate(f, x).value;
}

/// Gives one number a column.
template <class F, class T>
concept Integrand = requires(const F& f, const Batch<T>& x) { { variate::evaluate(f, x) } -> Evaluation<T>; };
/// Its evaluation can be pulled back to its own parameters (a decoder, a generative model, a surrogate, a log density).
template <class F, class T>
concept ParametricIntegrand = Integrand<F, T> && requires(const F& f, const Batch<T>& x) { f.evaluate(x); };
/// Its evaluation can be pulled back to the points.
template <class F, class T>
concept DifferentiableIntegrand = requires(const F& f, const Batch<T>& x) { { variate::evaluate(f, x) } -> DifferentiableEvaluation<T>; };

// ---- draw -------------------------------------------------------------------------------------------------------------

/// Can be sampled and evaluated. `sample(rng, S)` is d x SB, `log_prob(x)` 1 x cols; cols is a multiple of B.
template <class D>
concept Distribution = std::move_constructible<D> &&
    requires(const D& d, detail::AnyRng& rng, Index n, const Batch<ScalarOf<D>>& x) {
      { d.event_size() } -> std::same_as<Index>;
      { d.batch_size() } -> std::same_as<Index>;
      { d.sample(rng, n) } -> std::convertible_to<Batch<ScalarOf<D>>>;
      { d.log_prob(x) } -> std::convertible_to<Row<ScalarOf<D>>>;
    };
/// `evaluate(x)` is the log density with its way back; the score sum_c w_c grad log q(x_c) is `evaluate(x).pullback(w)`.
template <class Q>
concept Scoreable = Distribution<Q> && ParametricIntegrand<Q, ScalarOf<Q>>;

/// A draw that remembers how it was made.
template <class P, class T>
concept Draw = requires(const P& p, const Batch<T>& g) {
  { p.value } -> std::convertible_to<Batch<T>>;
  { p.pullback(g) } -> std::convertible_to<Vector<T>>;
};
template <class Q>
concept Reparameterizable = Distribution<Q> && requires(const Q& q, detail::AnyRng& rng, Index n) {
  { q.rsample(rng, n) } -> Draw<ScalarOf<Q>>;
};
/// Samples in which each coordinate depends on one column of distribution parameters: a distribution behind a link.
/// `distribution()` holds those parameters as a K x B batch `theta()`; `link_pullback(G)` takes K x B or K x SB (summed over S)
/// to the flat parameters. ARM, DisARM, REBAR, RELAX, measure-valued and local-expectation gradients need nothing else.
template <class Q>
concept Linked = Distribution<Q> && requires(const Q& q, const Batch<ScalarOf<Q>>& g) {
  { q.distribution().theta() } -> std::convertible_to<Batch<ScalarOf<Q>>>;
  { q.link_pullback(g) } -> std::convertible_to<Vector<ScalarOf<Q>>>;
};
/// Has a finite support: every point it can take, as columns (d x M), the same for each data point.
template <class Q>
concept Enumerable = Scoreable<Q> && requires(const Q& q) {
  { q.support() } -> std::convertible_to<Batch<ScalarOf<Q>>>;
};
/// Knows its entropy (1 x B) and the way back from it: `entropy_pullback(w)` = sum_b w_b dH_b/dparams.
template <class Q>
concept HasEntropy = Distribution<Q> && requires(const Q& q, const Row<ScalarOf<Q>>& w) {
  { q.entropy() } -> std::convertible_to<Row<ScalarOf<Q>>>;
  { q.entropy_pullback(w) } -> std::convertible_to<Vector<ScalarOf<Q>>>;
};
/// A distribution that owns its parameters: what an optimizer can move without data.
template <class Q>
concept Family = Distribution<Q> && Parametric<Q>;

/// `at(x)` binds a batch of inputs (dx x B) and gives a distribution with B data points whose pullbacks reach `params()`.
/// What is bound borrows x and the conditional, and remembers them: `inputs()`. It owns no parameters, so it is not a Family.
template <class C>
concept Conditional = Parametric<C> && requires(const C& c, const Batch<ScalarOf<C>>& x) {
  { c.at(x) } -> Scoreable;
  { c.at(x).inputs() } -> std::convertible_to<const Batch<ScalarOf<C>>&>;
};
/// A joint p(x, h): `at(x)` is h -> log p(x, h) with its pullback; `dream(rng, n)` draws (x, h) together.
template <class M>
concept Model = Parametric<M> && requires(const M& m, const Batch<ScalarOf<M>>& x) {
  { m.at(x) } -> Integrand<ScalarOf<M>>;
  { m.at(x) } -> ParametricIntegrand<ScalarOf<M>>;
};
template <class M>
concept GenerativeModel = Model<M> && requires(const M& m, detail::AnyRng& rng, Index n) {
  { m.dream(rng, n).x } -> std::convertible_to<Batch<ScalarOf<M>>>;
  { m.dream(rng, n).h } -> std::convertible_to<Batch<ScalarOf<M>>>;
};

// ---- pull back --------------------------------------------------------------------------------------------------------

/// One stochastic gradient, with everything a step needs to know and nothing changed yet. Gradients ascend `value`. They are
/// vectors (`Vector<T>`) in memory that the next estimate will use again.
template <class T>
struct Estimate {
  T value{};                    ///< mean over samples and data points
  detail::Lent<Vector<T>> q;    ///< gradient for the sampler's parameters
  detail::Lent<Vector<T>> f;    ///< gradient for the integrand's own parameters; empty if it has none
  detail::Lent<Vector<T>> own;  ///< what the estimator learns from this draw; opaque, given back to `learn`
  Index dropped = 0;            ///< columns left out because their value or gradient was not finite
  Index evaluations = 0;        ///< columns on which the integrand was called
  bool finite() const { return std::isfinite(value) && q.allFinite() && f.allFinite() && own.allFinite(); }
};

/// Const: two calls with equal generators give equal estimates, so a step can be abandoned.
/// An estimator says what it takes by `accepts<Q, F>` and, when called with anything else, why not by `explain<Q, F>()`: the call
/// itself is unconstrained, so that the sentence is the first thing read; the concept looks at `accepts`.
template <class E, class Q, class F>
concept EstimatorFor = std::copy_constructible<E> && detail::accepts<E, Q, F> &&
    requires(const E& e, const Q& q, const F& f, detail::AnyRng& rng, Index n) {
      { e(q, f, rng, n) } -> std::same_as<Estimate<ScalarOf<Q>>>;
    };
/// Recentres the values of a score estimator: values and keep (0: dropped, must not enter anybody's baseline) are S x B tables laid
/// out as a Row; q gives batch_size() and, if it is bound, inputs() for input-dependent baselines.
template <class B, class Q>
concept BaselineFor = requires(const B& b, const Row<ScalarOf<Q>>& values, const Row<ScalarOf<Q>>& keep, const Q& q) {
  { b(values, keep, q) } -> std::convertible_to<Row<ScalarOf<Q>>>;
};
/// What one step of learning (guide, model) from a minibatch is: ELBO with an estimator, wake-sleep, RWS, memoised wake-sleep.
/// One stepper serves them all: it owns the parts, one optimizer for each, and the rule.
template <class R, class Q, class P>
concept RuleFor = std::copy_constructible<R> && requires(const R& r, const Q& q, const P& p, const Batch<ScalarOf<Q>>& x, detail::AnyRng& rng) {
  { r(q, p, x, rng) } -> std::same_as<Estimate<ScalarOf<Q>>>;
};
/// Has a state of its own (moving average, eta, surrogate and its optimizer), changed only here and only when the step is taken.
template <class E, class T>
concept LearningEstimator = requires(E& e, const Vector<T>& own) { e.learn(own); };

// ---- step -------------------------------------------------------------------------------------------------------------

/// Moves params along an ascent direction, in place. A value: copy it once for each part it is to move.
template <class O, class T>
concept Optimizer = std::copyable<O> && requires(O& o, Vector<T>& params, const Vector<T>& gradient) { o.update(params, gradient); };

/// What every step reports; a stepper may derive from it to say more.
struct Step {
  Index index = 0;
  double value = 0;       ///< the objective (or the integral) as this step saw it
  Index dropped = 0;      ///< samples left out
  Index evaluations = 0;  ///< calls of the user's function
  bool taken = true;      ///< false: something was not finite, the state is as before
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.index, self.value, self.dropped, self.evaluations, self.taken);
  }
};
/// Anything that can be iterated. Copying it is a checkpoint. `index()` counts finished steps; `fit` gives step i the
/// stream `rng.split(i)`, so a copy continued later makes the same draws. Strong guarantee: if `step` throws, nothing changed.
template <class S>
concept Stepper = std::copy_constructible<S> && requires(S& s, const S& c, detail::AnyRng& rng) {
  { s.step(rng) } -> std::derived_from<Step>;
  { c.index() } -> std::same_as<Index>;
};
/// A stepper whose gradient can be looked at without moving (variance diagnostics, gradient checks).
template <class S>
concept GradientStepper = Stepper<S> && requires(const S& c, S& s, detail::AnyRng& rng) {
  { s.apply(c.estimate(rng)) } -> std::derived_from<Step>;
};

}  // namespace variate
