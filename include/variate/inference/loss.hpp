#pragma once
/// Losses of parameters: what a user writes to fit a simulator, and their derivatives.
///
/// A loss is a callable loss(theta, data, rng); what it does not need is left out from the right: loss(theta, data), loss(theta).
/// theta is a Vector<X>, data the Batch<T> it is fitted to, and the answer an X or a LossValue<X>. With X = T alone it is a black
/// box. If it can be called with `Dual` or `Reverse` numbers as well (write it as a template), it can be differentiated; or it has
/// a way back of its own, T value_and_gradient(theta, data, rng, gradient) const.
#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "variate/autodiff/dual_functions.hpp"
#include "variate/autodiff/gradient.hpp"
#include "variate/autodiff/reverse.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"

namespace variate {

/// A loss that has something to say besides: how many outputs of the simulator it left out because they were not numbers.
template <class X>
struct LossValue {
  X value{};
  Index skipped = 0;
};

namespace detail {

/// A number of type X, or a LossValue of one. A black box that takes Vector<double> seems to take others too, for Eigen converts
/// (and then does not compile): its answer, which is plain, tells.
template <class A, class X>
concept LossAnswer = (std::is_arithmetic_v<X> == std::is_arithmetic_v<std::remove_cvref_t<A>> && std::convertible_to<A, X>) ||
                     std::same_as<std::remove_cvref_t<A>, LossValue<X>>;
template <class L, class X, class T, class R>
concept LossOfAll = requires(const L& loss, const Vector<X>& theta, const Batch<T>& data, R& rng) {
  { loss(theta, data, rng) } -> LossAnswer<X>;
};
template <class L, class X, class T>
concept LossOfData = requires(const L& loss, const Vector<X>& theta, const Batch<T>& data) {
  { loss(theta, data) } -> LossAnswer<X>;
};
template <class L, class X>
concept LossAlone = requires(const L& loss, const Vector<X>& theta) {
  { loss(theta) } -> LossAnswer<X>;
};
template <class L, class T, class R>
concept LossWithGradient =
    requires(const L& loss, const Vector<T>& theta, const Batch<T>& data, R& rng, Vector<T>& gradient) {
      loss.value_and_gradient(theta, data, rng, gradient);
    };
template <class L, class X, class T, class R>
inline constexpr bool loss_takes = [] {
  if constexpr (LossOfAll<L, X, T, R>) return true;
  else if constexpr (LossOfData<L, X, T>) return true;
  else return LossAlone<L, X>;
}();
/// Its noise comes from the engine.
template <class L, class T, class R>
inline constexpr bool loss_draws = LossWithGradient<L, T, R> || LossOfAll<L, T, T, R>;

template <class X, class A>
LossValue<X> as_loss_value(A&& answer) {
  if constexpr (requires { answer.skipped; }) return {std::move(answer.value), answer.skipped};
  else return {X(std::forward<A>(answer)), 0};
}
template <class L, class X, class T, class R>
LossValue<X> call_loss(const L& loss, const Vector<X>& theta, const Batch<T>& data, R& rng) {
  if constexpr (LossOfAll<L, X, T, R>) return as_loss_value<X>(loss(theta, data, rng));
  else if constexpr (LossOfData<L, X, T>) return as_loss_value<X>(loss(theta, data));
  else return as_loss_value<X>(loss(theta));
}

/// Tangents a run carries at once: one register, or three.
inline constexpr int few_tangents = 4, many_tangents = 12;

template <int N, class L, class T, class R>
LossValue<T> forward_loss(const L& loss, const Vector<T>& theta, const Batch<T>& data, R& rng, Index chunk, Vector<T>& gradient) {
  using X = Dual<T, N>;
  LossValue<T> result;
  const auto pass = [&](R& engine, Index from) {
    Vector<X> x(theta.size());
    const Index count = std::min(chunk, theta.size() - from);
    for (Index i = 0; i < theta.size(); ++i)
      x[i] = i >= from && i < from + count ? X::variable(theta[i], static_cast<int>(i - from)) : X(theta[i]);
    const LossValue<X> y = call_loss<L, X, T, R>(loss, x, data, engine);
    for (Index i = 0; i < count; ++i) gradient[from + i] = y.value.tangent[static_cast<std::size_t>(i)];
    result = {y.value.value, y.skipped};
  };
  if constexpr (LossOfAll<L, X, T, R>) {
    if (theta.size() > chunk) {  // every pass sees the same noise
      const R start = rng;
      for (Index from = 0; from < theta.size(); from += chunk) {
        rng = start;
        pass(rng, from);
      }
      return result;
    }
  }
  for (Index from = 0; from < theta.size(); from += chunk) pass(rng, from);
  return result;
}
template <class L, class T, class R>
LossValue<T> reverse_loss(const L& loss, const Vector<T>& theta, const Batch<T>& data, R& rng, Vector<T>& gradient) {
  using X = Reverse<T>;
  ScalarTape<T> tape;
  Vector<X> x(theta.size());
  for (Index i = 0; i < theta.size(); ++i) x[i] = tape.variable(theta[i]);
  const LossValue<X> y = call_loss<L, X, T, R>(loss, x, data, rng);
  tape.sweep(y.value);
  for (Index i = 0; i < theta.size(); ++i) gradient[i] = tape.adjoint(x[i]);
  return {y.value.value, y.skipped};
}

}  // namespace detail

/// A number for each parameter vector.
template <class L, class T = double, class R = detail::AnyRng>
concept Loss = detail::loss_takes<L, T, T, R>;
/// It can be differentiated by the parameters.
template <class L, class T = double, class R = detail::AnyRng>
concept DifferentiableLoss = detail::LossWithGradient<L, T, R> || detail::loss_takes<L, Reverse<T>, T, R>;

/// How losses are differentiated.
struct Differentiation {
  Mode mode = Mode::reverse;  ///< one sweep back over a run, or tangents along with it
  /// Parameters differentiated in one forward run, all with the same noise; 0: up to 12 at once. 12 is also the most. Of no
  /// consequence in reverse mode, nor for the numbers that come out.
  Index chunk = 0;
};

/// The loss at theta and its gradient (d). A loss with a way back of its own is asked for it in reverse mode.
template <class L, class T, class R>
  requires DifferentiableLoss<L, T, R>
LossValue<T> differentiate_loss(const L& loss, const Vector<T>& theta, const Batch<T>& data, R& rng, Vector<T>& gradient,
                                const Differentiation& how = {}) {
  gradient.resize(theta.size());
  constexpr bool own = detail::LossWithGradient<L, T, R>;
  if constexpr (own) {
    if (how.mode == Mode::reverse || !detail::loss_takes<L, Reverse<T>, T, R>)
      return detail::as_loss_value<T>(loss.value_and_gradient(theta, data, rng, gradient));
  }
  if constexpr (detail::loss_takes<L, Reverse<T>, T, R>) {
    if (how.mode == Mode::reverse) return detail::reverse_loss(loss, theta, data, rng, gradient);
    const Index most = how.chunk == 0 ? theta.size() : std::min(how.chunk, theta.size());
    if (most <= detail::few_tangents)
      return detail::forward_loss<detail::few_tangents>(loss, theta, data, rng, std::max<Index>(most, 1), gradient);
    return detail::forward_loss<detail::many_tangents>(loss, theta, data, rng, std::min<Index>(most, detail::many_tangents),
                                                       gradient);
  } else {
    std::abort();
  }
}

/// A loss that is a negative log likelihood. `log_likelihood` is called like a loss.
template <class F>
struct NegativeLogLikelihood {
  F log_likelihood;

  template <class X, class T, class R>
    requires(detail::loss_takes<F, X, T, R>)
  LossValue<X> operator()(const Vector<X>& theta, const Batch<T>& data, R& rng) const {
    LossValue<X> answer = detail::call_loss<F, X, T, R>(log_likelihood, theta, data, rng);
    return {-answer.value, answer.skipped};
  }
};
template <class F>
NegativeLogLikelihood(F) -> NegativeLogLikelihood<F>;

}  // namespace variate
