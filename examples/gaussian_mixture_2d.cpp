/// A mixture finds the seven arms of a star: GMMVI on a target in the plane, seen four times on its way. Writes
/// gaussian_mixture_2d.svg: draws of the target in grey, components as ellipses of two standard deviations, heavy ones dark.
///
///     gaussian_mixture_2d [--seed S] [--out NAME]

// test:
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/inference/fit.hpp"
#include "variate/mixtures/codename.hpp"
#include "variate/mixtures/initial_mixture.hpp"
#include "variate/mixtures/targets/gaussian_mixture_target.hpp"
#include "variate/random/rng.hpp"

namespace {

using variate::Index;
using Vector = variate::Vector<double>;

constexpr double scale = 75, reach = 3.6, side = 2 * reach * scale;

void panel(std::FILE* svg, int column, const std::string& title, const variate::Batch<double>& points,
           const variate::Gaussians<double>& q) {
  const double left = column * side;
  const auto x = [&](double a) { return left + (reach + a) * scale; };
  const auto y = [&](double b) { return (reach - b) * scale; };
  std::fprintf(svg, "<g fill='#bbbbbb'>");
  for (Index c = 0; c < points.cols(); ++c)
    std::fprintf(svg, "<circle cx='%.0f' cy='%.0f' r='1.5'/>", x(points(0, c)), y(points(1, c)));
  std::fprintf(svg, "</g>\n<g fill='none' stroke='#c03020' stroke-width='2'>\n");
  for (Index k = 0; k < q.size(); ++k) {
    const double opacity = std::sqrt(std::exp(q.log_weights()[k]));
    if (opacity < 0.02) continue;
    std::fprintf(svg, "<path stroke-opacity='%.2f' d='", opacity);
    for (int i = 0; i < 60; ++i) {
      const double angle = 2 * 3.14159265358979 * i / 60;
      const double a = 2 * std::cos(angle), b = 2 * std::sin(angle);
      const auto& l = q[k].factor;
      std::fprintf(svg, "%c%.1f %.1f", i ? 'L' : 'M', x(q[k].mean[0] + l(0, 0) * a), y(q[k].mean[1] + l(1, 0) * a + l(1, 1) * b));
    }
    std::fprintf(svg, "Z'/>\n");
  }
  std::fprintf(svg, "</g>\n<text x='%.0f' y='26' font-family='sans-serif' font-size='20'>%s</text>\n", left + 12, title.c_str());
}

}  // namespace

int main(int argc, char** argv) try {
  std::uint64_t seed = 1;
  std::string out = "gaussian_mixture_2d";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (name == "--out") out = argv[i + 1];
    else throw std::runtime_error("unknown option " + name);
  }

  const auto target = variate::star_gaussian_mixture(7);
  variate::Rng rng(seed);
  auto draws = rng.split(0);
  const Vector zero = Vector::Zero(2), one = Vector::Ones(2);
  const auto start = variate::initial_mixture(draws, 3, zero, one, one);

  variate::ModulesOf<"SAMTRON"> modules;
  modules.components = {.del_iters = 20, .add_iters = 5};
  modules.selector.ratio_reused_samples_to_desired = 0;
  modules.component_stepsize.initial_stepsize = 0.1;
  auto gmmvi = variate::build<"SAMTRON">(target, start, modules, {.prior_mean = zero, .prior_variances = one});

  std::FILE* svg = std::fopen((out + ".svg").c_str(), "w");
  if (!svg) throw std::runtime_error("cannot write " + out + ".svg");
  std::fprintf(svg, "<svg xmlns='http://www.w3.org/2000/svg' width='%.0f' height='%.0f' viewBox='0 0 %.0f %.0f'>\n", 2 * side,
               side / 2, 4 * side, side);
  std::fprintf(svg, "<rect width='%.0f' height='%.0f' fill='white'/>\n", 4 * side, side);
  const auto points = target.sample(draws, 300);
  int column = 0;
  for (const Index iterations : {0, 10, 40, 200}) {
    auto run = fit(std::move(gmmvi), rng.split(1), {.max_steps = iterations, .draws = 20000});
    gmmvi = std::move(run.stepper);
    std::printf("after %3td iterations: ELBO %8.3f, %td components\n", iterations, run.diagnosis.elbo, gmmvi.mixture().size());
    panel(svg, column++, std::to_string(iterations) + " iterations", points, gmmvi.mixture());
  }
  std::fprintf(svg, "</svg>\n");
  std::fclose(svg);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
