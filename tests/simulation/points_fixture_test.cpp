/// Simulated minimum distance and Langevin chains, against recorded runs.
#include "simulation/blackbirds_fixtures.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/mala.hpp"
#include "variate/simulation/smd.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// -sum_i log N(y_i; x, S), the data as columns.
struct GaussianLoss {
  Batch<double> precision;
  double constant;

  explicit GaussianLoss(const Batch<double>& covariance) {
    const Index d = covariance.rows();
    const auto q = MultivariateNormal<double>::from_covariance(Vector<double>::Zero(d), covariance);
    precision = Batch<double>::Identity(d, d);
    math::solve_lower(q.scale_tril(), precision);
    math::solve_lower_transposed(q.scale_tril(), precision);
    constant = -q.log_prob(Batch<double>::Zero(d, 1))[0];
  }
  template <class X>
  X operator()(const Vector<X>& x, const Batch<double>& data) const {
    X sum(static_cast<double>(data.cols()) * constant);
    for (Index n = 0; n < data.cols(); ++n)
      for (Index i = 0; i < x.size(); ++i)
        for (Index j = 0; j < x.size(); ++j) sum += 0.5 * precision(i, j) * (x[i] - data(i, n)) * (x[j] - data(j, n));
    return sum;
  }
};
}  // namespace

TEST_CASE("Simulated minimum distance", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/smd.json");
  require_fields(file, {"note", "formulas", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst("smd", 1e-9);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"d", "loss", "p0", "lr", "n_epochs", "patience", "losses", "best", "final"});
    Smd smd(Formula(problem.at("loss")), Adam<double>{{.rate = number(problem.at("lr"))}});
    Rng rng(1);
    const auto run = smd.run(rng, numbers(problem.at("p0")), {}, problem.at("n_epochs"), problem.at("patience"));
    const Vector<double> losses = numbers(problem.at("losses"));
    REQUIRE(static_cast<Index>(run.losses.size()) == losses.size());
    worst.compare(Eigen::Map<const Vector<double>>(run.losses.data(), losses.size()), losses);
    worst.compare(run.best, numbers(problem.at("best")));
    worst.compare(run.last, numbers(problem.at("final")));
    CHECK(run.best.size() == whole(problem.at("d")));
    CHECK(run.stopped == (losses.size() < whole(problem.at("n_epochs"))));
  }
}

TEST_CASE("Langevin chains", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/mala.json");
  require_fields(file, {"note", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst("mala", 1e-9);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"d", "w", "scale", "clip", "data", "lik_cov", "prior_mu", "prior_cov", "proposal_cov", "x0", "eps", "uniform",
                             "evaluations", "chain", "accepted"});
    const Batch<double> data = columns(problem.at("data"));
    const Mala mala(MultivariateNormal<double>::from_covariance(numbers(problem.at("prior_mu")), matrix(problem.at("prior_cov"))),
                    GaussianLoss(matrix(problem.at("lik_cov"))),
                    MalaOptions<double>{.w = number(problem.at("w")),
                                        .gradient_clipping_norm = number(problem.at("clip")),
                                        .scale = number(problem.at("scale")),
                                        .covariance = matrix(problem.at("proposal_cov"))});
    std::vector<Batch<double>> eps, uniform;
    for (const auto& one : problem.at("eps")) eps.push_back(matrix(one));
    for (const auto& one : problem.at("uniform")) uniform.push_back(Batch<double>::Constant(1, 1, number(one)));
    Recorded<double> rng(eps, uniform);
    const auto chain = mala.run(rng, numbers(problem.at("x0")), data, static_cast<Index>(eps.size()));
    worst.compare(chain.states, columns(problem.at("chain")));
    REQUIRE(chain.accepted.size() == problem.at("accepted").size());
    for (std::size_t i = 0; i < chain.accepted.size(); ++i) CHECK(chain.accepted[i] == problem.at("accepted").at(i).get<bool>());
    REQUIRE(problem.at("evaluations").size() > 0);
    for (const auto& one : problem.at("evaluations")) {
      require_fields(one, {"state", "log_density", "grad"});
      Vector<double> gradient;
      worst.compare(mala.log_density(numbers(one.at("state")), data, rng, gradient), number(one.at("log_density")));
      worst.compare(gradient, numbers(one.at("grad")));
    }
    CHECK(chain.states.rows() == whole(problem.at("d")));
  }
}
