/// The Gaussian posterior, its divergence from the prior, and both gradients of the loss, against recorded numbers.
#include "simulation/blackbirds_fixtures.hpp"
#include "variate/inference/loss_gradient.hpp"
#include "variate/inference/regularisation.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// BlackBIRDS writes gradients by mean and covariance.
void compare_covariance(Worst& worst, const Vector<double>& got, const nlohmann::json& mean, const nlohmann::json& covariance) {
  const Vector<double> m = numbers(mean);
  const Batch<double> c = matrix(covariance);
  worst.compare(got.head(m.size()), m);
  worst.compare(Eigen::Map<const Batch<double>>(got.data() + m.size(), c.rows(), c.cols()), c);
}
void compare_factor(Worst& worst, const MultivariateNormal<double>& q, const Vector<double>& got, const nlohmann::json& want) {
  require_fields(want, {"mu", "chol"});
  worst.compare(got.head(q.event_size()), numbers(want.at("mu")));
  worst.compare(by_factor(q, got), matrix(want.at("chol")));
}
}  // namespace

TEST_CASE("The Gaussian posterior", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/trainable_gaussian.json");
  require_fields(file, {"note", "cases", "clamp"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst("trainable_gaussian", 1e-11);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"d", "mu", "cov", "x", "log_prob", "grad_sum_log_prob_mu", "grad_sum_log_prob_cov", "eps", "sample",
                             "sample_log_prob"});
    const CovarianceGaussian q(numbers(problem.at("mu")), matrix(problem.at("cov")));
    CHECK(q.event_size() == whole(problem.at("d")));
    const Batch<double> x = columns(problem.at("x"));
    const auto e = q.evaluate(x);
    worst.compare(e.value.transpose(), numbers(problem.at("log_prob")));
    compare_covariance(worst, e.pullback(Row<double>::Ones(x.cols())), problem.at("grad_sum_log_prob_mu"),
                       problem.at("grad_sum_log_prob_cov"));
    const Batch<double> eps = columns(problem.at("eps"));
    Recorded<double> rng({eps});
    const Batch<double> z = q.sample(rng, eps.cols());
    worst.compare(z, columns(problem.at("sample")));
    worst.compare(q.log_prob(z).transpose(), numbers(problem.at("sample_log_prob")));
  }
  const auto& clamp = file.at("clamp");
  require_fields(clamp, {"mu", "cov", "effective_cov", "x", "log_prob", "grad_mu", "grad_cov"});
  const CovarianceGaussian q(numbers(clamp.at("mu")), matrix(clamp.at("cov")));
  worst.compare(q.normal().covariance(), matrix(clamp.at("effective_cov")));
  const Batch<double> x = columns(clamp.at("x"));
  const auto e = q.evaluate(x);
  worst.compare(e.value.transpose(), numbers(clamp.at("log_prob")));
  compare_covariance(worst, e.pullback(Row<double>::Ones(x.cols())), clamp.at("grad_mu"), clamp.at("grad_cov"));
}

TEST_CASE("The divergence from the prior and its whole gradient", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/regularisation.json");
  require_fields(file, {"note", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst("regularisation", 1e-10);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"d", "n", "mu", "cov", "prior_mu", "prior_cov", "eps", "z", "log_q", "log_prior", "kl_estimate", "kl_exact",
                             "grad_blackbirds", "grad_full_reparam", "grad_full_reparam_chol", "grad_kl_exact"});
    const CovarianceGaussian by_cov(numbers(problem.at("mu")), matrix(problem.at("cov")));
    const MultivariateNormal<double>& q = by_cov.normal();
    const auto prior = MultivariateNormal<double>::from_covariance(numbers(problem.at("prior_mu")), matrix(problem.at("prior_cov")));
    const Batch<double> eps = columns(problem.at("eps"));
    const Index n = problem.at("n");
    CHECK(q.event_size() == whole(problem.at("d")));
    Recorded<double> rng({eps, eps, eps, eps});
    const Batch<double> z = q.sample(rng, n);
    worst.compare(z, columns(problem.at("z")));
    worst.compare(q.log_prob(z).transpose(), numbers(problem.at("log_q")));
    worst.compare(prior.log_prob(z).transpose(), numbers(problem.at("log_prior")));
    const auto sampled = SampledKl{}(q, prior, rng, n);
    worst.compare(sampled.value, number(problem.at("kl_estimate")));
    compare_factor(worst, q, sampled.q, problem.at("grad_full_reparam_chol"));
    const auto by_covariance = SampledKl{}(by_cov, prior, rng, n);
    compare_covariance(worst, by_covariance.q, problem.at("grad_full_reparam").at("mu"), problem.at("grad_full_reparam").at("cov"));
    worst.compare(compute_regularisation_loss(by_cov, prior, rng, n), number(problem.at("kl_estimate")));
    const auto exact = Kl{}(q, prior, rng, n);
    worst.compare(exact.value, number(problem.at("kl_exact")));
    const auto& want = problem.at("grad_kl_exact");
    worst.compare(exact.q.head(q.event_size()), numbers(want.at("mu")));
    worst.compare(variate_tests::by_covariance(q.scale_tril(), by_factor(q, exact.q)), matrix(want.at("cov")));
    // BlackBIRDS' own: the path of log q is missing, and what is left of it is its score
    Recorded<double> again({eps});
    const auto draw = by_cov.rsample(again, n);
    const Row<double> w = Row<double>::Constant(n, -1.0 / static_cast<double>(n));
    Batch<double> g;
    prior.evaluate(draw.value).pullback(w, g);
    const Vector<double> peer = draw.pullback(g) + by_cov.evaluate(draw.value).pullback(Row<double>(-w));
    compare_covariance(worst, peer, problem.at("grad_blackbirds").at("mu"), problem.at("grad_blackbirds").at("cov"));
  }
}

