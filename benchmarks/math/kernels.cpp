/// Vector kernels on 2048 numbers, beside a loop over the C library, Eigen's array function and glibc's libmvec, in turns in one
/// run. Counters: nanoseconds a number of each (the best round of many); `over_libm` and `over_eigen`, how many times faster
/// variate is; `of_libmvec`, its time over libmvec's (at up to 4 ulp), which is looked up at run time, at this build's width.
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "variate/math/erf.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/expm1.hpp"
#include "variate/math/gamma_functions.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/softplus.hpp"
#include "variate/math/tanh.hpp"
#include "variate/math/trigonometric.hpp"

#if defined(__linux__) && defined(__x86_64__) && defined(__GLIBC__)
#include <dlfcn.h>
#endif

namespace {

constexpr std::ptrdiff_t count = 2048;
constexpr int rounds = 25, repeats = 20;

template <class F>
double nanoseconds(F f) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) {
    f();
    benchmark::ClobberMemory();
  }
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count() / (repeats * count);
}

#if defined(__linux__) && defined(__x86_64__) && defined(__GLIBC__)
using Register = variate::math::Lanes<double>::Native;
using VectorFunction = Register (*)(Register);
/// The ABI's name: register class, no mask, lanes, one vector argument.
VectorFunction libmvec(const std::string& name) {
  static void* library = dlopen("libmvec.so.1", RTLD_NOW);
  constexpr int lanes = variate::math::native_lanes<double>;
  const std::string width = lanes == 8 ? "e" : lanes == 4 ? "d" : "b";
  const std::string symbol = "_ZGV" + width + "N" + std::to_string(lanes) + "v_" + name;
  return library && !name.empty() ? reinterpret_cast<VectorFunction>(dlsym(library, symbol.c_str())) : nullptr;
}
void apply(VectorFunction f, const double* x, double* y) {
  for (std::ptrdiff_t i = 0; i < count; i += variate::math::native_lanes<double>) {
    Register v;
    std::memcpy(&v, x + i, sizeof v);
    v = f(v);
    std::memcpy(y + i, &v, sizeof v);
  }
}
#else
using VectorFunction = void (*)(double);
VectorFunction libmvec(const std::string&) { return nullptr; }
void apply(VectorFunction, const double*, double*) {}
#endif

/// ours(x, y, n), one(x), eigen(array), on numbers spread over [low, high].
template <class T, class Ours, class One, class Array>
void compare(benchmark::State& state, Ours ours, One one, Array eigen, const std::string& vector_name, double low, double high) {
  std::mt19937_64 rng(1);
  std::uniform_real_distribution<double> uniform(low, high);
  std::vector<T> x(count), y(count);
  for (T& v : x) v = static_cast<T>(uniform(rng));
  const Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>> in(x.data(), count);
  Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>> out(y.data(), count);
  const VectorFunction vector = std::is_same_v<T, double> ? libmvec(vector_name) : nullptr;

  const double never = std::numeric_limits<double>::infinity();
  double us = never, libm = never, array = never, mvec = never;
  for (auto _ : state)
    for (int round = 0; round < rounds; ++round) {
      us = std::min(us, nanoseconds([&] { ours(x.data(), y.data(), count); }));
      libm = std::min(libm, nanoseconds([&] { std::transform(x.begin(), x.end(), y.begin(), one); }));
      array = std::min(array, nanoseconds([&] { out = eigen(in); }));
      if constexpr (std::is_same_v<T, double>)
        if (vector) mvec = std::min(mvec, nanoseconds([&] { apply(vector, x.data(), y.data()); }));
    }
  benchmark::DoNotOptimize(y.data());
  state.counters["ns"] = us;
  state.counters["libm_ns"] = libm;
  state.counters["eigen_ns"] = array;
  state.counters["over_libm"] = libm / us;
  state.counters["over_eigen"] = array / us;
  if (vector) {
    state.counters["libmvec_ns"] = mvec;
    state.counters["of_libmvec"] = us / mvec;
  }
}

template <class T>
void exp(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::exp(a...); }, [](T x) { return std::exp(x); },
             [](const auto& x) { return x.exp(); }, "exp", -10, 10);
}
template <class T>
void log(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::log(a...); }, [](T x) { return std::log(x); },
             [](const auto& x) { return x.log(); }, "log", 1e-3, 10);
}
template <class T>
void log1p(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::log1p(a...); }, [](T x) { return std::log1p(x); },
             [](const auto& x) { return x.log1p(); }, "log1p", -0.9, 10);
}
template <class T>
void expm1(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::expm1(a...); }, [](T x) { return std::expm1(x); },
             [](const auto& x) { return x.expm1(); }, "expm1", -10, 10);
}
template <class T>
void tanh(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::tanh(a...); }, [](T x) { return std::tanh(x); },
             [](const auto& x) { return x.tanh(); }, "tanh", -3, 3);
}
template <class T>
void sigmoid(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::sigmoid(a...); }, [](T x) { return 1 / (1 + std::exp(-x)); },
             [](const auto& x) { return x.logistic(); }, "", -5, 5);
}
template <class T>
void softplus(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::softplus(a...); },
             [](T x) { return std::max(x, T(0)) + std::log1p(std::exp(-std::abs(x))); },
             [](const auto& x) { return x.max(T(0)) + (-x.abs()).exp().log1p(); }, "", -5, 5);
}
template <class T>
void erf(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::erf(a...); }, [](T x) { return std::erf(x); },
             [](const auto& x) { return x.unaryExpr([](T v) { return std::erf(v); }); }, "erf", -3, 3);
}
template <class T>
void sin(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::sin(a...); }, [](T x) { return std::sin(x); },
             [](const auto& x) { return x.sin(); }, "sin", -10, 10);
}

template <class T>
void lgamma(benchmark::State& state) {
  compare<T>(state, [](auto... a) { variate::math::lgamma(a...); }, [](T x) { return std::lgamma(x); },
             [](const auto& x) { return x.unaryExpr([](T v) { return std::lgamma(v); }); }, "", 0.1, 20);
}

BENCHMARK(exp<double>)->Iterations(1);
BENCHMARK(log<double>)->Iterations(1);
BENCHMARK(log1p<double>)->Iterations(1);
BENCHMARK(expm1<double>)->Iterations(1);
BENCHMARK(tanh<double>)->Iterations(1);
BENCHMARK(sigmoid<double>)->Iterations(1);
BENCHMARK(softplus<double>)->Iterations(1);
BENCHMARK(erf<double>)->Iterations(1);
BENCHMARK(sin<double>)->Iterations(1);
BENCHMARK(lgamma<double>)->Iterations(1);
BENCHMARK(exp<float>)->Iterations(1);
BENCHMARK(log<float>)->Iterations(1);
BENCHMARK(log1p<float>)->Iterations(1);
BENCHMARK(expm1<float>)->Iterations(1);
BENCHMARK(tanh<float>)->Iterations(1);
BENCHMARK(sigmoid<float>)->Iterations(1);
BENCHMARK(softplus<float>)->Iterations(1);

}  // namespace
