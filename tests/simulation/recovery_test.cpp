/// Do posteriors of simulators find what made the data, and which gradient finds it sooner?
#include <vector>

#include "support/catch.hpp"
#include "variate/diagnostics/simulation_based_calibration.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/inference/generalized_vi.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/simulated_loss.hpp"
#include "variate/simulation/sir.hpp"

using namespace variate;

namespace {
template <class T>
double end_of(const std::vector<T>& values) {
  double sum = 0;
  for (std::size_t i = values.size() - 20; i < values.size(); ++i) sum += values[i] / 20;
  return sum;
}
}  // namespace

TEST_CASE("An epidemic: pathwise beats score, a baseline narrows that, the truth is found", "[simulation][statistical]") {
  Rng rng(7);
  const Sir<double> epidemic(watts_strogatz(rng, 200, 10, 0.1), 50);
  const Vector<double> truth = Vector<double>::Constant(3, std::log10(0.05));
  const Batch<double> data = simulate_and_observe(epidemic, truth, rng);
  const SimulatedLoss loss(epidemic, SquaredError{}, {.gradient_horizon = 0, .output = 0});
  const auto normal = [](double variance) {
    return MultivariateNormal<double>::from_covariance(Vector<double>::Constant(3, -2.0), variance * Batch<double>::Identity(3, 3));
  };
  const auto run = [&](auto estimator, Index epochs, auto look) {
    GeneralizedVi vi(loss, normal(1), normal(0.25), {.w = 1, .n_samples_per_epoch = 5, .diff_mode = Mode::forward, .progress_bar = false},
                     Adam<double>{{.rate = 0.02}}, estimator);
    const auto report = vi.run(Rng(1), data, epochs, epochs);
    look(vi.averaged_q());
    return end_of(report.total);
  };
  const auto nothing = [](const auto&) {};
  const auto recovered = [&](const auto& q) {
    for (Index i = 0; i < 3; ++i) CHECK(std::abs(q.loc()(i, 0) - truth[i]) < 2 * q.stddev()(i, 0));
  };
  const double path = run(Pathwise{}, 300, recovered);
  const double centred = run(Reinforce<LeaveOneOut>{}, 300, nothing);
  const double score = run(Reinforce<NoBaseline>{}, 300, nothing);
  INFO("pathwise " << path << ", leave-one-out " << centred << ", score " << score);
  CHECK(path < 0.6 * score);     // over seeds a ratio of 0.31 to 0.40
  CHECK(centred < 0.6 * score);  // and of 0.25 to 0.29
}

TEST_CASE("Posteriors of a conjugate simulator are calibrated", "[simulation][statistical]") {
  // theta ~ N(0, 1); four numbers of N(theta, 1) are seen; the loss is their negative log likelihood
  const auto simulate = [](const Vector<double>& theta, auto& rng) {
    return Batch<double>(normals<double>(rng, 1, 4).array() + theta[0]);
  };
  const auto loss = [](const auto& theta, const Batch<double>& y) {
    auto sum = 0.5 * (theta[0] - y(0, 0)) * (theta[0] - y(0, 0));
    for (Index i = 1; i < 4; ++i) sum += 0.5 * (theta[0] - y(0, i)) * (theta[0] - y(0, i));
    return sum;
  };
  const auto prior = Normal<double>::standard(1);
  const auto calibrated = [&](double w) {
    const auto posterior = [&](const Batch<double>& y, auto& rng) {
      GeneralizedVi vi(loss, prior, MultivariateNormal<double>::standard(1),
                       {.w = w, .n_samples_per_epoch = 4, .diff_mode = Mode::forward, .progress_bar = false},
                       Adam<double>{{.rate = 0.05}});
      vi.run(rng, y, 150, 150);
      return vi.averaged_q();
    };
    return simulation_based_calibration(prior, simulate, posterior, Rng(21), 150).p_value();
  };
  CHECK(calibrated(1) > 1e-3);    // false alarm 1e-3
  CHECK(calibrated(0.1) < 1e-4);  // a posterior that trusts the loss ten times too much is found out
}
