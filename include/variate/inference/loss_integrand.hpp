#pragma once
#include <cstdint>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/inference/loss.hpp"
#include "variate/parallel/gather.hpp"

namespace variate {

/// A loss as an integrand of q, so that every estimator can take its gradient: each column of a batch is a parameter vector, with
/// noise of its own, the same whoever evaluates it. With `differentiated` an evaluation has the Jacobians too.
///
/// Column c draws from stream c of the engine; the columns are tasks of the executor, and what they give is put together in order,
/// so the bits do not depend on it. A column that it has seen before gets the numbers it had then: an estimator that drops a bad
/// sample by putting a good one in its place does not run the simulator again. An engine that cannot split is used as it stands,
/// column after column, here. Borrows everything; for the duration of one step.
template <class L, class T, class R, class E, bool differentiated>
class LossIntegrand {
 public:
  LossIntegrand(const L& loss, const Batch<T>& data, R& rng, E& executor, const Differentiation& how)
      : loss_(&loss), data_(&data), rng_(&rng), executor_(&executor), how_(how) {}

  /// Values and Jacobians.
  detail::GradientEvaluation<T> evaluate(const Batch<T>& x) const
    requires differentiated
  {
    look(x);
    return {values_, jacobians_};
  }
  /// Values alone.
  Row<T> operator()(const Batch<T>& x) const {
    look(x);
    return values_;
  }

  const Batch<T>& points() const { return seen_; }         ///< d x n: the first batch
  const Row<T>& losses() const { return first_values_; }   ///< of them, NaN where there is none
  const Batch<T>& jacobians() const { return first_jacobians_; }  ///< d x n, of them; empty unless `differentiated`
  Index runs() const { return runs_; }                     ///< how often the loss was called
  Index skipped() const { return skipped_; }               ///< outputs it left out in all

 private:
  static bool same(const Batch<T>& a, Index i, const Batch<T>& b, Index j) {
    for (Index r = 0; r < a.rows(); ++r)
      if (a(r, i) != b(r, j)) return false;
    return true;
  }
  /// Where a column was seen before, or -1.
  Index find(const Batch<T>& x, Index c) const {
    if (seen_.rows() != x.rows()) return -1;
    if (c < seen_.cols() && same(x, c, seen_, c)) return c;
    for (Index k = 0; k < seen_.cols(); ++k)
      if (same(x, c, seen_, k)) return k;
    return -1;
  }
  void look(const Batch<T>& x) const {
    values_.resize(x.cols());
    if constexpr (differentiated) jacobians_.resize(x.rows(), x.cols());
    std::vector<Index> fresh;
    for (Index c = 0; c < x.cols(); ++c) {
      const Index k = find(x, c);
      if (k < 0) {
        fresh.push_back(c);
        continue;
      }
      values_[c] = first_values_[k];
      if constexpr (differentiated) jacobians_.col(c) = first_jacobians_.col(k);
    }
    if (fresh.empty()) return;
    const auto count = static_cast<Index>(fresh.size());
    constexpr bool splits = requires { rng_->split(std::uint64_t{}); };
    const auto each = [&](Index i) { return run(x, fresh[static_cast<std::size_t>(i)]); };
    std::vector<Vector<T>> results;
    if constexpr (splits) {
      results = gather<T>(*executor_, count, each);
    } else {
      const SerialExecutor here;
      results = gather<T>(here, count, each);
    }
    for (Index i = 0; i < count; ++i) {
      const Vector<T>& one = results[static_cast<std::size_t>(i)];
      const Index c = fresh[static_cast<std::size_t>(i)];
      values_[c] = one[0];
      skipped_ += static_cast<Index>(one[1]);
      if constexpr (differentiated) jacobians_.col(c) = one.tail(x.rows());
    }
    runs_ += count;
    if (count == x.cols()) {
      seen_ = x;
      first_values_ = values_;
      first_jacobians_ = jacobians_;
    }
  }
  /// Value, outputs left out, Jacobian.
  Vector<T> run(const Batch<T>& x, Index c) const {
    if constexpr (requires { rng_->split(std::uint64_t{}); }) {
      auto noise = rng_->split(noise_stream).split(static_cast<std::uint64_t>(c));
      return run_with(x, c, noise);
    } else {
      return run_with(x, c, *rng_);
    }
  }
  template <class Noise>
  Vector<T> run_with(const Batch<T>& x, Index c, Noise& noise) const {
    const Vector<T> theta = x.col(c);
    if constexpr (differentiated) {
      Vector<T> gradient, result(2 + theta.size());
      const LossValue<T> value = differentiate_loss(*loss_, theta, *data_, noise, gradient, how_);
      result << value.value, static_cast<T>(value.skipped), gradient;
      return result;
    } else {
      const LossValue<T> value = detail::call_loss<L, T, T, Noise>(*loss_, theta, *data_, noise);
      return Vector<T>{{value.value, static_cast<T>(value.skipped)}};
    }
  }

  static constexpr std::uint64_t noise_stream = 0;
  const L* loss_;
  const Batch<T>* data_;
  R* rng_;
  E* executor_;
  Differentiation how_;
  // What has been seen: not for two threads at once.
  mutable Batch<T> seen_, first_jacobians_, jacobians_;
  mutable Row<T> first_values_, values_;
  mutable Index runs_ = 0, skipped_ = 0;
};

}  // namespace variate
