/// The demo's gradient: one pathwise ELBO gradient of a mean-field normal for Bayesian logistic regression (draw, value and gradient
/// for 2D parameters), through `Learner::estimate`, beside the same written by hand for this one model. Same data shapes as
/// benchmarks/peers/logistic_elbo.py, which times PyTorch and JAX. The counter `ratio` is variate's time over the hand-written one's,
/// both taken in this run, in turn (the best of many blocks each).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <numbers>
#include <vector>

#include "variate/autodiff/differentiable.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log1p.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

namespace {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

struct Model {
  Batch<double> rows;  // N x D, each times the sign of its label
  auto operator()(const auto& w) const { return -sum(softplus(-(rows * w))) - 0.5 * sum(square(w)); }
};

/// What one would write for this model alone: every buffer kept, one exp and one log1p for softplus and its slope.
class ByHand {
 public:
  ByHand(Batch<double> rows, Index samples)
      : rows_(std::move(rows)), transposed_(rows_.transpose()), n_(rows_.rows()), d_(rows_.cols()), s_(samples) {
    for (Batch<double>* m : {&eps_, &w_, &g_}) m->resize(d_, s_);
    for (Batch<double>* m : {&logits_, &e_, &log_, &slope_}) m->resize(n_, s_);
  }
  double operator()(const Vector<double>& params, variate::Rng& rng, Vector<double>& gradient) {
    rng.fill_normals(eps_.data(), eps_.size());
    gradient.resize(2 * d_);
    double value = 0;
    for (Index i = 0; i < d_; ++i) {
      const double sd = std::exp(params(d_ + i));
      w_.row(i).array() = params(i) + sd * eps_.row(i).array();
      value += 0.5 * (eps_.row(i).squaredNorm() - w_.row(i).squaredNorm()) + static_cast<double>(s_) * (params(d_ + i) + half_log_two_pi);
    }
    if (s_ == 1) logits_.col(0).noalias() = rows_ * w_.col(0);  // Eigen's matrix-vector kernels, where there is one sample
    else logits_.noalias() = rows_ * w_;
    // softplus(-l) = max(-l, 0) + log1p(exp(-|l|)); its slope by l is -e/(1+e) or -1/(1+e)
    const Index size = logits_.size();
    const double* const l = logits_.data();
    double* const e = e_.data();
    double* const slope = slope_.data();
    for (Index i = 0; i < size; ++i) e[i] = -std::abs(l[i]);
    variate::math::exp(e, e, size);
    variate::math::log1p(e, log_.data(), size);
    for (Index i = 0; i < size; ++i) slope[i] = (l[i] > 0 ? e[i] : 1.0) / (1.0 + e[i]);
    value -= (log_.array() - logits_.array().min(0.0)).sum();
    if (s_ == 1) g_.col(0).noalias() = rows_.transpose() * slope_.col(0);
    else g_.noalias() = transposed_ * slope_;
    const double scale = 1 / static_cast<double>(s_);
    for (Index i = 0; i < d_; ++i) {
      const double sd = std::exp(params(d_ + i));
      // d(log p - log q)/dw along the path, with log q's parameters held: slope of the model - w + eps / sd
      double loc = 0, log_scale = 0;
      for (Index c = 0; c < s_; ++c) {
        const double g = g_(i, c) - w_(i, c) + eps_(i, c) / sd;
        loc += g;
        log_scale += g * eps_(i, c);
      }
      gradient(i) = loc * scale;
      gradient(d_ + i) = log_scale * sd * scale;
    }
    return value * scale;
  }

 private:
  static constexpr double half_log_two_pi = 0.91893853320467274178;
  Batch<double> rows_, transposed_, eps_, w_, g_, logits_, e_, log_, slope_;
  Index n_, d_, s_;
};

double seconds_of(Index repeats, auto&& call) {
  const auto begin = std::chrono::steady_clock::now();
  for (Index i = 0; i < repeats; ++i) call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / static_cast<double>(repeats);
}

void elbo_gradient(benchmark::State& state) {
  const Index n = state.range(0), d = state.range(1), samples = state.range(2);
  variate::Rng rng(1);
  Model model{variate::normals<double>(rng, n, d)};
  ByHand by_hand(model.rows, samples);
  Vector<double> params(2 * d);
  params << Vector<double>::Zero(d), Vector<double>::Constant(d, -1);
  auto q = variate::Normal<double>::standard(d);
  q.set_params(params);
  const variate::Learner learner(q, variate::differentiable(std::move(model)), variate::ElboRule<>{.samples = samples},
                                 variate::Adam<double>());

  // the two must be the same function before their times mean anything
  variate::Rng a(2), b(2);
  Vector<double> gradient;
  const double value = by_hand(params, a, gradient);
  const auto estimate = learner.estimate(b);
  if (std::abs(value - estimate.value) > 1e-9 * std::abs(value) || (gradient - estimate.q).norm() > 1e-9 * gradient.norm())
    state.SkipWithError("the hand-written gradient differs");

  double ours = 1, theirs = 1;
  const Index block = std::max<Index>(1, 2'000'000 / (n * d * samples));
  for (auto _ : state) {
    ours = std::min(ours, seconds_of(block, [&] { benchmark::DoNotOptimize(learner.estimate(a).q.data()); }));
    theirs = std::min(theirs, seconds_of(block, [&] { benchmark::DoNotOptimize(by_hand(params, b, gradient)); }));
  }
  state.counters["variate_us"] = 1e6 * ours;
  state.counters["by_hand_us"] = 1e6 * theirs;
  state.counters["ratio"] = ours / theirs;
}
BENCHMARK(elbo_gradient)
    ->ArgNames({"N", "D", "S"})
    ->Args({569, 31, 1})
    ->Args({569, 31, 8})
    ->Args({569, 31, 64})
    ->Args({10000, 100, 1})
    ->Args({10000, 100, 8})
    ->Args({10000, 100, 64});

}  // namespace
