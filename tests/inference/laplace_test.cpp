#include "variate/inference/laplace.hpp"

#include "support/catch.hpp"
#include "variate/autodiff/differentiable.hpp"

using namespace variate;

namespace {
/// A normal with a given precision, in disguise: exact for Laplace.
struct NormalInDisguise {
  Batch<double> precision;
  Vector<double> mean;
  auto operator()(const auto& z) const {
    const auto off = evaluated(z - mean);
    return -0.5 * sum(cwise_product(off, precision * off));
  }
};
/// Regression regression of four points with a normal prior: not quadratic, log concave.
struct Regression {
  Batch<double> rows{{1, 0.5}, {-1.2, 2}, {0.3, -0.7}, {2, 1}};
  Vector<double> labels{{1, 0, 0, 1}};
  auto operator()(const auto& w) const {
    const auto logits = evaluated(rows * w);
    return sum(cwise_product(labels, logits) - softplus(logits)) - 0.5 * sum(square(w));
  }
};
}  // namespace

TEST_CASE("Laplace is exact for a normal: covariance, not a factor's inverse", "[inference]") {
  const Batch<double> precision{{2.0, 0.6, -0.3}, {0.6, 1.5, 0.2}, {-0.3, 0.2, 0.9}};
  const Vector<double> mean{{0.5, -1.0, 2.0}};
  const auto f = differentiable(NormalInDisguise{precision, mean});
  const auto mode = maximum_a_posteriori(f, Vector<double>(Vector<double>::Zero(3)));
  CHECK(mode.converged);
  CHECK(mode.iterations <= 2);
  CHECK((mode.at - mean).norm() < 1e-10);
  CHECK(std::abs(mode.value) < 1e-12);
  const auto q = laplace(f, mode.at);
  const Batch<double> factor = q.scale_tril();
  CHECK((factor * factor.transpose() * precision - Batch<double>::Identity(3, 3)).norm() < 1e-10);
  const auto independent = laplace_diagonal(f, mode.at);
  for (Index i = 0; i < 3; ++i) CHECK(independent.scale()(i, 0) == Approx(1 / std::sqrt(precision(i, i))));
}

TEST_CASE("the mode of a posterior that is not normal, from far away", "[inference]") {
  const auto f = differentiable(Regression{});
  for (const double far : {0.0, 30.0, -200.0}) {
    const auto mode = maximum_a_posteriori(f, Vector<double>{{far, -far / 2}});
    CHECK(mode.converged);
    CHECK(gradient(f, mode.at).norm() < 1e-8);
  }
  // a start where the Hessian is not negative definite
  const auto bump = differentiable([](const auto& z) { return -log1p(square(z)); });
  const auto mode = maximum_a_posteriori(bump, Vector<double>{{3.0}});
  CHECK(mode.converged);
  CHECK(std::abs(mode.at(0)) < 1e-8);
}

TEST_CASE("what Laplace refuses", "[inference]") {
  const auto saddle = differentiable([](const auto& z) { return square(row(z, 0)) - square(row(z, 1)); });
  CHECK_THROWS_AS(laplace(saddle, Vector<double>{{0.0, 0.0}}), DomainError);
  CHECK_THROWS_AS(laplace_diagonal(saddle, Vector<double>{{0.0, 0.0}}), DomainError);
  CHECK_THROWS_AS(maximum_a_posteriori(saddle, Vector<double>{{NAN, 0.0}}), InvalidArgument);
  CHECK_FALSE(maximum_a_posteriori(saddle, Vector<double>{{1.0, 0.3}}, {.max_iterations = 5}).converged);
}
