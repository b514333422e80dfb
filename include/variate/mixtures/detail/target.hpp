#pragma once
/// A user's target on a batch: by value, by value and gradient, or by a generic function of the vocabulary of `autodiff/`.
#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/gradient.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/parallel/detail/stretches.hpp"

namespace variate::detail {

template <class F, class T>
inline constexpr bool has_gradient = requires(const F& f, const Batch<T>& x, Batch<T>& g) {
  { f.value_and_gradient(x, g) } -> std::convertible_to<Row<T>>;
} || requires(const F& f, const Batch<T>& x, const Row<T>& w, Batch<T>& g) { f.evaluate(x).pullback(w, g); };
/// A generic function. Asked only of what has no gradient of its own.
template <class F, class T>
inline constexpr bool is_generic = requires(const F& f, const Variable<GradientLanes<T>, Kind::sample>& z) {
  { evaluated(f(z)) } -> TapeExpression;
};
template <class F, class T>
inline constexpr bool has_values = requires(const F& f, const Batch<T>& x) {
  { f(x) } -> std::convertible_to<Row<T>>;
} || requires(const F& f, const Batch<T>& x) {
  { f.evaluate(x) } -> Evaluation<T>;
};
/// Gives an integrand bound to a part of the data.
template <class F, class R>
inline constexpr bool has_minibatches = requires(const F& f, R& rng) { f.minibatch(rng); };

template <class F, class T, bool Gradients>
constexpr bool is_target() {
  if constexpr (has_gradient<F, T>) return true;
  else if constexpr (is_generic<F, T>) return true;
  else return !Gradients && has_values<F, T>;
}

/// What is wrong with a target.
template <class T, bool Gradients>
Never explain_target() {
  static_assert(sizeof(T) == 0 || !Gradients,
                "Stein needs the target's gradient: write value_and_gradient(x, gradient), or a generic function of the "
                "vocabulary of autodiff/ such as [](const auto& z) { return -0.5 * sum(square(z)); }; or use More.");
  static_assert(sizeof(T) == 0 || Gradients,
                "the target must be callable on a batch and return one number a column: Row<T> operator()(const Batch<T>& x) "
                "const (or value_and_gradient(x, gradient), or be a generic function of the vocabulary of autodiff/).");
  return {};
}

/// Values at the columns of x, and gradients if they are wanted; which columns are good (all numbers finite) is for the caller to
/// see. ShapeError if the target does not give a number for each column.
template <bool Gradients, class F, class T>
void evaluate_target(const F& f, const Batch<T>& x, Row<T>& value, Batch<T>& gradient) {
  constexpr const char* name = "GmmVi";
  if constexpr (Gradients) {
    if constexpr (requires {
                    { f.value_and_gradient(x, gradient) } -> std::convertible_to<Row<T>>;
                  }) {
      gradient.resize(x.rows(), x.cols());
      value = f.value_and_gradient(x, gradient);
    } else {
      decltype(auto) g = pullable<T>(f);
      const auto e = variate::evaluate(g, x);
      value = e.value;
      e.pullback(Row<T>::Ones(x.cols()), gradient);
    }
    require_size(name, "rows of the target's gradient", gradient.rows(), x.rows());
    require_size(name, "columns of the target's gradient", gradient.cols(), x.cols());
  } else if constexpr (!has_gradient<F, T> && is_generic<F, T>) {
    value = Differentiable<std::reference_wrapper<const F>>(std::cref(f))(x);
  } else {
    value = variate::values(f, x);
  }
  require_size(name, "number of values of the target", value.size(), x.cols());
}

/// The same in stretches of columns, on an executor.
template <bool Gradients, class F, class T, class E>
void evaluate_target(const F& f, const Batch<T>& x, Row<T>& value, Batch<T>& gradient, E& executor) {
  value.resize(x.cols());
  if constexpr (Gradients) gradient.resize(x.rows(), x.cols());
  constexpr Index longest = stretch_of_columns / 2;  // they cost most: shared out more evenly
  in_stretches(
      executor, x.cols(),
      [&](Index from, Index count) {
        const Lent<Batch<T>> some = x.middleCols(from, count);
        Lent<Batch<T>> slopes;
        if constexpr (Gradients) slopes = spare<T>(x.rows(), count);
        Row<T> values;
        evaluate_target<Gradients>(f, static_cast<const Batch<T>&>(some), values, static_cast<Batch<T>&>(slopes));
        value.segment(from, count) = values;
        if constexpr (Gradients) gradient.middleCols(from, count) = slopes;
      },
      longest);
}

/// Columns with a finite value and, if there is one, gradient.
template <class T>
std::vector<Index> good_columns(const Row<T>& value, const Batch<T>& gradient) {
  Row<T> sum = value * T(0);
  for (Index j = 0; j < gradient.rows(); ++j) sum += gradient.row(j) * T(0);
  std::vector<Index> good;
  for (Index c = 0; c < value.size(); ++c)
    if (sum[c] == T(0)) good.push_back(c);
  return good;
}

}  // namespace variate::detail
