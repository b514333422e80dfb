/// A program of its own, run by mpirun: mpi_test <what> [<file>]. tests/mpi/run.cmake says what is expected of it.
#include "variate/parallel/mpi.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "variate/distributions/normal.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/inference/resume.hpp"
#include "variate/observers/checkpoint.hpp"
#include "variate/observers/early_stopping.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/parallel/parallel_integrand.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

namespace {

using namespace variate;

/// A banana; a call numbered `fails` on rank 1 throws, one numbered `dies` kills it.
struct Target {
  int rank = 0, fails = -1, dies = -1;
  int* calls = nullptr;
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    if (calls && rank == 1) {
      if (*calls == fails) throw std::runtime_error("the simulator broke");
      if (*calls == dies) std::raise(SIGKILL);
      ++*calls;
    }
    const Row<double> bend = x.row(1) - x.row(0).cwiseAbs2();
    g.resize(2, x.cols());
    g.row(0) = -x.row(0) + 4.0 * bend.cwiseProduct(x.row(0));
    g.row(1) = -2.0 * bend;
    return -0.5 * x.row(0).cwiseAbs2() - bend.cwiseAbs2();
  }
};

template <class Executor>
int fit_and_write(MpiExecutor<Executor>& ranks, Target target, const std::string& path, bool keeps) {
  Rng rng(11);
  EarlyStopping stop({.window = 20, .patience = 200});
  Checkpoint checkpoint(path + ".state",
                        {.every_steps = 5, .every_seconds = std::numeric_limits<double>::infinity(), .write = keeps && ranks.root()},
                        stop);
  Learner learner(Normal<double>::standard(2), parallel(target, ranks, 3), ElboRule<>{.samples = 17}, Adam<double>({.rate = 0.05}));
  auto run = keeps ? resume(path + ".state", learner, rng, stop) : Fit<decltype(learner)>{learner};
  const auto result = fit(std::move(run), rng, {.max_steps = 2000, .draws = 100}, stop, checkpoint);
  std::printf("rank %d of %d ended at step %td\n", ranks.rank(), ranks.size(), result.stepper.index());
  if (ranks.root()) {
    std::ofstream out(path);
    out << std::hexfloat;
    for (const double x : result.history) out << x << '\n';
    out << result.averaged_q().params() << '\n' << result.diagnosis.elbo << '\n';
  }
  return 0;
}

int run(const std::string& what, const std::string& path) {
  ThreadPool pool(2);
  MpiExecutor threads(pool);
  MpiExecutor ranks;
  int calls = 0;
  Target target{.rank = ranks.rank(), .calls = &calls};
  if (what == "fit") return fit_and_write(ranks, Target{}, path, false);
  if (what == "threads") return fit_and_write(threads, Target{}, path, false);
  if (what == "resume") return fit_and_write(ranks, Target{}, path, true);
  if (what == "dies") {
    target.dies = 200;
    return fit_and_write(ranks, target, path, true);
  }
  if (what == "throws") {
    target.fails = 50;
    try {
      return fit_and_write(ranks, target, path, true);
    } catch (const std::exception& error) {
      std::printf("rank %d: %s\n", ranks.rank(), error.what());
      return 3;
    }
  }
  if (what == "uncaught") {
    target.fails = 50;
    return fit_and_write(ranks, target, path, false);
  }
  if (what == "differ") {
    try {
      gather<double>(ranks, 3 + ranks.rank(), [](Index) { return Vector<double>(1); });
    } catch (const Error& error) {
      std::printf("rank %d: %s\n", ranks.rank(), error.what());
      return 3;
    }
    return 0;
  }
  if (what == "agree") {  // one rank wants to stop, all do
    Learner learner(Normal<double>::standard(2), parallel(Target{}, ranks, 3), ElboRule<>{.samples = 4}, Adam<double>());
    const auto result = fit(learner, Rng(1), {.max_steps = 100, .draws = 0},
                            agreed(ranks, [&](const Step& step) { return !(ranks.rank() == 1 && step.index == 6); }));
    std::printf("rank %d ended at step %td\n", ranks.rank(), result.stepper.index());
    return 0;
  }
  std::fprintf(stderr, "unknown: %s\n", what.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const MpiSession session;
  return run(argv[1], argc > 2 ? argv[2] : "");
}
