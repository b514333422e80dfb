#pragma once
/// The multinomial distribution.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/detail/odds.hpp"
#include "variate/distributions/detail/over_categorical.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/detail/saddle_point.hpp"
#include "variate/math/lanes.hpp"
#include "variate/random/detail/binomial.hpp"
#include "variate/random/detail/trials.hpp"

namespace variate {

template <class S>
class MultinomialEvaluation;

/// How often each of K classes was chosen in n independent choices: probability n!/(x_1! ... x_K!) p_1^x_1 ... p_K^x_K. n
/// (total_count) is given, one number for all data points or one for each; theta is the logits, K x B, and -inf forbids a class.
///
/// Draws are exact for n up to 2^53: each count is binomial given those before it. `log_prob` is -inf where a number is not a
/// count or they do not sum to n; there the score is 0. Written as differences of Poisson probabilities, it keeps its digits for
/// large n.
template <class S = double>
class Multinomial : public detail::OverCategorical<S> {
 public:
  /// total_count whole and not negative, or DomainError; logits as Categorical takes them.
  Multinomial(S total_count, Batch<S> logits) : Multinomial(Row<S>(Row<S>::Constant(1, total_count)), std::move(logits)) {}
  /// total_count one number or B. ShapeError otherwise.
  Multinomial(const Row<S>& total_count, Batch<S> logits)
      : detail::OverCategorical<S>(Categorical<S>(std::move(logits))),
        total_count_(checked_count(total_count, this->batch_size())) {
    prepare();
  }
  static Multinomial from_theta(Batch<S> logits, const Row<S>& total_count) {
    return Multinomial(total_count, std::move(logits));
  }

  /// n of each data point, 1 x B.
  const Row<S>& total_count() const { return total_count_; }

  /// Takes new logits. ShapeError if their number differs, InvalidArgument if one is NaN or +inf or all of a data point are -inf;
  /// then nothing has changed.
  void set_params(const Vector<S>& v) {
    this->set_logits(name, v);
    prepare();
  }

  /// n draws for each data point, K x nB. InvalidArgument if n < 1.
  template <class Rng>
  Batch<S> sample(Rng& rng, Index n) const {
    using L = math::Lanes<double>;
    const Index batch = this->batch_size(), cols = detail::columns_for(name, n, batch), k = this->classes();
    Batch<double> rest = this->probs().template cast<double>();  // of this class and all after it
    for (Index i = k - 2; i >= 0; --i) rest.row(i) += rest.row(i + 1);
    Row<double> left(cols), yes(batch), no(batch);
    std::vector<Index> point_of(static_cast<std::size_t>(cols));
    for (Index c = 0; c < cols; ++c) {
      point_of[static_cast<std::size_t>(c)] = c % batch;
      left[c] = static_cast<double>(total_count_[c % batch]);
    }
    Batch<S> x(k, cols);
    for (Index i = 0; i + 1 < k; ++i) {
      for (Index b = 0; b < batch; ++b) {
        yes[b] = rest(i, b) > 0 ? static_cast<double>(this->probs()(i, b)) / rest(i, b) : 0;
        no[b] = rest(i, b) > 0 ? rest(i + 1, b) / rest(i, b) : 1;
      }
      const Row<double> drawn = detail::by_trials<double>(rng, 1, cols, 1, [&](Index, const detail::TrialPoints& columns) {
        const auto of_point = [&](const Row<double>& values) {
          return detail::at_points(columns, [&](Index c) { return values[point_of[static_cast<std::size_t>(c)]]; });
        };
        const L trials = detail::at_points(columns, [&](Index c) { return left[c]; });
        return detail::BinomialTrial<L>(trials, of_point(yes), of_point(no));
      });
      left -= drawn;
      x.row(i) = drawn.template cast<S>();
    }
    x.row(k - 1) = left.template cast<S>();
    return x;
  }

  /// log probability of each column (1 x columns).
  Row<S> log_prob(const Batch<S>& x) const {
    const Index batch = this->batch_size(), k = this->classes(), cols = x.cols();
    detail::require_points(name, x, k, batch);
    constexpr S inf = std::numeric_limits<S>::infinity();
    Row<S> value(cols);
    detail::sum_coordinates<2>(means_.data(), k, batch, cols, value.data(), [at = x.data()](const auto& c, const auto& slice) {
      using V = detail::Packet<S>;
      const V counts = slice.load(at);
      const V part = math::detail::all_in_double(
          []<class L>(L n, L mean, L log_mean) {
            return math::detail::own_log_probability_of_count(n) - math::detail::deviance(n, mean, log_mean, n - mean);
          },
          max(counts, V(S(0))), c[0], c[1]);
      return select((counts >= S(0)) & (counts < inf), detail::if_whole(counts, part, -inf), V(-inf));
    });
    Row<double> total = Row<double>::Zero(cols);
    for (Index i = 0; i < k; ++i) total += x.row(i).template cast<double>();
    for (Index s = 0; s < cols; s += batch)
      for (Index b = 0; b < batch; ++b)
        value[s + b] = total[s + b] == static_cast<double>(total_count_[b]) ? value[s + b] - own_[b] : -inf;
    return value;
  }
  /// log probability with its way back. The evaluation borrows x and this distribution.
  MultinomialEvaluation<S> evaluate(const Batch<S>& x) const& { return {*this, x}; }
  MultinomialEvaluation<S> evaluate(const Batch<S>& x) const&& = delete;
  MultinomialEvaluation<S> evaluate(Batch<S>&& x) const& = delete;

