#pragma once
/// The relaxation of one-hot choices: Gumbel noise, the largest of its noisy logits, the softmax.
#include <algorithm>
#include <limits>
#include <type_traits>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/detail/relaxation.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/log.hpp"
#include "variate/math/softplus.hpp"

namespace variate::detail {

/// z = logit - log(-log u), b = onehot(argmax z), y = softmax(z / temperature). Given that class k won, in logarithms (spec 2.2):
/// with E = -log v, a_i = log E_i - logit_i and m = log sum exp(logits) - log E_k, z_tilde_k = m and z_tilde_i = m - softplus(a_i
/// + m) else. So the winner stays the largest, and the derivatives follow from z_tilde alone: with o_i = exp(z_tilde_i - m) = 1 -
/// r_i, dz_tilde_i/dlogit_j = r_i [i = j] + o_i p_j.
template <class S>
class Relaxation<OneHotCategorical<S>> {
  using V = Packet<S>;

 public:
  static constexpr bool exists = true;
  explicit Relaxation(const OneHotCategorical<S>& q) : theta_(q.theta()), probs_(q.probs()), k_(q.classes()) {}

  Batch<S> noisy(const Batch<S>& u) const {
    return map_cells(theta_, u.cols(), [&](V phi, const auto& at) { return phi - math::log(-math::log(at.load(u.data()))); });
  }
  /// The first of equals wins.
  Batch<S> hard(const Batch<S>& z) const {
    Batch<S> b(z.rows(), z.cols());
    each_choice(z.cols(), [&](const Choice& at) {
      V best = at.load(z, 0), winner(S(0));
      for (Index i = 1; i < k_; ++i) {
        const V next = at.load(z, i);
        winner = select(next > best, V(static_cast<S>(i)), winner);
        best = max(next, best);
      }
      for (Index i = 0; i < k_; ++i) at.store(select(winner == V(static_cast<S>(i)), V(S(1)), V(S(0))), b, i);
    });
    return b;
  }
  Batch<S> smooth(Batch<S> a) const {
    each_choice(a.cols(), [&](const Choice& at) {
      const V top = at.largest(a, k_);
      V total(S(0));
      for (Index i = 0; i < k_; ++i) {
        const V e = math::exp(at.load(a, i) - top);
        at.store(e, a, i);
        total += e;
      }
      const V scale = V(S(1)) / total;
      for (Index i = 0; i < k_; ++i) at.store(at.load(a, i) * scale, a, i);
    });
    return a;
  }
  Batch<S> slope(const Batch<S>& y, const Batch<S>& t) const {
    return slope_by(t, [&](const Choice& at, Index i) { return at.load(y, i); });
  }
  Batch<S> curvature(const Batch<S>& y, const Batch<S>& s, const Batch<S>& t) const {
    Batch<S> out(y.rows(), y.cols());
    each_choice(y.cols(), [&](const Choice& at) {
      V ys(S(0)), yt(S(0)), covariance(S(0));
      for (Index i = 0; i < k_; ++i) {
        const V p = at.load(y, i);
        ys += p * at.load(s, i);
        yt += p * at.load(t, i);
      }
      for (Index i = 0; i < k_; ++i) covariance += at.load(y, i) * (at.load(s, i) - ys) * (at.load(t, i) - yt);
      for (Index i = 0; i < k_; ++i)
        at.store(at.load(y, i) * ((at.load(s, i) - ys) * (at.load(t, i) - yt) - covariance), out, i);
    });
    return out;
  }

  Batch<S> conditional(const Batch<S>& b, const Batch<S>& v) const {
    Batch<S> z = map_cells(theta_, b.cols(),
                           [&](V phi, const auto& at) { return math::log(-math::log(at.load(v.data()))) - phi; });
    const Batch<S> total = log_totals();
    each_choice(b.cols(), [&](const Choice& at) {
      V m(S(0));  // log of the total rate, less log E of the winner: z holds log E - logit
      for (Index i = 0; i < k_; ++i) {
        const V of_winner = at.beside(total, at.variable) - (at.load(z, i) + at.theta(theta_, i));
        m = select(at.load(b, i) == S(1), of_winner, m);
      }
      for (Index i = 0; i < k_; ++i)
        at.store(select(at.load(b, i) == S(1), m, m - math::softplus(at.load(z, i) + m)), z, i);
    });
    return z;
  }
  Batch<S> conditional_pullback(const Batch<S>& /*b*/, const Batch<S>& z_tilde, const Batch<S>& g) const {
    Batch<S> out(g.rows(), g.cols());
    each_choice(g.cols(), [&](const Choice& at) {
      const V m = at.largest(z_tilde, k_);
      V total(S(0));
      for (Index i = 0; i < k_; ++i) {
        const V r = -math::expm1(at.load(z_tilde, i) - m), t = at.load(g, i);
        total += (V(S(1)) - r) * t;
        at.store(r * t, out, i);
      }
      for (Index i = 0; i < k_; ++i) at.store(multiply_add(at.theta(probs_, i), total, at.load(out, i)), out, i);
    });
    return out;
  }
  Batch<S> conditional_tangent(const Batch<S>& /*b*/, const Batch<S>& z_tilde, const Batch<S>& w) const {
    Batch<S> out(w.rows(), w.cols());
    each_choice(w.cols(), [&](const Choice& at) {
      const V m = at.largest(z_tilde, k_);
      V total(S(0));
      for (Index i = 0; i < k_; ++i) total = multiply_add(at.theta(probs_, i), at.load(w, i), total);
      for (Index i = 0; i < k_; ++i) {
        const V r = -math::expm1(at.load(z_tilde, i) - m);
        at.store(r * at.load(w, i) + (V(S(1)) - r) * total, out, i);
      }
    });
    return out;
  }

