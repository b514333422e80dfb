#pragma once
/// The continuous uniform distribution.
#include <cmath>
#include <limits>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/fill.hpp"

namespace variate {
namespace detail {

/// log f = -log width on [low, low + width]; theta is (low, log width).
template <class S>
struct UniformLaw {
  using Scalar = S;
  using V = Packet<S>;
  static constexpr const char* name = "Uniform";
  static constexpr int parameters = 2;
  static constexpr Arguments<parameters> arguments{{{"low", Domain::real}, {"width"}}};
  static constexpr bool discrete = false, reparameterized = true;
  enum : std::size_t { low, high, width, log_width };
  static constexpr int constants = 4;
  using Theta = Numbers<S, parameters>;
  using C = Numbers<S, constants>;

  static C prepare(const Theta& theta) {
    const V wide = math::exp(theta[1]);
    return {theta[0], theta[0] + wide, wide, theta[1]};
  }

  static V log_prob(V x, const C& c) { return select(x == x, -c[log_width], x); }
  static V score(V x, const C&, Theta& s) {
    s[0] = select(x == x, V(S(0)), x);
    s[1] = select(x == x, V(S(-1)), x);
    return s[0];
  }

  template <class T, class Rng>
  static Batch<T> noise(Rng& rng, Index rows, Index cols) {
    return uniforms<T>(rng, rows, cols);
  }
  static V point(V u, const C& c) { return icdf(u, c); }
  static void path(V u, V, const C& c, Theta& s) {
    s[0] = S(1);
    s[1] = c[width] * u;
  }

  static V lowest(const C& c) { return c[low]; }
  static V highest(const C& c) { return c[high]; }
  static V mean(const C& c) { return c[low] + S(0.5) * c[width]; }
  static V variance(const C& c) { return c[width] * c[width] / S(12); }
  /// The middle: every point is as likely.
  static V mode(const C& c) { return mean(c); }
  static V entropy(const C& c) { return c[log_width]; }
  static void entropy_gradient(const C&, Theta& s) {
    s[0] = S(0);
    s[1] = S(1);
  }
  static V cdf(V x, const C& c) { return select(x > c[high], V(S(1)), (x - c[low]) / c[width]); }
  static V log_cdf(V x, const C& c) {
    const V p = (x - c[low]) / c[width];
    return select(p < S(0.5), math::log(p), math::log1p((x - c[high]) / c[width]));
  }
  static V icdf(V p, const C& c) { return min(c[high], c[low] + c[width] * p); }

  /// Infinite where p reaches beyond q by more than rounding; the gradient there is that of log(q's width/p's width).
  static V kl(const C& p, const C& q) {
    const V slack = S(4) * std::numeric_limits<S>::epsilon() * (math::abs(q[low]) + math::abs(q[high]));
    const auto covered = (p[low] >= q[low] - slack) & (p[high] <= q[high] + slack);
    return select(covered, q[log_width] - p[log_width], V(std::numeric_limits<S>::infinity()));
  }
  static void kl_gradient(const C&, const C&, Theta& s) {
    s[0] = S(0);
    s[1] = S(-1);
  }
};

}  // namespace detail

/// d independent coordinates, uniform on [low, high]. theta: d rows low, then d rows log(high - low); one column a data point.
/// Reparameterised as low + (high - low) u. `high()` may differ from what was given in the last digit.
template <class S = double>
class Uniform : public detail::Family<Uniform<S>, detail::UniformLaw<S>> {
  using Base = detail::Family<Uniform<S>, detail::UniformLaw<S>>;

 public:
  using Base::Base;
  /// Finite numbers low < high, both d x B (vectors for B = 1). ShapeError, InvalidArgument or DomainError otherwise.
  Uniform(const Batch<S>& low, const Batch<S>& high) : Base(std::in_place, low, width_of(low, high)) {}

  /// Left ends, d x B.
  Batch<S> low() const { return this->parameter(0); }
  /// Right ends, d x B.
  Batch<S> high() const { return this->highest(); }

 private:
  static Batch<S> width_of(const Batch<S>& low, const Batch<S>& high) {
    detail::require_at_least("Uniform", "size of low", low.rows(), 1);
    detail::require_size("Uniform", "size of high", high.rows(), low.rows());
    detail::require_size("Uniform", "columns of high", high.cols(), low.cols());
    detail::require_finite("Uniform", "low", low);
    detail::require_finite("Uniform", "high", high);
    const Batch<S> width = high - low;
    detail::require_each<DomainError>("Uniform", "width", width, "high above low by a finite number",
                                      [](S w) { return w > 0 && std::isfinite(w); });
    return width;
  }
};

template <class A, class B>
Uniform(const Eigen::MatrixBase<A>&, const Eigen::MatrixBase<B>&) -> Uniform<typename A::Scalar>;

}  // namespace variate
