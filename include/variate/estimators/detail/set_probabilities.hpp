#pragma once
/// Probabilities of unordered samples without replacement (Kool, van Hoof and Welling 2020, section 3 and appendix B).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "variate/core/types.hpp"

namespace variate::detail {

/// Everything is a race of exponential clocks: I(A) is the probability that all clocks of A, a subset of the sample S, ring
/// before the first of the clocks outside S. Then p(S) = I(S), the leave-one-out ratio R(S, s) is I(S-s)/I(S), and the ratio of
/// second order, with s taken from the domain first, I(S-{s,s'})/I(S-s). All in logarithms; every sum is of positive terms, so
/// nothing cancels.
class SetProbabilities {
 public:
  /// log p of each member of the set and of all that is outside it together (-inf: nothing).
  SetProbabilities(const Vector<double>& members, double outside)
      : size_(members.size()), log_one_(size_), log_two_(size_, size_) {
    if (outside == -std::numeric_limits<double>::infinity()) {  // nobody to lose to
      log_one_.setZero();
      log_two_.setZero();
    } else if (size_ <= most_by_subsets) {
      by_subsets(members, outside);
    } else {
      by_quadrature(members, outside);
    }
    for (Index s = 0; s < size_; ++s) log_two_(s, s) = log_one_(s);
  }
  /// By quadrature whatever the size: for checks.
  static SetProbabilities by_quadrature_only(const Vector<double>& members, double outside) {
    SetProbabilities all(Vector<double>(members), -std::numeric_limits<double>::infinity());
    all.by_quadrature(members, outside);
    for (Index s = 0; s < all.size_; ++s) all.log_two_(s, s) = all.log_one_(s);
    return all;
  }

  /// log p(S).
  double log_set() const { return log_set_; }
  /// log R(S, s).
  double log_ratio(Index s) const { return log_one_(s) - log_set_; }
  /// log R^{D-s}(S, t); 0 for t = s.
  double log_second_ratio(Index s, Index t) const { return log_two_(s, t) - log_one_(s); }

 private:
  static constexpr Index most_by_subsets = 6;

  static double log_add(double a, double b) {
    const double high = std::max(a, b), low = std::min(a, b);
    return low == -std::numeric_limits<double>::infinity() ? high : high + std::log1p(std::exp(low - high));
  }

  /// I(A) = sum over a in A of p(a)/(p(A) + p(outside)) I(A-a): who rings first.
  void by_subsets(const Vector<double>& members, double outside) {
    const std::size_t all = (std::size_t{1} << size_) - 1;
    std::vector<double> log_i(all + 1, 0.0);
    for (std::size_t set = 1; set <= all; ++set) {
      double first = -std::numeric_limits<double>::infinity(), racing = outside;
      for (Index a = 0; a < size_; ++a)
        if (const std::size_t bit = std::size_t{1} << a; set & bit) {
          first = log_add(first, members(a) + log_i[set ^ bit]);
          racing = log_add(racing, members(a));
        }
      log_i[set] = first - racing;
    }
    log_set_ = log_i[all];
    for (Index s = 0; s < size_; ++s) {
      const std::size_t without = all ^ (std::size_t{1} << s);
      log_one_(s) = log_i[without];
      for (Index t = 0; t < size_; ++t)
        if (t != s) log_two_(s, t) = log_i[without ^ (std::size_t{1} << t)];
    }
  }

  /// I(A) = integral of e^-z prod_a (1 - exp(-z p(a)/p(outside))) dz, by the trapezoidal rule in log z. The product grows with
  /// z, so nothing below e^-42 counts; the integrand is analytic for |arg z| < pi/2, so the error falls as exp(-pi^2/step).
  void by_quadrature(const Vector<double>& members, double outside) {
    constexpr double lowest = -42, highest = 4.5, step = 0.2;
    constexpr auto nodes = static_cast<Index>((highest - lowest) / step);
    Batch<double> lost(size_, nodes);  // log of the factors
    Row<double> log_weight(nodes);
    for (Index j = 0; j < nodes; ++j) {
      const double w = lowest + step * static_cast<double>(j);
      log_weight(j) = w - std::exp(w) + std::log(step);
      for (Index a = 0; a < size_; ++a) {
        const double log_x = w + members(a) - outside;
        lost(a, j) = log_x < -40 ? log_x : std::log(-std::expm1(-std::exp(log_x)));
      }
    }
    const Row<double> all = log_weight + lost.colwise().sum();
    const auto log_sum = [](const Row<double>& terms) {
      const double high = terms.maxCoeff();
      return high + std::log((terms.array() - high).exp().sum());
    };
    log_set_ = log_sum(all);
    for (Index s = 0; s < size_; ++s) {
      const Row<double> without = all - lost.row(s);
      log_one_(s) = log_sum(without);
      for (Index t = 0; t < s; ++t) log_two_(s, t) = log_two_(t, s) = log_sum(without - lost.row(t));
    }
  }

  Index size_;
  double log_set_ = 0;
  Vector<double> log_one_;  ///< of S-s
  Batch<double> log_two_;   ///< of S-{s, t}
};

}  // namespace variate::detail
