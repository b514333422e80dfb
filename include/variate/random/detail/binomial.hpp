#pragma once
/// One binomial trial in every lane.
#include "variate/math/detail/saddle_point.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/detail/transforms.hpp"

namespace variate::detail {

/// Where the rarer outcome has a mean of 10 or more by the transformed rejection BTRS of W. Hoermann, "The generation of binomial
/// random variates", J. Stat. Comput. Simul. 46 (1993); else by adding probabilities up to a uniform number.
template <class L>
class BinomialTrial {
 public:
  /// n >= 0 whole, yes + no = 1, each exact.
  BinomialTrial(L n, L yes, L no)
      : n_(n), p_(min(yes, no)), odds_(p_ / max(yes, no)), mean_(n * p_), flipped_(yes > no), small_(mean_ < 10.0) {
    const L spread = sqrt(mean_ * max(yes, no));
    b_ = 1.15 + 2.53 * spread;
    a_ = -0.0873 + 0.0248 * b_ + 0.01 * p_;
    squeeze_ = 0.92 - 4.2 / b_;
    if (any(!small_)) {
      rest_mean_ = n * max(yes, no);
      log_mean_ = math::log(mean_);
      log_rest_ = math::log(rest_mean_);
      height_ = (2.83 + 5.1 / b_) * spread;
      log_peak_ = log_probability(math::floor(mean_ + p_));
    }
  }

  typename L::Truth operator()(const BitsOf<L> (&bits)[4], L& value) const {
    value = L(0.0);
    auto accepted = small_;
    if (any(small_)) value = counted_up(to_uniform<L>(bits[0]));
    if (any(!small_)) {
      const L u = to_uniform<L>(bits[0]) - 0.5, v = to_uniform<L>(bits[1]), room = 0.5 - abs(u);
      const L k = math::floor(multiply_add(2.0 * a_ / room + b_, u, mean_ + 0.5));
      const auto inside = (k >= 0.0) & (k <= n_);
      auto good = inside & (room >= 0.07) & (v <= squeeze_);
      auto hopeless = small_ | good;
      hopeless = hopeless | !inside;
      if (!all(hopeless)) {
        const L log_p = log_probability(select(inside, k, mean_)) - log_peak_;
        good = good | ((!hopeless) & (math::log(v * height_ / (a_ / (room * room) + b_)) <= log_p));
      }
      value = select(small_, value, k);
      accepted = accepted | good;
    }
    value = select(flipped_, n_ - value, value);
    return accepted;
  }

 private:
  /// Less what depends on n alone.
  L log_probability(L k) const {
    using namespace math::detail;
    const L off = k - mean_, rest = n_ - k;
    return own_log_probability_of_count(k) + own_log_probability_of_count(rest) - deviance(k, mean_, log_mean_, off) -
           deviance(rest, rest_mean_, log_rest_, -off);
  }
  L counted_up(L u) const {
    const L p = select(small_, p_, L(0.0)), n = select(small_, n_, L(1.0));
    L chance = math::exp(n * math::log1p(-p)), k(0.0);
    auto going = u > chance;
    for (int i = 1; i < 200 && any(going); ++i) {  // more than 200 have probability 1e-160
      u = select(going, u - chance, u);
      chance *= odds_ * (n - k) * L(1.0 / i);
      k = select(going, k + 1.0, k);
      going = going & (u > chance) & (k < n);
    }
    return k;
  }

  L n_, p_, odds_, mean_;
  typename L::Truth flipped_, small_;
  L b_, a_, squeeze_, rest_mean_{1.0}, log_mean_{0.0}, log_rest_{0.0}, height_{1.0}, log_peak_{0.0};
};

}  // namespace variate::detail
