/// vegas 6.4.1, replayed: its map and whole runs of vegas+.
#include <cmath>
#include <string>
#include <vector>

#include "integration/zunis_cases.hpp"
#include "variate/integration/vegas.hpp"
#include "variate/random/recorded.hpp"

namespace {
namespace vegas_fixtures {

using namespace variate;
using namespace variate_tests;

std::vector<Vector<double>> nodes_from(const nlohmann::json& grid) {
  std::vector<Vector<double>> nodes;
  for (const auto& axis : grid) nodes.push_back(numbers(axis).transpose());
  return nodes;
}
void compare(WorstOf& worst, const std::string& what, const VegasMap& map, const nlohmann::json& grid) {
  REQUIRE(grid.size() == static_cast<std::size_t>(map.dimension()));
  for (Index i = 0; i < map.dimension(); ++i)
    worst.add(what, map.nodes(i), Vector<double>(numbers(grid.at(static_cast<std::size_t>(i))).transpose()));
}

void replay_rounds(const nlohmann::json& one, WorstOf& worst) {
  require_only(one, {"kind", "dim", "limits", "ninc", "alpha", "rounds", "regrid_from", "regrid_ninc", "regrid_to"});
  const Batch<double> limits = matrix(one.at("limits"));
  REQUIRE(limits.rows() == one.at("dim").get<Index>());
  VegasMap map(Box(limits.col(0), limits.col(1)), one.at("ninc").get<Index>());
  REQUIRE(one.at("rounds").size() > 0);
  for (const auto& round : one.at("rounds")) {
    require_only(round, {"grid_before", "y", "x", "jac", "invmap_y", "invmap_jac", "train_f", "grid_after"});
    compare(worst, "grid_before", map, round.at("grid_before"));
    const Batch<double> y = points(round.at("y"));
    const MappedPoints x = map.forward(y);
    worst.add("x", x.points, points(round.at("x")));
    worst.add("jac", x.jacobian, numbers(round.at("jac")));
    const MappedPoints back = map.inverse(points(round.at("x")));
    worst.add("invmap_y", back.points, points(round.at("invmap_y")));
    worst.add("invmap_jac", back.jacobian, numbers(round.at("invmap_jac")));
    map.add_training_data(y, numbers(round.at("train_f")));
    map.refine(one.at("alpha").get<double>());
    compare(worst, "grid_after", map, round.at("grid_after"));
  }
  VegasMap other(nodes_from(one.at("regrid_from")));
  other.regrid(std::vector<Index>(static_cast<std::size_t>(other.dimension()), one.at("regrid_ninc").get<Index>()));
  compare(worst, "regrid", other, one.at("regrid_to"));
}
void replay_map(const nlohmann::json& one, WorstOf& worst) {
  require_only(one, {"kind", "grid", "y", "x", "jac", "inv_x", "inv_y", "inv_jac"});
  const VegasMap map(nodes_from(one.at("grid")));
  const MappedPoints x = map.forward(points(one.at("y")));
  worst.add("map_x", x.points, points(one.at("x")));
  worst.add("map_jac", x.jacobian, numbers(one.at("jac")));
  const MappedPoints y = map.inverse(points(one.at("inv_x")));
  worst.add("map_inv_y", y.points, points(one.at("inv_y")));
  worst.add("map_inv_jac", y.jacobian, numbers(one.at("inv_jac")));
}
void replay_samples(const nlohmann::json& one, WorstOf& worst) {
  require_only(one, {"kind", "ninc", "nitn", "alpha", "x", "f", "grid_after"});
  const Batch<double> x = points(one.at("x"));
  VegasMap map(Box(x.rows()), one.at("ninc").get<Index>());
  map.adapt_to_samples(x, numbers(one.at("f")), one.at("nitn").get<Index>(), one.at("alpha").get<double>());
  compare(worst, "adapt_to_samples", map, one.at("grid_after"));
}

TEST_CASE("The map of VEGAS is that of vegas 6.4.1", "[fixtures][zunis]") {
  WorstOf worst("vegas_map");
  for_zunis_cases("vegas_map", [&](const nlohmann::json& one) {
    const auto kind = one.at("kind").get<std::string>();
    if (kind == "adapt") replay_rounds(one, worst);
    else if (kind == "map_only") replay_map(one, worst);
    else if (kind == "adapt_to_samples") replay_samples(one, worst);
    else FAIL("unknown kind " << kind);
  });
  worst.check(1e-12);
}

TEST_CASE("Runs of VEGAS+ are those of vegas 6.4.1, number by number", "[fixtures][zunis]") {
  WorstOf worst("vegas_plus_replay"), worst_q("vegas_plus_replay");
  for_zunis_cases("vegas_plus_replay", [&](const nlohmann::json& one) {
    require_only(one, {"dim", "neval", "alpha", "beta", "adapt", "neval_frac", "nstrat", "ninc", "min_neval_hcube", "nhcube",
                       "integrand", "uniforms", "iterations", "result_mean", "result_sdev"});
    REQUIRE(one.at("integrand").get<std::string>() == "exp(-sum((x-0.35)^2)/0.04)+0.05");
    REQUIRE(one.at("iterations").size() > 0);
    const auto f = [](const Batch<double>& x) -> Row<double> {
      return ((x.array() - 0.35).square().colwise().sum() / -0.04).exp() + 0.05;
    };
    std::vector<Batch<double>> uniforms;
    for (const auto& u : one.at("uniforms")) uniforms.push_back(points(u));
    Recorded<double> rng({}, uniforms);

    Vegas vegas(f, Box(one.at("dim").get<Index>()),
                {.calls = one.at("neval").get<Index>(),
                 .alpha = one.at("alpha").get<double>(),
                 .beta = one.at("beta").get<double>(),
                 .adaptive_share = one.at("neval_frac").get<double>(),
                 .chunk = 37});
    vegas.adapt(one.at("adapt").get<bool>());
    const Combination how = one.at("adapt").get<bool>() ? Combination::inverse_variance : Combination::equal;
    CHECK(vegas.strata().per_axis() == one.at("nstrat").get<std::vector<Index>>());
    CHECK(vegas.strata().count() == one.at("nhcube").get<Index>());
    CHECK(vegas.strata().least_calls() == one.at("min_neval_hcube").get<Index>());
    for (const auto& iteration : one.at("iterations")) {
      require_only(iteration, {"itn_mean", "itn_sdev", "avg_mean", "avg_sdev", "neval", "neval_hcube_range", "chi2", "Q", "sigf",
                               "sum_sigf", "grid"});
      std::vector<Index> starts;
      vegas.strata().allocate(vegas.sigma(), starts);
      Index most = 0;
      for (std::size_t h = 1; h < starts.size(); ++h) most = std::max(most, starts[h] - starts[h - 1]);
      // vegas says the least a stratum may have, not what the smallest one has
      const std::vector<Index> range{vegas.strata().least_calls(), most};
      const auto step = vegas.step(rng);
      const Integral so_far = vegas.result(how);
      CHECK(step.evaluations == iteration.at("neval").get<Index>());
      CHECK(range == iteration.at("neval_hcube_range").get<std::vector<Index>>());
      worst.add("itn_mean", step.value, number(iteration.at("itn_mean")));
      worst.add("itn_sdev", step.error, number(iteration.at("itn_sdev")));
      worst.add("avg_mean", so_far.mean, number(iteration.at("avg_mean")));
      worst.add("avg_sdev", so_far.error, number(iteration.at("avg_sdev")));
      worst.add("chi2", so_far.chi2, number(iteration.at("chi2")), 1e-12);
      if (!iteration.at("Q").is_null()) worst_q.add("Q", so_far.probability, number(iteration.at("Q")), 1e-12);
      else CHECK(std::isnan(so_far.probability));
      const Row<double> sigma = numbers(iteration.at("sigf"));
      worst.add("sigf", vegas.sigma().transpose(), sigma);
      worst.add("sum_sigf", vegas.sigma().sum(), number(iteration.at("sum_sigf")));
      compare(worst, "grid", vegas.map(), iteration.at("grid"));
    }
    for (std::size_t i = 0; i < one.at("ninc").size(); ++i)
      CHECK(vegas.map().bins(static_cast<Index>(i)) == one.at("ninc").at(i).get<Index>());
    CHECK(rng.exhausted());
    worst.add("result_mean", vegas.result(how).mean, number(one.at("result_mean")));
    worst.add("result_sdev", vegas.result(how).error, number(one.at("result_sdev")));
  });
  worst.check(1e-10);
  worst_q.check(1e-5);  // vegas computes its Q to a tolerance of 1e-5
}

}  // namespace vegas_fixtures
}  // namespace
