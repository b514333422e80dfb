/// Two integrals by VEGAS+ and by a flow on top of its map: two peaks in the plane, and the phase space of two massless particles
/// that become three. Prints a table of the iterations, and writes integrate.svg: the integrand in grey, draws of VEGAS's map,
/// draws of the flow, and unweighted events.
///
///     integrate [--calls N] [--steps N] [--seed S] [--out NAME]

// test: --calls 2000 --steps 3
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>

#include "variate/inference/fit.hpp"
#include "variate/integration/events.hpp"
#include "variate/integration/integrands.hpp"
#include "variate/integration/integrate.hpp"
#include "variate/random/rng.hpp"

namespace {

using namespace variate;

/// 2 -> 3 massless particles at unit energy, in the style of an event generator's integrand: x_0 is the squared mass s12 of the
/// pair, x_1 and x_2 the direction of particle 3, x_3 and x_4 that of particle 1 in the rest frame of the pair. Peaks: a
/// resonance in the pair's mass, particle 3 along the beam, and particle 1 or 2 soft or along particle 3.
double three_bodies(const Vector<double>& x) {
  const double pi = std::numbers::pi, s12 = x[0], c3 = 2 * x[1] - 1, c1 = 2 * x[3] - 1;
  const double phase_space = (1 - s12) * 16 * pi * pi / std::pow(2 * pi, 5) / 32;
  const double s13 = (1 - s12) * (1 + c1) / 2, s23 = (1 - s12) * (1 - c1) / 2;
  const double mass = 0.35, width = 0.02;
  const double resonance = 1 / ((s12 - mass) * (s12 - mass) + mass * mass * width * width);
  const double beam = 1 / (1.02 - c3) + 1 / (1.02 + c3), collinear = 1 / (s13 + 0.01) + 1 / (s23 + 0.01);
  const double turned = 1 + 0.5 * std::cos(2 * pi * (x[2] - x[4]));
  return phase_space * resonance * beam * collinear * turned;
}

void print(const char* method, const IntegrationStep& step, double loss) {
  std::printf("  %-14s %8lld  %12.6g +- %-9.2g %9.3g %7.3f", method, static_cast<long long>(step.evaluations), step.value,
              step.error, step.relative_variance, step.unweighting_efficiency);
  if (std::isfinite(loss)) std::printf("  %8.4f", loss);
  std::printf("\n");
}
void print(const char* method, const Integral& all) {
  std::printf("  %-14s %8lld  %12.6g +- %-9.2g %9.3g %7.3f  chi2/dof %.2f, Q %.2f\n", method, static_cast<long long>(all.calls),
              all.mean, all.error, all.relative_variance(), all.unweighting_efficiency,
              all.chi2 / static_cast<double>(std::max<Index>(1, all.degrees)), all.probability);
}

constexpr int side = 300, top = 30;

/// The integrand on a grid, darker where it is larger, to be shown in each panel.
template <class F>
void define_shades(std::FILE* svg, const F& f) {
  constexpr int cells = 50, cell = side / cells;
  Batch<double> grid(2, cells * cells);
  for (int i = 0; i < cells * cells; ++i) grid.col(i) << (i % cells + 0.5) / cells, (i / cells + 0.5) / cells;
  const Row<double> value = f(grid);
  std::fprintf(svg, "<defs><g id='f'>\n");
  for (int i = 0; i < cells * cells; ++i)
    if (const double shade = 0.75 * value[i] / value.maxCoeff(); shade > 0.005)
      std::fprintf(svg, "<rect x='%d' y='%d' width='%d' height='%d' fill-opacity='%.2f'/>\n", i % cells * cell,
                   side - (i / cells + 1) * cell, cell, cell, shade);
  std::fprintf(svg, "</g></defs>\n");
}
/// One panel of the picture: the integrand and points on it.
void panel(std::FILE* svg, int column, const char* title, const Batch<double>& points) {
  const int left = column * (side + 20) + 10;
  std::fprintf(svg, "<rect x='%d' y='%d' width='%d' height='%d' fill='white' stroke='#888'/>\n<use href='#f' x='%d' y='%d'/>\n",
               left, top, side, side, left, top);
  std::fprintf(svg, "<path stroke='#c03020' stroke-opacity='0.6' stroke-width='2.4' stroke-linecap='round' d='");
  for (Index c = 0; c < points.cols(); ++c)
    std::fprintf(svg, "M%.1f %.1fh0", left + side * points(0, c), top + side * (1 - points(1, c)));
  std::fprintf(svg, "'/>\n<text x='%d' y='20' font-family='sans-serif' font-size='14'>%s</text>\n", left, title);
}

struct Settings {
  Index calls = 10000, steps = 5;
  std::uint64_t seed = 1;
  std::string out = "integrate";
};

/// VEGAS+, then a flow on its map; both tables, and both of them for what comes after.
template <class F>
auto run(const char* title, const F& f, Index d, const Settings& settings) {
  std::printf("%s\n  %-14s %8s  %12s    %-9s %9s %7s  %8s\n", title, "", "calls", "integral", "error", "relvar", "uw.eff",
              "loss");
  Vegas vegas(f, Box(d), {.calls = settings.calls});
  Rng rng(settings.seed);
  for (Index i = 0; i < settings.steps; ++i) {
    vegas.keep_points(i + 1 == settings.steps);
    print("vegas survey", vegas.step(rng), std::nan(""));
  }
  const WeightedPoints<double> seen = vegas.points();
  vegas.keep_points(false);
  vegas.forget();
  for (Index i = 0; i < settings.steps; ++i) print("vegas refine", vegas.step(rng), std::nan(""));
  print("vegas", vegas.result(Combination::counts));

  const FlowOptions flow;
  Integrator integrator(f, integration_flow(d, flow, rng), vegas.map().smoothed(flow.map_bins),
                        {.survey_steps = settings.steps,
                         .survey_calls = settings.calls,
                         .refine_steps = settings.steps,
                         .refine_calls = settings.calls,
                         .training = flow.training},
                        Adam<double>({.rate = flow.rate}));
  integrator.add_points(seen);
  const auto look = [](const IntegratorStep& step) {
    print(step.survey ? "flow survey" : "flow refine", step, step.training.loss);
  };
  const auto done = fit(std::move(integrator), rng, {.max_steps = 2 * settings.steps, .draws = 0}, look);
  print("flow", done.stepper.result());
  std::printf("\n");
  return std::pair(vegas, done.stepper);
}

}  // namespace

