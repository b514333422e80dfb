#pragma once
/// The Dirichlet distribution of points on the simplex, with implicit reparameterisation.
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/distributions/detail/dirichlet_core.hpp"
#include "variate/distributions/detail/kl_terms.hpp"
#include "variate/distributions/detail/many_samples.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/gamma_functions.hpp"
#include "variate/math/incomplete_beta.hpp"
#include "variate/math/log.hpp"
#include "variate/random/gammas.hpp"

namespace variate {

template <class S>
class DirichletDraw;
template <class S>
class DirichletEvaluation;

/// Points x of k >= 2 positive coordinates that sum to 1, of density prod x_i^(a_i - 1) / B(a). theta: k rows log a; one column a
/// data point.
///
/// Drawn as gamma numbers over their sum, all in logarithms: tiny concentrations give a corner, never 0/0. The pullback of a draw
/// moves each coordinate as its beta marginal does at fixed probability, dx_i/da_j = (delta_ij - x_i)/(1 - x_j) dx_j/da_j (M.
/// Jankowiak and F. Obermeyer, "Pathwise derivatives beyond the reparameterization trick", ICML 2018): a lower variance than
/// through the gamma numbers.
///
/// `log_prob` is -inf where a coordinate is negative or the sum is not 1 to 1e-6 (float: 1e-4), and infinite where a coordinate
/// is 0 unless its a is 1. Its slope in x is that of the formula, as if the coordinates were free, and 0 where that is infinite.
template <class S = double>
class Dirichlet : public detail::Theta<S> {
 public:
  using Scalar = S;

  /// Positive concentrations, k x B (a vector for B = 1). InvalidArgument or DomainError otherwise. Kept as logarithms.
  explicit Dirichlet(const Batch<S>& concentration) : Dirichlet(Checked{}, log_of(concentration)) {}
  /// From k x B unconstrained finite numbers: log a.
  static Dirichlet from_theta(Batch<S> theta) {
    require_shape("theta", theta);
    detail::require_finite(name, "theta", theta);
    return Dirichlet(Checked{}, std::move(theta));
  }

  /// Number of coordinates k.
  Index event_size() const { return this->theta_.rows(); }

  /// Takes new parameters. ShapeError if their number differs, InvalidArgument if one is not finite; then nothing has changed.
  void set_params(const Vector<S>& v) {
    this->assign(name, v);
    prepare();
  }

  /// n draws for each data point, k x nB. InvalidArgument if n < 1.
  template <class Rng>
  Batch<S> sample(Rng& rng, Index n) const {
    Batch<S> x;
    detail::simplex_points<S>(log_numbers(rng, n), x, nullptr);
    return x;
  }
  /// n draws for each data point that can be pulled back. The draw borrows this distribution.
  template <class Rng>
  DirichletDraw<S> rsample(Rng& rng, Index n) const& {
    return {*this, log_numbers(rng, n)};
  }
  template <class Rng>
  DirichletDraw<S> rsample(Rng& rng, Index n) const&& = delete;

  /// log density of each column (1 x columns).
  Row<S> log_prob(const Batch<S>& x) const {
    detail::require_points(name, x, event_size(), this->batch_size());
    Row<S> value(x.cols()), total(x.cols());
    over_coordinates(x.cols(), value.data(), [at = x.data()](const C& c, const auto& slice) {
      const V point = slice.load(at), log_x = math::log(point);
      const V edge = select(c[a] == S(1), -c[log_mean], select(c[a] > S(1), V(-infinity), V(infinity)));
      return select(point == S(0), edge, c[a] * (log_x - c[log_mean]) - log_x);
    });
    over_coordinates(x.cols(), total.data(), [at = x.data()](const C&, const auto& slice) { return slice.load(at); });
    const Index batch = this->batch_size();
    for (Index j = 0; j < value.size(); ++j) {
      value[j] += normalizer_[j % batch];
      const bool outside = std::abs(total[j] - S(1)) > slack || std::isnan(value[j]);  // or a pole and a zero at once
      if (outside && !std::isnan(total[j])) value[j] = -infinity;
    }
    return value;
  }
  /// log density with its way back. The evaluation borrows x and this distribution.
  DirichletEvaluation<S> evaluate(const Batch<S>& x) const& { return {*this, x}; }
  DirichletEvaluation<S> evaluate(const Batch<S>& x) const&& = delete;
  DirichletEvaluation<S> evaluate(Batch<S>&& x) const& = delete;

