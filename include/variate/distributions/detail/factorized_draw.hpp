#pragma once
/// What a family of independent coordinates gives: draws that remember their noise, evaluations that remember their points.
#include <concepts>
#include <cstddef>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/distributions/detail/law.hpp"
#include "variate/distributions/detail/many_samples.hpp"

namespace variate::detail {

template <class Law>
class Factorized;

/// A draw that remembers its noise.
template <class Law>
class FactorizedDraw {
 public:
  using T = typename Law::Scalar;
  Batch<T> value;  ///< d x SB

  FactorizedDraw(const FactorizedDraw&) = default;
  FactorizedDraw(FactorizedDraw&&) = default;
  FactorizedDraw& operator=(const FactorizedDraw&) = default;
  FactorizedDraw& operator=(FactorizedDraw&&) = default;
  ~FactorizedDraw() {
    give_back(value);
    give_back(noise_);
  }

  /// K x B: for each data point, sum over its samples of (dvalue/dtheta)^T G.
  Batch<T> theta_pullback(const Batch<T>& g) const {
    Batch<T> gradient = spare<T>(q_->theta().rows(), q_->theta().cols());
    pull(g, gradient.data());
    return gradient;
  }
  /// The same, flat.
  Vector<T> pullback(const Batch<T>& g) const {
    Vector<T> gradient = spare_vector<T>(q_->theta().size());
    pull(g, gradient.data());
    return gradient;
  }

 private:
  friend class Factorized<Law>;
  FactorizedDraw(const Factorized<Law>& q, Batch<T> noise) : value(spare<T>(noise.rows(), noise.cols())), q_(&q), noise_(std::move(noise)) {
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

  /// Coordinate by coordinate, the costly part of the path by its Chebyshev series on the range of the samples; where that does
  /// not converge, by the law.
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
  Lent<Row<T>> value;  ///< 1 x SB

  /// K x B: for each data point, sum over its samples of w dlog_prob/dtheta.
  Batch<T> theta_pullback(const Row<T>& w) const {
    Batch<T> gradient = spare<T>(q_->theta().rows(), q_->theta().cols());
    pull(w, gradient.data(), nullptr);
    return gradient;
  }
  /// The same, and G_c = w_c dlog_prob/dx_c.
  Batch<T> theta_pullback(const Row<T>& w, Batch<T>& g) const
    requires(!Law::discrete)
  {
    Batch<T> gradient = spare<T>(q_->theta().rows(), q_->theta().cols());
    fit(g, x_->rows(), x_->cols());
    pull(w, gradient.data(), g.data());
    return gradient;
  }
  /// The weighted score, flat.
  Vector<T> pullback(const Row<T>& w) const {
    Vector<T> gradient = spare_vector<T>(q_->theta().size());
    pull(w, gradient.data(), nullptr);
    return gradient;
  }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires(!Law::discrete)
  {
    Vector<T> gradient = spare_vector<T>(q_->theta().size());
    fit(g, x_->rows(), x_->cols());
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
