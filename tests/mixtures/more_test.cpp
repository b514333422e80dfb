/// MORE's natural gradients against recorded ones and where they are exact.
#include "variate/mixtures/more.hpp"

#include "mixtures/natural_gradient_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("recorded natural gradients by regression", "[fixtures][gmmvi]") {
  // systems with a regularizer of 1e-12 can be badly conditioned
  check_recorded(
      "ng_more.json",
      [](const nlohmann::json& test) {
        return More{.only_use_own_samples = test.at("only_use_own_samples").get<bool>(),
                    .use_self_normalized_importance_weights = test.at("self_normalized").get<bool>()};
      },
      1e-6);
}

TEST_CASE("MORE is exact for quadratic targets", "[mixtures]") {
  const Vector<double> l2 = Vector<double>::Constant(1, 1e-14);
  More::Workspace<double> work;
  const auto model = one_component<Covariance::full>();
  const Batch<double> precision = model[0].inverse.transpose() * model[0].inverse;
  for (const bool own : {false, true}) {
    NaturalGradients<double, Covariance::full> got;
    const auto samples = quadratic_samples(model, quadratic_target(), 30);
    More{.only_use_own_samples = own}(model, samples, 1.0, l2, got, work);
    CHECK(got.hessians[0].isApprox(quadratic_target() - precision, 1e-8));
    CHECK(got.gradients[0].isApprox(quadratic_target() * model[0].mean, 1e-8));
    More{.only_use_own_samples = own, .tempered = true}(model, samples, 0.5, l2, got, work);
    CHECK(got.hessians[0].isApprox(quadratic_target() - 0.5 * precision, 1e-8));
  }
  const auto diagonal = one_component<Covariance::diagonal>();
  const Vector<double> target{{2, 1, 3}};
  NaturalGradients<double, Covariance::diagonal> got;
  // 2d + 1 = 7 coefficients need no more samples
  More{}(diagonal, quadratic_samples(diagonal, Batch<double>(target.asDiagonal()), 8), 1.0, l2, got, work);
  CHECK(got.hessians[0].isApprox((target.array() - diagonal[0].factor.array().square().inverse()).matrix(), 1e-8));
  CHECK(got.gradients[0].isApprox(target.cwiseProduct(diagonal[0].mean), 1e-8));
}

TEST_CASE("MORE gives up where there is nothing to fit to", "[mixtures]") {
  const auto model = one_component<Covariance::full>();
  More::Workspace<double> work;
  NaturalGradients<double, Covariance::full> got;
  auto samples = quadratic_samples(model, quadratic_target(), 30);
  samples.background.setConstant(1e300);  // weights underflow; normalised ones do not
  const Vector<double> l2 = Vector<double>::Constant(1, 1e-12);
  More{.use_self_normalized_importance_weights = false}(model, samples, 1.0, l2, got, work);
  CHECK_FALSE(got.gradients[0].allFinite());
  More{}(model, quadratic_samples(model, quadratic_target(), 0), 1.0, l2, got, work);
  CHECK_FALSE(got.gradients[0].allFinite());
  CHECK_THROWS_AS(More{}(model, samples, 1.0, Vector<double>(2), got, work), ShapeError);
}
