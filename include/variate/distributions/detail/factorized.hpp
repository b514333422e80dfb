#pragma once
/// `Factorized<Law>`: d independent coordinates, each with one univariate law of `Law::parameters` numbers. All that a family
/// must say is the arithmetic of one coordinate; shapes, loops, errors and pullbacks are here, once.
///
/// A law is a struct of static functions, written for packets (`math::Lanes<T>`) of coordinates or samples:
///   Scalar, name, parameters (numbers per coordinate), constants (numbers kept for each), discrete, reparameterized
///   fixed                            of the parameters, how many (the last) are settings: given once, never learned (default 0)
///   prepare(theta) -> constants      once for each change of theta; the functions below see only these
///   log_prob(x, c);  score(x, c, s)  writes s[j] = dlog_prob/dtheta_j and returns dlog_prob/dx (ignored if discrete)
///   noise(rng, r, c), point(e, c)    the point made from noise e; a law whose noise depends on its parameters takes
///                                    noise(rng, constants, d, samples) with all constants, (constants * d) x B, instead
///   path(e, x, c, s)                 writes s[j] = dpoint/dtheta_j (if reparameterized)
///   smooth, smooth_at(e, c), smooth_slopes(y, c), path_by(f, e, x, c, s)    for laws whose path is costly: path is path_by of the `smooth`
///                                    numbers smooth_slopes(y), smooth functions of y = smooth_at(e), which are interpolated when one
///                                    coordinate has many samples
///   lowest(c), highest(c)            the ends of the support (default -inf, inf); the law is not believed at points beyond them or at
///                                    infinite ones, so its functions need not look
///   periodic                         true for a law on a circle (default false): log_prob and score hold beyond lowest and highest
///   mean, variance, mode, entropy(c), entropy_gradient(c, s), cdf(x, c), log_cdf(x, c), icdf(p, c), kl(p, q), kl_gradient(p, q, s): what
///   exists of them.
/// Coordinate i has rows i, d + i, 2d + i, ... of theta. Slopes by settings are written too, for whoever asks the law; they go nowhere.
#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/distributions/detail/many_samples.hpp"
#include "variate/distributions/detail/theta.hpp"

namespace variate::detail {

template <class Law>
class FactorizedDraw;
template <class Law>
class FactorizedEvaluation;
template <class Law>
using LawConstants = Numbers<typename Law::Scalar, Law::constants>;
template <class Law>
using LawTheta = Numbers<typename Law::Scalar, Law::parameters>;

/// Settings per coordinate, and what is left to learn.
template <class Law>
inline constexpr int fixed_of = 0;
template <class Law>
  requires requires { Law::fixed; }
inline constexpr int fixed_of<Law> = Law::fixed;
template <class Law>
inline constexpr int learned_of = Law::parameters - fixed_of<Law>;

/// Density and slopes have a period; lowest and highest are where the distribution function starts and ends.
template <class Law>
inline constexpr bool is_periodic = requires { requires Law::periodic; };

template <class Law>
concept HasLawMean = requires(LawConstants<Law> c) { Law::mean(c); };
template <class Law>
concept HasLawVariance = requires(LawConstants<Law> c) { Law::variance(c); };
template <class Law>
concept HasLawMode = requires(LawConstants<Law> c) { Law::mode(c); };
template <class Law>
concept HasLawEntropy = requires(LawConstants<Law> c, LawTheta<Law> s) {
  Law::entropy(c);
  Law::entropy_gradient(c, s);
};
template <class Law>
concept HasLawCdf = requires(Packet<typename Law::Scalar> x, LawConstants<Law> c) { Law::cdf(x, c); };
template <class Law>
concept HasLawLogCdf = requires(Packet<typename Law::Scalar> x, LawConstants<Law> c) { Law::log_cdf(x, c); };
template <class Law>
concept HasLawIcdf = requires(Packet<typename Law::Scalar> x, LawConstants<Law> c) { Law::icdf(x, c); };

template <class Law>
class Factorized : public Theta<typename Law::Scalar> {
 public:
  using T = typename Law::Scalar;

  /// Number of coordinates d.
  Index event_size() const { return this->theta_.rows() / learned_of<Law>; }

  /// Takes new parameters. ShapeError if their number differs, InvalidArgument if one is not finite; then nothing has changed.
  void set_params(const Vector<T>& v) {
    this->assign(Law::name, v);
    prepare();
  }