TEST_CASE("The pathwise gradient of the loss", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/pathwise_gradient.json");
  require_fields(file, {"note", "formulas", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst("pathwise_gradient", 1e-10), in_float("pathwise_gradient, the peer's float32", 1e-5, 1e-7);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"d", "n", "loss", "consts", "mu", "cov", "eps", "theta", "loss_per_sample", "theta_kept", "jacobians_kept",
                             "loss_mean", "blackbirds", "grad_f64", "grad_f64_chol"});
    const CovarianceGaussian by_cov(numbers(problem.at("mu")), matrix(problem.at("cov")));
    const Formula loss(problem.at("loss"), problem.at("consts"));
    const Batch<double> eps = columns(problem.at("eps"));
    const Index n = problem.at("n");
    REQUIRE(problem.at("blackbirds").size() > 0);
    for (const auto& [name, want] : problem.at("blackbirds").items()) {
      require_fields(want, {"loss", "grad_mu", "grad_cov"});
      Differentiation how;
      const auto chunk = name.find("_chunk_");
      REQUIRE(chunk != std::string::npos);
      REQUIRE((name.substr(0, chunk) == "reverse" || name.substr(0, chunk) == "forward"));
      how.mode = name.substr(0, chunk) == "reverse" ? Mode::reverse : Mode::forward;
      if (name.substr(chunk + 7) != "None") how.chunk = std::stol(name.substr(chunk + 7));
      Recorded<double> rng({eps, eps});
      const auto by_factors = compute_and_differentiate_loss_pathwise(loss, by_cov.normal(), {}, rng, n, how);
      const auto got = compute_and_differentiate_loss_pathwise(loss, by_cov, {}, rng, n, how);
      worst.compare(got.theta, columns(problem.at("theta")));
      const Vector<double> losses = numbers(problem.at("loss_per_sample"));
      const Batch<double> theta = columns(problem.at("theta_kept")), jacobians = columns(problem.at("jacobians_kept"));
      Index kept = 0;
      for (Index i = 0; i < n; ++i) {
        worst.compare(got.losses[i], losses[i]);
        if (std::isnan(losses[i])) continue;
        REQUIRE(kept < theta.cols());
        worst.compare(got.theta.col(i), theta.col(kept));
        worst.compare(got.jacobians.col(i), jacobians.col(kept++));
      }
      CHECK(kept == theta.cols());
      CHECK(got.estimate.dropped == n - kept);
      CHECK(got.estimate.evaluations == n);
      worst.compare(got.estimate.value, number(problem.at("loss_mean")));
      compare_covariance(worst, got.estimate.q, problem.at("grad_f64").at("mu"), problem.at("grad_f64").at("cov"));
      compare_factor(worst, by_cov.normal(), by_factors.estimate.q, problem.at("grad_f64_chol"));
      compare_covariance(in_float, got.estimate.q, want.at("grad_mu"), want.at("grad_cov"));
      in_float.compare(got.estimate.value, number(want.at("loss")));
    }
  }
}

TEST_CASE("The score gradient of the loss", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/score_gradient.json");
  require_fields(file, {"note", "formulas", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst("score_gradient", 1e-10);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"d", "n", "loss", "consts", "mu", "cov", "eps", "theta", "loss_per_sample", "log_prob", "loss_mean", "grad_mu",
                             "grad_cov", "grad_chol"});
    const CovarianceGaussian q(numbers(problem.at("mu")), matrix(problem.at("cov")));
    const Formula loss(problem.at("loss"), problem.at("consts"));
    const Batch<double> eps = columns(problem.at("eps"));
    Recorded<double> rng({eps, eps});
    const auto got = compute_and_differentiate_loss_score(loss, q, {}, rng, problem.at("n"));
    worst.compare(got.theta, columns(problem.at("theta")));
    const Vector<double> losses = numbers(problem.at("loss_per_sample"));
    for (Index i = 0; i < losses.size(); ++i) worst.compare(got.losses[i], losses[i]);
    worst.compare(q.log_prob(got.theta).transpose(), numbers(problem.at("log_prob")));
    worst.compare(got.estimate.value, number(problem.at("loss_mean")));
    CHECK(got.jacobians.size() == 0);
    compare_covariance(worst, got.estimate.q, problem.at("grad_mu"), problem.at("grad_cov"));
    compare_factor(worst, q.normal(), compute_and_differentiate_loss_score(loss, q.normal(), {}, rng, problem.at("n")).estimate.q,
                   problem.at("grad_chol"));
  }
}
