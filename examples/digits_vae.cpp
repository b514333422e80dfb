/// A variational autoencoder with 200 binary latents on the 8 x 8 digits, 64-200-64, trained with several gradient estimators.
/// Prints for each the variance of the encoder's gradient after 300 steps, the ELBO after 510, and the time of a step.
///
///     digits_vae [--steps N] [--batch B] [--seed S] [--data digits.csv]

// test: --steps 12 --batch 24
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/variate.hpp"

namespace {

using variate::Index;
using Batch = variate::Batch<float>;
using Row = variate::Row<float>;
using Vector = variate::Vector<float>;

constexpr Index pixels = 64, latents = 200;

/// One column an image.
Batch read_digits(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no file " + path);
  std::vector<std::string> bits;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) bits.push_back(line.substr(line.rfind(',') + 1, pixels));
  Batch x(pixels, static_cast<Index>(bits.size()));
  for (Index c = 0; c < x.cols(); ++c)
    for (Index r = 0; r < pixels; ++r)
      x(r, c) = bits[static_cast<std::size_t>(c)][static_cast<std::size_t>(r)] == '1' ? 1.0f : 0.0f;
  return x;
}

/// log p(x, h): h ~ Bernoulli(1/2), x | h ~ Bernoulli of logits W h + c.
struct Decoder {
  variate::Mlp<> net;
  auto operator()(const auto& h, const auto& x, const auto& theta) const {
    const auto logits = evaluated(net(h, theta));
    return sum(cwise_product(x, logits) - softplus(logits)) - static_cast<float>(latents) * 0.69314718f;
  }
};

/// Weights of standard deviation 0.05, biases 0.
Vector start(const variate::Mlp<>& net, Index biases, variate::Rng& rng) {
  Vector theta = 0.05f * Vector(variate::normals<float>(rng, net.size(), 1));
  theta.tail(biases).setZero();
  return theta;
}

/// Columns of the data, drawn with replacement.
Batch minibatch(const Batch& data, Index batch, variate::Rng& rng) {
  std::vector<Index> which(static_cast<std::size_t>(batch));
  for (Index& c : which) c = static_cast<Index>(rng() % static_cast<std::uint64_t>(data.cols()));
  Batch x(data.rows(), batch);
  for (Index r = 0; r < data.rows(); ++r)
    for (Index c = 0; c < batch; ++c) x(r, c) = data(r, which[static_cast<std::size_t>(c)]);
  return x;
}

struct Run {
  double variance, elbo, microseconds;
};

template <class Estimator>
Run train(Estimator estimator, Index samples, const Batch& data, Index batch, Index steps, std::uint64_t seed) {
  variate::Rng rng(seed);
  const variate::Mlp<> encoder_net({pixels, latents}), decoder_net({latents, pixels});
  auto guide = variate::network_conditional<variate::Bernoulli<float>>(encoder_net, start(encoder_net, latents, rng));
  auto model = variate::differentiable_model(Decoder{decoder_net}, start(decoder_net, pixels, rng));
  variate::Adam<float> for_guide({.rate = 1e-3f}), for_model({.rate = 1e-3f});
  const variate::Elbo<variate::ClosedFormEntropy> objective;

  const auto estimate = [&](const Batch& x, variate::Rng& noise) {
    const auto q = guide.at(x);
    const auto log_joint = model.at(x);
    return estimator(q, objective(q, log_joint), noise, samples);
  };
  Run run{};
  double best = 1e300;
  for (Index step = 0; step < steps; ++step) {
    variate::Rng stream = rng.split(static_cast<std::uint64_t>(step));
    const auto begin = std::chrono::steady_clock::now();
    const Batch x = minibatch(data, batch, stream);
    const auto e = estimate(x, stream);
    Vector of_guide = guide.params(), of_model = model.params();
    for_guide.update(of_guide, e.q);
    for_model.update(of_model, e.f);
    guide.set_params(of_guide);
    model.set_params(of_model);
    if constexpr (requires { estimator.learn(e.own); }) estimator.learn(e.own);
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());

    if (step + 1 == std::min<Index>(steps, 300)) {  // the mean over the encoder's weights of the variance of their gradients
      const Batch first = data.leftCols(batch);
      variate::GradientNoise<float> noise;
      for (std::uint64_t i = 0; i < 100; ++i) {
        variate::Rng again = rng.split(1000000 + i);
        noise.add(estimate(first, again).q);
      }
      run.variance = noise.variance().head(pixels * latents).mean();
    }
  }
  run.microseconds = 1e6 * best;
  const auto q = guide.at(data);
  const auto log_joint = model.at(data);
  variate::Rng fresh(2);
  for (int i = 0; i < 20; ++i) run.elbo += (log_joint(q.sample(fresh, 1)) + q.entropy()).mean() / 20;
  return run;
}

}  // namespace

int main(int argc, char** argv) try {
  Index steps = 510, batch = 100;
  std::uint64_t seed = 1;
  std::string path = std::string(VARIATE_EXAMPLE_DATA) + "/digits.csv";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--steps") steps = std::atol(argv[i + 1]);
    else if (option == "--batch") batch = std::atol(argv[i + 1]);
    else if (option == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (option == "--data") path = argv[i + 1];
    else throw std::runtime_error("unknown option " + option);
  }
  const Batch data = read_digits(path);
  std::printf("%-16s %16s %12s %14s\n", "estimator", "variance", "ELBO", "us a step");
  const auto report = [&](const char* name, const auto& estimator, Index samples) {
    const Run run = train(estimator, samples, data, batch, steps, seed);
    std::printf("%-16s %16.4g %12.3f %14.0f\n", name, run.variance, run.elbo, run.microseconds);
    std::fflush(stdout);
  };
  report("leave-one-out", variate::Reinforce{}, 2);
  report("DisARM", variate::Disarm{}, 2);
  report("Gumbel-softmax", variate::GumbelSoftmax{}, 1);
  report("REBAR", variate::Rebar<float>{}, 1);
  report("REBAR, plain", variate::Rebar<float>({.constant = false}), 1);  // as published: without the constant
  const variate::Mlp<> surrogate({latents, 50, 1});
  variate::Rng rng(3);
  Vector weights = surrogate.initialise<float>(rng);
  weights.tail(51).setZero();
  report("RELAX",
         variate::Relax(variate::differentiable(surrogate, weights), {.with_cost = true}, variate::Adam<float>({.rate = 1e-3f})),
         1);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