  /// k x B: sum over the samples of (dx/dtheta)^T G for points x with logits = log(x/(1-x)), moved as draws are.
  Batch<S> path_pullback(const Batch<S>& x, const Batch<S>& logits, const Batch<S>& g) const {
    detail::require_points(name, x, event_size(), this->batch_size());
    require_same("logits", logits, x);
    require_same("G", g, x);
    const Batch<S> pull = detail::centred(x, g);
    Batch<S> gradient(event_size(), this->batch_size());
    const auto moved = [](V p, V others, V where) {
      return math::detail::all_in_double(
          []<class L>(L own, L rest_of, L at) { return own * min(L(1e300), math::beta_logit_slope(own, rest_of, at)); }, p, others,
          where);
    };
    if constexpr (std::same_as<S, double>)
      if (this->batch_size() == 1 && x.cols() >= detail::many_samples) {
        for (Index i = 0; i < x.rows(); ++i) {
          const S *y = logits.data() + i * x.cols(), *weights = pull.data() + i * x.cols(), *points = x.data() + i * x.cols();
          const V own(shape_.a(i, 0)), others(shape_.rest(i, 0));
          const auto at = [&](Index j, Index count) { return detail::load_some(y + j, count, y[j]); };
          math::detail::Chebyshev<1> series;
          const auto slopes = [&](V where) { return std::array<V, 1>{moved(own, others, where)}; };
          const bool fits = detail::fit_samples(series, x.cols(), at, slopes);
          V total(0.0);
          const auto add = [&](Index j, Index count, const std::array<V, 1>& f) {
            const V w = detail::load_some(weights + j, count, S(0)) * detail::load_some(points + j, count, S(0));
            total = multiply_add(w, f[0], total);
          };
          if (fits) detail::each_of_series(series, x.cols(), at, add);
          else
            for (Index j = 0; j < x.cols(); j += V::size) {
              const Index count = std::min<Index>(V::size, x.cols() - j);
              add(j, count, slopes(at(j, count)));
            }
          gradient(i, 0) = sum(total);
        }
        return gradient;
      }
    detail::sum_samples<constants, 1>(
        constants_.data(), event_size(), this->batch_size(), x.cols(), gradient.data(),
        [at = pull.data()](const auto& slice) { return slice.load_or_zero(at); },
        [at = x.data(), y = logits.data(), moved](const C& c, const auto& slice, auto& s, auto) {
          s[0] = slice.load(at) * moved(c[a], c[rest], slice.load(y));
        });
    return gradient;
  }

  /// Concentrations a, k x B.
  const Batch<S>& concentration() const { return shape_.a; }
  /// a_i / sum a, k x B.
  Batch<S> mean() const {
    return shape_.a.binaryExpr(shape_.rest, [](S v, S others) { return v / (v + others); });
  }
  /// Of each coordinate, k x B.
  Batch<S> variance() const {
    return shape_.a.binaryExpr(shape_.rest, [](S v, S others) {
      const S all = v + others;
      return (v / all) * (others / all) / (all + S(1));
    });
  }
  Batch<S> stddev() const { return variance().cwiseSqrt(); }
  /// Of the coordinates of data point b, k x k.
  Batch<S> covariance(Index b = 0) const {
    const Vector<S> m = mean().col(b);
    Batch<S> c = m * m.transpose() / (-shape_.total[b] - S(1));
    c.diagonal() = variance().col(b);
    return c;
  }
  /// Where the density is largest: (a_i - 1)+ over their sum; where no a is above 1, shared by the largest.
  Batch<S> mode() const {
    Batch<S> m = (shape_.a.array() - S(1)).max(S(0));
    for (Index b = 0; b < m.cols(); ++b) {
      if (!(m.col(b).maxCoeff() > 0)) {
        const S most = shape_.a.col(b).maxCoeff();
        for (Index i = 0; i < m.rows(); ++i) m(i, b) = shape_.a(i, b) == most ? S(1) : S(0);
      }
      const S sum = m.col(b).sum();
      m.col(b) /= sum;
    }
    return m;
  }