  /// n draws for each data point, d x nB. InvalidArgument if n < 1.
  template <class Rng>
  Batch<T> sample(Rng& rng, Index n) const {
    Batch<T> x = noise(rng, n);
    points_from(x, x);
    return x;
  }

  /// n draws for each data point that remember their noise. The draw borrows this distribution.
  template <class Rng>
    requires Law::reparameterized
  FactorizedDraw<Law> rsample(Rng& rng, Index n) const& {
    return {*this, noise(rng, n)};
  }
  template <class Rng>
    requires Law::reparameterized
  FactorizedDraw<Law> rsample(Rng& rng, Index n) const&& = delete;

  /// log density of each column (1 x columns).
  Row<T> log_prob(const Batch<T>& x) const {
    require_points(Law::name, x, event_size(), this->batch_size());
    const T* at = x.data();
    return over_coordinates(x.cols(), [at](const auto& c, const auto& slice) { return log_prob_of(slice.load(at), c); });
  }

  /// log density with its way back. The evaluation borrows x and this distribution.
  FactorizedEvaluation<Law> evaluate(const Batch<T>& x) const& { return {*this, x}; }
  FactorizedEvaluation<Law> evaluate(const Batch<T>& x) const&& = delete;
  FactorizedEvaluation<Law> evaluate(Batch<T>&& x) const& = delete;

  /// The weighted score sum_c w_c dlog_prob(x_c)/dparams, flat, without the density itself.
  Vector<T> score(const Batch<T>& x, const Row<T>& w) const {
    require_points(Law::name, x, event_size(), this->batch_size());
    require_size(Law::name, "number of weights", w.size(), x.cols());
    Vector<T> gradient(this->theta_.size());
    over_samples(x.cols(), gradient.data(), weights(w),
                 [at = x.data()](const auto& c, const auto& slice, auto& s, auto) { score_of(slice.load(at), c, s); });
    return gradient;
  }

  /// Moments of each coordinate and data point, d x B.
  Batch<T> mean() const
    requires HasLawMean<Law>
  {
    return of_constants([](const auto& c) { return Law::mean(c); });
  }
  Batch<T> variance() const
    requires HasLawVariance<Law>
  {
    return of_constants([](const auto& c) { return Law::variance(c); });
  }
  Batch<T> stddev() const
    requires HasLawVariance<Law>
  {
    return variance().cwiseSqrt();
  }
  Batch<T> mode() const
    requires HasLawMode<Law>
  {
    return of_constants([](const auto& c) { return Law::mode(c); });
  }

  /// The ends of the support of each coordinate and data point, d x B: infinite where there is none.
  Batch<T> lowest() const {
    return of_constants([](const auto& c) {
      if constexpr (requires { Law::lowest(c); }) return Law::lowest(c);
      else return Packet<T>(-std::numeric_limits<T>::infinity());
    });
  }
  Batch<T> highest() const {
    return of_constants([](const auto& c) {
      if constexpr (requires { Law::highest(c); }) return Law::highest(c);
      else return Packet<T>(std::numeric_limits<T>::infinity());
    });
  }

  /// Entropy in nats of each data point, 1 x B.
  Row<T> entropy() const
    requires HasLawEntropy<Law>
  {
    return over_coordinates(this->batch_size(), [](const auto& c, const auto&) { return Law::entropy(c); });
  }
  /// sum_b w_b dH_b/dtheta, flat.
  Vector<T> entropy_pullback(const Row<T>& w) const
    requires HasLawEntropy<Law>
  {
    require_size(Law::name, "number of weights", w.size(), this->batch_size());
    Vector<T> gradient(this->theta_.size());
    over_samples(this->batch_size(), gradient.data(), weights(w),
                 [](const auto& c, const auto&, auto& s, auto) { Law::entropy_gradient(c, s); });
    return gradient;
  }

  /// Distribution function of each coordinate of each column, d x columns.
  Batch<T> cdf(const Batch<T>& x) const
    requires HasLawCdf<Law>
  {
    return of_points(x, [](auto v, const auto& c) { return inside(v, c, Law::cdf(v, c), T(0), T(1)); });
  }
  /// Its logarithm, accurate in the lower tail.
  Batch<T> log_cdf(const Batch<T>& x) const
    requires HasLawLogCdf<Law>
  {
    return of_points(x, [](auto v, const auto& c) { return inside(v, c, Law::log_cdf(v, c), -infinity, T(0)); });
  }
  /// Its inverse: quantiles, of counts the smallest whose cdf is at least p. p in [0, 1], or DomainError.
  Batch<T> icdf(const Batch<T>& p) const
    requires HasLawIcdf<Law> || (Law::discrete && HasLawCdf<Law> && HasLawMean<Law>)
  {
    require_each<DomainError>(Law::name, "p", p, "a probability in [0, 1]", [](T v) { return v >= 0 && v <= 1; });
    return of_points(p, [](auto v, const auto& c) {
      if constexpr (HasLawIcdf<Law>) return Law::icdf(v, c);
      else return smallest_count(v, c);
    });
  }

