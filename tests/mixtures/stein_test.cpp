/// Stein's natural gradients against recorded ones and against what they estimate.
#include "variate/mixtures/stein.hpp"

#include "mixtures/natural_gradient_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("recorded natural gradients by Stein's lemma", "[fixtures][gmmvi]") {
  check_recorded(
      "ng_stein.json",
      [](const nlohmann::json& test) {
        return Stein{.only_use_own_samples = test.at("only_use_own_samples").get<bool>(),
                     .use_self_normalized_importance_weights = test.at("self_normalized").get<bool>()};
      },
      1e-9);
}

TEST_CASE("Stein's estimate of a quadratic target is right in the mean", "[mixtures][statistical]") {
  const auto model = one_component<Covariance::full>();
  const Index n = 40000;
  const auto samples = quadratic_samples(model, quadratic_target(), n);
  const Batch<double> precision = model[0].inverse.transpose() * model[0].inverse;
  NaturalGradients<double, Covariance::full> got;
  Stein::Workspace<double> work;
  Stein{}(model, samples, 1.0, {}, got, work);
  // slopes of size about 10 times whitened points of size 1: 5 standard errors are below 0.3
  CHECK((got.hessians[0] - (quadratic_target() - precision)).cwiseAbs().maxCoeff() < 0.3);
  CHECK((got.gradients[0] - quadratic_target() * model[0].mean).cwiseAbs().maxCoeff() < 0.1);
  // with T = 2 the entropy counts twice
  Stein{.tempered = true}(model, samples, 2.0, {}, got, work);
  CHECK((got.hessians[0] - (quadratic_target() - 2 * precision)).cwiseAbs().maxCoeff() < 0.6);
}

TEST_CASE("Stein's Hessian from plain weights can be made symmetric", "[mixtures]") {
  const auto model = one_component<Covariance::full>();
  const auto samples = quadratic_samples(model, quadratic_target(), 20);
  NaturalGradients<double, Covariance::full> plain, symmetric, normalised;
  Stein::Workspace<double> work;
  Stein{.use_self_normalized_importance_weights = false}(model, samples, 1.0, {}, plain, work);
  Stein{.use_self_normalized_importance_weights = false, .symmetrized = true}(model, samples, 1.0, {}, symmetric, work);
  Stein{}(model, samples, 1.0, {}, normalised, work);
  CHECK_FALSE(plain.hessians[0].isApprox(plain.hessians[0].transpose(), 1e-6));
  CHECK(symmetric.hessians[0].isApprox((plain.hessians[0] + plain.hessians[0].transpose()) / 2, 1e-12));
  // all weights are 1 here, so that normalising changes nothing
  CHECK(symmetric.hessians[0].isApprox(normalised.hessians[0], 1e-10));
}

TEST_CASE("Stein gives up on components without samples", "[mixtures]") {
  Batch<double> means(1, 2);
  means << 0, 5;
  const Gaussians<double> model(Vector<double>::Ones(2), means, {Batch<double>::Ones(1, 1), Batch<double>::Ones(1, 1)});
  const Batch<double> x = Batch<double>::Constant(1, 1, 0.5);
  // number 7 is taken for the last component
  const auto samples = with_densities(model, {x, Row<double>::Ones(1), x, {7}}, model.log_density(x));
  NaturalGradients<double, Covariance::full> got;
  Stein::Workspace<double> work;
  Stein{.only_use_own_samples = true}(model, samples, 1.0, {}, got, work);
  CHECK(std::isnan(got.gradients[0][0]));
  CHECK(std::isnan(got.hessians[0](0, 0)));
  CHECK(std::isfinite(got.gradients[1][0]));
  const auto nothing = with_densities(model, {Batch<double>(1, 0), Row<double>(0), Batch<double>(1, 0), {}}, Row<double>(0));
  Stein{}(model, nothing, 1.0, {}, got, work);
  CHECK(std::isnan(got.gradients[1][0]));
  auto wrong = samples;
  wrong.stored.gradient.resize(0, 1);
  CHECK_THROWS_AS(Stein{}(model, wrong, 1.0, {}, got, work), ShapeError);
}