  /// Entropy in nats of each data point, 1 x B: -E log f.
  Row<S> entropy() const {
    const Batch<S> h = shape_.a.array() * (shape_.log_mean - shape_.mean_log).array() + shape_.mean_log.array();
    return h.colwise().sum() - normalizer_;
  }
  /// sum_b w_b dH_b/dtheta, flat.
  Vector<S> entropy_pullback(const Row<S>& w) const {
    detail::require_size(name, "number of weights", w.size(), this->batch_size());
    Batch<S> g(event_size(), this->batch_size());
    for (Index b = 0; b < g.cols(); ++b) {
      const S all = (shape_.total[b] - static_cast<S>(event_size())) * math::trigamma(shape_.total[b]);
      for (Index i = 0; i < g.rows(); ++i) {
        const S v = shape_.a(i, b);
        g(i, b) = w[b] * v * (all - (v - S(1)) * math::trigamma(v));
      }
    }
    return detail::flattened(g);
  }

  /// What the formulas are made of.
  const detail::DirichletShape<S>& shape() const { return shape_; }
  /// Itself: a plain family is its own distribution behind the identity link.
  const Dirichlet& distribution() const { return *this; }

 private:
  friend class DirichletDraw<S>;
  friend class DirichletEvaluation<S>;
  struct Checked {};

  static constexpr const char* name = "Dirichlet";
  static constexpr S infinity = std::numeric_limits<S>::infinity();
  static constexpr S slack = sizeof(S) == 8 ? S(1e-6) : S(1e-4);
  enum : std::size_t { a, rest, mean_log, log_mean };
  static constexpr int constants = 4;
  using V = detail::Packet<S>;
  using C = detail::Numbers<S, constants>;

  Dirichlet(Checked, Batch<S> theta) : detail::Theta<S>(std::move(theta)), shape_(this->theta_) { gather(); }

  static void require_shape(const char* what, const Batch<S>& m) {
    detail::require_at_least(name, "rows of " + std::string(what), m.rows(), 2);
    detail::require_at_least(name, "columns of " + std::string(what), m.cols(), 1);
  }
  static void require_same(const char* what, const Batch<S>& m, const Batch<S>& x) {
    detail::require_size(name, "rows of " + std::string(what), m.rows(), x.rows());
    detail::require_size(name, "columns of " + std::string(what), m.cols(), x.cols());
  }
  static Batch<S> log_of(const Batch<S>& concentration) {
    require_shape("concentration", concentration);
    detail::require_positive(name, "concentration", concentration);
    return concentration.array().log();
  }

  void prepare() {
    shape_ = detail::DirichletShape<S>(this->theta_);
    gather();
  }
  /// The shape in the order in which registers walk through it; log f = normalizer + sum a_i log(x_i/E x_i) - log x_i.
  void gather() {
    const Index k = event_size();
    constants_.resize(constants * k, this->batch_size());
    constants_ << shape_.a, shape_.rest, shape_.mean_log, shape_.log_mean;
    normalizer_ = shape_.peak.colwise().sum() - shape_.total_peak;
  }

  template <class Rng>
  Batch<double> log_numbers(Rng& rng, Index n) const {
    detail::require_at_least(name, "number of samples", n, 1);
    return log_gammas<double>(rng, Batch<double>(shape_.a.template cast<double>()), n);
  }
  template <class F>
  void over_coordinates(Index cols, S* out, F f) const {
    detail::sum_coordinates<constants>(constants_.data(), event_size(), this->batch_size(), cols, out, f);
  }

  detail::DirichletShape<S> shape_;
  Batch<S> constants_;
  Row<S> normalizer_;
};

/// A draw that remembers its logits.
template <class S>
class DirichletDraw {
 public:
  Batch<S> value;   ///< k x SB
  Batch<S> logits;  ///< log(x/(1-x)), finite also where x has rounded to 0 or 1

  /// k x B: for each data point, sum over its samples of (dvalue/dtheta)^T G.
  Batch<S> theta_pullback(const Batch<S>& g) const { return q_->path_pullback(value, logits, g); }
  /// The same, flat.
  Vector<S> pullback(const Batch<S>& g) const { return detail::flattened(theta_pullback(g)); }

