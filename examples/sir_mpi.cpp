/// The epidemic of sir.cpp on the ranks of an MPI program: each runs its share of the simulations, all take the same steps, and rank
/// 0 keeps a checkpoint and a log for TensorBoard. Killed and started again, with any number of ranks, it goes on where it was.
///
///     mpirun -n 2 sir_mpi [--epochs 1000] [--agents 1000] [--samples 16] [--state sir.state] [--log sir_log]

// test: --epochs 40 --agents 200
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "variate/parallel/mpi.hpp"
#include "variate/variate.hpp"

namespace {

using variate::Batch;
using variate::Index;
using variate::Vector;

struct Settings {
  Index epochs = 1000, agents = 1000, samples = 16;
  std::string state = "sir.state", log = "sir_log";
};

int run(const Settings& settings) {
  variate::MpiExecutor ranks;
  variate::Rng rng(7);  // the same on every rank, and so are all draws
  const variate::Sir<double> epidemic(variate::watts_strogatz(rng, settings.agents, 10, 0.1), 100);
  const Vector<double> truth = Vector<double>::Constant(3, std::log10(0.05));
  const Batch<double> data = variate::simulate_and_observe(epidemic, truth, rng);

  const auto prior = variate::MultivariateNormal<double>::from_covariance(Vector<double>::Constant(3, -2.0), Batch<double>::Identity(3, 3));
  const auto start =
      variate::MultivariateNormal<double>::from_covariance(Vector<double>::Constant(3, -2.0), 0.25 * Batch<double>::Identity(3, 3));
  variate::GeneralizedVi vi(variate::SimulatedLoss(epidemic, variate::SquaredError{}, {.gradient_horizon = 0, .output = 0}), prior, start,
                            {.w = 10, .n_samples_per_epoch = settings.samples, .diff_mode = variate::Mode::forward},
                            variate::Adam<double>{{.rate = 0.02}}, variate::Pathwise{}, variate::Kl{}, ranks);
  vi.observe(data);

  variate::StopOnInterrupt interrupt;
  variate::Rng engine(1);
  auto so_far = variate::resume(settings.state, vi, engine);
  if (ranks.root()) std::printf("%d ranks, from epoch %td\n", ranks.size(), so_far.stepper.index());
  const auto result = variate::fit(std::move(so_far), engine, {.max_steps = settings.epochs, .draws = 0},
                                   variate::TensorBoard(settings.log, {.write = ranks.root()}),
                                   variate::Checkpoint(settings.state, {.every_seconds = 1, .write = ranks.root()}),
                                   variate::agreed(ranks, interrupt));
  if (ranks.root()) {
    const auto q = result.averaged_q();
    const Batch<double> sd = q.stddev();
    for (Index i = 0; i < 3; ++i) std::printf("%6.3f +- %5.3f, truth %6.3f\n", q.loc()(i, 0), sd(i, 0), truth[i]);
    std::printf("%td epochs, %.2f ms each\n", result.stepper.index(),
                1e3 * result.seconds / static_cast<double>(result.stepper.index()));
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const variate::MpiSession session;
  try {
    Settings settings;
    for (int i = 1; i + 1 < count; i += 2) {
      const std::string word = words[i];
      if (word == "--epochs") settings.epochs = std::atol(words[i + 1]);
      else if (word == "--agents") settings.agents = std::atol(words[i + 1]);
      else if (word == "--samples") settings.samples = std::atol(words[i + 1]);
      else if (word == "--state") settings.state = words[i + 1];
      else if (word == "--log") settings.log = words[i + 1];
      else return std::fprintf(stderr, "unknown option %s\n", words[i]), 2;
    }
    return run(settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