  /// What the law's functions see: (constants * d) x B.
  const Batch<T>& constants() const { return constants_; }
  /// What is given and not learned, (settings * d) x B; empty for most families.
  const Batch<T>& settings() const { return settings_; }

 protected:
  explicit Factorized(Batch<T> theta, Batch<T> settings = {}) : Theta<T>(std::move(theta)), settings_(std::move(settings)) {
    prepare();
  }

  /// Unconstrained parameters as they come: at least one coordinate and one data point, all finite.
  static Batch<T> checked(Batch<T> theta) {
    require_at_least(Law::name, "rows of theta", theta.rows(), learned_of<Law>);
    require_at_least(Law::name, "columns of theta", theta.cols(), 1);
    if (theta.rows() % learned_of<Law> != 0)
      throw ShapeError(complaint(Law::name, "rows of theta", theta.rows(), "a multiple of " + std::to_string(learned_of<Law>)));
    require_finite(Law::name, "theta", theta);
    return theta;
  }

 private:
  friend class FactorizedDraw<Law>;
  friend class FactorizedEvaluation<Law>;

  void prepare() {
    const Index points = event_size() * this->batch_size();
    constants_.resize(Law::constants * event_size(), this->batch_size());
    for (Index i = 0; i < points; i += packet_size<T>) {
      const Index count = std::min(packet_size<T>, points - i);
      store_numbers<Law::constants>(Law::prepare(numbers(i, points, count)), constants_.data() + i, points, count);
    }
  }
  /// Learned numbers, then settings.
  LawTheta<Law> numbers(Index i, Index points, Index count) const {
    if constexpr (fixed_of<Law> == 0) {
      return load_numbers<Law::parameters>(this->theta_.data() + i, points, count);
    } else {
      const auto learned = load_numbers<learned_of<Law>>(this->theta_.data() + i, points, count);
      const auto given = load_numbers<fixed_of<Law>>(settings_.data() + i, points, count);
      LawTheta<Law> all;
      std::copy(given.begin(), given.end(), std::copy(learned.begin(), learned.end(), all.begin()));
      return all;
    }
  }

  static constexpr T infinity = std::numeric_limits<T>::infinity();
  /// `value`, but `below` and `above` for points beyond the ends of the support and infinite ones.
  static Packet<T> inside(Packet<T> x, const LawConstants<Law>& c, Packet<T> value, T below, T above) {
    if constexpr (requires { Law::lowest(c); }) value = select(x < Law::lowest(c), Packet<T>(below), value);
    if constexpr (requires { Law::highest(c); }) value = select(x > Law::highest(c), Packet<T>(above), value);
    if (below == above) return select(math::abs(x) == infinity, Packet<T>(below), value);
    return select(x == -infinity, Packet<T>(below), select(x == infinity, Packet<T>(above), value));
  }
  /// Of density and slopes: for a law on a circle every finite point is one of the support.
  static Packet<T> possible(Packet<T> x, const LawConstants<Law>& c, Packet<T> value, T other) {
    if constexpr (is_periodic<Law>) return select(math::abs(x) == infinity, Packet<T>(other), value);
    else return inside(x, c, value, other, other);
  }
  static Packet<T> log_prob_of(Packet<T> x, const LawConstants<Law>& c) { return possible(x, c, Law::log_prob(x, c), -infinity); }
  static Packet<T> score_of(Packet<T> x, const LawConstants<Law>& c, LawTheta<Law>& s) {
    const Packet<T> slope = Law::score(x, c, s);
    for (Packet<T>& v : s) v = possible(x, c, v, T(0));
    return possible(x, c, slope, T(0));
  }

