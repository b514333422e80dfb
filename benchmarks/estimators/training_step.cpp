/// One training step of each estimator on the workloads of benchmarks/peers/estimators/workload.py, float, one thread: draw a
/// minibatch and noise, the gradient of everything (control variates too), Adam. benchmarks/compare_estimators runs the PyTorch
/// and JAX programs beside it.
///
///     toy/D/S       mean over D bits of (b - 0.499)^2, S samples a step
///     bvae/B        64-200-64, 200 binary latents, batch B
///     gvae/B        64-200-20-200-64, 20 Gaussian latents, batch B
#include <benchmark/benchmark.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "variate/variate.hpp"
#include "variate/objectives/kl_elbo.hpp"

namespace {

using variate::Index;
using Batch = variate::Batch<float>;
using Row = variate::Row<float>;
using Vector = variate::Vector<float>;
/// One after the other, as the peers hold them.
using Images = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic>;

/// As many images as the digits have, bits of the same density: the time of a step does not depend on what they show.
const Images& images() {
  static const Images all = [] {
    variate::Rng rng(7);
    Batch x = variate::uniforms<float>(rng, 64, 1797);
    return Images(x.unaryExpr([](float u) { return u < 0.35f ? 1.0f : 0.0f; }));
  }();
  return all;
}

Batch minibatch(Index batch, variate::Rng& rng) {
  const Images& data = images();
  Batch x(data.rows(), batch);
  for (Index c = 0; c < batch; ++c) {
    const auto which = static_cast<Index>(rng() % static_cast<std::uint64_t>(data.cols()));
    for (Index r = 0; r < data.rows(); ++r) x(r, c) = data(r, which);
  }
  return x;
}

/// Weights of standard deviation 0.05, biases 0.
template <class Net>
Vector start(const Net& net, variate::Rng& rng) {
  Vector theta = 0.05f * Vector(variate::normals<float>(rng, net.size(), 1));
  Index at = 0;
  for (const auto& layer : net.layers()) {
    at += layer.size();
    theta.segment(at - layer.outputs(), layer.outputs()).setZero();
  }
  return theta;
}

struct Toy {
  auto operator()(const auto& b) const { return mean(square(b - 0.499f)); }
};

/// A parameter vector under Adam: what a step moves.
struct Moved {
  variate::Adam<float> optimizer;
  template <class Part>
  void operator()(Part& part, const Vector& gradient) {
    Vector params = part.params();
    optimizer.update(params, gradient);
    part.set_params(std::move(params));
  }
};

variate::Mlp<> surrogate_net(Index inputs, Index hidden) { return variate::Mlp<>({inputs, hidden, 1}); }
auto surrogate(Index inputs, Index hidden) {
  variate::Rng rng(3);
  Vector weights = surrogate_net(inputs, hidden).initialise<float>(rng);
  weights.tail(hidden + 1).setZero();
  return variate::differentiable(surrogate_net(inputs, hidden), weights);
}

template <class Estimator>
void toy(benchmark::State& state, Estimator estimator, Index d, Index samples) {
  variate::Bernoulli<float> q = variate::Bernoulli<float>::from_theta(Batch::Zero(d, 1));
  const auto f = variate::differentiable(Toy{});
  Moved move{variate::Adam<float>({.rate = 1e-2f})};
  const variate::Rng root(1);
  std::uint64_t i = 0;
  for (auto _ : state) {
    variate::Rng rng = root.split(i++);
    const auto e = estimator(q, f, rng, samples);
    move(q, -e.q);
    if constexpr (requires { estimator.learn(e.own); }) estimator.learn(e.own);
  }
}

/// log p(x | h), x ~ Bernoulli of logits net(h).
struct Decoder {
  variate::Mlp<> net;
  auto operator()(const auto& h, const auto& x, const auto& theta) const {
    const auto logits = evaluated(net(h, theta));
    return sum(cwise_product(x, logits) - softplus(logits));
  }
};

template <class Prior, class Guide, class Model, class Estimator>
void autoencoder(benchmark::State& state, Prior prior, Guide guide, Model model, Estimator estimator, Index samples,
                 Index batch) {
  Moved move_guide{variate::Adam<float>({.rate = 1e-3f})}, move_model{variate::Adam<float>({.rate = 1e-3f})};
  const variate::KlElbo<Prior> objective{std::move(prior)};
  const variate::Rng root(1);
  std::uint64_t i = 0;
  for (auto _ : state) {
    variate::Rng rng = root.split(i++);
    const Batch x = minibatch(batch, rng);
    const auto e = [&] {
      const auto q = guide.at(x);
      const auto log_joint = model.at(x);
      return estimator(q, objective(q, log_joint), rng, samples);
    }();
    move_guide(guide, e.q);
    move_model(model, e.f);
    if constexpr (requires { estimator.learn(e.own); }) estimator.learn(e.own);
  }
}

template <class Estimator>
void bvae(benchmark::State& state, Estimator estimator, Index samples, Index batch) {
  variate::Rng rng(1);
  const variate::Mlp<> encoder({64, 200}), decoder({200, 64});
  autoencoder(state, variate::Bernoulli<float>::from_theta(Batch::Zero(200, 1)),
              variate::network_conditional<variate::Bernoulli<float>>(encoder, start(encoder, rng)),
              variate::differentiable_model(Decoder{decoder}, start(decoder, rng)), estimator, samples, batch);
}

void gvae(benchmark::State& state, Index batch) {
  variate::Rng rng(1);
  const variate::Mlp<> encoder({64, 200, 40}), decoder({20, 200, 64});
  autoencoder(state, variate::Normal<float>::standard(20),
              variate::network_conditional<variate::Normal<float>>(encoder, start(encoder, rng)),
              variate::differentiable_model(Decoder{decoder}, start(decoder, rng)), variate::Pathwise{}, 1, batch);
}

template <class Run>
void each_estimator(const std::string& prefix, Index inputs, Index hidden, float rate, Run run) {
  const auto add = [&](const char* name, auto estimator, Index samples) {
    benchmark::RegisterBenchmark((prefix + name).c_str(), [=](benchmark::State& state) {
      run(state, estimator, samples);
    })->Unit(benchmark::kMicrosecond);
  };
  add("reinforce", variate::Reinforce{variate::NoBaseline{}}, 1);
  add("loo", variate::Reinforce{}, 2);
  add("arm", variate::Arm{}, 2);
  add("disarm", variate::Disarm{}, 2);
  add("gumbel", variate::GumbelSoftmax{}, 1);
  add("rebar", variate::Rebar<float>{}, 1);
  add("relax", variate::Relax(surrogate(inputs, hidden), {.with_cost = true}, variate::Adam<float>({.rate = rate})), 1);
}

}  // namespace

int main(int argc, char** argv) {
  for (const auto& [d, s] : {std::pair<Index, Index>{1, 1}, {1, 100}, {200, 100}})
    each_estimator(
        "toy/" + std::to_string(d) + "/" + std::to_string(s) + "/", d, 10, 1e-2f,
        [d = d, s = s](benchmark::State& state, const auto& estimator, Index samples) { toy(state, estimator, d, samples * s); });
  for (const Index batch : {24, 100}) {
    each_estimator(
        "bvae/" + std::to_string(batch) + "/", 200, 50, 1e-3f,
        [batch](benchmark::State& state, const auto& estimator, Index samples) { bvae(state, estimator, samples, batch); });
    benchmark::RegisterBenchmark(("gvae/" + std::to_string(batch) + "/pathwise").c_str(), [batch](benchmark::State& state) {
      gvae(state, batch);
    })->Unit(benchmark::kMicrosecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
