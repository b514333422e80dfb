/// Value and gradient of the Bayesian logistic log joint, sum_n log sigmoid(x_n . w) - |w|^2 / 2 for each of S columns w: the
/// tape against a loop written by hand (Eigen's products, the same vector kernels, one exponential for value and slope). The
/// counter `ratio` is tape / hand, the two run in turn and the best of each taken; `error` the largest difference of gradients.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "variate/autodiff/differentiable.hpp"

namespace {

using variate::Batch;
using variate::Index;
using variate::Row;

struct LogisticRegression {
  Batch<double> x;  // N x D, rows times the label's sign
  auto operator()(const auto& w) const { return -sum(softplus(-(x * w))) - 0.5 * sum(square(w)); }
};

/// The same by hand, with buffers that are kept.
struct ByHand {
  const Batch<double>& x;  // the model's own: where 8 MB happen to lie decides about huge pages, and those about a factor of 2
  Batch<double> scores, slopes;
  Row<double> value;

  void operator()(const Batch<double>& w, Batch<double>& gradient) {
    const Index n = x.rows(), s = w.cols();
    scores.resize(n, s);
    slopes.resize(n, s);
    if (s == 1) scores.col(0).noalias() = x * w.col(0);
    else scores.noalias() = x * w;
    value = -0.5 * w.colwise().squaredNorm();
    using L = variate::math::Lanes<double>;
    const auto both = [](L a, L& slope) {  // log sigmoid(a) and its derivative sigmoid(-a)
      const L e = exp(-abs(a)), r = L(1.0) / (L(1.0) + e);
      slope = select(a < L(0.0), r, e * r);
      return min(L(0.0), a) - variate::math::detail::log_one_plus_fraction(e);
    };
    if (s == 1) {
      L total(0.0);
      Index i = 0;
      for (; i + L::size <= n; i += L::size) {
        L slope;
        total += both(L::load(scores.data() + i), slope);
        slope.store(slopes.data() + i);
      }
      if (i < n) {
        L slope;
        const L last = both(L::load(scores.data() + i, n - i, std::numeric_limits<double>::infinity()), slope);
        total += last;
        slope.store(slopes.data() + i, n - i);
      }
      value[0] += sum(total);
    } else {
      for (Index i = 0; i < n; ++i) {
        const double* const from = scores.data() + i * s;
        double* const to = slopes.data() + i * s;
        Index c = 0;
        for (; c + L::size <= s; c += L::size) {
          L slope;
          (L::load(value.data() + c) + both(L::load(from + c), slope)).store(value.data() + c);
          slope.store(to + c);
        }
        if (c < s) {
          L slope;
          const L last = both(L::load(from + c, s - c, 0.0), slope);
          slope.store(to + c, s - c);
          for (Index j = c; j < s; ++j) value[j] += last[static_cast<int>(j - c)];
        }
      }
    }
    gradient = -w;
    if (s == 1) gradient.col(0).noalias() += x.transpose() * slopes.col(0);
    else gradient.noalias() += x.transpose() * slopes;
  }
};

template <class F>
double seconds(F f, int repeats) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / repeats;
}

void logistic_gradient(benchmark::State& state) {
  const Index n = state.range(0), d = state.range(1), s = state.range(2);
  const Batch<double> x = Batch<double>::Random(n, d), w = 0.3 * Batch<double>::Random(d, s);
  const auto f = variate::differentiable(LogisticRegression{x});
  ByHand hand{f.model().x, {}, {}, {}};
  const Row<double> ones = Row<double>::Ones(s);
  Batch<double> g, h(d, s);
  const auto tape = [&] {
    const auto e = f.evaluate(w);
    e.pullback(ones, g);
    benchmark::DoNotOptimize(g.data());
  };
  const auto by_hand = [&] {
    hand(w, h);
    benchmark::DoNotOptimize(h.data());
  };
  tape();
  by_hand();
  const int repeats = static_cast<int>(std::max<double>(1, 1e-3 / seconds(by_hand, 3)));
  double best_tape = std::numeric_limits<double>::infinity(), best_hand = best_tape;
  for (auto _ : state) {
    best_hand = std::min(best_hand, seconds(by_hand, repeats));
    best_tape = std::min(best_tape, seconds(tape, repeats));
  }
  state.counters["hand_us"] = 1e6 * best_hand;
  state.counters["tape_us"] = 1e6 * best_tape;
  state.counters["ratio"] = best_tape / best_hand;
  state.counters["error"] = (g - h).cwiseAbs().maxCoeff() / h.cwiseAbs().maxCoeff();
}

}  // namespace

BENCHMARK(logistic_gradient)
    ->ArgNames({"N", "D", "S"})
    ->Args({569, 31, 1})
    ->Args({569, 31, 8})
    ->Args({569, 31, 64})
    ->Args({10000, 100, 1})
    ->Args({10000, 100, 8})
    ->Args({10000, 100, 64})
    ->Unit(benchmark::kMicrosecond)
    ->MinTime(0.3);

BENCHMARK_MAIN();
