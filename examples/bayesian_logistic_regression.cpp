/// Bayesian logistic regression on the Wisconsin breast-cancer data, fitted three ways: a mean-field and a full-rank normal by the
/// pathwise gradient, and the mean-field one by the score-function gradient with a leave-one-out baseline.
///
/// Model: weights w ~ N(0, I), d = 31 (intercept first), P(benign) = sigmoid(x . w), columns standardised by their population sd.
// test: --effort 0.02
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <numbers>
#include <string>
#include <variate/io/csv.hpp>
#include <variate/io/stan_csv.hpp>
#include <variate/variate.hpp>
#include <vector>

// test: --effort 0.02
namespace {

using variate::Batch;
using variate::Index;
using variate::Row;

/// log p(labels, w), every constant kept. `rows` are the data with the sign of their label, N x 31: P(label | x) = sigmoid(row . w).
struct LogisticRegression {
  Batch<double> rows;

  auto operator()(const auto& w) const {
    const double constant = 0.5 * static_cast<double>(rows.cols()) * std::log(2 * std::numbers::pi);
    return -sum(softplus(-(rows * w))) - 0.5 * sum(square(w)) - constant;
  }
};

struct Data {
  Batch<double> x;            ///< N x 31: ones, then thirty standardised measurements
  Eigen::ArrayXd benign;      ///< 1 or 0
};

Data read(const std::string& path) {
  const variate::Csv table = variate::read_csv(path);
  const Index n = table.values.rows(), d = table.values.cols() - 1;
  Data data{Batch<double>::Ones(n, d + 1), table.values.col(0).array()};
  for (Index j = 1; j <= d; ++j) {
    const Eigen::ArrayXd column = table.values.col(j).array() - table.values.col(j).mean();
    data.x.col(j) = column / std::sqrt(column.square().mean());
  }
  return data;
}

/// Every fifth row, or the others.
Data part(const Data& all, bool every_fifth) {
  std::vector<Index> rows;
  for (Index i = 0; i < all.x.rows(); ++i)
    if ((i % 5 == 0) == every_fifth) rows.push_back(i);
  return {all.x(rows, Eigen::all), all.benign(rows)};
}

LogisticRegression model(const Data& data) { return {(2 * data.benign - 1).matrix().asDiagonal() * data.x}; }

struct Settings {
  std::uint64_t seed = 1;
  int threads = 1;
  double effort = 1;  ///< scales the numbers of steps and draws
  std::string output = "bayesian_logistic_regression_output";
  std::string data = VARIATE_EXAMPLE_DATA "/breast_cancer.csv";
};

/// Fits q by `estimator`, reports the ELBO from fresh draws, writes the trace, and gives the averaged q back.
template <class Q, class Estimator, class Density>
Q fit(const Settings& settings, const std::string& family, const std::string& name, Q q, const Density& log_density,
      Estimator estimator, Index samples, Index steps, double rate) {
  const auto scaled = [&](Index n) { return std::max<Index>(2, static_cast<Index>(static_cast<double>(n) * settings.effort)); };
  variate::Rng rng(settings.seed);
  variate::ElboRule rule{.estimator = estimator, .samples = samples};
  const variate::Adam adam({.rate = rate}, variate::CosineDecay{.steps = scaled(steps)});
  variate::Trace trace(settings.output + "/trace_" + family + "_" + name + ".csv");
  variate::Progress progress({.label = family + " " + name, .value = "ELBO"});
  const auto result = variate::fit(variate::Learner(std::move(q), log_density, rule, adam), rng,
                                   {.max_steps = scaled(steps), .draws = 0}, trace, progress);
  const auto fitted = result.averaged_q();
  variate::Rng fresh = rng.split(~std::uint64_t{0});
  const auto report = variate::report_elbo(fitted, log_density, fresh, scaled(200'000));
  std::printf("ELBO %s %s %.2f +- %.2f\n", family.c_str(), name.c_str(), report.elbo, report.error);
  std::printf("  %td steps of %td draws, k-hat %.2f, %td samples dropped, %td steps skipped\n", result.stepper.index(), samples,
              report.pareto_k, result.dropped, result.skipped);
  std::fflush(stdout);
  return fitted;
}

/// Share of rows on the right side of 1/2 under the posterior predictive probability.
template <class Q>
double accuracy(const Data& test, const Q& q, std::uint64_t seed) {
  variate::Rng rng(seed);
  const Batch<double> w = q.sample(rng, 2000);
  const Eigen::ArrayXd p = (1 / (1 + (-(test.x * w).array()).exp())).rowwise().mean();
  return ((p > 0.5).cast<double>() == test.benign).cast<double>().mean();
}

int run(const Settings& settings) {
  std::filesystem::create_directories(settings.output);
  const Data data = read(settings.data);
  const Index d = data.x.cols();
  variate::ThreadPool pool(settings.threads);
  const auto log_density = variate::parallel(variate::differentiable(model(data)), pool);

  const auto standard = variate::Normal<double>::standard(d);
  const auto mean_field =
      fit(settings, "mean_field", "pathwise", standard, log_density, variate::Pathwise{}, 8, 3000, 0.05);
  const auto full_rank = fit(settings, "full_rank", "pathwise", variate::MultivariateNormal<double>::standard(d), log_density,
                             variate::Pathwise{}, 16, 4000, 0.03);
  fit(settings, "mean_field", "reinforce", standard, log_density, variate::Reinforce{}, 128, 4000, 0.05);

  std::printf("\n%-10s %21s %21s\n%-10s %10s %10s %10s %10s\n", "posterior", "mean field", "full rank", "weight", "mean", "sd", "mean",
              "sd");
  for (Index i = 0; i < d; ++i) {
    const std::string name = i == 0 ? "intercept" : "x" + std::to_string(i - 1);
    std::printf("%-10s %10.3f %10.3f %10.3f %10.3f\n", name.c_str(), mean_field.mean()(i), mean_field.stddev()(i), full_rank.mean()(i),
                full_rank.stddev()(i));
  }

  const auto training = variate::parallel(variate::differentiable(model(part(data, false))), pool);
  std::printf("\nWithout every fifth row:\n");
  const auto held_out = fit(settings, "full_rank", "held_out", variate::MultivariateNormal<double>::standard(d), training,
                            variate::Pathwise{}, 16, 2000, 0.03);
  std::printf("accuracy on those rows: %.4f\n", accuracy(part(data, true), held_out, settings.seed));

  variate::Rng rng(settings.seed);
  const Batch<double> draws = full_rank.sample(rng, 1000);
  const Row<double> log_p = variate::values(log_density, draws);
  const Row<double> log_q = full_rank.log_prob(draws);
  variate::write_stan_csv(settings.output + "/draws_full_rank.csv", draws, {.name = "w", .log_p = log_p, .log_q = log_q});
  std::printf("\ndraws and traces are in %s/\n", settings.output.c_str());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  Settings settings;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string option = arguments[i], value = arguments[i + 1];
    if (option == "--seed") settings.seed = std::stoull(value);
    else if (option == "--threads") settings.threads = std::stoi(value);
    else if (option == "--effort") settings.effort = std::stod(value);
    else if (option == "--output") settings.output = value;
    else if (option == "--data") settings.data = value;
    else {
      std::fprintf(stderr, "unknown option %s; there are --seed, --threads, --effort, --output, --data\n", option.c_str());
      return 2;
    }
  }
  try {
    return run(settings);
  } catch (const variate::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
