#include "variate/mixtures/trust_region.hpp"

#include <limits>

#include "support/catch.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/distributions/multivariate_normal.hpp"

using namespace variate;

namespace {

struct Problem {
  Vector<double> mean, gradient;
  Batch<double> factor, hessian;
  explicit Problem(Index d, double scale = 1) : mean(d), gradient(d), factor(Batch<double>::Zero(d, d)), hessian(d, d) {
    for (Index i = 0; i < d; ++i) {
      const auto x = static_cast<double>(i);
      mean[i] = std::cos(x + 1);
      gradient[i] = scale * std::sin(3 * x + 1);
      for (Index j = 0; j < d; ++j) {
        const auto y = static_cast<double>(j);
        if (j <= i) factor(i, j) = i == j ? 1 + 0.1 * x : 0.3 * std::sin(x + 2 * y);
        hessian(i, j) = scale * ((i == j ? 0.5 : 0) + std::cos(x + y));
      }
    }
  }
};

double divergence(const Vector<double>& m1, const Batch<double>& l1, const Vector<double>& m0, const Batch<double>& l0) {
  return kl(MultivariateNormal<double>(m1, l1), MultivariateNormal<double>(m0, l0))(0);
}

}  // namespace

TEST_CASE("The divergence along a trust-region path is that of the components", "[mixtures]") {
  for (const Index d : {1, 2, 3, 8}) {
    const Problem p(d);
    ComponentWorkspace<double> work;
    TrustRegionPath<double, Batch<double>> path(p.mean, p.factor, p.hessian, p.gradient, work);
    for (const double eta : {20.0, 50.0, 3000.0}) {
      Vector<double> mean;
      Batch<double> factor;
      REQUIRE(path.at(eta, mean, factor));
      CHECK(path.kl(eta) == Approx(divergence(mean, factor, p.mean, p.factor)).epsilon(1e-6).margin(1e-13));
    }
    // With great multipliers KL falls as 1/eta^2, without loss to rounding.
    CHECK(path.kl(1e9) * 1e4 == Approx(path.kl(1e7)).epsilon(1e-5));
  }
  const Problem p(3);
  ComponentWorkspace<double> work;
  const Batch<double> negative = -p.hessian;
  TrustRegionPath<double, Batch<double>> path(p.mean, p.factor, negative, p.gradient, work);
  CHECK(path.kl(0.1) == std::numeric_limits<double>::infinity());
  Vector<double> mean;
  Batch<double> factor;
  CHECK_FALSE(path.at(0.1, mean, factor));
}

TEST_CASE("A diagonal path agrees with a full one", "[mixtures]") {
  const Problem p(4);
  const Vector<double> deviations = p.factor.diagonal(), diagonal = p.hessian.diagonal();
  const Batch<double> full = deviations.asDiagonal(), full_hessian = diagonal.asDiagonal();
  ComponentWorkspace<double> work, other;
  TrustRegionPath<double, Vector<double>> path(p.mean, deviations, diagonal, p.gradient, work);
  TrustRegionPath<double, Batch<double>> again(p.mean, full, full_hessian, p.gradient, other);
  CHECK(path.kl(7.0) == Approx(again.kl(7.0)).epsilon(1e-12));
  Vector<double> mean, other_mean, s;
  Batch<double> l;
  REQUIRE(path.at(7.0, mean, s));
  REQUIRE(again.at(7.0, other_mean, l));
  CHECK((mean - other_mean).norm() < 1e-14);
  CHECK((Batch<double>(s.asDiagonal()) - l).norm() < 1e-14);
}

