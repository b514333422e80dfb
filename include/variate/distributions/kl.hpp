#pragma once
/// Kullback-Leibler divergences: in closed form where there is one, by sampling for any pair.
///
/// kl(p, q) = E_p[log p - log q] in nats, one number for each data point. A p or q with one data point is compared with each of
/// the other's. What is bound (a guide at x) is taken by its `distribution()`; its gradient goes back through its link.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/kl_terms.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/math/linear_algebra.hpp"

namespace variate {
namespace detail {

template <class Law>
concept HasLawKl = requires(LawConstants<Law> c, LawTheta<Law> s) {
  Law::kl(c, c);
  Law::kl_gradient(c, c, s);
};

/// KL between two laws, coordinate by coordinate, from their constants: `value(p, q)`, and `gradient(p, q, s)` by p's learned
/// numbers. Within a family the law itself has it; pairs of different families are specialised in kl_pairs.hpp.
template <class P, class Q>
struct KlBetween;
template <class Law>
  requires HasLawKl<Law>
struct KlBetween<Law, Law> {
  using C = LawConstants<Law>;
  static Packet<typename Law::Scalar> value(const C& p, const C& q) { return Law::kl(p, q); }
  static void gradient(const C& p, const C& q, LawTheta<Law>& s) { Law::kl_gradient(p, q, s); }
};
template <class P, class Q>
concept HasKlBetween = requires(LawConstants<P> p, LawConstants<Q> q, LawTheta<P> s) {
  KlBetween<P, Q>::value(p, q);
  KlBetween<P, Q>::gradient(p, q, s);
};

template <class P, class Q>
  requires HasKlBetween<P, Q>
KlTerms<typename P::Scalar> closed_kl(const Factorized<P>& p, const Factorized<Q>& q, const Row<typename P::Scalar>* w) {
  using T = typename P::Scalar;
  const Index batch = points_of_pair(p, q), d = p.event_size(), points = d * batch;
  Lent<Batch<T>> room;
  if (p.batch_size() != batch) room = tiled(p.constants(), batch);
  const Batch<T>&of_p = p.batch_size() == batch ? p.constants() : room, &of_q = q.constants();
  if constexpr (std::is_same_v<P, Q> && requires { P::require_same(of_p, of_q, d); })
    P::require_same(of_p, tiled(of_q, batch), d);
  const bool same_for_all = q.batch_size() != batch;
  const auto beside = [&](const auto& slice) {
    LawConstants<Q> c;
    if (same_for_all) {
      const T* const one = of_q.data() + slice.coordinate;
      for (std::size_t m = 0; m < c.size(); ++m) c[m] = Packet<T>(one[static_cast<Index>(m) * d]);
    } else {
      for (std::size_t m = 0; m < c.size(); ++m) c[m] = slice.load(of_q.data() + static_cast<Index>(m) * points);
    }
    return c;
  };
  KlTerms<T> terms;
  if (!w) {
    terms.value = spare_row<T>(batch);
    sum_coordinates<P::constants>(
        of_p.data(), d, batch, batch, terms.value.data(),
        [&](const LawConstants<P>& c, const auto& slice) { return KlBetween<P, Q>::value(c, beside(slice)); });
    return terms;
  }
  require_size("kl", "number of weights", w->size(), batch);
  Lent<Batch<T>> gradient = spare<T>(learned_of<P> * d, batch);
  sum_samples<P::constants, learned_of<P>, P::parameters>(
      of_p.data(), d, batch, batch, gradient.data(), [&](const auto& slice) { return slice.load_weights(w->data()); },
      [&](const LawConstants<P>& c, const auto& slice, LawTheta<P>& s, auto) { KlBetween<P, Q>::gradient(c, beside(slice), s); });
  if (p.batch_size() == batch) terms.gradient = std::move(gradient);
  else terms.gradient = folded(gradient, p.batch_size());
  return terms;
}

/// Classes that p forbids add nothing; a class that only q forbids makes the divergence (and its gradient) infinite.
template <class T>
KlTerms<T> closed_kl(const Categorical<T>& p, const Categorical<T>& q, const Row<T>* w) {
  const Index batch = points_of_pair(p, q), k = p.classes();
  require_size("kl", "classes of q", q.classes(), k);
  const auto ratio = [&](Index r, Index b) {
    return p.log_probs()(r, p.batch_size() == 1 ? 0 : b) - q.log_probs()(r, q.batch_size() == 1 ? 0 : b);
  };
  KlTerms<T> terms;
  terms.value = Row<T>::Zero(batch);
  if (w) require_size("kl", "number of weights", w->size(), batch);
  terms.gradient = Batch<T>::Zero(p.theta().rows(), p.batch_size());
  for (Index i = 0; i < p.event_size(); ++i)
    for (Index b = 0; b < batch; ++b) {
      const Index column = p.batch_size() == 1 ? 0 : b;
      T divergence = 0;
      for (Index r = i * k; r < (i + 1) * k; ++r)
        if (p.probs()(r, column) > 0) divergence += p.probs()(r, column) * ratio(r, b);
      terms.value[b] += divergence;
      if (!w) continue;
      for (Index r = i * k; r < (i + 1) * k; ++r)
        if (p.probs()(r, column) > 0) terms.gradient(r, column) += (*w)[b] * p.probs()(r, column) * (ratio(r, b) - divergence);
    }
  return terms;
}

/// Normals by their factors: with M = Lq^-1 Lp and z = Lq^-1 (mp - mq), kl = (|M|^2 + |z|^2 - d)/2 + log det Lq - log det Lp,
/// dkl/dmp = Lq^-T z and dkl/dLp = tril(Lq^-T M) - diag(1/Lp). A diagonal q has its scales for Lq.
template <class T>
struct GaussianFactor {
  const MultivariateNormal<T>* full;
  const Normal<T>* diagonal;