 private:
  friend class Dirichlet<S>;
  DirichletDraw(const Dirichlet<S>& q, const Batch<double>& logs) : q_(&q) { detail::simplex_points<S>(logs, value, &logits); }

  const Dirichlet<S>* q_;
};

/// The log density of a batch of points, and the way back from it.
template <class S>
class DirichletEvaluation {
 public:
  Row<S> value;  ///< 1 x SB

  /// k x B: for each data point, sum over its samples of w dlog_prob/dtheta; and G_c = w_c dlog_prob/dx_c.
  Batch<S> theta_pullback(const Row<S>& w, Batch<S>& g) const {
    g.resize(x_->rows(), x_->cols());
    return pull(w, g.data());
  }
  Batch<S> theta_pullback(const Row<S>& w) const { return pull(w, nullptr); }
  /// The weighted score, flat; and G.
  Vector<S> pullback(const Row<S>& w, Batch<S>& g) const { return detail::flattened(theta_pullback(w, g)); }
  Vector<S> pullback(const Row<S>& w) const { return detail::flattened(theta_pullback(w)); }

 private:
  friend class Dirichlet<S>;
  using D = Dirichlet<S>;
  using V = typename D::V;
  DirichletEvaluation(const D& q, const Batch<S>& x) : value(q.log_prob(x)), q_(&q), x_(&x) {}

  Batch<S> pull(const Row<S>& w, S* g) const {
    detail::require_size(D::name, "number of weights", w.size(), value.size());
    Row<S> weights = w;
    for (Index j = 0; j < value.size(); ++j)
      if (value[j] == -D::infinity) weights[j] = 0;
    Batch<S> gradient(q_->event_size(), q_->batch_size());
    detail::sum_samples<D::constants, 1>(
        q_->constants_.data(), q_->event_size(), q_->batch_size(), value.size(), gradient.data(),
        [at = weights.data()](const auto& slice) { return slice.load_weights(at); },
        [=, x = x_->data()](const typename D::C& c, const auto& slice, auto& s, auto weight) {
          const V point = slice.load(x), zero(S(0));
          const auto nowhere = point <= S(0);
          s[0] = select(nowhere, zero, c[D::a] * (math::log(point) - c[D::mean_log]));
          if (g) slice.store(weight * select(nowhere, zero, (c[D::a] - S(1)) / point), g);
        });
    return gradient;
  }

  const D* q_;
  const Batch<S>* x_;
};

template <class A>
explicit Dirichlet(const Eigen::MatrixBase<A>&) -> Dirichlet<typename A::Scalar>;

namespace detail {

/// log B(b) - log B(a) + sum (a_i - b_i) E log x_i for concentrations a of p and b of q, less what cancels.
template <class T>
KlTerms<T> closed_kl(const Dirichlet<T>& p, const Dirichlet<T>& q, const Row<T>* w) {
  const Index batch = points_of_pair(p, q);
  const DirichletShape<T>&s = p.shape(), &r = q.shape();
  KlTerms<T> terms;
  terms.value.resize(batch);
  if (w) {
    require_size("kl", "number of weights", w->size(), batch);
    terms.gradient = Batch<T>::Zero(p.event_size(), p.batch_size());
  }
  for (Index j = 0; j < batch; ++j) {
    const Index b = p.batch_size() == 1 ? 0 : j, o = q.batch_size() == 1 ? 0 : j;
    T value = r.total_peak[o] - s.total_peak[b];
    const T all = w ? (s.total[b] - r.total[o]) * math::trigamma(s.total[b]) : T(0);
    for (Index i = 0; i < p.event_size(); ++i) {
      const T more = s.a(i, b) - r.a(i, o);
      value += r.a(i, o) * (r.log_mean(i, o) - s.log_mean(i, b)) + more * (s.mean_log(i, b) - s.log_mean(i, b)) -
               (r.peak(i, o) - s.peak(i, b));
      if (w) terms.gradient(i, b) += (*w)[j] * s.a(i, b) * (more * math::trigamma(s.a(i, b)) - all);
    }
    terms.value[j] = value;
  }
  return terms;
}

}  // namespace detail
}  // namespace variate
