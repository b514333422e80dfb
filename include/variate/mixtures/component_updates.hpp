#pragma once
/// How a normal component follows its natural gradient: directly, or by iBLR. (The trust region has a header of its own.)
///
/// A component is a mean (d) and a factor: the lower Cholesky factor L (d x d) of its covariance, or the d standard deviations of
/// a diagonal one. The natural gradient comes as H = -E[hess(log p - log q)] (d x d, or d numbers) and g = -E[grad(log p - log
/// q)], expectations under the component. An update either takes the step or leaves mean and factor as they are.
#include <algorithm>
#include <cmath>

#include "variate/core/error.hpp"
#include "variate/core/finite.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/packed_factor.hpp"
#include "variate/mixtures/detail/dense.hpp"

namespace variate {

/// What a component remembers between its updates.
template <class T>
struct ComponentUpdateState {
  T l2_regularizer = T(1e-12);  ///< of MORE's regression: falls with success, grows with rejection
  T eta = T(-1);                ///< multiplier of the last trust region; -1: none yet, or the update was rejected
  Index received_updates = 0;   ///< tried so far, rejected ones too
};

/// How far to go.
template <class T>
struct ComponentStep {
  T stepsize;                           ///< beta, or the bound on the KL divergence of a trust region; not negative
  T temperature = T(1);                 ///< of the entropy in the objective; positive
  T initial_l2_regularizer = T(1e-12);  ///< what `l2_regularizer` never falls below
};

/// Matrices that an update works in. One will do for any number of components, one after the other.
template <class T>
struct ComponentWorkspace {
  Batch<T> hessian, matrix, factor;                                         ///< d x d
  Vector<T> slope, whitened, diagonal, off, forward, solved, pivots, work;  ///< d
};

namespace detail {

template <class T>
void require_component(const char* function, const Vector<T>& mean, const Batch<T>& factor, const Batch<T>& hessian,
                       const Vector<T>& gradient) {
  require_size(function, "rows of factor", factor.rows(), mean.size());
  require_size(function, "columns of factor", factor.cols(), mean.size());
  require_size(function, "rows of hessian", hessian.rows(), mean.size());
  require_size(function, "columns of hessian", hessian.cols(), mean.size());
  require_size(function, "size of gradient", gradient.size(), mean.size());
}
template <class T>
void require_component(const char* function, const Vector<T>& mean, const Vector<T>& factor, const Vector<T>& hessian,
                       const Vector<T>& gradient) {
  require_size(function, "size of factor", factor.size(), mean.size());
  require_size(function, "size of hessian", hessian.size(), mean.size());
  require_size(function, "size of gradient", gradient.size(), mean.size());
}
template <class T>
void require_step(const char* function, const ComponentStep<T>& step) {
  if (!(step.stepsize >= 0)) throw DomainError(complaint(function, "stepsize", step.stepsize, "a number that is not negative"));
  require_positive(function, "temperature", step.temperature);
}

/// Counts an update and lets the regularizer follow its outcome.
template <class T>
bool counted(bool taken, const ComponentStep<T>& step, ComponentUpdateState<T>& state) {
  ++state.received_updates;
  state.l2_regularizer = taken ? std::max(state.l2_regularizer / 2, step.initial_l2_regularizer)
                               : std::min(T(1e-6), 10 * state.l2_regularizer);
  return taken;
}

/// out = L^T a L with the lower factor L; `out` is not `a`.
template <class T>
void whiten_hessian(const Batch<T>& l, const Batch<T>& a, Batch<T>& out) {
  out = a.transpose();
  math::multiply_lower_transposed<T>(l, out);
  out.transposeInPlace();
  math::multiply_lower_transposed<T>(l, out);
}

/// The factor of (A^T M A)^-1 = L M^-1 L^T, where A = L^-1, into `out`; false if it has none. Of a symmetric M only the upper
/// triangle is read: M = U U^T with U upper triangular, and L U^-T is lower triangular already. Otherwise the inverse is formed,
/// and its lower triangle counts. `m` is spoilt; `out` is not `l`.
template <class T>
bool updated_factor(const Batch<T>& l, Batch<T>& m, bool symmetric, Batch<T>& out) {
  const Index d = l.rows();
  out.resize(d, d);
  if (symmetric) {  // rows and columns from the end
    for (Index i = 0; i < d; ++i)
      for (Index j = 0; j <= i; ++j) out(i, j) = m(d - 1 - i, d - 1 - j);
    if (cholesky(out) >= 0) return false;
    for (Index i = 0; i < d; ++i)
      for (Index j = 0; j < d; ++j) m(i, j) = d - 1 - i <= j ? l(j, d - 1 - i) : T(0);
    math::solve_lower<T>(out, m);
    for (Index i = 0; i < d; ++i)
      for (Index j = 0; j < d; ++j) out(i, j) = j <= i ? m(d - 1 - j, i) : T(0);
  } else {
    for (Index i = 0; i < d; ++i)
      for (Index j = 0; j < d; ++j) out(i, j) = i <= j ? l(j, i) : T(0);
    eliminate(m, out);
    math::multiply_lower<T>(l, out);
    if (!all_finite(out) || cholesky(out) >= 0) return false;
  }
  return all_finite(out);
}

/// L L^T x, in place.
template <class T>
void multiply_covariance(const Batch<T>& l, Vector<T>& x) {
  Eigen::Map<Batch<T>> column(x.data(), x.size(), 1);
  for (Index i = 0; i < x.size(); ++i) {  // L^T x
    const T top = x[i];
    math::detail::add(top, l.data() + i * l.cols(), x.data(), i);
    x[i] = top * l(i, i);
  }
  for (Index i = x.size() - 1; i >= 0; --i) x[i] = math::detail::dot(l.data() + i * l.cols(), x.data(), i + 1);
}

/// mean -= x and factor = out, unless that mean is not finite.
template <class T, class Factor>
bool moved(Vector<T>& mean, const Vector<T>& x, Factor& factor, Factor& out) {
  if (!all_finite(x)) return false;
  mean -= x;
  factor.swap(out);
  return true;
}

}  // namespace detail

/// Precision P' = P + beta H, mean' = mean - beta P'^-1 g: the natural-gradient step as it is (Arenz et al. 2023, section 3.4).
/// Rejected if P' is not positive definite. If H is not symmetric, the lower triangle of P'^-1 counts.
struct DirectComponentUpdate {
  /// Tries the step; true if it was taken. ShapeError if sizes do not fit, DomainError for a negative step size; a Hessian or
  /// gradient that is not finite is a rejection.
  template <class T>
  bool operator()(Vector<T>& mean, Batch<T>& factor, const Batch<T>& hessian, const Vector<T>& gradient,
                  const ComponentStep<T>& step, ComponentUpdateState<T>& state, ComponentWorkspace<T>& work) const {
    detail::require_component("DirectComponentUpdate", mean, factor, hessian, gradient);
    detail::require_step("DirectComponentUpdate", step);
    if (!detail::all_finite(hessian) || !detail::all_finite(gradient)) return detail::counted(false, step, state);
    const bool symmetric = detail::is_symmetric(hessian);
    detail::whiten_hessian(factor, hessian, work.matrix);
    work.matrix *= step.stepsize;
    work.matrix.diagonal().array() += T(1);
    if (symmetric) {
      if (!detail::updated_factor(factor, work.matrix, true, work.factor)) return detail::counted(false, step, state);
      work.slope = step.stepsize * gradient;
      detail::multiply_covariance(work.factor, work.slope);
    } else {
      // P'^-1 g = L M^-1 L^T g with the whole of M = I + beta L^T H L
      work.hessian = gradient;
      math::multiply_lower_transposed<T>(factor, work.hessian);
      Batch<T> whole = work.matrix;
      detail::eliminate(whole, work.hessian);
      math::multiply_lower<T>(factor, work.hessian);
      work.slope = step.stepsize * work.hessian.col(0);
      if (!detail::updated_factor(factor, work.matrix, false, work.factor)) return detail::counted(false, step, state);
    }
    return detail::counted(detail::moved(mean, work.slope, factor, work.factor), step, state);
  }
  /// The same for a diagonal covariance.
  template <class T>
  bool operator()(Vector<T>& mean, Vector<T>& factor, const Vector<T>& hessian, const Vector<T>& gradient,
                  const ComponentStep<T>& step, ComponentUpdateState<T>& state, ComponentWorkspace<T>& work) const {
    detail::require_component("DirectComponentUpdate", mean, factor, hessian, gradient);
    detail::require_step("DirectComponentUpdate", step);
    if (!detail::all_finite(hessian) || !detail::all_finite(gradient)) return detail::counted(false, step, state);
    work.pivots = factor.array().square().inverse() + step.stepsize * hessian.array();
    if (!(work.pivots.minCoeff() > 0) || !detail::all_finite(work.pivots)) return detail::counted(false, step, state);
    work.slope = step.stepsize * gradient.array() / work.pivots.array();
    work.pivots = work.pivots.array().rsqrt();
    return detail::counted(detail::moved(mean, work.slope, factor, work.pivots), step, state);
  }
};

/// The improved Bayesian learning rule (Lin, Schmidt and Khan 2020): P' = P + beta H + beta^2/2 H P^-1 H, which stays positive
/// definite for a symmetric H whatever the step size, and mean' = mean - beta P^-1 g, but not on a component's first update.
struct IblrComponentUpdate {
  /// Tries the step; true if it was taken. Errors and rejections as for `DirectComponentUpdate`.
  template <class T>
  bool operator()(Vector<T>& mean, Batch<T>& factor, const Batch<T>& hessian, const Vector<T>& gradient,
                  const ComponentStep<T>& step, ComponentUpdateState<T>& state, ComponentWorkspace<T>& work) const {
    detail::require_component("IblrComponentUpdate", mean, factor, hessian, gradient);
    detail::require_step("IblrComponentUpdate", step);
    if (!detail::all_finite(hessian) || !detail::all_finite(gradient)) return detail::counted(false, step, state);
    const bool symmetric = detail::is_symmetric(hessian);
    const T beta = step.stepsize;
    detail::whiten_hessian(factor, hessian, work.hessian);
    work.factor = work.hessian.transpose();
    const Index d = mean.size();
    work.matrix.resize(d, d);
    for (Index i = 0; i < d; ++i)
      for (Index j = 0; j < d; ++j)
        work.matrix(i, j) = (i == j ? T(1) : T(0)) + beta * work.hessian(i, j) +
                            beta * beta / 2 * math::detail::dot(work.hessian.data() + i * d, work.factor.data() + j * d, d);
    if (!detail::updated_factor(factor, work.matrix, symmetric, work.factor)) return detail::counted(false, step, state);
    work.slope = (state.received_updates == 0 ? T(0) : beta) * gradient;
    detail::multiply_covariance(factor, work.slope);
    return detail::counted(detail::moved(mean, work.slope, factor, work.factor), step, state);
  }
  /// The same for a diagonal covariance.
  template <class T>
  bool operator()(Vector<T>& mean, Vector<T>& factor, const Vector<T>& hessian, const Vector<T>& gradient,
                  const ComponentStep<T>& step, ComponentUpdateState<T>& state, ComponentWorkspace<T>& work) const {
    detail::require_component("IblrComponentUpdate", mean, factor, hessian, gradient);
    detail::require_step("IblrComponentUpdate", step);
    if (!detail::all_finite(hessian) || !detail::all_finite(gradient)) return detail::counted(false, step, state);
    const T beta = step.stepsize;
    const auto variance = factor.array().square();
    work.pivots = variance.inverse() + beta * (hessian.array() + beta / 2 * hessian.array().square() * variance);
    if (!(work.pivots.minCoeff() > 0) || !detail::all_finite(work.pivots)) return detail::counted(false, step, state);
    work.slope = (state.received_updates == 0 ? T(0) : beta) * variance * gradient.array();
    work.pivots = work.pivots.array().rsqrt();
    return detail::counted(detail::moved(mean, work.slope, factor, work.pivots), step, state);
  }
};

}  // namespace variate
