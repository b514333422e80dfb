#include "support/catch.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/inference/loss_gradient.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
struct QuadraticLoss {
  template <class X>
  X operator()(const Vector<X>& x) const {
    return x[0] * x[0] + 3.0 * x[1] + x[0] * x[1];
  }
};
}  // namespace

TEST_CASE("Every gradient of a loss has the same mean", "[inference][statistical]") {
  Vector<double> mean(2);
  mean << 0.3, -0.4;
  const auto q = MultivariateNormal<double>::from_covariance(mean, Batch<double>{{0.5, 0.1}, {0.1, 0.3}});
  Rng rng(3);
  const Index n = 20000;
  const auto path = compute_and_differentiate_loss_pathwise(QuadraticLoss{}, q, {}, rng, n, {Mode::forward});
  const auto score = compute_and_differentiate_loss_score(QuadraticLoss{}, q, {}, rng, n);
  const auto centred = compute_and_differentiate_loss_score<LeaveOneOut>(QuadraticLoss{}, q, {}, rng, n);
  // d/dmean E[x^2 + 3 y + x y] = (2 m0 + m1, 3 + m0)
  CHECK(path.estimate.q[0] == Approx(0.2).margin(0.05));
  CHECK(path.estimate.q[1] == Approx(3.3).margin(0.02));
  CHECK((score.estimate.q - path.estimate.q).cwiseAbs().maxCoeff() < 0.25);
  CHECK((centred.estimate.q - path.estimate.q).cwiseAbs().maxCoeff() < 0.25);
  CHECK(path.jacobians.cols() == n);
  CHECK(score.jacobians.size() == 0);
  CHECK(path.losses.mean() == Approx(path.estimate.value));
}

TEST_CASE("Estimates have the same bits for any number of threads", "[inference]") {
  const auto q = MultivariateNormal<double>::standard(2);
  ThreadPool pool(2);
  Rng a(3), b(3);
  const auto serial = compute_and_differentiate_loss(QuadraticLoss{}, q, {}, a, 9);
  const auto threads = compute_and_differentiate_loss(QuadraticLoss{}, q, {}, b, 9, Pathwise{}, {}, pool);
  CHECK(serial.estimate.q == threads.estimate.q);
  CHECK(serial.estimate.value == threads.estimate.value);
}

TEST_CASE("No samples, or none that is good", "[inference]") {
  const auto q = MultivariateNormal<double>::standard(2);
  Rng rng(1);
  CHECK_THROWS_AS(compute_and_differentiate_loss(QuadraticLoss{}, q, {}, rng, 0), InvalidArgument);
  CHECK_THROWS_AS(compute_and_differentiate_loss_score<LeaveOneOut>(QuadraticLoss{}, q, {}, rng, 1), InvalidArgument);
  const auto never = [](const auto& theta) { return theta[0] * std::nan(""); };
  const auto bad = compute_and_differentiate_loss(never, q, {}, rng, 4);
  CHECK_FALSE(bad.estimate.finite());
  CHECK(bad.estimate.dropped == 4);
  CHECK(bad.estimate.evaluations == 4);
}
