#pragma once
/// Averages of the iterates: far closer to the optimum than the last iterate of a run with a constant step (Polyak and Juditsky
/// 1992). Feed them the parameters after each step that was taken.
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/optimizers/detail/moving.hpp"
#include "variate/parallel/detail/stretches.hpp"

namespace variate {

/// Polynomial-decay averaging (Shamir and Zhang 2013, eq. 5): value <- value + w_t (params - value) with
/// w_t = (eta + 1) / (t + eta), t = 1, 2, .... The weight of iterate i grows like i^eta, so that the early ones fade; eta = 0 is
/// the plain mean, eta = 8 averages over about the last ninth of the run.
template <class T = double>
class PolynomialAverage {
 public:
  using Scalar = T;

  /// Throws DomainError for a negative or infinite eta.
  explicit PolynomialAverage(T eta = T(8)) : eta_(eta) { detail::require_not_negative("PolynomialAverage", "eta", eta_); }

  /// Takes in one iterate. The first fixes the size; another size throws ShapeError.
  void update(const Vector<T>& params) { update(params, detail::serially); }
  /// The same, a long one in stretches on an executor. The bits are the same.
  template <Executor E>
  void update(const Vector<T>& params, E& executor) {
    if (count_ > 0) detail::require_size("PolynomialAverage", "size of the parameters", params.size(), value_.size());
    ++count_;
    if (count_ == 1) {
      value_ = params;
      return;
    }
    const T weight = static_cast<T>((eta_ + 1) / (static_cast<double>(count_) + eta_));
    detail::in_stretches(executor, params.size(), [&](Index begin, Index length) {
      auto value = value_.segment(begin, length);
      value += weight * (params.segment(begin, length) - value);
    });
  }
  /// The average so far; empty before the first update.
  const Vector<T>& value() const { return value_; }
  /// Iterates taken in.
  Index count() const { return count_; }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.value_, self.count_);
  }

 private:
  double eta_;
  Vector<T> value_;
  Index count_ = 0;
};

/// The plain mean of the iterates from `start` (0: all of them) on; until then, the last iterate.
template <class T = double>
class UniformAverage {
 public:
  using Scalar = T;

  /// Throws InvalidArgument for a negative start.
  explicit UniformAverage(Index start = 0) : start_(start) {
    detail::require_at_least("UniformAverage", "start", start_, 0);
  }

  /// Takes in one iterate. The first fixes the size; another size throws ShapeError.
  void update(const Vector<T>& params) {
    if (count_ > 0) detail::require_size("UniformAverage", "size of the parameters", params.size(), value_.size());
    ++count_;
    if (count_ <= start_ + 1) {
      value_ = params;
    } else {
      value_ += (params - value_) / static_cast<T>(count_ - start_);
    }
  }
  /// The average so far; empty before the first update.
  const Vector<T>& value() const { return value_; }
  /// Iterates seen, those before `start` included.
  Index count() const { return count_; }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.value_, self.count_);
  }

 private:
  Index start_;
  Vector<T> value_;
  Index count_ = 0;
};

}  // namespace variate
