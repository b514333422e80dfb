#pragma once
/// One Poisson trial in every lane.
#include "variate/math/detail/saddle_point.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/random/detail/transforms.hpp"

namespace variate::detail {

/// Means of 10 and more by the transformed rejection PTRS of W. Hoermann, "The transformed rejection method for generating
/// Poisson random variables", Insurance: Mathematics and Economics 12 (1993); smaller ones by adding probabilities up to a
/// uniform number.
template <class L>
class PoissonTrial {
 public:
  /// For means from 0 to 1e300.
  explicit PoissonTrial(L mean)
      : mean_(mean),
        log_mean_(math::log(mean)),
        small_(mean < 10.0),
        b_(0.931 + 2.53 * sqrt(mean)),
        a_(0.02483 * b_ - 0.059),
        squeeze_(0.9277 - 3.6224 / (b_ - 2.0)),
        log_height_(math::log(1.1239 + 1.1328 / (b_ - 3.4))) {}

  typename L::Truth operator()(const BitsOf<L> (&bits)[4], L& value) const {
    value = L(0.0);
    auto accepted = small_;
    if (any(small_)) value = counted_up(to_uniform<L>(bits[0]));
    if (any(!small_)) {
      const L u = to_uniform<L>(bits[0]) - 0.5, v = to_uniform<L>(bits[1]), room = 0.5 - abs(u);
      const L k = math::floor(multiply_add(2.0 * a_ / room + b_, u, mean_ + 0.43));
      auto good = (room >= 0.07) & (v <= squeeze_);
      const auto hopeless = small_ | good | (k < 0.0) | ((room < 0.013) & (v > room)), possible = !hopeless;
      if (any(possible)) {
        const L at = max(k, L(0.0));
        const L log_p = math::detail::own_log_probability_of_count(at) - math::detail::deviance(at, mean_, log_mean_, at - mean_);
        good = good | (possible & (math::log(v) + log_height_ - math::log(a_ / (room * room) + b_) <= log_p));
      }
      value = select(small_, value, k);
      accepted = accepted | good;
    }
    return accepted;
  }

 private:
  L counted_up(L u) const {
    const L mean = select(small_, mean_, L(1.0));
    L p = math::exp(-mean), k(0.0);
    auto going = u > p;
    for (int i = 1; i < 200 && any(going); ++i) {  // more than 200 have probability 1e-160
      u = select(going, u - p, u);
      k = select(going, k + 1.0, k);
      p *= mean * L(1.0 / i);
      going = going & (u > p);
    }
    return k;
  }

  L mean_, log_mean_;
  typename L::Truth small_;
  L b_, a_, squeeze_, log_height_;
};

}  // namespace variate::detail
