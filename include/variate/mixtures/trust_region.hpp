#pragma once
/// The component update that bounds the KL divergence between new and old component (Abdolmaleki et al. 2015; Arenz et al. 2023,
/// section 3.4).
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/error.hpp"
#include "variate/core/finite.hpp"
#include "variate/core/types.hpp"
#include "variate/mixtures/component_updates.hpp"
#include "variate/mixtures/detail/multiplier.hpp"

namespace variate {

/// All the components that a natural gradient leads to: precision P' = P + H/eta and mean' = mean - P'^-1 g/eta for multipliers
/// eta > 0, from the old component (infinity) to the full step (1) and beyond.
///
/// With M = L^T P' L = I + S/eta the divergence is KL(new || old) = 1/2 [log det M + tr M^-1 - d + |M^-1 L^T g / eta|^2]. S is
/// made tridiagonal once (4/3 d^3); a multiplier then costs O(d). Only the lower triangle of H enters M. It borrows factor,
/// Hessian and workspace.
template <class T, class Factor>
class TrustRegionPath {
 public:
  /// The workspace is used until the path is done with. ShapeError if sizes do not fit; InvalidArgument if a number is not
  /// finite.
  TrustRegionPath(const Vector<T>& mean, const Factor& factor, const Factor& hessian, const Vector<T>& gradient,
                  ComponentWorkspace<T>& work)
      : mean_(&mean), factor_(&factor), work_(&work) {
    detail::require_component("TrustRegionPath", mean, factor, hessian, gradient);
    detail::require_finite("TrustRegionPath", "hessian", hessian);
    detail::require_finite("TrustRegionPath", "gradient", gradient);
    work.slope = gradient;
    if constexpr (diagonal) {
      work.diagonal = factor.array().square() * hessian.array();
      work.off = Vector<T>::Zero(mean.size() > 0 ? mean.size() - 1 : 0);
      work_->whitened = factor.array() * gradient.array();
    } else {
      symmetrise(mean, hessian);
      detail::whiten_hessian(factor, work.matrix, work.hessian);
      work.matrix = work.hessian;
      work_->whitened = work.slope;
      for (Index i = 0; i < mean.size(); ++i) {  // L^T g
        const T top = work_->whitened[i];
        math::detail::add(top, factor.data() + i * mean.size(), work_->whitened.data(), i);
        work_->whitened[i] = top * factor(i, i);
      }
      detail::tridiagonalise(work.matrix, work_->whitened, work.diagonal, work.off, work.work);
    }
    work_->forward.resize(mean.size());
    work_->solved.resize(mean.size());
  }

  /// KL(new || old) at a multiplier; infinite where the new precision is not positive definite. Within rounding of its size even
  /// where it is tiny.
  T kl(T eta) {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const Index d = work_->forward.size();
    const auto a = [&](Index i) { return work_->diagonal[i] / eta; };
    const auto b = [&](Index i) { return work_->off[i] / eta; };
    // Pivots 1 + e_i from the first row on; c = M^-1 L^T g / eta takes its first half.
    T log_determinant = 0;
    for (Index i = 0; i < d; ++i) {
      T e = a(i), c = work_->whitened[i] / eta;
      if (i > 0) {
        const T ratio = b(i - 1) / (1 + work_->forward[i - 1]);
        e -= b(i - 1) * ratio;
        c -= ratio * work_->solved[i - 1];
      }
      if (!(1 + e > 0)) return infinity;
      work_->forward[i] = e;
      work_->solved[i] = c;
      log_determinant += std::log1p(e);
    }
    // Pivots 1 + f_i from the last row on; (M^-1)_ii = 1 / (1 + e_i + f_i - a_i).
    T trace = 0, squares = 0, f = 0;
    for (Index i = d - 1; i >= 0; --i) {
      const T next = 1 + f;
      f = a(i);
      if (i + 1 < d) {
        f -= b(i) * b(i) / next;
        work_->solved[i] -= b(i) * work_->solved[i + 1];
      }
      if (!(1 + f > 0)) return infinity;
      const T x = work_->forward[i] + f - a(i);
      trace -= x / (1 + x);
      work_->solved[i] /= 1 + work_->forward[i];
      squares += work_->solved[i] * work_->solved[i];
    }
    const T kl = std::max(T(0), (log_determinant + trace + squares) / 2);
    return std::isfinite(kl) ? kl : infinity;
  }

  /// Writes the component at a multiplier; false if there is none, and then nothing is written. `mean` and `factor` may be those
  /// the path came from; it is then at its end.
  bool at(T eta, Vector<T>& mean, Factor& factor) {
    ComponentWorkspace<T>& w = *work_;
    if constexpr (diagonal) {
      w.pivots = w.diagonal.array() / eta + 1;
      if (!(w.pivots.minCoeff() > 0) || !detail::all_finite(w.pivots)) return false;
      w.work = factor_->array().square() * w.slope.array() / (eta * w.pivots.array());
      w.pivots = factor_->array() * w.pivots.array().rsqrt();
      return take(mean, w.work, factor, w.pivots);
    } else {
      w.matrix = w.hessian / eta;
      w.matrix.diagonal().array() += T(1);
      if (!detail::updated_factor(*factor_, w.matrix, true, w.factor)) return false;
      w.work = w.slope / eta;
      detail::multiply_covariance(w.factor, w.work);
      return take(mean, w.work, factor, w.factor);
    }
  }