  /// b - p, where 1 - p of the class chosen is the others' sum.
  Batch<S> score(const Batch<S>& b) const {
    Batch<S> out(b.rows(), b.cols());
    each_choice(b.cols(), [&](const Choice& at) {
      V others(S(0));
      for (Index i = 0; i < k_; ++i) others += select(at.load(b, i) == S(1), V(S(0)), at.theta(probs_, i));
      for (Index i = 0; i < k_; ++i) at.store(select(at.load(b, i) == S(1), others, -at.theta(probs_, i)), out, i);
    });
    return out;
  }
  Batch<S> mean() const { return probs_; }
  Batch<S> mean_pullback(const Batch<S>& g) const {
    return slope_by(g, [&](const Choice& at, Index i) { return at.theta(probs_, i); });
  }

 private:
  /// The numbers of one variable in neighbouring columns.
  struct Choice {
    Index variable, first, column, count, cols, point, points;

    V load(const Batch<S>& x, Index i) const {
      const S* from = x.data() + (first + i) * cols + column;
      return load_some(from, count, *from);  // lanes to spare repeat the first, and are as harmless
    }
    void store(V v, Batch<S>& x, Index i) const { store_some(v, x.data() + (first + i) * cols + column, count); }
    /// Row r of what has a column for each data point.
    V beside(const Batch<S>& x, Index r) const {
      const S* from = x.data() + r * points + point;
      return points == 1 ? V(*from) : load_some(from, count, *from);
    }
    V theta(const Batch<S>& x, Index i) const { return beside(x, first + i); }
    V largest(const Batch<S>& x, Index k) const {
      V top = load(x, 0);
      for (Index i = 1; i < k; ++i) top = max(load(x, i), top);
      return top;
    }
  };

  /// body(choice) for every variable and register of columns of one sample's data points, or of samples if there is one data
  /// point.
  template <class Body>
  void each_choice(Index cols, Body body) const {
    constexpr Index lanes = packet_size<S>;
    const Index points = theta_.cols(), run = points == 1 ? cols : points;
    for (Index v = 0; v < theta_.rows() / k_; ++v)
      for (Index s = 0; s < cols; s += run)
        for (Index c = 0; c < run; c += lanes)
          body(Choice{v, v * k_, s + c, std::min(lanes, run - c), cols, points == 1 ? 0 : c, points});
  }
  /// p (t - p.t), where p(choice, i) are the probabilities.
  template <class P>
  Batch<S> slope_by(const Batch<S>& t, P p) const {
    Batch<S> out(t.rows(), t.cols());
    each_choice(t.cols(), [&](const Choice& at) {
      V mean(S(0));
      for (Index i = 0; i < k_; ++i) mean = multiply_add(p(at, i), at.load(t, i), mean);
      for (Index i = 0; i < k_; ++i) at.store(p(at, i) * (at.load(t, i) - mean), out, i);
    });
    return out;
  }
  /// log sum exp of the logits of each variable, one row each.
  Batch<S> log_totals() const {
    const Index points = theta_.cols();
    Batch<S> total(theta_.rows() / k_, points);
    each_choice(points, [&](const Choice& at) {
      const V top = at.largest(theta_, k_);
      V sum(S(0));
      for (Index i = 0; i < k_; ++i) sum += math::exp(at.load(theta_, i) - top);
      store_some(top + math::log(sum), total.data() + at.variable * points + at.column, at.count);
    });
    return total;
  }

  const Batch<S>& theta_;
  const Batch<S>& probs_;
  Index k_;
};

}  // namespace variate::detail
