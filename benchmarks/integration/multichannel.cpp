/// One channel, several with a fixed prior, several with learned weights: relative variance, calls (error/mean)^2, of sums of
/// narrow ridges, each of which one channel knows. Prints one JSON object a run.
///
///     multichannel [--problems 0,1,2] [--methods single,prior,learned,flow] [--seeds 1] [--survey 50000] [--refine 100000]
///                  [--loss variance|kl] [--kl-steps N] [--epochs N] [--rate R]
///
/// Not a Google benchmark: a run with flows takes seconds.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/integration/integrate.hpp"
#include "variate/integration/multichannel.hpp"

namespace {

using namespace variate;

/// A Cauchy density about `centre`, cut to (0, 1).
struct Line {
  double centre, width;
  double low() const { return std::atan(-centre / width); }
  double size() const { return std::atan((1 - centre) / width) - low(); }
  double point(double u) const { return std::min(1.0, std::max(0.0, centre + width * std::tan(low() + u * size()))); }
  double density(double x) const { return 1 / (width * size() * (1 + (x - centre) * (x - centre) / (width * width))); }
};
double turned(double x) { return x - std::floor(x); }

/// sum_i c_i L_i(x_{i+1} - x_i mod 1), the first of x_0 itself, times (bumps > 0) two broad bumps in the first two coordinates.
/// Channel i draws its own line from its density. Without bumps the integral is sum c_i.
struct Ridges {
  Index d = 2;
  std::vector<Line> lines;
  std::vector<double> heights;
  bool bumps = false;