  /// The smallest count with cdf >= p, by doubling and halving: above `below`, at most `reached`.
  static Packet<T> smallest_count(Packet<T> p, const LawConstants<Law>& c) {
    Packet<T> last(infinity);
    if constexpr (requires { Law::highest(c); }) last = Law::highest(c);
    const Packet<T> most = select(p < T(1), p, Packet<T>(T(1) - std::numeric_limits<T>::epsilon() / 2));
    Packet<T> below(T(-1)), reached = min(last, math::floor(Law::mean(c)) + T(1));
    while (true) {
      const auto short_of = (Law::cdf(reached, c) < most) & (reached < last);
      if (!any(short_of)) break;
      below = select(short_of, reached, below);
      reached = select(short_of, min(last, reached + reached), reached);
    }
    for (int i = 0; i < 1100 && any(reached - below > T(1)); ++i) {  // beyond 2^53 neighbours are further apart than 1
      const Packet<T> middle = math::floor(T(0.5) * (below + reached));
      const auto wide = reached - below > T(1), enough = Law::cdf(middle, c) >= most;
      reached = select(wide & enough, middle, reached);
      below = select(enough, below, select(wide, middle, below));
    }
    return select(p == T(1), last, select(p == T(0), Law::lowest(c), reached));
  }

  template <class Rng>
  Batch<T> noise(Rng& rng, Index n) const {
    const Index cols = columns_for(Law::name, n, this->batch_size());
    if constexpr (requires { Law::template noise<T>(rng, constants_, event_size(), n); })
      return Law::template noise<T>(rng, constants_, event_size(), n);
    else return Law::template noise<T>(rng, event_size(), cols);
  }

  /// out = f(constants, slice), entry by entry.
  template <class F>
  void everywhere(Index cols, T* out, F f) const {
    for_each_cell<Law::constants>(
        constants_.data(), event_size(), this->batch_size(), cols,
        [&](const LawConstants<Law>& c, auto each, auto) { each([&](const auto& slice) { slice.store(f(c, slice), out); }); });
  }
  /// sum_i f(constants, slice), one number a column.
  template <class F>
  Row<T> over_coordinates(Index cols, F f) const {
    Row<T> total(cols);
    sum_coordinates<Law::constants>(constants_.data(), event_size(), this->batch_size(), cols, total.data(), f);
    return total;
  }
  /// out = sum_s weight(slice) * s for each learned parameter, where body(c, slice, s, weight) fills s; out is K x B, row by row.
  template <class Weight, class F>
  void over_samples(Index cols, T* out, Weight weight, F body) const {
    sum_samples<Law::constants, learned_of<Law>, Law::parameters>(constants_.data(), event_size(), this->batch_size(), cols, out, weight, body);
  }
  static auto weights(const Row<T>& w) {
    return [at = w.data()](const auto& slice) { return slice.load_weights(at); };
  }

  void points_from(const Batch<T>& noise, Batch<T>& x) const {
    everywhere(noise.cols(), x.data(),
               [at = noise.data()](const auto& c, const auto& slice) { return Law::point(slice.load(at), c); });
  }
  template <class F>
  Batch<T> of_points(const Batch<T>& x, F&& f) const {
    require_points(Law::name, x, event_size(), this->batch_size());
    Batch<T> out(x.rows(), x.cols());
    everywhere(x.cols(), out.data(), [&f, at = x.data()](const auto& c, const auto& slice) { return f(slice.load(at), c); });
    return out;
  }
  template <class F>
  Batch<T> of_constants(F&& f) const {
    Batch<T> out(event_size(), this->batch_size());
    everywhere(this->batch_size(), out.data(), [&f](const auto& c, const auto&) { return f(c); });
    return out;
  }

  Batch<T> settings_, constants_;
};

/// A draw that remembers its noise.
template <class Law>
class FactorizedDraw {
 public:
  using T = typename Law::Scalar;
  Batch<T> value;  ///< d x SB

  /// K x B: for each data point, sum over its samples of (dvalue/dtheta)^T G.
  Batch<T> theta_pullback(const Batch<T>& g) const {
    Batch<T> gradient(q_->theta().rows(), q_->theta().cols());
    pull(g, gradient.data());
    return gradient;
  }
  /// The same, flat.
  Vector<T> pullback(const Batch<T>& g) const {
    Vector<T> gradient(q_->theta().size());
    pull(g, gradient.data());
    return gradient;
  }

 private:
  friend class Factorized<Law>;
  FactorizedDraw(const Factorized<Law>& q, Batch<T> noise) : value(noise.rows(), noise.cols()), q_(&q), noise_(std::move(noise)) {
    q.points_from(noise_, value);
  }

