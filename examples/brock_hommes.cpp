/// A market of switching traders (Brock and Hommes 1998), seen through its prices alone: the posterior of four of its parameters as a
/// flow, by the maximum mean discrepancy between simulated and observed prices. Prints the posterior, and a picture of the two biases,
/// which the prices tell sharply; of the trends they say little.
///
///     brock_hommes [--epochs 2000] [--samples 10] [--w 0.001]

// test: --epochs 20
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "variate/simulation/fixed_parameters.hpp"
#include "variate/variate.hpp"

namespace {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

struct Settings {
  Index epochs = 2000, samples = 10;
  double w = 0.001;
};

/// Two rows of draws as a picture of characters, three and a half standard deviations to each side; the truth is an X.
void draw(const Batch<double>& x, Index across, Index up, const Vector<double>& truth, const char* names[4]) {
  constexpr int width = 61, height = 21;
  const auto place = [&](Index row, double value, int cells) {
    const double mean = x.row(row).mean(), sd = std::sqrt((x.row(row).array() - mean).square().mean());
    return std::array<double, 3>{(value - mean + 3.5 * sd) / (7 * sd) * cells, mean - 3.5 * sd, mean + 3.5 * sd};
  };
  std::vector<int> counts(width * height, 0);
  const auto [left, low, high] = place(across, truth[across], width);
  const auto [top, bottom, ceiling] = place(up, truth[up], height);
  const auto cell = [&](double c, double r) {
    return c < 0 || c >= width || r < 0 || r >= height ? -1 : (height - 1 - static_cast<int>(r)) * width + static_cast<int>(c);
  };
  for (Index s = 0; s < x.cols(); ++s) {
    const int at = cell((x(across, s) - low) / (high - low) * width, (x(up, s) - bottom) / (ceiling - bottom) * height);
    if (at >= 0) ++counts[static_cast<std::size_t>(at)];
  }
  const int most = *std::max_element(counts.begin(), counts.end()), mark = cell(left, top);
  std::printf("\n%s upwards from %.3f to %.3f, %s to the right from %.3f to %.3f; X: truth\n", names[up], bottom, ceiling,
              names[across], low, high);
  for (int r = 0; r < height; ++r) {
    std::string line;
    for (int c = 0; c < width; ++c) {
      const int at = r * width + c, level = most == 0 ? 0 : (5 * counts[static_cast<std::size_t>(at)] + most - 1) / most;
      line += at == mark ? 'X' : " .:+*#"[level];
    }
    std::printf("|%s|\n", line.c_str());
  }
}

int run(const Settings& settings) {
  // free: g_2, g_3, b_2, b_3; the others as in BlackBIRDS' third notebook
  Vector<double> all(11), truth(4);
  all << std::log(120.0), 0, 0, 0, 1.01, 0, 0, 0, 0, std::log(0.04), std::log(1.0);
  truth << 0.9, 0.9, 0.2, -0.2;
  const variate::FixedParameters market(variate::BrockHommes<double>(100), all, {2, 3, 6, 7});
  variate::Rng rng(3);
  const Batch<double> data = variate::simulate_and_observe(market, truth, rng);
  const variate::SimulatedLoss loss(market, variate::MmdLoss<double>(Row<double>(data.row(0))), {.gradient_horizon = 0});

  Vector<double> centre(4);
  centre << 0.5, 0.5, 0.5, -0.5;
  const auto prior = variate::MultivariateNormal<double>::from_covariance(centre, Batch<double>::Identity(4, 4));
  variate::CouplingFlowOptions<double> options{.hidden = {32, 32}};
  for (int layer = 0; layer < 6; ++layer) {
    const bool first = layer % 2 == 0;
    options.masks.push_back({first, first, !first, !first});
  }
  const auto start = variate::coupling_flow(4, variate::AffineTransform<double>{}, rng, options);
  variate::GeneralizedVi vi(loss, prior, start,
                            {.w = settings.w,
                             .gradient_clipping_norm = 1,
                             .n_samples_per_epoch = settings.samples,
                             .n_samples_regularisation = 500,
                             .diff_mode = variate::Mode::forward},
                            variate::Adam<double>{{.rate = 1e-3}});
  const auto fitted = vi.run(variate::Rng(1), data, settings.epochs, settings.epochs);

  const auto mean_of = [&](std::size_t from) {
    double sum = 0;
    const std::size_t n = std::min<std::size_t>(20, fitted.total.size());
    for (std::size_t i = from == 0 ? 0 : fitted.total.size() - n; i < (from == 0 ? n : fitted.total.size()); ++i)
      sum += fitted.loss[i] / static_cast<double>(n);
    return sum;
  };
  std::printf("%lld epochs, %.2f ms each; discrepancy %.3f at first, %.4f at the end\n", static_cast<long long>(fitted.epochs()),
              1e3 * fitted.seconds / static_cast<double>(fitted.epochs()), mean_of(0), mean_of(1));
  const Batch<double> x = vi.averaged_q().sample(rng, 20000);
  const char* names[4] = {"g2", "g3", "b2", "b3"};
  std::printf("     truth    mean      sd\n");
  for (Index i = 0; i < 4; ++i) {
    const double mean = x.row(i).mean();
    std::printf("%s %7.2f %7.2f %7.2f\n", names[i], truth[i], mean, std::sqrt((x.row(i).array() - mean).square().mean()));
  }
  draw(x, 2, 3, truth, names);
  return 0;
}

}  // namespace

int main(int count, char** words) try {
  Settings settings;
  for (int i = 1; i + 1 < count; i += 2) {
    const double x = std::atof(words[i + 1]);
    if (!std::strcmp(words[i], "--epochs")) settings.epochs = static_cast<Index>(x);
    else if (!std::strcmp(words[i], "--samples")) settings.samples = static_cast<Index>(x);
    else if (!std::strcmp(words[i], "--w")) settings.w = x;
    else return std::fprintf(stderr, "unknown option %s\n", words[i]), 2;
  }
  return run(settings);
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
