/// A sigmoid belief net with 32 and 16 hidden units on the 8 x 8 digits, learned by wake-sleep and its kin. Prints for each the
/// negative log-likelihood of digits it has not seen (200 importance samples, with its Monte Carlo error), the ELBO, the
/// effective sample size and the time of an epoch, means over the seeds; and draws dreams and reconstructions as an SVG sheet.
///
///     digits_sbn [--epochs N] [--seeds N] [--particles K] [--picture digits_sbn.svg] [--data digits.csv]

// test: --epochs 2 --seeds 1
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/inference/log_likelihood.hpp"
#include "variate/inference/wake_sleep.hpp"
#include "variate/variate.hpp"

namespace {

using variate::Index;
using Batch = variate::Batch<float>;
using Net = variate::LayeredSbn<float>;
using Guide = variate::LayeredGuide<float>;

constexpr Index side = 8, pixels = side * side, batch = 50;

/// One column an image, of the rows that begin with `split`.
Batch read_digits(const std::string& path, const std::string& split) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no file " + path);
  std::vector<std::string> bits;
  std::string line;
  while (std::getline(file, line))
    if (line.rfind(split, 0) == 0) bits.push_back(line.substr(line.rfind(',') + 1, pixels));
  Batch x(pixels, static_cast<Index>(bits.size()));
  for (Index c = 0; c < x.cols(); ++c)
    for (Index r = 0; r < pixels; ++r)
      x(r, c) = bits[static_cast<std::size_t>(c)][static_cast<std::size_t>(r)] == '1' ? 1.0f : 0.0f;
  return x;
}

/// Pictures in rows of squares, black for 1.
class Sheet {
 public:
  void row(const std::string& title, const Batch& pictures) {
    body_ += "<text x=\"8\" y=\"" + std::to_string(top_ + 34) + "\">" + title + "</text>\n";
    for (Index i = 0; i < pictures.cols(); ++i)
      for (Index p = 0; p < pixels; ++p)
        if (const int shade = static_cast<int>(255 - 255 * pictures(p, i)); shade < 250) {
          char text[120];
          std::snprintf(text, sizeof text, "<rect x=\"%td\" y=\"%td\" width=\"7\" height=\"7\" fill=\"rgb(%d,%d,%d)\"/>\n",
                        150 + 62 * i + 7 * (p % side), top_ + 7 * (p / side), shade, shade, shade);
          body_ += text;
        }
    columns_ = std::max(columns_, pictures.cols());
    top_ += 66;
  }
  void write(const std::string& path) const {
    std::ofstream file(path);
    file << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << 160 + 62 * columns_ << "\" height=\"" << top_
         << "\" font-family=\"sans-serif\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
         << body_ << "</svg>\n";
    if (!file) throw std::runtime_error("cannot write " + path);
  }

 private:
  std::string body_;
  Index top_ = 10, columns_ = 0;
};

struct Settings {
  Index epochs = 100, seeds = 3, particles = 5;
};

/// Learns by `rule` from each seed, reports, and adds its pictures.
template <class Rule>
void report(const char* name, const Rule& rule, const Settings& settings, const Batch& training, const Batch& unseen,
            Sheet& sheet) {
  using namespace variate;
  double nll = 0, error = 0, elbo = 0, ess = 0, best = 1e300;
  for (Index seed = 0; seed < settings.seeds; ++seed) {
    const Rng rng(static_cast<std::uint64_t>(seed));
    Rng start = rng.split(0);
    const std::vector<Index> sizes{pixels, 32, 16};
    const Net net = Net::random(sizes, start, training);
    const Guide guide = Guide::random(sizes, start);
    const Adam<float> adam({.rate = 3e-3f});
    Learner learner(guide, net, rule, adam, adam, training,
                    Batches(batch, Order::reshuffled, static_cast<std::uint64_t>(seed), true));
    const Index steps = Batches(batch, Order::reshuffled, 0, true).steps(training.cols());
    for (Index epoch = 0; epoch < settings.epochs; ++epoch) {
      const auto begin = std::chrono::steady_clock::now();
      for (Index i = 0; i < steps; ++i) {
        Rng stream = rng.split(static_cast<std::uint64_t>(learner.index() + 1));
        if (!learner.step(stream).taken) throw std::runtime_error("a step was not taken");
      }
      best = std::min(best, 1e3 * std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    const auto likelihood = importance_log_likelihood(learner.q(), learner.p(), unseen, Rng(77), 200);
    const double n = static_cast<double>(settings.seeds);
    nll -= likelihood.mean() / n;
    error = likelihood.mean_error();
    elbo += likelihood.elbo.mean() / n;
    ess += likelihood.effective_sample_size.mean() / n;
    if (seed + 1 == settings.seeds) {
      Rng dreams(5);
      if (std::string(name) == "rws-mix") {
        const Batch some = unseen.leftCols(14);
        const auto q = learner.q().at(some);
        sheet.row("unseen digits", some);
        sheet.row("reconstructions", learner.p().means(q.sample(dreams, 1)));
      }
      sheet.row("dreams: " + std::string(name), learner.p().means(learner.p().dream(dreams, 14).h));
    }
  }
  std::printf("%-10s %12.3f %10.3f %12.3f %12.1f %14.2f\n", name, nll, error, elbo, ess, best);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) try {
  Settings settings;
  std::string path = std::string(VARIATE_EXAMPLE_DATA) + "/digits.csv", picture = "digits_sbn.svg";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--epochs") settings.epochs = std::atol(argv[i + 1]);
    else if (option == "--seeds") settings.seeds = std::atol(argv[i + 1]);
    else if (option == "--particles") settings.particles = std::atol(argv[i + 1]);
    else if (option == "--picture") picture = argv[i + 1];
    else if (option == "--data") path = argv[i + 1];
    else throw std::runtime_error("unknown option " + option);
  }
  const Batch training = read_digits(path, "train"), unseen = read_digits(path, "test");
  const Index k = settings.particles;
  Sheet sheet;
  std::printf("%-10s %12s %10s %12s %12s %14s\n", "rule", "test NLL", "error", "ELBO", "ESS of 200", "ms an epoch");
  const auto run = [&](const char* name, const auto& rule) { report(name, rule, settings, training, unseen, sheet); };
  using namespace variate;
  run("ws", WakeSleep<>{});
  run("ws-k", WakeSleep<>{.n_samples = k});
  run("rws", WakeSleep<Wake>{.n_samples = k});
  run("rws-mix", WakeSleep<Mixed>{.n_samples = k});
  run("vimco", ElboRule<Vimco, Elbo<SampledEntropy>>{.samples = k});
  sheet.write(picture);
  std::printf("dreams and reconstructions: %s\n", picture.c_str());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
