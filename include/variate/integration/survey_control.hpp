#pragma once
/// What a survey decides by: the smoothed loss, when to keep parameters, when to leave uniform points for the learned ones.
#include <algorithm>
#include <cmath>
#include <limits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// The loss of training steps, smoothed: s <- (1 - alpha) s + alpha loss, from the first loss. The parameters are worth keeping
/// whenever s is at its lowest.
class SmoothedLoss {
 public:
  /// DomainError unless alpha is in (0, 1].
  explicit SmoothedLoss(double alpha = 0.3) : alpha_(alpha) {
    if (!(alpha > 0 && alpha <= 1)) throw DomainError(detail::complaint("SmoothedLoss", "alpha", alpha, "a number in (0, 1]"));
  }
  /// Whether the smoothed loss is the lowest so far, the first being so.
  bool add(double loss) {
    value_ = count_++ == 0 ? loss : (1 - alpha_) * value_ + alpha_ * loss;
    if (!(value_ <= best_)) return false;
    best_ = value_;
    return true;
  }
  double value() const { return value_; }  ///< NaN before the first
  double best() const { return best_; }    ///< infinity before the first
  Index count() const { return count_; }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.value_, self.best_, self.count_);
  }

 private:
  double alpha_;
  double value_ = std::numeric_limits<double>::quiet_NaN(), best_ = std::numeric_limits<double>::infinity();
  Index count_ = 0;
};

/// Leave uniform points once the KL loss -E_p[(f/p) log q] is below 0, what it is for the uniform density.
struct KlSwitch {
  bool operator()(double loss) const { return loss < 0; }
};

/// Leave uniform points once the variance loss E_p[f^2/(p q)] is below L - min(L/4, s), where L and s are the mean and the
/// standard deviation (divisor n - 1) of f^2 at uniform points, L being the loss of the uniform density.
class VarianceSwitch {
 public:
  /// f at uniform points. InvalidArgument for fewer than two.
  explicit VarianceSwitch(const Row<double>& f) {
    detail::require_at_least("VarianceSwitch", "number of points", f.size(), 2);
    const Row<double> square = f.array().square();
    flat_ = square.mean();
    const double deviation = std::sqrt((square.array() - flat_).square().sum() / static_cast<double>(f.size() - 1));
    margin_ = std::min(flat_ / 4, deviation);
  }
  double flat_loss() const { return flat_; }
  double margin() const { return margin_; }
  bool operator()(double loss) const { return loss < flat_ - margin_; }

 private:
  double flat_, margin_;
};

}  // namespace variate
