#include "variate/mixtures/targets/planar_robot.hpp"

#include "mixtures/targets/target_checks.hpp"
#include "variate/mixtures/mode_coverage.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("The planar arm", "[mixtures]") {
  Rng rng(2);
  // Softer than the literature's, so that differences are accurate.
  PlanarRobotOptions<double> options{.prior_deviations = Vector<double>::Constant(5, 0.4), .goals = Batch<double>(2, 3),
                                     .reach_deviation = 0.5, .link_length = 1.5};
  options.goals << 3, -4, 0, 1, 2, -5;
  const PlanarRobot<double> soft(options);
  check_target(soft, Batch<double>(normals<double>(rng, 5, 19)));

  const auto arm = planar_robot();
  CHECK(arm.event_size() == 10);
  CHECK(planar_robot(1).options().goals.cols() == 1);
  const Batch<double> straight = Batch<double>::Zero(10, 1), joints = arm.joints(straight);
  CHECK(joints(18, 0) == 10);
  CHECK(joints(19, 0) == 0);
  const double constant =
      10 * std::log(2 * std::numbers::pi) / 2 + 9 * std::log(0.2) + std::log(2 * std::numbers::pi) + 2 * std::log(0.01);
  CHECK(arm(straight)[0] == Approx(-constant - 9 / (2 * 1e-4)));
  // Its value does not depend on which columns stand beside.
  const Batch<double> x = normals<double>(rng, 10, 37) * 0.3;
  Batch<double> gradient, alone;
  const Row<double> value = arm.value_and_gradient(x, gradient);
  for (Index c = 0; c < x.cols(); c += 6) {
    CHECK(arm.value_and_gradient(Batch<double>(x.col(c)), alone)[0] == value[c]);
    CHECK(alone.col(0) == gradient.col(c));
  }
  CHECK_THROWS_AS(arm(Batch<double>(9, 1)), ShapeError);
  CHECK_THROWS_AS(planar_robot(2), InvalidArgument);
  options.reach_deviation = 0;
  CHECK_THROWS_AS(PlanarRobot<double>(options), DomainError);
}

TEST_CASE("The ways an arm has found", "[mixtures]") {
  const auto arm = planar_robot(1, 4, 0.9, 0.5);
  PlanarRobotOptions<double> options = arm.options();
  options.goals << 4, 0;
  const PlanarRobot<double> near(options);
  Batch<double> means = Batch<double>::Zero(4, 5);
  // Straight to the goal; a bow to either side misses it a little; far away; the same again.
  means.col(1) << 0.3, -0.6, 0.6, -0.3;
  means.col(2) << 2, 0, 0, 0;
  means.col(3) << 0.05, -0.05, 0, 0;
  CHECK(modes_found(near, means) == std::vector<Index>{1});
  options.goals.resize(2, 2);
  options.goals << 4, 0, 0, 4;
  means.col(4) << std::numbers::pi / 2, 0, 0, 0;
  CHECK(modes_found(PlanarRobot<double>(options), means) == std::vector<Index>{1, 1});
  // Two ways to a point near by, told apart by the first angle: up and down, or down and up.
  options.goals.resize(2, 1);
  options.goals << 4 * std::cos(0.5), 0;
  means.col(0) << 0.5, 0, -1, 0;
  means.col(0) << 0.5, -1, 1, -1;
  means.col(1) << -0.5, 1, -1, 1;
  CHECK(modes_found(PlanarRobot<double>(options), means) == std::vector<Index>{2});
}
