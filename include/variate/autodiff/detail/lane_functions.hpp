#pragma once
/// The kernels a tape needs, in one place.
#include <cmath>

#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#if __has_include("variate/math/softplus.hpp")
#include "variate/math/log1p.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/tanh.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/softplus.hpp"
#else
namespace variate::math {
template <std::floating_point T, int N, Backing B>
Lanes<T, N, B> log1p(Lanes<T, N, B> x) { return Lanes<T, N, B>::each([](T a) { return std::log1p(a); }, x); }
template <std::floating_point T, int N, Backing B>
Lanes<T, N, B> expm1(Lanes<T, N, B> x) { return Lanes<T, N, B>::each([](T a) { return std::expm1(a); }, x); }
template <std::floating_point T, int N, Backing B>
Lanes<T, N, B> tanh(Lanes<T, N, B> x) { return Lanes<T, N, B>::each([](T a) { return std::tanh(a); }, x); }
template <std::floating_point T>
T sigmoid(T x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
template <std::floating_point T>
T softplus(T x) { return std::fmax(x, T(0)) + std::log1p(std::exp(-std::fabs(x))); }
template <std::floating_point T, int N, Backing B>
Lanes<T, N, B> sigmoid(Lanes<T, N, B> x) { return Lanes<T, N, B>::each([](T a) { return sigmoid(a); }, x); }
template <std::floating_point T, int N, Backing B>
Lanes<T, N, B> softplus(Lanes<T, N, B> x) { return Lanes<T, N, B>::each([](T a) { return softplus(a); }, x); }
}  // namespace variate::math
#endif