int main(int argc, char** argv) try {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--calls") settings.calls = std::atoll(argv[i + 1]);
    else if (name == "--steps") settings.steps = std::atoll(argv[i + 1]);
    else if (name == "--seed") settings.seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (name == "--out") settings.out = argv[i + 1];
    else throw std::runtime_error("unknown argument " + name);
  }
  const Camel camel{2, 0.1};
  const auto [vegas, flow] = run("Two peaks in the plane, exactly 0.06280628612", camel, 2, settings);
  Rng rng(settings.seed, 1);
  const UnweightedEvents events = unweighted_events(flow, rng, 1000);
  std::printf("unweighted events: %.1f %% of the calls kept, %.2g of the events above weight 1\n\n", 100 * events.efficiency,
              events.overweight);
  std::FILE* svg = std::fopen((settings.out + ".svg").c_str(), "w");
  if (!svg) throw std::runtime_error("cannot write " + settings.out + ".svg");
  std::fprintf(
      svg, "<svg xmlns='http://www.w3.org/2000/svg' width='970' height='340'>\n<rect width='970' height='340' fill='white'/>\n");
  define_shades(svg, camel);
  panel(svg, 0, "VEGAS's map: 1000 draws", vegas.draw(rng, 1000).x);
  panel(svg, 1, "a flow on it: 1000 draws", flow.draw(rng, 1000).x);
  panel(svg, 2, "1000 unweighted events", events.x);
  std::fprintf(svg, "</svg>\n");
  std::fclose(svg);
  std::printf("%s.svg shows draws of both\n\n", settings.out.c_str());

  run("Phase space of 2 -> 3 particles", three_bodies, 5, settings);
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
