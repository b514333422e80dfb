/// A coupling flow as the posterior, against recorded numbers.
#include "simulation/blackbirds_fixtures.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/inference/loss_gradient.hpp"
#include "variate/inference/regularisation.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

using PosteriorFlow = Flow<Coupling<AffineTransform<double>, Activation::relu>>;

/// Parts of layer l by the names of normflows; its network gives the shift first, ours the log scale.
struct Parts {
  std::string stem;
  explicit Parts(Index layer) : stem("flows." + std::to_string(2 * layer) + ".flows.1.param_map.net.") {}
  Vector<double> flat(const nlohmann::json& all) const {
    const Batch<double> w0 = matrix(all.at(stem + "0.weight")), w2 = matrix(all.at(stem + "2.weight"));
    const Vector<double> b0 = numbers(all.at(stem + "0.bias")), b2 = numbers(all.at(stem + "2.bias"));
    Vector<double> v(w0.size() + b0.size() + w2.size() + b2.size());
    v << w0.col(0), b0, w2.row(1).transpose(), w2.row(0).transpose(), b2[1], b2[0];
    return v;
  }
};
/// All of them, and no others.
Vector<double> flat(const nlohmann::json& all, Index layers) {
  REQUIRE(static_cast<Index>(all.size()) == 4 * layers);
  std::vector<double> v;
  for (Index l = 0; l < layers; ++l) {
    const Vector<double> part = Parts(l).flat(all);
    v.insert(v.end(), part.data(), part.data() + part.size());
  }
  return Eigen::Map<const Vector<double>>(v.data(), static_cast<Index>(v.size()));
}

}  // namespace

TEST_CASE("A flow as the posterior", "[fixtures][blackbirds]") {
  const auto file = fixture("blackbirds/flow_posterior.json");
  require_fields(file, {"note", "formulas", "cases"});
  REQUIRE(file.at("cases").size() > 0);
  Worst worst("flow_posterior", 1e-9);
  for (const auto& problem : file.at("cases")) {
    require_fields(problem, {"n_layers", "hidden", "n", "parameters", "prior_mu", "prior_cov", "consts", "eps", "z", "log_q", "log_q_of_z",
                             "kl_estimate", "grads_kl", "rosenbrock"});
    const Index layers = problem.at("n_layers"), n = problem.at("n");
    // There, the coordinates are swapped after each layer; here a coordinate is called by its place at the end.
    std::vector<Coupling<AffineTransform<double>, Activation::relu>> cells;
    for (Index l = 0; l < layers; ++l) {
      const bool first_passes = (layers - l) % 2 == 0;
      cells.emplace_back(CouplingMask{first_passes, !first_passes}, AffineTransform<double>{},
                         std::vector<Index>{problem.at("hidden").get<Index>()});
    }
    const PosteriorFlow q(cells, Latent<double>::normal(), flat(problem.at("parameters"), layers));
    Batch<double> eps = columns(problem.at("eps"));
    if (layers % 2 == 1) eps.row(0).swap(eps.row(1));
    const auto rng = [&] { return Recorded<double>({eps}); };
    auto draws = rng();
    const auto draw = q.rsample(draws, n);
    worst.compare(draw.value, columns(problem.at("z")));
    worst.compare(draw.log_prob.transpose(), numbers(problem.at("log_q")));
    worst.compare(q.log_prob(draw.value).transpose(), numbers(problem.at("log_q_of_z")));
    const auto prior = MultivariateNormal<double>::from_covariance(numbers(problem.at("prior_mu")), matrix(problem.at("prior_cov")));
    auto for_kl = rng();
    const auto divergence = Kl{}(q, prior, for_kl, n);
    worst.compare(divergence.value, number(problem.at("kl_estimate")));
    worst.compare(divergence.q, flat(problem.at("grads_kl"), layers));
    auto for_value = rng();
    worst.compare(compute_regularisation_loss(q, prior, for_value, n), number(problem.at("kl_estimate")));
    const auto& wanted = problem.at("rosenbrock");
    require_fields(wanted, {"pathwise", "score"});
    for (const bool pathwise : {true, false}) {
      const auto& want = wanted.at(pathwise ? "pathwise" : "score");
      require_fields(want, {"loss", "grads"});
      auto for_loss = rng();
      const Formula loss("rosenbrock", problem.at("consts"));
      const auto got = pathwise ? compute_and_differentiate_loss_pathwise(loss, q, {}, for_loss, n)
                                : compute_and_differentiate_loss_score(loss, q, {}, for_loss, n);
      worst.compare(got.estimate.value, number(want.at("loss")));
      worst.compare(got.estimate.q, flat(want.at("grads"), layers));
    }
  }
}
