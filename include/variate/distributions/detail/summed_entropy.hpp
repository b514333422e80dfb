#pragma once
/// Entropies of counts that have no closed form: -sum f log f over the counts that matter.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <tuple>

#include "variate/distributions/detail/cells.hpp"

namespace variate::detail {

/// The entropy of a bell-shaped law of counts and its slopes, -sum f log f and -sum f s_j log f with the score s, lane by lane. All counts
/// within 12 standard deviations (and 40 units of variance/mean, for tails that fall geometrically) are summed, or, where the deviation is
/// above 16 and no end of the support is near, every eighth of a deviation: the rule's error is then below e^-1000 (Trefethen and
/// Weideman 2014).
template <class Law>
struct SummedEntropy {
  using S = typename Law::Scalar;
  using V = Packet<S>;
  V value;
  typename Law::Theta slopes;

  explicit SummedEntropy(const typename Law::C& constants) {
    const V mean = Law::mean(constants), variance = Law::variance(constants), low = Law::lowest(constants), high = top(constants);
    S values[V::size];
    std::array<std::array<S, V::size>, std::tuple_size_v<typename Law::Theta>> by;
    for (int lane = 0; lane < V::size; ++lane) {
      typename Law::C c;
      for (std::size_t m = 0; m < c.size(); ++m) c[m] = V(constants[m][lane]);
      const double centre = static_cast<double>(mean[lane]), deviation = std::sqrt(static_cast<double>(variance[lane]));
      const double reach = 12 * deviation + 40 * deviation * deviation / std::max(centre, 1e-300) + 2;
      const double from = std::max(static_cast<double>(low[lane]), std::floor(centre - reach)),
                   to = std::min(static_cast<double>(high[lane]), std::floor(centre + reach));
      const bool inside = from > static_cast<double>(low[lane]) && to < static_cast<double>(high[lane]);
      const double stride = deviation > 16 && inside ? std::floor(deviation / 8) : 1;
      double sum = 0;
      std::array<double, std::tuple_size_v<typename Law::Theta>> slope{};
      for (double k = from; k <= to; k += stride * V::size) {
        S counts[V::size];
        for (int i = 0; i < V::size; ++i) counts[i] = static_cast<S>(k + stride * i);
        const V x = V::load(counts), log_f = Law::log_prob(x, c);
        typename Law::Theta s;
        Law::score(x, c, s);
        for (int i = 0; i < V::size && k + stride * i <= to; ++i) {
          const double l = static_cast<double>(log_f[i]), f = std::exp(l);
          if (!(f > 0)) continue;
          sum -= stride * f * l;
          for (std::size_t j = 0; j < slope.size(); ++j) slope[j] -= stride * f * l * static_cast<double>(s[j][i]);
        }
      }
      values[lane] = static_cast<S>(sum);
      for (std::size_t j = 0; j < slope.size(); ++j) by[j][static_cast<std::size_t>(lane)] = static_cast<S>(slope[j]);
    }
    value = V::load(values);
    for (std::size_t j = 0; j < slopes.size(); ++j) slopes[j] = V::load(by[j].data());
  }

 private:
  static V top(const typename Law::C& c) {
    if constexpr (requires { Law::highest(c); }) return Law::highest(c);
    else return V(std::numeric_limits<S>::infinity());
  }
};

}  // namespace variate::detail
