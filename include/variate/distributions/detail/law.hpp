#pragma once
/// What `Factorized<Law>` asks of a law: the arithmetic of one coordinate of a family.
///
/// A law is a struct of static functions, written for packets (`math::Lanes<T>`) of coordinates or samples:
///   Scalar, name, parameters (numbers per coordinate), constants (numbers kept for each), discrete, reparameterized
///   fixed                            of the parameters, how many (the last) are settings: given once, never learned (default 0)
///   prepare(theta) -> constants      once for each change of theta; the functions below see only these
///   log_prob(x, c);  score(x, c, s)  writes s[j] = dlog_prob/dtheta_j and returns dlog_prob/dx (ignored if discrete)
///   noise(rng, r, c), point(e, c)    the point made from noise e; a law whose noise depends on its parameters takes
///                                    noise(rng, constants, d, samples) with all constants, (constants * d) x B, instead
///   path(e, x, c, s)                 writes s[j] = dpoint/dtheta_j (if reparameterized)
///   smooth, smooth_at(e, c), smooth_slopes(y, c), path_by(f, e, x, c, s)    for laws whose path is costly: path is path_by of
///   the `smooth`
///                                    numbers smooth_slopes(y), smooth functions of y = smooth_at(e), which are interpolated when
///                                    one coordinate has many samples
///   lowest(c), highest(c)            the ends of the support (default -inf, inf); the law is not believed at points beyond them
///   or at
///                                    infinite ones, so its functions need not look
///   periodic                         true for a law on a circle (default false): log_prob and score hold beyond lowest and
///   highest mean, variance, mode, entropy(c), entropy_gradient(c, s), cdf(x, c), log_cdf(x, c), icdf(p, c), kl(p, q),
///   kl_gradient(p, q, s): what exists of them.
/// Coordinate i has rows i, d + i, 2d + i, ... of theta. Slopes by settings are written too, for whoever asks the law; they go
/// nowhere.
#include "variate/distributions/detail/cells.hpp"

namespace variate::detail {

template <class Law>
using LawConstants = Numbers<typename Law::Scalar, Law::constants>;
template <class Law>
using LawTheta = Numbers<typename Law::Scalar, Law::parameters>;

/// Settings per coordinate, and what is left to learn.
template <class Law>
inline constexpr int fixed_of = 0;
template <class Law>
  requires requires { Law::fixed; }
inline constexpr int fixed_of<Law> = Law::fixed;
template <class Law>
inline constexpr int learned_of = Law::parameters - fixed_of<Law>;

/// Density and slopes have a period; lowest and highest are where the distribution function starts and ends.
template <class Law>
inline constexpr bool is_periodic = requires { requires Law::periodic; };

template <class Law>
concept HasLawMean = requires(LawConstants<Law> c) { Law::mean(c); };
template <class Law>
concept HasLawVariance = requires(LawConstants<Law> c) { Law::variance(c); };
template <class Law>
concept HasLawMode = requires(LawConstants<Law> c) { Law::mode(c); };
template <class Law>
concept HasLawEntropy = requires(LawConstants<Law> c, LawTheta<Law> s) {
  Law::entropy(c);
  Law::entropy_gradient(c, s);
};
template <class Law>
concept HasLawCdf = requires(Packet<typename Law::Scalar> x, LawConstants<Law> c) { Law::cdf(x, c); };
template <class Law>
concept HasLawLogCdf = requires(Packet<typename Law::Scalar> x, LawConstants<Law> c) { Law::log_cdf(x, c); };
template <class Law>
concept HasLawIcdf = requires(Packet<typename Law::Scalar> x, LawConstants<Law> c) { Law::icdf(x, c); };

}  // namespace variate::detail
