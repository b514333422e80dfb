/// A planar arm of ten links learns all the ways to reach four goals: GMMVI, codename SAMTRON with the settings of its authors.
/// Writes planar_robot.svg, draws of each component as arms (a colour each), and planar_robot.csv, a line for each iteration.
///
///     planar_robot [--iterations N] [--components K] [--samples N] [--seed S] [--out NAME]

// test: --iterations 5 --components 20 --samples 30
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/inference/fit.hpp"
#include "variate/mixtures/codename.hpp"
#include "variate/mixtures/initial_mixture.hpp"
#include "variate/mixtures/mode_coverage.hpp"
#include "variate/mixtures/targets/planar_robot.hpp"
#include "variate/random/rng.hpp"

namespace {

using variate::Index;
using Batch = variate::Batch<double>;
using Vector = variate::Vector<double>;
using Robot = variate::PlanarRobot<double>;
using Mixture = variate::Gaussians<double>;

std::FILE* open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (!file) throw std::runtime_error("cannot write " + path);
  return file;
}

/// The k-th of colours that are easy to tell apart: steps of the golden angle round the wheel of hues.
std::string colour(Index k) {
  const double hue = 6 * std::fmod(0.6180339887 * static_cast<double>(k), 1.0);
  const auto channel = [&](double at) {
    const double off = std::abs(std::fmod(hue - at + 9, 6) - 3);  // 3 at its own hue, 0 at the opposite one
    return static_cast<int>(40 + 180 * std::clamp(off - 1, 0.0, 1.0));
  };
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", channel(0), channel(2), channel(4));
  return text;
}

/// The end of each link of some draws of each component that weighs something, the heaviest first so that light ones stay
/// visible.
void draw_arms(const std::string& path, const Robot& robot, const Mixture& q, variate::Rng rng) {
  constexpr Index arms = 3;
  constexpr double scale = 45, reach = 8;
  std::vector<Index> order(static_cast<std::size_t>(q.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const Vector weights = q.weights();
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return weights[a] > weights[b]; });

  std::FILE* svg = open(path);
  const double size = 2 * reach * scale;
  std::fprintf(svg, "<svg xmlns='http://www.w3.org/2000/svg' width='%.0f' height='%.0f'>\n", size, size);
  std::fprintf(svg, "<rect width='%.0f' height='%.0f' fill='white'/>\n", size, size);
  const auto x = [&](double east) { return (reach + east) * scale; };
  const auto y = [&](double north) { return (reach - north) * scale; };
  Index drawn = 0;
  for (const Index k : order) {
    if (weights[k] < 1e-4) continue;
    std::vector<Index> counts(order.size(), 0);
    counts[static_cast<std::size_t>(k)] = arms;
    const Batch joints = robot.joints(q.sample_components(rng, counts));
    std::fprintf(svg, "<g stroke='%s' stroke-opacity='0.5' stroke-width='1.2' fill='none' stroke-linejoin='round'>\n",
                 colour(drawn++).c_str());
    for (Index c = 0; c < arms; ++c) {
      std::fprintf(svg, "<path d='M%.1f %.1f", x(0), y(0));
      for (Index i = 0; i < robot.event_size(); ++i)
        std::fprintf(svg, "L%.1f %.1f", x(joints(2 * i, c)), y(joints(2 * i + 1, c)));
      std::fprintf(svg, "'/>\n");
    }
    std::fprintf(svg, "</g>\n");
  }
  std::fprintf(svg, "<circle cx='%.1f' cy='%.1f' r='7' fill='black'/>\n", x(0), y(0));
  const auto& goals = robot.options().goals;
  for (Index g = 0; g < goals.cols(); ++g)
    std::fprintf(svg, "<circle cx='%.1f' cy='%.1f' r='9' fill='none' stroke='black' stroke-width='3'/>\n", x(goals(0, g)),
                 y(goals(1, g)));
  std::fprintf(svg, "</svg>\n");
  std::fclose(svg);
}

std::string ways(const std::vector<Index>& found) {
  std::string text;
  for (const Index n : found) text += (text.empty() ? "" : " ") + std::to_string(n);
  return text;
}

Batch means_of(const Mixture& q) {
  Batch means(q.event_size(), q.size());
  for (Index k = 0; k < q.size(); ++k) means.col(k) = q[k].mean;
  return means;
}

}  // namespace

int main(int argc, char** argv) try {
  Index iterations = 150, components = 100, samples = 100;
  std::uint64_t seed = 10000;
  std::string out = "planar_robot";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--iterations") iterations = std::atol(argv[i + 1]);
    else if (name == "--components") components = std::atol(argv[i + 1]);
    else if (name == "--samples") samples = std::atol(argv[i + 1]);
    else if (name == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (name == "--out") out = argv[i + 1];
    else throw std::runtime_error("unknown option " + name);
  }

  // Goals 7 to each side; angles have prior deviations 1, 0.2, 0.2, ...
  const Robot robot = variate::planar_robot(4, 10);
  const Vector scale = robot.options().prior_deviations;
  const Vector start_variances = scale.cwiseAbs2() / 16;

  variate::ModulesOf<"SAMTRON"> modules;
  modules.selector = {.desired_samples_per_component = samples, .ratio_reused_samples_to_desired = 0};
  modules.components.add_iters = 1;
  modules.components.del_iters = 10;
  modules.component_stepsize.initial_stepsize = 0.1;
  modules.weight_stepsize = {.initial_stepsize = 5, .min_stepsize = 1e-5, .max_stepsize = 4};

  variate::Rng rng(seed);
  auto draws = rng.split(0);
  const auto start = variate::initial_mixture(draws, components, Vector(Vector::Zero(10)), scale, start_variances);
  auto gmmvi =
      variate::build<"SAMTRON">(robot, start, modules, {.prior_mean = Vector::Zero(10), .prior_variances = start_variances});

  std::FILE* trace = open(out + ".csv");
  std::fprintf(trace, "iteration,elbo,components,evaluations,largest_weight\n");
  Index evaluations = 0;
  const auto watch = [&](const variate::GmmViStep& step, const auto& state) {
    evaluations += step.evaluations;
    std::fprintf(trace, "%td,%.6f,%td,%td,%.4f\n", step.index + 1, step.value, step.components, evaluations,
                 state.mixture().weights().maxCoeff());
    if ((step.index + 1) % 25 == 0)
      std::printf("iteration %4td: ELBO %10.3f, %3td components, %8td evaluations, ways to the goals %s\n", step.index + 1,
                  step.value, step.components, evaluations, ways(modes_found(robot, means_of(state.mixture()))).c_str());
    std::fflush(stdout);
  };
  const auto result = fit(std::move(gmmvi), rng.split(1), {.max_steps = iterations, .draws = 20000}, watch);
  std::fclose(trace);

  const auto& q = result.stepper.mixture();
  std::printf("%td iterations in %.1f s: ELBO %.3f +- %.3f from fresh draws, %td components, ways to the goals %s\n", iterations,
              result.seconds, result.diagnosis.elbo, result.diagnosis.error, q.size(),
              ways(modes_found(robot, means_of(q))).c_str());
  draw_arms(out + ".svg", robot, q, rng.split(2));
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
