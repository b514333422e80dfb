/// A simulator that is a program of its own, in any language: here one of a few lines of awk, a queue whose customers arrive and are
/// served at rates one would like to know from its lengths. It is a black box, so the gradient is the score's; each run is a process,
/// and two go at a time.
///
///     external_simulator [--epochs 60] ['a command of your own']
///
/// The command reads a line of parameters and a line with a seed, and writes a line of numbers for each time step.

// test: --epochs 4
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>

#include "variate/variate.hpp"

namespace {

using variate::Batch;
using variate::Index;
using variate::Vector;

/// Parameters: logarithms of the rates of arrival and of service. Forty lengths, and how many have been served by then.
const char* const queue = R"(awk 'NR == 1 { arrive = exp($1); serve = exp($2) }
NR == 2 {
  srand($1)
  for (t = 0; t < 40; ++t) {
    for (k = 0; k < 10; ++k) {
      if (rand() < 1 - exp(-arrive / 10)) ++waiting
      if (waiting > 0 && rand() < 1 - exp(-serve / 10)) { --waiting; ++served }
    }
    print waiting + 0, served + 0
  }
}')";

int run(Index epochs, const std::string& command) {
  const variate::ExternalSimulator simulator(command);
  Vector<double> truth(2);
  truth << std::log(2.0), std::log(1.5);
  variate::Rng rng(5);
  const Batch<double> data = simulator(truth, rng);

  const variate::SimulatedLoss loss(simulator);
  const auto prior = variate::Normal<double>::standard(2);
  const auto start = variate::MultivariateNormal<double>::from_covariance(Vector<double>::Zero(2), 0.1 * Batch<double>::Identity(2, 2));
  variate::ThreadPool pool(2);
  variate::GeneralizedVi vi(loss, prior, start, {.w = 5, .n_samples_per_epoch = 20}, variate::Adam<double>{{.rate = 0.05}},
                            variate::Reinforce<variate::LeaveOneOut>{}, variate::Kl{}, pool);
  const auto fitted = vi.run(rng, data, epochs, epochs);
  const auto q = vi.averaged_q();
  std::printf("%lld runs of the program in %.1f s\n", static_cast<long long>(fitted.evaluations), fitted.seconds);
  const char* names[2] = {"arrivals", "service"};
  for (Index i = 0; i < 2; ++i)
    std::printf("%-8s log rate %6.3f +- %5.3f, truth %6.3f\n", names[i], q.loc()(i, 0), q.stddev()(i, 0), truth[i]);
  return 0;
}

}  // namespace

int main(int count, char** words) try {
  Index epochs = 60;
  std::string command = queue;
  for (int i = 1; i < count; ++i) {
    if (!std::strcmp(words[i], "--epochs") && i + 1 < count) epochs = std::atol(words[++i]);
    else command = words[i];
  }
  return run(epochs, command);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
