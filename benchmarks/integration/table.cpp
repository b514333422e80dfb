/// Nine integrands with the same budget for every method, 50000 calls to learn and 100000 to refine: the table of the shared
/// specification (zunis.md, section 16). Prints one JSON object a run, with the fields of the peers' programs.
///
///     table [--rows 0,1,...] [--methods flow,plus,map,mc,qmc,auto] [--seeds 5] [--first-seed 1] [--verbose 0]
///           [--bins N] [--width N] [--depth N] [--rate R] [--epochs N] [--minibatch N] [--patience N] [--averaging A]
///           [--map-bins N] [--share S]
///           [--teach-again SHARE]
///
/// Not a Google benchmark: a run with a flow takes seconds.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/integration/integrands.hpp"
#include "variate/integration/integrate.hpp"
#include "variate/integration/monte_carlo.hpp"

namespace {

using namespace variate;

struct Run {
  Integral integral;
  Index calls = 0;
  std::string reason{};
};

FlowOptions flow_options;

template <class F>
Run run(const F& f, const std::string& method, std::uint64_t seed) {
  const Index d = f.dimension, step = 10000;
  const Box box(d);
  Rng rng(seed);
  if (method == "flow" || method == "auto") {
    const IntegrateResult r = integrate(f, box,
                                        {.relative_error = 0,
                                         .max_calls = 150000,
                                         .survey_calls = 50000,
                                         .method = method == "flow" ? IntegrationMethod::flow : IntegrationMethod::automatic,
                                         .flow = flow_options,
                                         .seed = seed});
    return {r, r.all_calls, r.reason};
  }
  if (method == "plus" || method == "map") {
    VegasOptions options{.calls = step};
    if (method == "map") {
      options.beta = 0;
      options.strata.assign(static_cast<std::size_t>(d), 1);
    }
    Vegas vegas(f, box, options);
    for (int i = 0; i < 5; ++i) vegas.step(rng);
    vegas.forget();
    vegas.adapt(false);
    for (int i = 0; i < 10; ++i) vegas.step(rng);
    return {vegas.result(Combination::counts), 150000};
  }
  const MonteCarloOptions options{.calls = 150000};
  return {method == "mc" ? plain_monte_carlo(f, box, rng, options) : quasi_monte_carlo(f, box, rng, options), 150000};
}

template <class F>
void report(const char* name, const F& f, double s, const std::string& method, std::uint64_t seed, bool verbose) {
  const auto begin = std::chrono::steady_clock::now();
  const Run r = run(f, method, seed);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(), exact = f.integral();
  std::printf(
      "{\"peer\": \"variate-%s\", \"integrand\": \"%s\", \"d\": %d, \"s\": %.16g, \"seed\": %d, \"seconds\": %.3f, "
      "\"calls\": %lld, \"calls_all\": %lld, \"integral\": %.10g, \"error\": %.4g, \"exact\": %.10g, \"pull\": %.3f, "
      "\"relative_variance\": %.4g, \"unweighting_efficiency\": %.4g, \"kish_ess_fraction\": %.4g}\n",
      method.c_str(), name, static_cast<int>(f.dimension), s, static_cast<int>(seed), seconds,
      static_cast<long long>(r.integral.calls), static_cast<long long>(r.calls), r.integral.mean, r.integral.error, exact,
      r.integral.pull(exact), r.integral.relative_variance(), r.integral.unweighting_efficiency,
      r.integral.effective_size / static_cast<double>(r.integral.calls));
  if (verbose) std::printf("  %s\n", r.reason.c_str());
  std::fflush(stdout);
}

void row(int number, const std::string& method, std::uint64_t seed, bool verbose) {
  const auto camel = [&](Index d, double s) { report("camel", Camel{d, s}, s, method, seed, verbose); };
  switch (number) {
    case 0:
      return camel(2, 0.1);
    case 1:
      return camel(4, 0.1);
    case 2:
      return camel(8, 0.1);
    case 3:
      return camel(2, 0.2208376154313601);
    case 4:
      return camel(4, 0.37842141091738535);
    case 5:
      return camel(8, 0.5225006639951927);
    case 6:
      return report("gaussian", GaussianPeak{4, 0.29079218208744695}, 0.29079218208744695, method, seed, verbose);
    case 7:
      return report("hypersphere", HyperSphere{4, 0.4}, 0.4, method, seed, verbose);
    case 8:
      return report("hypercamel", HyperCamel{4, 0.24}, 0.24, method, seed, verbose);
    case 9:
      return camel(16, 0.6672297418113383);
    case 10:
      return camel(32, 0.8252345025534282);
    default:
      throw std::runtime_error("rows are 0 to 10");
  }
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::stringstream in(list);
  for (std::string one; std::getline(in, one, ',');) parts.push_back(one);
  return parts;
}

}  // namespace

int main(int argc, char** argv) try {
  std::string rows = "0,1,2,3,4,5,6,7,8", methods = "flow,plus,map";
  int seeds = 5, first = 1, verbose = 0;
  Index width = flow_options.hidden.front(), depth = static_cast<Index>(flow_options.hidden.size());
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--rows") rows = argv[i + 1];
    else if (name == "--methods") methods = argv[i + 1];
    else if (name == "--seeds") seeds = std::atoi(argv[i + 1]);
    else if (name == "--first-seed") first = std::atoi(argv[i + 1]);
    else if (name == "--verbose") verbose = std::atoi(argv[i + 1]);
    else if (name == "--bins") flow_options.bins = std::atoi(argv[i + 1]);
    else if (name == "--width") width = std::atoi(argv[i + 1]);
    else if (name == "--depth") depth = std::atoi(argv[i + 1]);
    else if (name == "--rate") flow_options.rate = std::atof(argv[i + 1]);
    else if (name == "--epochs") flow_options.training.epochs = std::atoi(argv[i + 1]);
    else if (name == "--minibatch") flow_options.training.minibatch = std::atoi(argv[i + 1]);
    else if (name == "--patience") flow_options.training.patience = std::atoi(argv[i + 1]);
    else if (name == "--averaging") flow_options.training.averaging = std::atof(argv[i + 1]);
    else if (name == "--teach-again") flow_options.teach_again = std::atof(argv[i + 1]);
    else if (name == "--map-bins") flow_options.map_bins = std::atoi(argv[i + 1]);
    else if (name == "--share") flow_options.refine_uniform_share = std::atof(argv[i + 1]);
    else throw std::runtime_error("unknown argument " + name);
  }
  flow_options.hidden.assign(static_cast<std::size_t>(depth), width);
  for (const std::string& number : split(rows))
    for (const std::string& method : split(methods))
      for (int seed = first; seed < first + seeds; ++seed)
        row(std::atoi(number.c_str()), method, static_cast<std::uint64_t>(seed), verbose != 0);
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
