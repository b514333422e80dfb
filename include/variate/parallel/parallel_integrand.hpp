#pragma once
/// Any integrand, evaluated and pulled back in chunks of samples on several threads.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/parallel/gather.hpp"

namespace variate {
namespace detail {

/// Passes on the name of the scalar type where there is one.
template <class F>
struct ScalarNameOf {};
template <class F>
  requires requires { typename F::Scalar; }
struct ScalarNameOf<F> {
  using Scalar = typename F::Scalar;
};

}  // namespace detail

/// The evaluations of all chunks, each in the process that made it. Pullbacks run chunk by chunk on the executor; what they give
/// for the parameters is summed in the order of the chunks. Borrows the executor, and the integrand as far as its evaluations do.
template <class F, Executor E, class T>
class ParallelEvaluation {
 public:
  /// The evaluation of one chunk.
  using Piece = decltype(variate::evaluate(std::declval<const F&>(), std::declval<const Batch<T>&>()));
  Row<T> value;  ///< 1 x columns

  /// Throws what f throws: of the first chunk, if of several.
  ParallelEvaluation(const F& f, E& executor, const Batch<T>& x, Index chunk)
      : value(x.cols()),
        executor_(&executor),
        chunks_(x.cols(), chunk),
        rows_(x.rows()),
        parts_(static_cast<std::size_t>(std::max<Index>(chunks_.count(), 1))) {
    const auto values = gather<T>(executor, static_cast<Index>(parts_.size()), [&](Index i) -> Vector<T> {
      Part& part = parts_[static_cast<std::size_t>(i)];
      part.x = x.middleCols(chunks_.begin(i), chunks_.length(i));
      part.piece.emplace(variate::evaluate(f, std::as_const(part.x)));
      return part.piece->value.transpose();
    });
    for (std::size_t k = 0; k < values.size(); ++k)
      value.segment(chunks_.begin(static_cast<Index>(k)), values[k].size()) = values[k].transpose();
  }

  /// sum_c w_c dvalue_c/dparams; empty if f has none. Throws ShapeError if w has another length than `value`.
  Vector<T> pullback(const Row<T>& w) const {
    return sum("pullback", w, [](const Part& part, const Row<T>& weights) { return part.piece->pullback(weights); });
  }
  /// Also writes w_c dvalue_c/dx_c into column c of g, which is resized.
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires DifferentiableEvaluation<Piece, T>
  {
    g.resize(rows_, value.cols());
    return sum(
        "pullback", w,
        [](const Part& part, const Row<T>& weights) {
          Batch<T> slope;
          const Vector<T> params = part.piece->pullback(weights, slope);
          Vector<T> both(params.size() + slope.size());
          both.head(params.size()) = params;
          both.tail(slope.size()) = slope.reshaped();
          return both;
        },
        &g);
  }
  /// sum_c w_c (dvalue_c/dparams of the sampler), for integrands that look at it.
  Vector<T> direct(const Row<T>& w) const
    requires DirectEvaluation<Piece, T>
  {
    return sum("direct", w, [](const Part& part, const Row<T>& weights) { return part.piece->direct(weights); });
  }

 private:
  struct Part {
    Batch<T> x;  ///< kept: an evaluation may refer to it
    std::optional<Piece> piece;
  };

  /// The parts' vectors added up in order; where g is asked for, each ends with its columns of it.
  template <class PullBack>
  Vector<T> sum(const char* function, const Row<T>& w, PullBack&& pull_back, Batch<T>* g = nullptr) const {
    detail::require_size(function, "w.cols()", w.cols(), value.cols());
    const auto parts = gather<T>(*executor_, static_cast<Index>(parts_.size()), [&](Index i) -> Vector<T> {
      const Row<T> weights = w.segment(chunks_.begin(i), chunks_.length(i));
      return pull_back(parts_[static_cast<std::size_t>(i)], weights);
    });
    Vector<T> all;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      const Index begin = chunks_.begin(static_cast<Index>(k)), length = chunks_.length(static_cast<Index>(k));
      const Index columns = g ? rows_ * length : 0, params = parts[k].size() - columns;
      if (g) g->middleCols(begin, length) = parts[k].tail(columns).reshaped(rows_, length);
      if (k == 0) all = parts[k].head(params);
      else all += parts[k].head(params);
    }
    return all;
  }

  E* executor_;
  Chunks chunks_;
  Index rows_;
  std::vector<Part> parts_;  ///< at least one: an empty batch is one empty chunk, so that f says what it is worth
};

/// f, with its columns cut into chunks that an executor runs. The chunks depend on the batch alone, so values, gradients and
/// their sums have the same bits for any number of threads. f must bear several const calls at a time. The executor is borrowed
/// and must outlive this and its evaluations. It is Parametric, differentiable and direct exactly if f is.
template <class F, Executor E>
class ParallelIntegrand : public detail::ScalarNameOf<F> {
 public:
  /// Made by `parallel`.
  ParallelIntegrand(F f, E& executor, Index chunk) : f_(std::move(f)), executor_(&executor), chunk_(chunk) {
    detail::require_at_least("parallel", "chunk", chunk, 1);
  }

  /// x: d x columns. What is returned refers to this integrand.
  template <class T>
    requires Integrand<F, T>
  ParallelEvaluation<F, E, T> evaluate(const Batch<T>& x) const& {
    return ParallelEvaluation<F, E, T>(f_, *executor_, x, columns());
  }
  template <class T>
  void evaluate(const Batch<T>& x) const&& = delete;

  template <class G = F>
    requires Parametric<G>
  Vector<ScalarOf<G>> params() const {
    return f_.params();
  }
  template <class G = F>
    requires Parametric<G>
  void set_params(const Vector<ScalarOf<G>>& params) {
    f_.set_params(params);
  }
  /// The integrand that is spread.
  const F& integrand() const { return f_; }

 private:
  /// A chunk never cuts through the data points of one sample.
  Index columns() const {
    if constexpr (requires {
                    { f_.batch_size() } -> std::convertible_to<Index>;
                  })
      return chunk_ * f_.batch_size();
    else return chunk_;
  }

  F f_;
  E* executor_;
  Index chunk_;
};

/// f in chunks of `chunk` samples (columns, if f has no batch_size()) on this executor. Throws InvalidArgument if chunk < 1.
template <class F, Executor E>
ParallelIntegrand<F, E> parallel(F f, E& executor, Index chunk = 16) {
  return ParallelIntegrand<F, E>(std::move(f), executor, chunk);
}

}  // namespace variate
