/// REINFORCE with a leave-one-out baseline beside a hand-written score loop, on three Bernoulli problems: the classic one-variable
/// toy (b - 0.499)^2, a quadratic form in 20 variables, and a linear-plus-product cost in 200. The counter `ratio` is variate's time over
/// the hand-written one's, taken in turn in this run.
#include "variate/estimators/reinforce.hpp"

#include <benchmark/benchmark.h>

#include <chrono>

#include "variate/distributions/bernoulli.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

struct Toy {
  Row<double> operator()(const Batch<double>& b) const { return (b.row(0).array() - 0.499).square(); }
};
struct Form {
  Batch<double> a;
  Row<double> operator()(const Batch<double>& b) const { return b.cwiseProduct(a * b).colwise().sum(); }
};
struct Linear {
  Vector<double> slope;
  Row<double> operator()(const Batch<double>& b) const {
    Row<double> v = slope.transpose() * b;
    v.array() += b.row(0).array() * b.row(1).array();
    return v;
  }
};

/// What one would write for Bernoulli logits alone, every buffer kept.
template <class F>
class ByHand {
 public:
  ByHand(F f, Vector<double> logits, Index samples) : f_(std::move(f)), logits_(std::move(logits)), n_(samples) {
    u_.resize(logits_.size(), n_);
    b_.resize(logits_.size(), n_);
    gradient_.resize(logits_.size());
  }
  const Vector<double>& operator()(variate::Rng& rng) {
    rng.fill_uniforms(u_.data(), u_.size());
    const Index d = logits_.size();
    for (Index i = 0; i < d; ++i) {
      const double zero = 1 / (1 + std::exp(logits_(i)));
      for (Index s = 0; s < n_; ++s) b_(i, s) = u_(i, s) > zero ? 1.0 : 0.0;
    }
    const Row<double> v = f_(b_);
    const double mean = v.mean(), scale = 1 / static_cast<double>(n_ - 1);
    for (Index i = 0; i < d; ++i) {
      const double p = 1 / (1 + std::exp(-logits_(i)));
      double sum = 0;
      for (Index s = 0; s < n_; ++s) sum += (v(s) - mean) * (b_(i, s) - p);
      gradient_(i) = sum * scale;
    }
    return gradient_;
  }

 private:
  F f_;
  Vector<double> logits_, gradient_;
  Index n_;
  Batch<double> u_, b_;
};

template <class F>
void compare(benchmark::State& state, const F& f, Index d, Index n) {
  variate::Rng rng(1), a(2), b(2);
  const Vector<double> logits = variate::normals<double>(rng, d, 1);
  const variate::Bernoulli<double> q(logits);
  const variate::Reinforce<> estimator;
  ByHand<F> by_hand(f, logits, n);
  if ((estimator(q, f, a, n).q - by_hand(b)).norm() > 1e-10) state.SkipWithError("the hand-written gradient differs");

  const auto seconds = [](Index repeats, auto&& call) {
    const auto begin = std::chrono::steady_clock::now();
    for (Index i = 0; i < repeats; ++i) call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / static_cast<double>(repeats);
  };
  double ours = 1, theirs = 1;
  const Index block = std::max<Index>(1, 200'000 / (d * n));
  for (auto _ : state) {
    ours = std::min(ours, seconds(block, [&] { benchmark::DoNotOptimize(estimator(q, f, a, n).q.data()); }));
    theirs = std::min(theirs, seconds(block, [&] { benchmark::DoNotOptimize(by_hand(b).data()); }));
  }
  state.counters["variate_us"] = 1e6 * ours;
  state.counters["by_hand_us"] = 1e6 * theirs;
  state.counters["ratio"] = ours / theirs;
}

void toy(benchmark::State& state) { compare(state, Toy{}, 1, 64); }
void quadratic_form(benchmark::State& state) {
  variate::Rng rng(3);
  compare(state, Form{variate::normals<double>(rng, 20, 20)}, 20, 64);
}
void linear(benchmark::State& state) {
  variate::Rng rng(4);
  compare(state, Linear{Vector<double>(variate::normals<double>(rng, 200, 1))}, 200, 64);
}
BENCHMARK(toy);
BENCHMARK(quadratic_form);
BENCHMARK(linear);

}  // namespace
