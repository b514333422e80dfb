/// Integrands with the same budget for every method, 50000 calls to learn and 100000 to refine, a flow's pilot included: the
/// table of the shared specification (zunis.md, section 16), and the broad camels of its section 15, where flows are at their
/// weakest.
///
///     table [--rows table|broad|0,1,...] [--methods flow,plus,map,mc,qmc,auto] [--seeds 1-5|101,102,...] [--json 0|1]
///           [--survey 50000] [--refine 100000] [--bins N] [--width N] [--depth N] [--rate R] [--epochs N] [--minibatch N]
///           [--patience N] [--averaging A] [--map-bins N] [--share S] [--teach-again SHARE] [--verbose 0|1]
///
/// Prints a line of a table for each row: for each method the median over the seeds of V = calls (error/integral)^2 with *all*
/// its calls; the same by true errors, calls mean((integral/exact - 1)^2), which a method that misses a peak cannot hide; and
/// the worst pull. With --json 1, an object a run instead, with the fields of the peers' programs. Methods: `flow` is
/// `integrate` with a flow in any case, `auto` with the method it chooses, `plus` VEGAS+, `map` VEGAS without strata, which is
/// what ZuNIS was compared with.
///
/// Not a Google benchmark: a run with a flow takes seconds.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/integration/integrands.hpp"
#include "variate/integration/integrate.hpp"
#include "variate/integration/monte_carlo.hpp"

namespace {

using namespace variate;

struct Settings {
  std::vector<int> rows{0, 1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<std::string> methods{"flow", "plus", "map"};
  std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5};
  bool json = false, verbose = false;
  Index survey = 50000, refine = 100000;
  FlowOptions flow{};
};

struct Run {
  Integral integral;
  Index calls = 0;  ///< all of them
  double seconds = 0;
  std::string reason{};
};

template <class F>
Run run(const F& f, const std::string& method, std::uint64_t seed, const Settings& settings) {
  const Index d = f.dimension, all = settings.survey + settings.refine;
  const Box box(d);
  Rng rng(seed);
  if (method == "flow" || method == "auto") {
    const IntegrateResult r = integrate(f, box,
                                        {.relative_error = 0,
                                         .max_calls = all,
                                         .survey_calls = settings.survey,
                                         .method = method == "flow" ? IntegrationMethod::flow : IntegrationMethod::automatic,
                                         .flow = settings.flow,
                                         .seed = seed});
    return {r, r.all_calls, 0, r.reason};
  }
  if (method == "plus" || method == "map") {
    VegasOptions options{.calls = settings.survey / 5};
    if (method == "map") {
      options.beta = 0;
      options.strata.assign(static_cast<std::size_t>(d), 1);
    }
    Vegas vegas(f, box, options);
    Index calls = 0;
    for (int i = 0; i < 5; ++i) calls += vegas.step(rng).evaluations;
    vegas.forget();
    vegas.adapt(false);
    if (settings.refine != 2 * settings.survey) vegas.set_calls(settings.refine / 10);
    for (int i = 0; i < 10; ++i) calls += vegas.step(rng).evaluations;
    return {vegas.result(Combination::counts), calls};
  }
  const MonteCarloOptions options{.calls = all};
  if (method == "mc") return {plain_monte_carlo(f, box, rng, options), all};
  if (method == "qmc") return {quasi_monte_carlo(f, box, rng, options), all};
  throw std::runtime_error("unknown method " + method);
}

/// What the runs of one method on one row come to.
struct Summary {
  std::vector<double> variances;
  double true_variance = 0, worst_pull = 0, seconds = 0;

