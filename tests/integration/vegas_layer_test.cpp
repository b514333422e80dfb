#include "variate/integration/vegas_layer.hpp"

#include <cmath>
#include <vector>

#include "support/catch.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace vegas_layer {

using namespace variate;
using namespace variate_tests;

/// Uneven bins on [0, 2] x [-1, 1].
VegasLayer layer(bool smooth = false) {
  const std::vector<Vector<double>> nodes{Vector<double>{{0.0, 0.5, 0.6, 2.0}}, Vector<double>{{-1.0, 0.3, 0.5, 1.0}}};
  return VegasLayer(smooth ? VegasMap(nodes).smoothed(7) : VegasMap(nodes));
}
using Q = Flow<Coupling<RationalQuadratic<double>>, VegasLayer>;
static_assert(Family<Q> && Scoreable<Q> && Reparameterizable<Q>);

TEST_CASE("a flow on the map of VEGAS starts as its density", "[integration]") {
  Rng rng(1);
  const Q q = coupling_flow(2, RationalQuadratic<double>(4), rng, {.hidden = {5}}, layer());
  const Batch<double> x{{0.25, 0.55, 1.9, 2.1, std::nan("")}, {0.0, 0.4, 0.9, 0.0, 0.0}};
  const Row<double> p = q.log_prob(x);
  CHECK(p[0] == Approx(-std::log(1.5 * 3.9)));
  CHECK(p[1] == Approx(-std::log(0.3 * 0.6)));
  CHECK(p[2] == Approx(-std::log(4.2 * 1.5)));
  CHECK(p[3] == -infinity);
  CHECK(std::isnan(p[4]));
}

TEST_CASE("a flow on the map of VEGAS: draws, densities, scores", "[integration]") {
  Rng rng(2);
  const Q q = coupling_flow(2, RationalQuadratic<double>(4), rng, {.hidden = {5}, .zero_last = false}, layer());
  const auto s = q.sample_with_log_prob(rng, 50);
  CHECK((q.log_prob(s.value) - s.log_prob).cwiseAbs().maxCoeff() < 1e-10);
  CHECK(s.value.row(0).maxCoeff() > 1);
  CHECK(s.value.row(1).minCoeff() < -0.5);
  const Row<double> w = normals<double>(rng, 1, 50);
  const Vector<double> along = normals<double>(rng, q.params().size(), 1), score = q.evaluate(s.value).pullback(w);
  Q up = q, down = q;
  const double h = 1e-6;
  up.set_params(q.params() + h * along);
  down.set_params(q.params() - h * along);
  CHECK(score.dot(along) == Approx(w.dot(up.log_prob(s.value) - down.log_prob(s.value)) / (2 * h)).epsilon(1e-6));
  CHECK(ForwardKl<double>{}(q, log_weighted_points<double>(s.value, s.log_prob, w)).finite());
}

TEST_CASE("a flow on the map of VEGAS: draws and densities are pulled back to parameters and points", "[integration]") {
  for (const bool smooth : {false, true}) {
    CAPTURE(smooth);
    Rng rng(3);
    const Q q = coupling_flow(2, RationalQuadratic<double>(4), rng, {.hidden = {5}, .zero_last = false}, layer(smooth));
    const Batch<double> g = normals<double>(rng, 2, 40), aside = normals<double>(rng, 2, 40);
    const Row<double> w = normals<double>(rng, 1, 40);
    const Vector<double> along = normals<double>(rng, q.params().size(), 1);
    const double h = 1e-6;
    Rng same = rng;
    const auto draw = q.rsample(same, 40);
    const auto moved = [&](double by) {
      Q other = q;
      other.set_params(q.params() + by * along);
      Rng again = rng;
      return other.sample_with_log_prob(again, 40);
    };
    const auto up = moved(h), down = moved(-h);
    CHECK(draw.value == moved(0).value);
    const double of_points = g.cwiseProduct(up.value - down.value).sum() / (2 * h);
    const double of_density = w.dot(up.log_prob - down.log_prob) / (2 * h);
    CHECK(draw.pullback(g).dot(along) == Approx(of_points).epsilon(1e-6));
    CHECK(draw.pullback(g, w).dot(along) == Approx(of_points + of_density).epsilon(1e-5));

    Batch<double> slope;
    q.evaluate(draw.value).pullback(w, slope);
    const double by_points = w.dot(q.log_prob(draw.value + h * aside) - q.log_prob(draw.value - h * aside)) / (2 * h);
    CHECK(slope.cwiseProduct(aside).sum() == Approx(by_points).epsilon(1e-5));
  }
}

}  // namespace vegas_layer
}  // namespace