  void pull(const Batch<T>& g, T* gradient) const {
    require_size(Law::name, "rows of G", g.rows(), value.rows());
    require_size(Law::name, "columns of G", g.cols(), value.cols());
    if constexpr (std::same_as<T, double> && requires { Law::smooth; })
      if (q_->batch_size() == 1 && value.cols() >= many_samples) return pull_by_series(g, gradient);
    q_->over_samples(
        value.cols(), gradient, [at = g.data()](const auto& slice) { return slice.load_or_zero(at); },
        [e = noise_.data(), x = value.data()](const auto& c, const auto& slice, auto& s, auto) {
          Law::path(slice.load(e), slice.load(x), c, s);
        });
  }

  /// Coordinate by coordinate, the costly part of the path by its Chebyshev series on the range of the samples; where that does not
  /// converge, by the law.
  void pull_by_series(const Batch<T>& g, T* gradient) const {
    const Index d = value.rows(), cols = value.cols();
    for (Index i = 0; i < d; ++i) {
      const LawConstants<Law> c = spread_numbers<Law::constants>(q_->constants().data() + i, d);
      const T *e = noise_.data() + i * cols, *x = value.data() + i * cols, *weights = g.data() + i * cols;
      const auto at = [&](Index j, Index count) { return Law::smooth_at(load_some(e + j, count, e[j]), c); };
      math::detail::Chebyshev<Law::smooth> series;
      const bool fits = fit_samples(series, cols, at, [&](Packet<T> y) { return Law::smooth_slopes(y, c); });
      Numbers<T, learned_of<Law>> total;
      total.fill(Packet<T>(T(0)));
      const auto add = [&](Index j, Index count, const Numbers<T, Law::smooth>& slopes) {
        LawTheta<Law> s;
        Law::path_by(slopes, load_some(e + j, count, e[j]), load_some(x + j, count, x[j]), c, s);
        const Packet<T> w = load_some(weights + j, count, T(0));
        for (std::size_t k = 0; k < total.size(); ++k) total[k] = multiply_add(w, s[k], total[k]);
      };
      if (fits) each_of_series(series, cols, at, add);
      else
        for (Index j = 0; j < cols; j += packet_size<T>) {
          const Index count = std::min(packet_size<T>, cols - j);
          add(j, count, Law::smooth_slopes(at(j, count), c));
        }
      for (std::size_t k = 0; k < total.size(); ++k) gradient[static_cast<Index>(k) * d + i] = sum(total[k]);
    }
  }

  const Factorized<Law>* q_;
  Batch<T> noise_;
};

/// The log density of a batch of points, and the way back from it.
template <class Law>
class FactorizedEvaluation {
 public:
  using T = typename Law::Scalar;
  Row<T> value;  ///< 1 x SB

  /// K x B: for each data point, sum over its samples of w dlog_prob/dtheta.
  Batch<T> theta_pullback(const Row<T>& w) const {
    Batch<T> gradient(q_->theta().rows(), q_->theta().cols());
    pull(w, gradient.data(), nullptr);
    return gradient;
  }
  /// The same, and G_c = w_c dlog_prob/dx_c.
  Batch<T> theta_pullback(const Row<T>& w, Batch<T>& g) const
    requires(!Law::discrete)
  {
    Batch<T> gradient(q_->theta().rows(), q_->theta().cols());
    g.resize(x_->rows(), x_->cols());
    pull(w, gradient.data(), g.data());
    return gradient;
  }
  /// The weighted score, flat.
  Vector<T> pullback(const Row<T>& w) const {
    Vector<T> gradient(q_->theta().size());
    pull(w, gradient.data(), nullptr);
    return gradient;
  }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires(!Law::discrete)
  {
    Vector<T> gradient(q_->theta().size());
    g.resize(x_->rows(), x_->cols());
    pull(w, gradient.data(), g.data());
    return gradient;
  }

 private:
  friend class Factorized<Law>;
  FactorizedEvaluation(const Factorized<Law>& q, const Batch<T>& x) : value(q.log_prob(x)), q_(&q), x_(&x) {}

  void pull(const Row<T>& w, T* gradient, [[maybe_unused]] T* g) const {
    require_size(Law::name, "number of weights", w.size(), value.size());
    q_->over_samples(value.size(), gradient, Factorized<Law>::weights(w),
                     [&, x = x_->data()](const auto& c, const auto& slice, auto& s, auto weight) {
                       const Packet<T> slope = Factorized<Law>::score_of(slice.load(x), c, s);
                       if constexpr (!Law::discrete) {
                         if (g) slice.store(weight * slope, g);
                       }
                     });
  }

  const Factorized<Law>* q_;
  const Batch<T>* x_;
};

}  // namespace variate::detail
