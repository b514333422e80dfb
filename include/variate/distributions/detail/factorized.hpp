#pragma once
/// `Factorized<Law>`: d independent coordinates, each with one univariate law of `Law::parameters` numbers. All that a family
/// must say is the arithmetic of one coordinate (law.hpp); shapes, loops, errors and pullbacks are here, once.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/distributions/detail/factorized_draw.hpp"
#include "variate/distributions/detail/law.hpp"
#include "variate/distributions/detail/theta.hpp"

namespace variate::detail {

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
    Vector<T> gradient = spare_vector<T>(this->theta_.size());
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
    Vector<T> gradient = spare_vector<T>(this->theta_.size());
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
  Factorized(const Factorized&) = default;
  Factorized(Factorized&&) = default;
  Factorized& operator=(const Factorized&) = default;
  Factorized& operator=(Factorized&&) = default;
  ~Factorized() { give_back(constants_); }
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
    const Index rows = Law::constants * event_size();
    if (constants_.size() != rows * this->batch_size()) constants_ = spare<T>(rows, this->batch_size());
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
    Row<T> total = spare_row<T>(cols);
    sum_coordinates<Law::constants>(constants_.data(), event_size(), this->batch_size(), cols, total.data(), f);
    return total;
  }
  /// out = sum_s weight(slice) * s for each learned parameter, where body(c, slice, s, weight) fills s; out is K x B, row by row.
  template <class Weight, class F>
  void over_samples(Index cols, T* out, Weight weight, F body) const {
    sum_samples<Law::constants, learned_of<Law>, Law::parameters>(constants_.data(), event_size(), this->batch_size(), cols, out,
                                                                  weight, body);
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

}  // namespace variate::detail