 private:
  static constexpr bool diagonal = Factor::ColsAtCompileTime == 1;

  /// work.matrix: H from its lower triangle. The linear term H mean - g takes the whole of H, so that what is left of it joins g.
  void symmetrise(const Vector<T>& mean, const Batch<T>& hessian) {
    work_->matrix = hessian;
    for (Index i = 0; i < mean.size(); ++i)
      for (Index j = i + 1; j < mean.size(); ++j) {
        work_->slope[i] -= (hessian(i, j) - hessian(j, i)) * mean[j];
        work_->matrix(i, j) = hessian(j, i);
      }
  }
  template <class Out>
  bool take(Vector<T>& mean, const Vector<T>& step, Factor& factor, Out& out) const {
    if (!detail::all_finite(step)) return false;
    mean = *mean_ - step;
    factor = out;
    return true;
  }

  const Vector<T>* mean_;
  const Factor* factor_;
  ComponentWorkspace<T>* work_;
};

namespace detail {

/// Bisection in log eta down to a divergence within 10 % of the bound, or to half a bracket of 0.1 in eta: the rule of gmmvi 1.1,
/// step by step. From a former multiplier the bracket is a factor e^3 to both sides, not below 1.
template <class T, class Kl>
Multiplier<T> bracketed_multiplier(Kl kl, T bound, T former, T temperature) {
  T low = T(-20), high = T(80);
  if (former >= 0) {
    low = std::max(T(0), std::log(former) - 3);
    high = std::log(former) + 3;
  }
  T middle = (low + high) / 2;
  bool satisfied = false;
  for (int i = 0; i < 1000; ++i) {
    const T eta = std::exp(middle);
    if (std::min(std::exp(high) - eta, eta - std::exp(low)) < T(0.1)) break;
    const T divergence = kl(eta);
    if (std::abs(bound - divergence) < T(0.1) * bound) {
      low = high = middle;
      break;
    }
    if (bound > divergence) {
      high = middle;
      satisfied = true;
    } else {
      low = middle;
    }
    middle = (low + high) / 2;
  }
  if (satisfied) low = high;
  return {std::max(std::exp(low), temperature), low == high};
}

}  // namespace detail

/// The largest step whose KL divergence from the old component is within the step size, at most the full step eta = temperature.
///
/// By default the multiplier is searched as gmmvi 1.1 does: it may exceed the bound by 10 %; without a former multiplier it ends
/// at e^5 if that is within the bound; after a success it starts from the last multiplier, within a factor e^3 and not below 1,
/// and the update is rejected if nothing there satisfies the bound. `exact` meets the bound to 1e-9 of its size instead, wherever
/// the multiplier is. A bound of 0 rejects every update; an infinite one lets `exact` take the full step, if the new precision is
/// positive definite there.
struct TrustRegionComponentUpdate {
  bool exact = false;  ///< root of KL(eta) = bound instead of a bracket around it

  /// Tries the step; true if it was taken. ShapeError if sizes do not fit, DomainError for a negative bound or a temperature that
  /// is not positive; a Hessian or gradient that is not finite is a rejection.
  template <class T>
  bool operator()(Vector<T>& mean, Batch<T>& factor, const Batch<T>& hessian, const Vector<T>& gradient,
                  const ComponentStep<T>& step, ComponentUpdateState<T>& state, ComponentWorkspace<T>& work) const {
    return update(mean, factor, hessian, gradient, step, state, work);
  }
  /// The same for a diagonal covariance.
  template <class T>
  bool operator()(Vector<T>& mean, Vector<T>& factor, const Vector<T>& hessian, const Vector<T>& gradient,
                  const ComponentStep<T>& step, ComponentUpdateState<T>& state, ComponentWorkspace<T>& work) const {
    return update(mean, factor, hessian, gradient, step, state, work);
  }

 private:
  template <class T, class Factor>
  bool update(Vector<T>& mean, Factor& factor, const Factor& hessian, const Vector<T>& gradient, const ComponentStep<T>& step,
              ComponentUpdateState<T>& state, ComponentWorkspace<T>& work) const {
    detail::require_component("TrustRegionComponentUpdate", mean, factor, hessian, gradient);
    detail::require_step("TrustRegionComponentUpdate", step);
    T eta = -1;
    if (detail::all_finite(hessian) && detail::all_finite(gradient)) {
      TrustRegionPath<T, Factor> path(mean, factor, hessian, gradient, work);
      const auto kl = [&](T multiplier) { return path.kl(multiplier); };
      const auto found = exact ? detail::exact_multiplier<T>(kl, step.stepsize, state.eta, step.temperature)
                               : detail::bracketed_multiplier<T>(kl, step.stepsize, state.eta, step.temperature);
      if (found.found && std::isfinite(path.kl(found.eta)) && path.at(found.eta, mean, factor)) eta = found.eta;
    }
    state.eta = eta;
    return detail::counted(eta >= 0, step, state);
  }
};

}  // namespace variate
