#pragma once
/// Gamma numbers of any positive shape, and their logarithms, which exist where the numbers themselves underflow.
/// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM Trans. Math. Softw. 26 (2000): with
/// d = a - 1/3, c = 1 / (3 sqrt d), t = 1 + c x for normal x, accept d t^3 if t > 0 and log u < x^2/2 + d (1 - t^3 + 3 log t). A
/// shape below 1 takes a + 1 and multiplies by u^(1/a), here in logarithms (C. Liu, R. Martin and N. Syring,
/// "Efficient simulation from a gamma distribution with small shape parameter", Comput. Stat. 32 (2017), say why).
#include <random>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/random/detail/box_muller.hpp"
#include "variate/random/detail/transforms.hpp"
#include "variate/random/detail/trials.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace variate {
namespace detail {

/// One trial in every lane from four words of random bits each: log of a gamma number of this shape, and whether it is accepted.
template <class L>
struct GammaTrial {
  using W = BitsOf<L>;
  L shape, d, c, log_d;
  typename L::Truth small;

  explicit GammaTrial(L a) : shape(a), small(a < L(1)) {
    d = select(small, a + L(1), a) - L(1.0 / 3);
    c = L(1) / (L(3) * sqrt(d));
    log_d = math::log(d);
  }
  typename L::Truth operator()(const W (&bits)[4], L& log_value) const {
    const L x = box_muller(to_uniform<L>(bits[0]), bits[1]).first;
    constexpr double lowest = -1 + 0x1p-50;  // of e = t - 1: t is not positive below, to one part in 1e45 of the probability
    const L e = max(c * x, L(lowest)), e2 = e * e;
    // 1 - t^3 + 3 log t with t = 1 + e; e - log(1 + e) keeps the digits that matter when d is large.
    const L log_t = math::log1p(e);
    const L rest = multiply_add(L(-3), e2, multiply_add(-e, e2, L(3) * (log_t - e)));
    const auto accepted = math::log(to_uniform<L>(bits[2])) < multiply_add(d, rest, L(0.5) * x * x);
    log_value = multiply_add(L(3), log_t, log_d);
    if (any(small)) log_value = select(small, log_value + math::log(to_uniform<L>(bits[3])) / shape, log_value);
    return accepted & (c * x > L(lowest));
  }
};

/// finish(logarithms, n) makes the results of up to 64 logarithms, in place.
template <class T, class R, class Finish>
Batch<T> gammas_by(const char* function, R& rng, const Batch<T>& shapes, Index samples, Finish&& finish) {
  require_at_least(function, "samples", samples, 0);
  require_positive(function, "shapes", shapes);
  const auto trial = [&](Index row, const TrialPoints& points) {
    return GammaTrial(at_points(points, [&](Index point) { return shapes(row, point); }));
  };
  return by_trials<T>(rng, shapes.rows(), shapes.cols(), samples, trial, finish);
}

}  // namespace detail

/// The logarithm of a gamma number of rate 1 for each coefficient of `shapes` (K x B), `samples` times: K x SB, sample-major.
/// Computed in double; finite for shapes down to 1e-300 (1e-36 in float). With an `Rng`, number j in storage order depends on the
/// key, the starting page, j and its shape alone, and the position moves by one page if there is anything to draw. Throws
/// DomainError if a shape is not positive and finite, InvalidArgument if samples < 0.
template <class T, std::uniform_random_bit_generator R>
Batch<T> log_gammas(R& rng, const Batch<T>& shapes, Index samples = 1) {
  return detail::gammas_by<T>("log_gammas", rng, shapes, samples, [](double*, Index) {});
}
/// A gamma number of rate 1 for each coefficient of `shapes` (K x B), `samples` times: exactly what `log_gammas` draws,
/// exponentiated. Zero where that underflows: with shape 0.01 for one double in 1700 and for one float in three.
template <class T, std::uniform_random_bit_generator R>
Batch<T> gammas(R& rng, const Batch<T>& shapes, Index samples = 1) {
  return detail::gammas_by<T>("gammas", rng, shapes, samples, [](double* logs, Index n) { math::exp(logs, logs, n); });
}

}  // namespace variate