  void add(const Run& r, double exact) {
    const double calls = static_cast<double>(r.calls), off = r.integral.mean / exact - 1;
    variances.push_back(calls * std::pow(r.integral.error / r.integral.mean, 2));
    true_variance += calls * off * off;
    if (std::abs(r.integral.pull(exact)) > std::abs(worst_pull)) worst_pull = r.integral.pull(exact);
    seconds += r.seconds;
  }
  double median() {
    std::sort(variances.begin(), variances.end());
    const std::size_t n = variances.size();
    return 0.5 * (variances[(n - 1) / 2] + variances[n / 2]);
  }
  double by_true_errors() const { return true_variance / static_cast<double>(variances.size()); }
};

template <class F>
void report(const char* name, const F& f, double s, const Settings& settings) {
  const double exact = f.integral();
  std::vector<Summary> of_methods;
  for (const std::string& method : settings.methods) {
    Summary& summary = of_methods.emplace_back();
    for (const std::uint64_t seed : settings.seeds) {
      const auto begin = std::chrono::steady_clock::now();
      Run r = run(f, method, seed, settings);
      r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      summary.add(r, exact);
      const Integral& i = r.integral;
      if (settings.json)
        std::printf(
            "{\"peer\": \"variate-%s\", \"integrand\": \"%s\", \"d\": %d, \"s\": %.16g, \"seed\": %llu, \"seconds\": %.3f, "
            "\"calls_refine\": %lld, \"calls_all\": %lld, \"integral\": %.10g, \"error\": %.4g, \"exact\": %.10g, "
            "\"pull\": %.3f, \"relative_variance\": %.4g, \"unweighting_efficiency\": %.4g, \"kish_ess_fraction\": %.4g}\n",
            method.c_str(), name, static_cast<int>(f.dimension), s, static_cast<unsigned long long>(seed), r.seconds,
            static_cast<long long>(i.calls), static_cast<long long>(r.calls), i.mean, i.error, exact, i.pull(exact),
            i.relative_variance(), i.unweighting_efficiency, i.effective_size / static_cast<double>(i.calls));
      if (settings.verbose)
        std::fprintf(stderr, "%s %d %s %llu: V %.4g pull %.2f, %s\n", name, static_cast<int>(f.dimension), method.c_str(),
                     static_cast<unsigned long long>(seed), i.relative_variance(), i.pull(exact), r.reason.c_str());
      std::fflush(stdout);
    }
  }
  if (settings.json) return;
  std::printf("| %s %d, %.4g |", name, static_cast<int>(f.dimension), s);
  for (Summary& one : of_methods) std::printf(" %.3g |", one.median());
  for (std::size_t m = 1; m < of_methods.size(); ++m) std::printf(" %.2f |", of_methods[0].median() / of_methods[m].median());
  for (const Summary& one : of_methods) std::printf(" %.3g |", one.by_true_errors());
  for (const Summary& one : of_methods) std::printf(" %.1f |", one.worst_pull);
  for (const Summary& one : of_methods) std::printf(" %.2f |", one.seconds / static_cast<double>(settings.seeds.size()));
  std::printf("\n");
  std::fflush(stdout);
}

void header(const Settings& settings) {
  std::printf("%d seeds from %llu on, %lld + %lld calls\n\n| integrand, width |", static_cast<int>(settings.seeds.size()),
              static_cast<unsigned long long>(settings.seeds.front()), static_cast<long long>(settings.survey),
              static_cast<long long>(settings.refine));
  const std::vector<std::string>& methods = settings.methods;
  for (const auto& m : methods) std::printf(" V %s |", m.c_str());
  for (std::size_t m = 1; m < methods.size(); ++m) std::printf(" %s/%s |", methods[0].c_str(), methods[m].c_str());
  for (const char* what : {"V by true errors", "worst pull", "seconds"})
    for (const auto& m : methods) std::printf(" %s, %s |", what, m.c_str());
  std::printf("\n|---|");
  for (std::size_t m = 0; m < 5 * methods.size() - 1; ++m) std::printf("---|");
  std::printf("\n");
}

/// The variance of one peak of a camel in d dimensions relative to its square mean. The authors of ZuNIS take the widths at which
/// it is the same as in one dimension.
double relative_variance(Index d, double s) {
  const double n = static_cast<double>(d), mean = std::pow(variate::detail::peak_integral(0.25, s), n);
  return std::pow(variate::detail::peak_integral(0.25, s / std::sqrt(2.0)), n) / (mean * mean) - 1;
}
/// The width at which a camel in d dimensions varies as much as one of width s in one.
double broad_width(Index d, double s) {
  const double wanted = relative_variance(1, s);
  double low = s, high = 100;
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (relative_variance(d, middle) > wanted ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

constexpr int last_row = 22;

void row(int number, const Settings& settings) {
  const auto camel = [&](Index d, double s) { report("camel", Camel{d, s}, s, settings); };
  constexpr Index dims[] = {2, 4, 8};
  if (number < 0 || number > last_row) throw std::runtime_error("rows are 0 to 22");
  if (number < 3) return camel(dims[number], 0.1);
  if (number < 6) return camel(dims[number - 3], broad_width(dims[number - 3], 0.1));
  if (number == 6) return report("gaussian", GaussianPeak{4, 0.29079218208744695}, 0.29079218208744695, settings);
  if (number == 7) return report("hypersphere", HyperSphere{4, 0.4}, 0.4, settings);
  if (number == 8) return report("hypercamel", HyperCamel{4, 0.24}, 0.24, settings);
  if (number < 11) return camel(number == 9 ? 16 : 32, broad_width(number == 9 ? 16 : 32, 0.1));
  // 8, 16 and 32 dimensions as broad as one dimension's width .3, then .5, .7, 1
  constexpr double widths[] = {0.3, 0.5, 0.7, 1.0};
  const Index d = 8 << ((number - 11) % 3);
  camel(d, broad_width(d, widths[(number - 11) / 3]));
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::stringstream in(list);
  for (std::string one; std::getline(in, one, ',');) parts.push_back(one);
  return parts;
}
/// "3,5-7": 3, 5, 6, 7.
template <class T>
std::vector<T> numbers(const std::string& list) {
  std::vector<T> all;
  for (const std::string& one : split(list)) {
    const std::size_t dash = one.find('-');
    const T first = static_cast<T>(std::stoll(one));
    const T last = dash == std::string::npos ? first : static_cast<T>(std::stoll(one.substr(dash + 1)));
    for (T i = first; i <= last; ++i) all.push_back(i);
  }
  if (all.empty()) throw std::runtime_error("an empty list");
  return all;
}

Settings read(int argc, char** argv) {
  std::map<std::string, std::string> given;
  // as scripts/check runs benchmarks: briefly
  if (argc > 1 && std::string(argv[1]).starts_with("--benchmark"))
    return {.rows = {3}, .seeds = {1}, .survey = 2000, .refine = 4000, .flow = {.hidden = {8}, .training = {.epochs = 2}}};
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) throw std::runtime_error("no value for " + std::string(argv[i]));
    given[argv[i]] = argv[i + 1];
  }
  Settings s;
  const auto take = [&](const char* name, auto set) {
    if (const auto at = given.find(name); at != given.end()) {
      set(at->second);
      given.erase(at);
    }
  };
  const auto count = [&](const char* name, Index& to) { take(name, [&](const std::string& v) { to = std::stoll(v); }); };
  const auto real = [&](const char* name, double& to) { take(name, [&](const std::string& v) { to = std::stod(v); }); };
  take("--rows", [&](const std::string& v) {
    s.rows = numbers<int>(v == "table" ? "0-8" : v == "broad" ? "9-22" : v);
  });
  take("--methods", [&](const std::string& v) { s.methods = split(v); });
  take("--seeds", [&](const std::string& v) { s.seeds = numbers<std::uint64_t>(v); });
  take("--json", [&](const std::string& v) { s.json = v != "0"; });
  take("--verbose", [&](const std::string& v) { s.verbose = v != "0"; });
  Index width = s.flow.hidden.front(), depth = static_cast<Index>(s.flow.hidden.size());
  count("--survey", s.survey);
  count("--refine", s.refine);
  count("--bins", s.flow.bins);
  count("--width", width);
  count("--depth", depth);
  count("--epochs", s.flow.training.epochs);
  count("--minibatch", s.flow.training.minibatch);
  count("--patience", s.flow.training.patience);
  count("--map-bins", s.flow.map_bins);
  real("--rate", s.flow.rate);
  real("--averaging", s.flow.training.averaging);
  real("--teach-again", s.flow.teach_again);
  real("--share", s.flow.refine_uniform_share);
  s.flow.hidden.assign(static_cast<std::size_t>(depth), width);
  if (!given.empty()) throw std::runtime_error("unknown argument " + given.begin()->first);
  return s;
}

}  // namespace

int main(int argc, char** argv) try {
  const Settings settings = read(argc, argv);
  if (!settings.json) header(settings);
  for (const int number : settings.rows) row(number, settings);
} catch (const std::exception& e) {
  std::fprintf(stderr, "table: %s\n", e.what());
  return 1;
}