  Index batch_size() const { return full ? full->batch_size() : diagonal->batch_size(); }
  Index event_size() const { return full ? full->event_size() : diagonal->event_size(); }
  T loc(Index i, Index b) const { return full ? full->theta()(i, b) : diagonal->theta()(i, b); }
  T log_scale(Index i, Index b) const {
    return full ? full->theta()(full->diagonal_row(i), b) : diagonal->theta()(event_size() + i, b);
  }
  /// x = L^-1 x, or L^-T x.
  void solve(Index b, Batch<T>& x, bool transposed) const {
    if (full) {
      transposed ? math::solve_lower_transposed(full->factor(b), x) : math::solve_lower(full->factor(b), x);
      return;
    }
    for (Index i = 0; i < x.rows(); ++i) x.row(i) *= std::exp(-log_scale(i, b));
  }
  Batch<T> matrix(Index b) const {
    if (full) return full->factor(b);
    Batch<T> l = Batch<T>::Zero(event_size(), event_size());
    for (Index i = 0; i < event_size(); ++i) l(i, i) = std::exp(log_scale(i, b));
    return l;
  }
};

template <class T>
KlTerms<T> gaussian_kl(const GaussianFactor<T>& p, const GaussianFactor<T>& q, const Row<T>* w) {
  const Index batch = points_of_pair(p, q), d = p.event_size();
  KlTerms<T> terms;
  terms.value.resize(batch);
  if (w) {
    require_size("kl", "number of weights", w->size(), batch);
    terms.gradient = Batch<T>::Zero(p.full ? p.full->theta().rows() : p.diagonal->theta().rows(), p.batch_size());
  }
  for (Index b = 0; b < batch; ++b) {
    const Index at = p.batch_size() == 1 ? 0 : b, other = q.batch_size() == 1 ? 0 : b;
    const Batch<T> lp = p.matrix(at);
    Batch<T> m = lp, z(d, 1);
    T log_ratio = 0;
    for (Index i = 0; i < d; ++i) {
      z(i, 0) = p.loc(i, at) - q.loc(i, other);
      log_ratio += q.log_scale(i, other) - p.log_scale(i, at);
    }
    q.solve(other, m, false);
    q.solve(other, z, false);
    terms.value[b] = T(0.5) * (m.squaredNorm() + z.squaredNorm() - static_cast<T>(d)) + log_ratio;
    if (!w) continue;
    q.solve(other, m, true);
    q.solve(other, z, true);
    for (Index i = 0; i < d; ++i) {
      terms.gradient(i, at) += (*w)[b] * z(i, 0);
      const T on_diagonal = (*w)[b] * (m(i, i) * lp(i, i) - 1);
      if (!p.full) {
        terms.gradient(d + i, at) += on_diagonal;
        continue;
      }
      for (Index j = 0; j < i; ++j) terms.gradient(p.full->diagonal_row(i) - i + j, at) += (*w)[b] * m(i, j);
      terms.gradient(p.full->diagonal_row(i), at) += on_diagonal;
    }
  }
  return terms;
}
template <class T>
KlTerms<T> closed_kl(const MultivariateNormal<T>& p, const MultivariateNormal<T>& q, const Row<T>* w) {
  return gaussian_kl<T>({&p, nullptr}, {&q, nullptr}, w);
}
template <class T>
KlTerms<T> closed_kl(const MultivariateNormal<T>& p, const Normal<T>& q, const Row<T>* w) {
  return gaussian_kl<T>({&p, nullptr}, {nullptr, &q}, w);
}
template <class T>
KlTerms<T> closed_kl(const Normal<T>& p, const MultivariateNormal<T>& q, const Row<T>* w) {
  return gaussian_kl<T>({nullptr, &p}, {&q, nullptr}, w);
}

}  // namespace detail

/// There is a closed form of KL(p || q).
template <class P, class Q>
concept HasKl = Linked<P> && Linked<Q> &&
                requires(const P& p, const Q& q, const Row<ScalarOf<P>>* w) { closed_kl(p.distribution(), q.distribution(), w); };

/// KL(p || q) of each data point, 1 x B. ShapeError if event sizes or data points do not fit.
template <class P, class Q>
  requires HasKl<P, Q>
Row<ScalarOf<P>> kl(const P& p, const Q& q) {
  const Row<ScalarOf<P>>* no_weights = nullptr;
  return closed_kl(p.distribution(), q.distribution(), no_weights).value;
}

/// sum_b w_b dKL_b/dparams of p, flat.
template <class P, class Q>
  requires HasKl<P, Q>
Vector<ScalarOf<P>> kl_pullback(const P& p, const Q& q, const Row<ScalarOf<P>>& w) {
  return p.link_pullback(closed_kl(p.distribution(), q.distribution(), &w).gradient);
}

/// A Monte Carlo estimate and its standard error, each 1 x B.
template <class T>
struct KlEstimate {
  Row<T> value;
  /// The Monte Carlo standard error of each value, 1 x B.
  Row<T> standard_error;
};

/// KL(p || q) from n >= 2 draws of p for each data point: the mean of log p - log q.
template <class P, class Q, class Rng>
  requires Distribution<P> && Distribution<Q>
KlEstimate<ScalarOf<P>> kl_monte_carlo(const P& p, const Q& q, Rng& rng, Index n) {
  using T = ScalarOf<P>;
  detail::require_at_least("kl_monte_carlo", "number of samples", n, 2);
  detail::require_size("kl_monte_carlo", "event size of q", q.event_size(), p.event_size());
  if (q.batch_size() != 1) detail::require_size("kl_monte_carlo", "data points of q", q.batch_size(), p.batch_size());
  const Batch<T> x = p.sample(rng, n);
  const Row<T> difference = p.log_prob(x) - q.log_prob(x);
  const Eigen::Map<const Batch<T>> table(difference.data(), n, p.batch_size());
  const Row<T> mean = table.colwise().mean();
  const Row<T> squares = (table.rowwise() - mean).colwise().squaredNorm();
  return {mean, (squares / static_cast<T>(n * (n - 1))).cwiseSqrt()};
}

}  // namespace variate
