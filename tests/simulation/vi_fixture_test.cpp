/// Steps, early stopping and initialisation of generalised variational inference, against recorded runs.
#include "simulation/blackbirds_fixtures.hpp"
#include "variate/inference/generalized_vi.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// BlackBIRDS' divergence: its value is right, its gradient lacks the path of log q.
struct PeerKl {
  template <class Q, class Prior, class R>
  Estimate<double> operator()(const Q& q, const Prior& prior, R& rng, Index n) const {
    const auto draw = q.rsample(rng, n);
    const Row<double> w = Row<double>::Constant(n, 1 / static_cast<double>(n));
    const auto of_q = q.evaluate(draw.value);
    const auto of_prior = prior.evaluate(draw.value);
    Batch<double> g;
    of_prior.pullback(Row<double>(-w), g);
    Estimate<double> e;
    e.value = (of_q.value - of_prior.value).mean();
    e.q = draw.pullback(g) + of_q.pullback(w);
    return e;
  }
};

Vector<double> flat(const nlohmann::json& pair) {
  const Vector<double> mean = numbers(pair.at(0));
  const Batch<double> c = matrix(pair.at(1));
  Vector<double> all(mean.size() + c.size());
  all << mean, Eigen::Map<const Vector<double>>(c.data(), c.size());
  return all;
}

template <class Estimator>
void replay(const nlohmann::json& problem, Worst& worst) {
  const auto& adam = problem.at("adam");
  require_fields(adam, {"lr", "betas", "eps"});
  const GeneralizedViOptions<double> options{.w = number(problem.at("w")),
                                             .gradient_clipping_norm = number(problem.at("clip")),
                                             .n_samples_per_epoch = problem.at("n_samples"),
                                             .n_samples_regularisation = problem.at("n_reg")};
  GeneralizedVi vi(Formula(problem.at("loss"), problem.at("consts")),
                   MultivariateNormal<double>::from_covariance(numbers(problem.at("prior_mu")), matrix(problem.at("prior_cov"))),
                   CovarianceGaussian(numbers(problem.at("mu0")), matrix(problem.at("cov0"))), options,
                   Adam<double>{{.rate = number(adam.at("lr")),
                                 .beta1 = number(adam.at("betas").at(0)),
                                 .beta2 = number(adam.at("betas").at(1)),
                                 .epsilon = number(adam.at("eps"))}},
                   Estimator{}, PeerKl{});
  CHECK(vi.q().event_size() == whole(problem.at("d")));
  REQUIRE(problem.at("steps").size() > 0);
  for (const auto& step : problem.at("steps")) {
    require_fields(step, {"eps_loss", "eps_reg", "loss", "regularisation", "total", "grads_before_clip", "grad_norm", "grads_after_clip",
                          "mu", "cov"});
    Recorded<double> rng({columns(step.at("eps_loss")), columns(step.at("eps_reg"))});
    const auto estimate = vi.estimate(rng);
    worst.compare(-estimate.q, flat(step.at("grads_before_clip")));
    Vector<double> clipped = -estimate.q;
    clip_gradient_norm(clipped, options.gradient_clipping_norm);
    worst.compare(clipped, flat(step.at("grads_after_clip")));
    const GeneralizedViStep done = vi.apply(estimate);
    CHECK(done.taken);
    worst.compare(done.loss, number(step.at("loss")));
    worst.compare(done.regularisation, number(step.at("regularisation")));
    worst.compare(done.total, number(step.at("total")));
    worst.compare(done.gradient_norm, number(step.at("grad_norm")));
    worst.compare(vi.q().mean(), numbers(step.at("mu")));
    worst.compare(vi.q().covariance(), matrix(step.at("cov")));
  }
}

}  // namespace

TEST_CASE("Steps of generalised variational inference", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/vi_step.json");
  require_fields(file, {"note", "formulas", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst exact("vi_step", 1e-9), in_float("vi_step, the peer's float32", 1e-5, 1e-7);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"method", "w", "clip", "d", "loss", "consts", "mu0", "cov0", "prior_mu", "prior_cov", "adam", "n_samples",
                             "n_reg", "float64_dot", "steps"});
    const std::string method = problem.at("method");
    REQUIRE((method == "score" || method == "pathwise"));
    if (method == "score") replay<Reinforce<NoBaseline>>(problem, exact);
    else replay<Pathwise>(problem, problem.at("float64_dot") ? exact : in_float);
  }
}

TEST_CASE("Early stopping of runs", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/early_stopping.json");
  require_fields(file, {"note", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"losses", "n_epochs", "patience", "epochs_run", "best_loss", "best_epoch"});
    const Vector<double> losses = numbers(problem.at("losses"));
    Index epoch = 0;
    std::vector<double> seen;
    const auto scripted = [&](const auto& theta) {
      seen.push_back(value_of(theta[0]));
      return 0.0 * theta[0] + losses[epoch++];
    };
    const auto q = MultivariateNormal<double>::standard(1);
    GeneralizedVi vi(scripted, q, q, {.w = 0, .n_samples_per_epoch = 1});
    Rng rng(1);
    const auto run = vi.run(rng, {}, problem.at("n_epochs"), problem.at("patience"));
    CHECK(run.epochs() == whole(problem.at("epochs_run")));
    CHECK(epoch == whole(problem.at("epochs_run")));
    CHECK(run.best_loss == number(problem.at("best_loss")));
    CHECK(run.best_epoch == whole(problem.at("best_epoch")));
    CHECK(run.best.has_value());
    CHECK(run.status == (run.epochs() < whole(problem.at("n_epochs")) ? Status::stopped : run.status));
    Index absent = 0;
    for (Index i = 0; i < run.epochs(); ++i) absent += std::isnan(losses[i]);
    CHECK(run.skipped == absent);
  }
}

TEST_CASE("Bringing the posterior to the prior", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/initialize_to_prior.json");
  require_fields(file, {"note", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst("initialize_to_prior", 1e-8);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"d", "n", "lr", "mu0", "cov0", "patience", "atol", "eps", "losses", "iterations", "stop", "mu", "cov"});
    const auto prior = MultivariateNormal<double>::standard(problem.at("d"));
    GeneralizedVi vi(Formula("trig"), prior, CovarianceGaussian(numbers(problem.at("mu0")), matrix(problem.at("cov0"))),
                     {.initialization_lr = number(problem.at("lr")), .n_samples_regularisation = problem.at("n")}, Adam<double>{}, Pathwise{},
                     PeerKl{});
    std::vector<Batch<double>> eps;
    for (const auto& one : problem.at("eps")) eps.push_back(columns(one));
    Recorded<double> rng(eps);
    const InitializationReport report = vi.initialize_estimator(rng, problem.at("patience"), number(problem.at("atol")));
    const std::string stop = problem.at("stop");
    REQUIRE((stop == "atol" || stop == "patience"));
    CHECK(report.stop == (stop == "atol" ? InitializationReport::Stop::close : InitializationReport::Stop::no_improvement));
    REQUIRE(static_cast<Index>(report.losses.size()) == whole(problem.at("iterations")));
    const Vector<double> losses = numbers(problem.at("losses"));
    for (Index i = 0; i < losses.size(); ++i) worst.compare(report.losses[static_cast<std::size_t>(i)], losses[i]);
    worst.compare(vi.q().mean(), numbers(problem.at("mu")));
    worst.compare(vi.q().covariance(), matrix(problem.at("cov")));
  }
}
