/// Eight schools (Rubin 1981), amortised: a guide that has never seen the data learns the posterior of any data from dreams of
/// the model (sleep), is then shown the eight coaching effects, and is refined for them by weighted particles (wake). Prints
/// posterior means and deviations beside those of importance sampling, effective sample sizes, and those of data sets it was not
/// made for.
///
///     eight_schools [--sleep N] [--wake N] [--seed S]

// test: --sleep 300 --wake 50
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <numbers>
#include <stdexcept>
#include <string>

#include "variate/generative/with_dreams.hpp"
#include "variate/inference/log_likelihood.hpp"
#include "variate/inference/wake_sleep.hpp"
#include "variate/variate.hpp"

namespace {

using namespace variate;

constexpr Index schools = 8;
const Vector<double> effects{{28, 8, -3, 7, -1, 1, 18, 12}}, errors{{15, 10, 16, 11, 9, 11, 10, 18}};

/// log p(y, z): mu = m + 5 z_0, m the one parameter; log tau = z_1, tau ~ HalfCauchy(5); school j's effect is mu + tau z_{2+j},
/// all z but z_1 standard normal; y_j ~ N(effect, error_j^2).
struct Schools {
  auto operator()(const auto& z, const auto& y, const auto& m) const {
    constexpr double half_log_two_pi = 0.91893853320467274178;
    const auto log_tau = evaluated(row(z, 1));
    const auto tau = evaluated(exp(log_tau));
    const auto mu = evaluated(reshape(m, 0, 1, 1) + 5.0 * row(z, 0));
    const auto eps = evaluated(rows(z, 2, schools));
    const Vector<double> precision = errors.array().inverse();
    const auto off = evaluated(cwise_product(precision + 0.0 * y, y - (mu + tau * eps)));
    return -0.5 * (sum(square(off)) + sum(square(eps)) + square(row(z, 0))) - log1p(square(0.2 * tau)) + log_tau +
           std::log(2 / (5 * std::numbers::pi)) - (2.0 * schools + 1) * half_log_two_pi - errors.array().log().sum();
  }
};
/// The same, drawn.
const auto dream = [](const Vector<double>& m, auto& rng, Index n) {
  Dream<double> d{normals<double>(rng, schools, n), normals<double>(rng, 2 + schools, n)};
  const Batch<double> u = uniforms<double>(rng, 1, n);
  for (Index c = 0; c < n; ++c) {
    const double tau = 5 * std::tan(0.5 * std::numbers::pi * u(0, c));
    d.h(1, c) = std::log(tau);
    for (Index j = 0; j < schools; ++j) d.x(j, c) = m(0) + 5 * d.h(0, c) + tau * d.h(2 + j, c) + errors(j) * d.x(j, c);
  }
  return d;
};

/// y / 10, squashed where it is large (the Cauchy dreams of effects in the thousands), through two layers.
struct Encoder {
  Mlp<> net{{schools, 64, (2 + schools) * (5 + schools) / 2}};
  Index size() const { return net.size(); }
  auto operator()(const auto& y, const auto& theta) const { return net(5.0 * tanh(0.02 * y), theta); }
};

/// mu, tau and the effects of weighted draws: means and deviations.
struct Summary {
  Vector<double> mean = Vector<double>::Zero(2 + schools), deviation = mean;
};
Summary summarise(const Batch<double>& z, const Row<double>& w) {
  Batch<double> all = z;
  for (Index c = 0; c < z.cols(); ++c) {
    all(0, c) = 5 * z(0, c);
    all(1, c) = std::exp(z(1, c));
    for (Index j = 0; j < schools; ++j) all(2 + j, c) = all(0, c) + all(1, c) * z(2 + j, c);
  }
  Summary s;
  for (Index r = 0; r < all.rows(); ++r) {
    s.mean(r) = all.row(r).dot(w);
    s.deviation(r) = std::sqrt((all.row(r).array() - s.mean(r)).square().matrix().dot(w));
  }
  return s;
}

}  // namespace

int main(int argc, char** argv) try {
  Index asleep = 20000, awake = 2000;
  std::uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--sleep") asleep = std::atol(argv[i + 1]);
    else if (option == "--wake") awake = std::atol(argv[i + 1]);
    else if (option == "--seed") seed = std::stoull(argv[i + 1]);
    else throw std::runtime_error("unknown option " + option);
  }
  const Rng rng(seed);
  Rng start = rng.split(0);
  const WithDreams model(differentiable_model(Schools{}, Vector<double>{{0.0}}), dream);
  const Encoder net;
  Vector<double> weights = net.net.initialise(start);
  weights.tail((2 + schools) * (5 + schools) / 2).setZero();
  const auto guide = network_conditional<MultivariateNormal<double>>(net, weights);
  const Batch<double> y = effects;
  constexpr Index draws = 40000;

  const auto report = [&](const char* name, const auto& q) {
    const auto bound = q.at(y);
    const auto joint = model.at(y);
    Rng fresh = rng.split(99);
    const Batch<double> z = bound.sample(fresh, draws);
    const Row<double> l = joint(z) - bound.log_prob(z);
    const Summary own = summarise(z, Row<double>::Constant(draws, 1.0 / draws)), weighted = summarise(z, math::softmax(l));
    std::printf("\n%s: log p(y) %.3f, effective sample size %.0f of %td\n%-10s %8s %8s   %s\n", name, math::log_mean_exp(l),
                weights_effective_sample_size(l), draws, "", "mean", "sd", "importance-weighted");
    for (Index r = 0; r < own.mean.size(); ++r) {
      const std::string label = r == 0 ? "mu" : r == 1 ? "tau" : "school " + std::string(1, static_cast<char>('A' + r - 2));
      std::printf("%-10s %8.2f %8.2f   %8.2f %8.2f\n", label.c_str(), own.mean(r), own.deviation(r), weighted.mean(r),
                  weighted.deviation(r));
    }
  };

  // phi alone learns: the model has no optimizer
  const Adam adam({.rate = 2e-3}, CosineDecay{.steps = asleep});
  const auto slept = fit(Learner(guide, model, WakeSleep<>{.phase_q = {.dreams = 64}}, adam, NoOptimizer{}, y), rng.split(1),
                         {.max_steps = asleep, .draws = 0});
  report("asleep, data never seen", slept.q());
  // other schools, the same guide
  Rng others = rng.split(2);
  const Batch<double> unseen = model.dream(others, 200).x;
  const auto likelihood = importance_log_likelihood(slept.q(), model, unseen, rng.split(3), 200);
  Vector<double> ess = likelihood.effective_sample_size.transpose();
  std::sort(ess.data(), ess.data() + ess.size());
  std::printf("\n200 other data sets: median effective sample size %.0f of 200\n", ess(ess.size() / 2));

  const Adam slower({.rate = 1e-3}, CosineDecay{.steps = awake});
  const auto woken = fit(Learner(slept.q(), model, WakeSleep<Wake>{.n_samples = 100}, slower, NoOptimizer{}, y), rng.split(4),
                         {.max_steps = awake, .draws = 0});
  report("then awake, refined for these data", woken.q());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
