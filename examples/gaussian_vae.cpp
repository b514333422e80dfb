/// A variational autoencoder with 20 Gaussian latents on the 8 x 8 digits, 64-200-20-200-64, tanh, trained by the pathwise
/// gradient with the divergence from the prior in closed form. Prints the ELBO as it goes, that of digits it has not seen, and the
/// time of a step.
///
///     gaussian_vae [--steps N] [--batch B] [--held-out N] [--seed S] [--data digits.csv]

// test: --steps 60 --batch 50
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/objectives/kl_elbo.hpp"
#include "variate/variate.hpp"

namespace {

using variate::Index;
using Batch = variate::Batch<float>;
using Vector = variate::Vector<float>;

constexpr Index pixels = 64, hidden = 200, latents = 20;

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

/// log p(x | z): bits whose logits a network makes of z.
struct Decoder {
  variate::Mlp<> net;
  auto operator()(const auto& z, const auto& x, const auto& theta) const {
    const auto logits = evaluated(net(z, theta));
    return sum(cwise_product(x, logits) - softplus(logits));
  }
};

/// Weights of standard deviation 0.05, biases 0.
Vector start(const variate::Mlp<>& net, variate::Rng& rng) {
  Vector theta = 0.05f * Vector(variate::normals<float>(rng, net.size(), 1));
  Index end = 0;
  for (const variate::Dense& layer : net.layers()) {
    end += layer.size();
    theta.segment(end - layer.outputs(), layer.outputs()).setZero();
  }
  return theta;
}

}  // namespace

int main(int argc, char** argv) try {
  Index steps = 3000, batch = 100, held_out = 297;
  std::uint64_t seed = 1;
  std::string path = std::string(VARIATE_EXAMPLE_DATA) + "/digits.csv";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--steps") steps = std::atol(argv[i + 1]);
    else if (option == "--batch") batch = std::atol(argv[i + 1]);
    else if (option == "--held-out") held_out = std::atol(argv[i + 1]);
    else if (option == "--seed") seed = std::stoull(argv[i + 1]);
    else if (option == "--data") path = argv[i + 1];
    else throw std::runtime_error("unknown option " + option);
  }
  const Batch digits = read_digits(path);
  if (held_out < 1 || held_out >= digits.cols()) throw std::runtime_error("--held-out leaves nothing to learn from");
  const Batch training = digits.leftCols(digits.cols() - held_out), unseen = digits.rightCols(held_out);

  variate::Rng rng(seed);
  const variate::Mlp<> encoder({pixels, hidden, 2 * latents}), decoder({latents, hidden, pixels});
  const variate::ElboRule rule{.estimator = variate::Pathwise{},
                               .objective = variate::KlElbo{variate::Normal<float>::standard(latents)},
                               .samples = 1};
  const variate::Adam<float> adam({.rate = 1e-3f});
  variate::Learner learner(variate::network_conditional<variate::Normal<float>>(encoder, start(encoder, rng)),
                           variate::differentiable_model(Decoder{decoder}, start(decoder, rng)), rule, adam, adam, training, batch);

  /// The mean over `draws` draws for each of the digits.
  const auto elbo = [&](const Batch& x, Index draws) {
    const auto q = learner.q().at(x);
    const auto log_likelihood = learner.p().at(x);
    variate::Rng fresh(seed + 1);
    const Batch z = q.sample(fresh, draws);
    return log_likelihood(z).mean() - variate::kl(q, rule.objective.prior).mean();
  };

  std::printf("%8s %12s %12s %14s\n", "step", "ELBO", "unseen", "us a step");
  double sum = 0;
  std::vector<double> microseconds;
  const Index every = std::max<Index>(1, steps / 10);
  while (learner.index() < steps) {
    variate::Rng stream = rng.split(static_cast<std::uint64_t>(learner.index()));
    const auto begin = std::chrono::steady_clock::now();
    const variate::Step step = learner.step(stream);
    microseconds.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
    sum += step.value;
    if (learner.index() % every == 0) {
      std::nth_element(microseconds.begin(), microseconds.begin() + microseconds.size() / 2, microseconds.end());
      std::printf("%8td %12.3f %12.3f %14.0f\n", learner.index(), sum / static_cast<double>(every),
                  static_cast<double>(elbo(unseen, 1)), microseconds[microseconds.size() / 2]);
      std::fflush(stdout);
      sum = 0;
      microseconds.clear();
    }
  }
  std::printf("ELBO of %td unseen digits: %.3f\n", held_out, static_cast<double>(elbo(unseen, 50)));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
