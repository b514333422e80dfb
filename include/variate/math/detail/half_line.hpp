#pragma once
/// Integrals of positive functions that fall away from 0, for tails of distributions and their derivatives.
#include <array>
#include <concepts>
#include <cstddef>

#include "variate/math/detail/widen.hpp"
#include "variate/math/lanes.hpp"

namespace variate::math::detail {

/// Gauss-Legendre rule of 24 points on [0, 1] (found with mpmath).
inline constexpr std::size_t rule_size = 24;
inline constexpr std::array<double, rule_size> rule_points{
    0.0024063900014893199, 0.012635722014345251, 0.030862723998633621, 0.056792236497799483, 0.089999007013048539,
    0.12993790421072282,   0.17595317403151222,  0.22728926430558023,  0.28310324618697743,  0.34247866015191831,
    0.40444056626319185,   0.46797155356869719,  0.53202844643130281,  0.59555943373680815,  0.65752133984808169,
    0.71689675381302257,   0.77271073569441977,  0.82404682596848778,  0.87006209578927718,  0.91000099298695146,
    0.94320776350220052,   0.96913727600136638,  0.98736427798565475,  0.99759360999851068};
inline constexpr std::array<double, rule_size> rule_weights{
    0.0061706148999935998, 0.014265694314466832, 0.022138719408709903, 0.02964929245771839,  0.036673240705540153,
    0.043095080765976638,  0.048809326052056944, 0.053722135057982817, 0.057752834026862801, 0.060835236463901696,
    0.062918728173414148,  0.063969097673376078, 0.063969097673376078, 0.062918728173414148, 0.060835236463901696,
    0.057752834026862801,  0.053722135057982817, 0.048809326052056944, 0.043095080765976638, 0.036673240705540153,
    0.02964929245771839,   0.022138719408709903, 0.014265694314466832, 0.0061706148999935998};

/// Where an integrand is below exp(-40) of its height at 0 it is left out.
inline constexpr double negligible = 40;

/// mass = integral of w and moment = integral of g w.
template <class L>
struct Integrals {
  L mass{0.0}, moment{0.0};
};
/// Adds the integrals over [from, from + length], where f(s, w, g) sets w and g at s.
template <class L, class F>
void add_integrals(Integrals<L>& sums, L from, L length, F f) {
  Integrals<L> part;
  for (std::size_t i = 0; i < rule_size; ++i) {
    L w, g;
    f(multiply_add(length, L(rule_points[i]), from), w, g);
    w *= L(rule_weights[i]);
    part.mass += w;
    part.moment = multiply_add(w, g, part.moment);
  }
  sums.mass = multiply_add(length, part.mass, sums.mass);
  sums.moment = multiply_add(length, part.moment, sums.moment);
}

/// f, written for double lanes, on several arguments of either type.
template <std::floating_point T, int N, Backing B, class F, class... More>
Lanes<T, N, B> all_in_double(F f, Lanes<T, N, B> x, More... more) {
  if constexpr (std::same_as<T, double>) {
    return f(x, more...);
  } else {
    std::array<Lanes<double, N / 2, B>, 2> y;
    for (std::size_t i = 0; i < 2; ++i) y[i] = f(widen(x)[i], widen(more)[i]...);
    return narrow(y[0], y[1]);
  }
}
/// The same on single numbers.
template <std::floating_point T, class F, class... More>
T one_in_double(F f, T x, More... more) {
  using L = Lanes<double, 2>;
  return static_cast<T>(f(L(static_cast<double>(x)), L(static_cast<double>(more))...)[0]);
}

}  // namespace variate::math::detail