  double where(Index i, const Batch<double>& x, Index c) const { return i == 0 ? x(0, c) : turned(x(i, c) - x(i - 1, c)); }
  Row<double> operator()(const Batch<double>& x) const {
    Row<double> f = Row<double>::Zero(x.cols());
    for (std::size_t i = 0; i < lines.size(); ++i)
      for (Index c = 0; c < x.cols(); ++c) f[c] += heights[i] * lines[i].density(where(static_cast<Index>(i), x, c));
    if (bumps)
      for (Index c = 0; c < x.cols(); ++c) {
        const double a = x(0, c) - 0.3, b = x(1, c) - 0.7;
        f[c] *= 0.05 + std::exp(-8 * (a * a + b * b)) + std::exp(-8 * ((a - 0.4) * (a - 0.4) + (b + 0.4) * (b + 0.4)));
      }
    return f;
  }
  std::vector<Channel> channels() const {
    std::vector<Channel> all;
    for (Index i = 0; i < static_cast<Index>(lines.size()); ++i) {
      const auto density = [problem = *this, i](const Batch<double>& x) {
        Row<double> log_g(x.cols());
        for (Index c = 0; c < x.cols(); ++c)
          log_g[c] = std::log(problem.lines[static_cast<std::size_t>(i)].density(problem.where(i, x, c)));
        return log_g;
      };
      const auto map = [density, line = lines[static_cast<std::size_t>(i)], i](const Batch<double>& y) -> ChannelPoints {
        Batch<double> x = y;
        for (Index c = 0; c < y.cols(); ++c) x(i, c) = i == 0 ? line.point(y(0, c)) : turned(y(i - 1, c) + line.point(y(i, c)));
        Row<double> log_g = density(x);
        return {std::move(x), std::move(log_g)};
      };
      all.push_back({.map = map, .log_density = density});
    }
    return all;
  }
};

std::vector<Ridges> problems() {
  return {{2, {{0.3, 0.005}, {0.6, 0.01}}, {1, 5}, false},
          {4, {{0.3, 0.01}, {0.6, 0.002}, {0.5, 0.05}}, {1, 5, 0.2}, false},
          {4, {{0.3, 0.01}, {0.6, 0.002}, {0.5, 0.05}}, {1, 5, 0.2}, true}};
}

struct Settings {
  Index survey = 50000, refine = 100000, kl_steps = -1, epochs = 0;
  double rate = 0.005;
  SurveyLoss loss = MultichannelOptions{}.training.loss;
};

template <class Q>
Integral run(const Ridges& problem, const Q& q, const Settings& settings, bool learn, std::uint64_t seed) {
  MultichannelOptions options{.survey_calls = settings.survey / 10, .refine_calls = settings.refine / 10, .learn_weights = learn};
  options.training.loss = settings.loss;
  options.training.minibatch = 512;
  if (settings.kl_steps >= 0) options.kl_steps = settings.kl_steps;
  if (settings.epochs > 0) options.training.epochs = settings.epochs;
  Multichannel integrator(problem, problem.channels(), q, options, Adam<double>({.rate = settings.rate}));
  Rng rng(seed);
  while (integrator.steps_left() > 0) {
    auto stream = rng.split(static_cast<std::uint64_t>(integrator.index()));
    if (!integrator.step(stream).taken) throw std::runtime_error("a step was not taken");
  }
  return integrator.result();
}

void report(int number, const std::string& method, const Settings& settings, std::uint64_t seed) {
  const Ridges problem = problems().at(static_cast<std::size_t>(number));
  const auto begin = std::chrono::steady_clock::now();
  Integral r;
  if (method == "single") {
    Vegas vegas(problem, Box(problem.d), {.calls = settings.refine / 10});
    Rng rng(seed);
    r = survey_and_refine(vegas, rng, settings.survey * 10 / settings.refine, 10);
  } else if (method == "flow") {
    Rng rng(seed + 1000);
    r = run(problem, integration_flow(problem.d, {}, rng), settings, true, seed);
  } else if (method == "prior" || method == "learned") {
    r = run(problem, VegasProposal(problem.d), settings, method == "learned", seed);
  } else {
    throw std::runtime_error("unknown method " + method);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  double exact = 0;
  for (const double height : problem.heights) exact += height;
  const std::string pull = problem.bumps ? "null" : std::to_string(r.pull(exact));
  std::printf(
      "{\"method\": \"%s\", \"problem\": %d, \"seed\": %d, \"seconds\": %.2f, \"calls\": %lld, \"integral\": %.8g, "
      "\"error\": %.3g, \"pull\": %s, \"relative_variance\": %.4g, \"unweighting_efficiency\": %.3g}\n",
      method.c_str(), number, static_cast<int>(seed), seconds, static_cast<long long>(r.calls), r.mean, r.error, pull.c_str(),
      r.relative_variance(), r.unweighting_efficiency);
  std::fflush(stdout);
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::stringstream in(list);
  for (std::string one; std::getline(in, one, ',');) parts.push_back(one);
  return parts;
}

}  // namespace

int main(int argc, char** argv) try {
  std::string numbers = "0,1,2", methods = "single,prior,learned";
  int seeds = 1;
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--problems") numbers = value;
    else if (name == "--methods") methods = value;
    else if (name == "--seeds") seeds = std::atoi(argv[i + 1]);
    else if (name == "--survey") settings.survey = std::atoi(argv[i + 1]);
    else if (name == "--refine") settings.refine = std::atoi(argv[i + 1]);
    else if (name == "--kl-steps") settings.kl_steps = std::atoi(argv[i + 1]);
    else if (name == "--epochs") settings.epochs = std::atoi(argv[i + 1]);
    else if (name == "--rate") settings.rate = std::atof(argv[i + 1]);
    else if (name == "--loss") settings.loss = value == "kl" ? SurveyLoss::kl : SurveyLoss::variance;
    else throw std::runtime_error("unknown argument " + name);
  }
  for (const std::string& number : split(numbers))
    for (const std::string& method : split(methods))
      for (int seed = 1; seed <= seeds; ++seed)
        report(std::atoi(number.c_str()), method, settings, static_cast<std::uint64_t>(seed));
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