TEST_CASE("The exact trust region meets its bound", "[mixtures]") {
  const TrustRegionComponentUpdate exact{.exact = true}, literal{};
  ComponentWorkspace<double> work;
  int met = 0;
  for (const double scale : {0.01, 1.0, 300.0, -40.0})
    for (const double bound : {1e-12, 1e-6, 0.01, 0.5, 20.0})
      for (const double former : {-1.0, 1.0, 30.0, 1e9}) {
        const Problem p(5, scale);
        Vector<double> mean = p.mean;
        Batch<double> factor = p.factor;
        ComponentUpdateState<double> state{.eta = former};
        REQUIRE(exact(mean, factor, p.hessian, p.gradient, {.stepsize = bound}, state, work));
        const double got = divergence(mean, factor, p.mean, p.factor);
        if (state.eta > 1) {
          ++met;
          CHECK(std::abs(got - bound) < 1e-8);
          TrustRegionPath<double, Batch<double>> path(p.mean, p.factor, p.hessian, p.gradient, work);
          CHECK(std::abs(path.kl(state.eta) / bound - 1) < 1e-8);
        } else {
          CHECK(state.eta == 1);
          CHECK(got <= bound * (1 + 1e-9));
        }
        mean = p.mean;
        factor = p.factor;
        state.eta = -1;
        REQUIRE(literal(mean, factor, p.hessian, p.gradient, {.stepsize = bound}, state, work));
        CHECK(divergence(mean, factor, p.mean, p.factor) < 1.1 * bound + 1e-13);
      }
  CHECK(met > 30);
}

TEST_CASE("Trust-region multipliers and rejections", "[mixtures]") {
  Problem p(3);
  p.hessian.diagonal().array() += 2;  // positive definite
  ComponentWorkspace<double> work;
  const auto eta_of = [&](const TrustRegionComponentUpdate& policy, double bound, double former, double temperature) {
    Vector<double> mean = p.mean;
    Batch<double> factor = p.factor;
    ComponentUpdateState<double> state{.eta = former};
    const bool taken =
        policy(mean, factor, p.hessian, p.gradient, {.stepsize = bound, .temperature = temperature}, state, work);
    CHECK(taken == (state.eta > 0));
    CHECK(taken == (mean != p.mean));
    CHECK(state.received_updates == 1);
    return state.eta;
  };
  using variate_tests::infinity;
  const TrustRegionComponentUpdate exact{.exact = true}, literal{};
  // Searched from scratch, the bracket ends on its way down at e^5, where the next half lies within 0.1 of zero.
  for (const double bound : {1e6, infinity}) CHECK(eta_of(literal, bound, -1, 1) == Approx(std::exp(5.0)));
  for (const double bound : {1e6, infinity}) CHECK(eta_of(exact, bound, -1, 1) == 1);  // the full step, not more
  CHECK(eta_of(literal, 1e6, 1, 1) < 1.3);
  CHECK(eta_of(literal, 1e6, 1, 3) == 3);
  CHECK(eta_of(exact, 1e6, -1, 3) == 3);
  CHECK(eta_of(literal, 0, -1, 1) == -1);
  CHECK(eta_of(exact, 0, -1, 1) == -1);
  CHECK(eta_of(literal, 1e-10, 1, 1) == -1);  // out of the warm bracket
  CHECK(eta_of(exact, 1e-10, 1, 1) > 1000);

  Vector<double> mean = p.mean;
  Batch<double> factor = p.factor, broken = p.hessian;
  broken(2, 0) = std::numeric_limits<double>::quiet_NaN();
  ComponentUpdateState<double> state{.l2_regularizer = 1e-9, .eta = 4};
  CHECK_FALSE(literal(mean, factor, broken, p.gradient, {.stepsize = 0.1}, state, work));
  CHECK(state.eta == -1);
  CHECK(state.l2_regularizer == Approx(1e-8));
  CHECK(mean == p.mean);
  CHECK_THROWS_AS(literal(mean, factor, p.hessian, p.gradient, {.stepsize = -0.1}, state, work), DomainError);
  CHECK_THROWS_AS(literal(mean, factor, p.hessian, p.gradient, {.stepsize = 0.1, .temperature = 0}, state, work), DomainError);
  CHECK_THROWS_AS(literal(mean, factor, p.hessian, Vector<double>(4), {.stepsize = 0.1}, state, work), ShapeError);
}

TEST_CASE("Trust regions in float", "[mixtures]") {
  const Problem p(4);
  Vector<float> mean = p.mean.cast<float>();
  Batch<float> factor = p.factor.cast<float>();
  ComponentUpdateState<float> state;
  ComponentWorkspace<float> work;
  REQUIRE(TrustRegionComponentUpdate{.exact = true}(mean, factor, Batch<float>(p.hessian.cast<float>()),
                                                    Vector<float>(p.gradient.cast<float>()), {.stepsize = 0.1f}, state, work));
  CHECK(divergence(mean.cast<double>(), factor.cast<double>(), p.mean, p.factor) == Approx(0.1).epsilon(1e-4));
}
