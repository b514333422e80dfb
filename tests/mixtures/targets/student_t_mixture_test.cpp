#include "variate/mixtures/targets/student_t_mixture.hpp"

#include "mixtures/targets/target_checks.hpp"
#include "variate/distributions/student_t.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Mixtures of Student-t distributions", "[mixtures]") {
  Rng rng(4);
  const auto target = random_student_t_mixture(rng, 6, {.components = 3, .extent = 4});
  CHECK(target.degrees_of_freedom() == 2);
  CHECK(target.means().cols() == 3);
  check_target(target, target.sample(rng, 19));
  // One component in one dimension is the distribution itself.
  Batch<double> mean(1, 1);
  mean << 0.7;
  const StudentTMixtureTarget<double> one(Gaussians<double>(Vector<double>::Ones(1), mean, {Batch<double>::Constant(1, 1, 1.5)}),
                                          3.0);
  Batch<double> x(1, 3);
  x << -4, 0.5, 30;
  const StudentT<double> t(Vector<double>::Constant(1, 3.0), Vector<double>::Constant(1, 0.7), Vector<double>::Constant(1, 1.5));
  CHECK((one(x) - t.log_prob(x)).norm() < 1e-13);
  CHECK_THROWS_AS(StudentTMixtureTarget<double>(one.scales(), 0.0), DomainError);
  CHECK_THROWS_AS(one(Batch<double>(2, 1)), ShapeError);
}

TEST_CASE("Draws of a Student-t mixture have its tails", "[mixtures][statistical]") {
  // P(|t_3| > 3.1824) = 0.05. 40000 draws: z below 4, a false alarm of 6e-5.
  Rng rng(5);
  const StudentTMixtureTarget<double> one(
      Gaussians<double>(Vector<double>::Ones(1), Batch<double>::Zero(1, 1), {Batch<double>::Constant(1, 1, 2)}), 3.0);
  const Index n = 40000;
  const Batch<double> x = one.sample(rng, n);
  double outside = 0;
  for (Index i = 0; i < n; ++i) outside += std::abs(x(0, i)) > 2 * 3.182446 ? 1 : 0;
  CHECK(std::abs(outside - 0.05 * n) < 4 * std::sqrt(0.05 * 0.95 * n));
}
