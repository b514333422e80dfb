#include "variate/mixtures/targets/gaussian_mixture_target.hpp"

#include "mixtures/targets/target_checks.hpp"
#include "variate/mixtures/mode_coverage.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Gaussian mixtures as targets", "[mixtures]") {
  Rng rng(1);
  const auto simple = simple_gaussian_mixture();
  CHECK(simple.event_size() == 2);
  CHECK(simple.mixture().weights()[1] == Approx(0.3));
  check_target(simple, Batch<double>(normals<double>(rng, 2, 21) * 2));
  const auto star = star_gaussian_mixture(7);
  check_target(star, Batch<double>(normals<double>(rng, 2, 21)));
  // A star is as it was after a turn by one of its arms.
  const double turn = 2 * std::numbers::pi / 7;
  Batch<double> x = normals<double>(rng, 2, 5), y(2, 5);
  y.row(0) = std::cos(turn) * x.row(0) + std::sin(turn) * x.row(1);
  y.row(1) = -std::sin(turn) * x.row(0) + std::cos(turn) * x.row(1);
  CHECK((star(x) - star(y)).norm() < 1e-10);
  CHECK_THROWS_AS(star_gaussian_mixture(0), InvalidArgument);
}

TEST_CASE("Random Gaussian mixtures", "[mixtures]") {
  Rng rng(10000);
  const auto target = random_gaussian_mixture(rng, 20);
  CHECK(target.mixture().size() == 10);
  const Batch<double> means = target.means();
  CHECK(means.cwiseAbs().maxCoeff() < 50);
  CHECK(means.cwiseAbs().maxCoeff() > 45);
  // E tr(B^T B + I) = d (d (0.1 d)^2 + 1)
  double trace = 0;
  for (Index k = 0; k < 10; ++k) trace += target.mixture()[k].factor.squaredNorm();
  CHECK(trace / 10 == Approx(20 * (20 * 4 + 1)).epsilon(0.1));  // 10 * 400 squares: a deviation of 2.2 %
  check_target(target, target.sample(rng, 19));
  Rng again(10000);
  CHECK(random_gaussian_mixture(again, 20).means() == means);

  CHECK(modes_found(means, means) == 10);
  CHECK(modes_found(means, Batch<double>(means.leftCols(3))) == 3);
  CHECK(modes_found(means, Batch<double>(means.leftCols(3).array() + 5.99)) == 3);  // |shift| = 5.99 sqrt(20)
  CHECK(modes_found(means, Batch<double>(means.leftCols(3).array() + 6.01)) == 0);

  const auto diagonal = random_diagonal_mixture(rng, 4, {.components = 3, .extent = 2});
  check_target(diagonal, diagonal.sample(rng, 9));
  CHECK_THROWS_AS(random_gaussian_mixture(rng, 0), InvalidArgument);
  CHECK_THROWS_AS(random_gaussian_mixture(rng, 2, {.components = 0}), InvalidArgument);
  CHECK_THROWS_AS(random_gaussian_mixture(rng, 2, {.extent = -1}), DomainError);
}
