/// Normal: log density, weighted score and draw with pullback, beside loops written by hand for this family alone. The counter
/// `ratio` is variate's time over the loop's, both best of several in this run, taken in turns.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/random/rng.hpp"

namespace {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

template <class F>
double seconds(F&& f, int repeats) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / repeats;
}

/// The state's loop times `ours`; a few turns of both give the ratio.
template <class F, class G>
void compare(benchmark::State& state, F ours, G by_hand, Index numbers) {
  for (auto _ : state) ours();
  double a = 1e9, b = 1e9;
  const int repeats = static_cast<int>(100000 / numbers) + 1;
  for (int turn = 0; turn < 15; ++turn) {
    a = std::min(a, seconds(ours, repeats));
    b = std::min(b, seconds(by_hand, repeats));
  }
  state.counters["by_hand_ns"] = 1e9 * b;
  state.counters["best_ns"] = 1e9 * a;
  state.counters["ratio"] = a / b;
  state.counters["ns_per_number"] = 1e9 * a / static_cast<double>(numbers);
}

struct Case {
  Index d, samples;
  variate::Rng rng{1};
  variate::Normal<> q;
  Batch<double> x;
  Row<double> w;
  Vector<double> loc, scale;

  explicit Case(const benchmark::State& state)
      : d(state.range(0)),
        samples(state.range(1)),
        q(variate::Normal<>::from_theta(0.1 * variate::normals<double>(rng, 2 * d, 1))),
        x(q.sample(rng, samples)),
        w(variate::normals<double>(rng, 1, samples)),
        loc(q.loc().col(0)),
        scale(q.scale().col(0)) {}
};

void log_prob(benchmark::State& state) {
  Case c(state);
  compare(
      state, [&] { benchmark::DoNotOptimize(c.q.log_prob(c.x).data()); },
      [&] {
        Row<double> value = Row<double>::Zero(c.samples);
        for (Index i = 0; i < c.d; ++i) {
          const double loc = c.loc(i), inverse = 1 / c.scale(i), constant = -0.9189385332046727 - std::log(c.scale(i));
          value.array() += constant - 0.5 * ((c.x.row(i).array() - loc) * inverse).square();
        }
        benchmark::DoNotOptimize(value.data());
      },
      c.x.size());
}

void score(benchmark::State& state) {
  Case c(state);
  const auto e = c.q.evaluate(c.x);
  compare(
      state, [&] { benchmark::DoNotOptimize(e.pullback(c.w).data()); },
      [&] {
        Vector<double> gradient(2 * c.d);
        for (Index i = 0; i < c.d; ++i) {
          const double inverse = 1 / c.scale(i);
          const auto z = (c.x.row(i).array() - c.loc(i)) * inverse;
          gradient(i) = (c.w.array() * z).sum() * inverse;
          gradient(c.d + i) = (c.w.array() * (z.square() - 1)).sum();
        }
        benchmark::DoNotOptimize(gradient.data());
      },
      c.x.size());
}

/// Everything a sticking-the-landing step asks of q: new parameters, draw, log q and its slope, pullback of the draw.
void step(benchmark::State& state) {
  Case c(state);
  Batch<double> g(c.d, c.samples);
  const Vector<double> params = c.q.params();
  compare(
      state,
      [&] {
        c.q.set_params(params);
        const auto draw = c.q.rsample(c.rng, c.samples);
        const auto e = c.q.evaluate(draw.value);
        e.pullback(c.w, g);
        benchmark::DoNotOptimize(draw.pullback(g).data());
      },
      [&] {
        const Batch<double> noise = variate::normals<double>(c.rng, c.d, c.samples);
        Batch<double> value(c.d, c.samples);
        Row<double> log_q = Row<double>::Zero(c.samples);
        Vector<double> gradient(2 * c.d);
        for (Index i = 0; i < c.d; ++i) {
          const double loc = params(i), scale = std::exp(params(c.d + i)), inverse = 1 / scale;
          value.row(i) = (loc + scale * noise.row(i).array()).matrix();
          log_q.array() -= 0.5 * noise.row(i).array().square() + (params(c.d + i) + 0.9189385332046727);
          g.row(i) = (-inverse * c.w.array() * noise.row(i).array()).matrix();
          gradient(i) = g.row(i).sum();
          gradient(c.d + i) = scale * g.row(i).dot(noise.row(i));
        }
        benchmark::DoNotOptimize(value.data());
        benchmark::DoNotOptimize(log_q.data());
        benchmark::DoNotOptimize(gradient.data());
      },
      c.x.size());
}

/// The same for a full covariance, beside Eigen's expressions for it.
void full_rank_step(benchmark::State& state) {
  const Index d = state.range(0), samples = state.range(1);
  variate::Rng rng(1);
  auto q = variate::MultivariateNormal<>::from_theta(0.1 * variate::normals<double>(rng, d * (d + 3) / 2, 1));
  const Vector<double> params = q.params();
  const Row<double> w = variate::normals<double>(rng, 1, samples);
  Batch<double> g(d, samples);
  compare(
      state,
      [&] {
        q.set_params(params);
        const auto draw = q.rsample(rng, samples);
        const auto e = q.evaluate(draw.value);
        e.pullback(w, g);
        benchmark::DoNotOptimize(draw.pullback(g).data());
      },
      [&] {
        const Batch<double> noise = variate::normals<double>(rng, d, samples);
        Batch<double> l = Batch<double>::Zero(d, d);
        for (Index i = 0, at = d; i < d; ++i, ++at) {
          for (Index j = 0; j < i; ++j) l(i, j) = params(at++);
          l(i, i) = std::exp(params(at));
        }
        Batch<double> value = l.triangularView<Eigen::Lower>() * noise;
        value.colwise() += params.head(d);
        const Row<double> log_q = -0.5 * noise.colwise().squaredNorm();
        g = noise * w.asDiagonal();
        l.transpose().triangularView<Eigen::Upper>().solveInPlace(g);
        g = -g;
        const Batch<double> of_l = g * noise.transpose();
        Vector<double> gradient(params.size());
        gradient.head(d) = g.rowwise().sum();
        for (Index i = 0, at = d; i < d; ++i, ++at) {
          for (Index j = 0; j < i; ++j) gradient(at++) = of_l(i, j);
          gradient(at) = of_l(i, i) * l(i, i);
        }
        benchmark::DoNotOptimize(value.data());
        benchmark::DoNotOptimize(log_q.data());
        benchmark::DoNotOptimize(gradient.data());
      },
      d * samples);
}

BENCHMARK(log_prob)->Args({31, 1})->Args({31, 8})->Args({31, 64})->Args({100, 1000});
BENCHMARK(score)->Args({31, 1})->Args({31, 8})->Args({31, 64})->Args({100, 1000});
BENCHMARK(step)->Args({31, 1})->Args({31, 8})->Args({31, 64})->Args({100, 1000});
BENCHMARK(full_rank_step)->Args({31, 1})->Args({31, 8})->Args({31, 64})->Args({100, 1000});

}  // namespace