  /// Moments of each count, K x B.
  Batch<S> mean() const { return means_.topRows(this->classes()); }
  Batch<S> variance() const { return this->spread() * total_count_.asDiagonal(); }
  Batch<S> stddev() const { return variance().cwiseSqrt(); }

  /// Itself: a plain family is its own distribution behind the identity link.
  const Multinomial& distribution() const { return *this; }

 private:
  friend class MultinomialEvaluation<S>;
  static constexpr const char* name = "Multinomial";

  static Row<S> checked_count(const Row<S>& count, Index batch) {
    if (count.size() != 1) detail::require_size(name, "size of total_count", count.size(), batch);
    detail::require_domain<S>(name, {"total_count", detail::Domain::count}, count);
    return detail::tiled(Batch<S>(count), batch);
  }
  void prepare() {
    const Index k = this->classes();
    means_.resize(2 * k, this->batch_size());
    means_.topRows(k) = this->probs() * total_count_.asDiagonal();
    means_.bottomRows(k) = this->log_probs().rowwise() + Row<S>(total_count_.array().log());
    own_ = total_count_.unaryExpr(
        [](S n) { return math::detail::one_in_double([]<class L>(L a) { return math::detail::own_log_probability(a); }, n); });
  }

  Row<S> total_count_;
  Batch<S> means_;  ///< n p, then their logarithms
  Row<S> own_;      ///< as in saddle_point.hpp, of n
};

/// The log probability of a batch of points, and the way back from it.
template <class S>
class MultinomialEvaluation {
 public:
  Row<S> value;  ///< 1 x SB

  /// K x B: for each data point, sum over its samples of w (x - n p).
  Batch<S> theta_pullback(const Row<S>& w) const {
    detail::require_size(Multinomial<S>::name, "number of weights", w.size(), value.size());
    const Index batch = q_->batch_size(), k = q_->classes();
    const Row<S> weight = (value.array() > -std::numeric_limits<S>::infinity()).select(w.array(), S(0));
    Batch<S> g = Batch<S>::Zero(k, batch);
    // Impossible columns may hold infinities and NaN: they are looked at no more.
    Row<S> off(w.size());
    for (Index i = 0; i < k; ++i) {
      for (Index s = 0; s < w.size(); s += batch)
        for (Index b = 0; b < batch; ++b)
          off[s + b] = weight[s + b] == 0 ? S(0) : weight[s + b] * ((*x_)(i, s + b) - q_->means_(i, b));
      g.row(i) = detail::folded<S>(Batch<S>(off), batch);
    }
    return g;
  }
  /// The weighted score, flat.
  Vector<S> pullback(const Row<S>& w) const { return detail::flattened(theta_pullback(w)); }

 private:
  friend class Multinomial<S>;
  MultinomialEvaluation(const Multinomial<S>& q, const Batch<S>& x) : value(q.log_prob(x)), q_(&q), x_(&x) {}

  const Multinomial<S>* q_;
  const Batch<S>* x_;
};

template <class A>
Multinomial(typename A::Scalar, const Eigen::MatrixBase<A>&) -> Multinomial<typename A::Scalar>;

namespace detail {

/// n times that of one choice. InvalidArgument unless p and q have the same n: what else there is has no closed form.
template <class T>
auto closed_kl(const Multinomial<T>& p, const Multinomial<T>& q, const Row<T>* w)
    -> decltype(closed_kl(p.categorical(), q.categorical(), w)) {
  const Index batch = std::max(p.batch_size(), q.batch_size());
  const bool fits = (p.batch_size() == 1 || p.batch_size() == batch) && (q.batch_size() == 1 || q.batch_size() == batch);
  const Row<T> n = fits ? Row<T>(tiled(Batch<T>(p.total_count()), batch)) : Row<T>();
  if (fits && n != Row<T>(tiled(Batch<T>(q.total_count()), batch)))
    throw InvalidArgument("kl: total_count of two Multinomials differs, expected the same; use kl_monte_carlo");
  if (w && fits && w->size() == batch) {
    const Row<T> weights = w->cwiseProduct(n);
    return closed_kl(p.categorical(), q.categorical(), &weights);
  }
  auto terms = closed_kl(p.categorical(), q.categorical(), w);  // refuses sizes that do not fit
  terms.value = terms.value.cwiseProduct(n);
  return terms;
}

}  // namespace detail
}  // namespace variate
