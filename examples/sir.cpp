/// An epidemic among a thousand agents, and what its curve says of its parameters: generalised variational inference with the
/// pathwise gradient (through the simulator) and with the score's (the simulator as a black box), with and without a baseline, side by
/// side at equal epochs.
///
///     sir [--epochs 1000] [--agents 1000] [--samples 5] [--w 10]

// test: --epochs 60 --agents 300
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "variate/variate.hpp"

namespace {

using variate::Batch;
using variate::Index;
using variate::Vector;

struct Settings {
  Index epochs = 1000, agents = 1000, samples = 5;
  double w = 10;
};

/// Fits by one estimator and says how it went.
template <class Loss, class Estimator>
void fit(const char* name, const Settings& settings, const Loss& loss, const Batch<double>& data, const Vector<double>& truth,
         const Estimator& estimator) {
  const auto prior = variate::MultivariateNormal<double>::from_covariance(Vector<double>::Constant(3, -2.0), Batch<double>::Identity(3, 3));
  const auto start =
      variate::MultivariateNormal<double>::from_covariance(Vector<double>::Constant(3, -2.0), 0.25 * Batch<double>::Identity(3, 3));
  variate::GeneralizedVi vi(loss, prior, start,
                            {.w = settings.w, .n_samples_per_epoch = settings.samples, .diff_mode = variate::Mode::forward},
                            variate::Adam<double>{{.rate = 0.02}}, estimator);
  const auto run = vi.run(variate::Rng(1), data, settings.epochs, settings.epochs);
  double last = 0;
  const Index tail = std::min<Index>(20, run.epochs());
  for (Index i = run.epochs() - tail; i < run.epochs(); ++i) last += run.total[static_cast<std::size_t>(i)] / static_cast<double>(tail);
  const auto q = vi.averaged_q();
  const Batch<double> sd = q.stddev();
  std::printf("%-22s %9.0f %8.2f  ", name, last, 1e3 * run.seconds / static_cast<double>(run.epochs()));
  for (Index i = 0; i < 3; ++i)
    std::printf("  %6.3f +- %5.3f (%4.1f)", q.loc()(i, 0), sd(i, 0), (q.loc()(i, 0) - truth[i]) / sd(i, 0));
  std::printf("\n");
}

int run(const Settings& settings) {
  variate::Rng rng(7);
  const variate::Sir<double> epidemic(variate::watts_strogatz(rng, settings.agents, 10, 0.1), 100);
  const Vector<double> truth = Vector<double>::Constant(3, std::log10(0.05));
  const Batch<double> data = variate::simulate_and_observe(epidemic, truth, rng);

  std::printf("%lld agents, %lld epochs of %lld runs, w %g; truth %.3f each\n\n", static_cast<long long>(settings.agents),
              static_cast<long long>(settings.epochs), static_cast<long long>(settings.samples), settings.w, truth[0]);
  std::printf("%-22s %9s %8s    %s\n", "gradient", "J at end", "ms/epoch", "log10 of first infected, beta, gamma +- sd (error in sds)");
  const variate::SimulatedLoss loss(epidemic, variate::SquaredError{}, {.gradient_horizon = 0, .output = 0});
  fit("pathwise", settings, loss, data, truth, variate::Pathwise{});
  fit("score, leave-one-out", settings, loss, data, truth, variate::Reinforce<variate::LeaveOneOut>{});
  fit("score", settings, loss, data, truth, variate::Reinforce<variate::NoBaseline>{});
  return 0;
}

}  // namespace

int main(int count, char** words) try {
  Settings settings;
  for (int i = 1; i + 1 < count; i += 2) {
    const double x = std::atof(words[i + 1]);
    if (!std::strcmp(words[i], "--epochs")) settings.epochs = static_cast<Index>(x);
    else if (!std::strcmp(words[i], "--agents")) settings.agents = static_cast<Index>(x);
    else if (!std::strcmp(words[i], "--samples")) settings.samples = static_cast<Index>(x);
    else if (!std::strcmp(words[i], "--w")) settings.w = x;
    else return std::fprintf(stderr, "unknown option %s\n", words[i]), 2;
  }
  return run(settings);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
