/// A guide that is a network and a model that is a decoder, learned by the same Learner.
#include <Eigen/Eigenvalues>
#include <cmath>
#include <numbers>
#include <utility>

#include "support/amortised.hpp"
#include "support/catch.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Index;
using variate::Vector;
using variate_tests::Encoder;
using variate_tests::decoder;
using variate_tests::encoder;
using variate_tests::LinearDecoder;

static_assert(variate::Conditional<Encoder>);
using BoundEncoder = decltype(std::declval<const Encoder&>().at(std::declval<const Batch<double>&>()));
static_assert(variate::Reparameterizable<BoundEncoder>);
static_assert(variate::Linked<BoundEncoder>);
static_assert(!variate::Family<BoundEncoder>);
static_assert(variate::Model<LinearDecoder>);
static_assert(variate::RuleFor<variate::ElboRule<>, Encoder, LinearDecoder>);

namespace {

Batch<double> data() {
  variate::Rng rng(17);
  const Batch<double> z = variate::normals<double>(rng, 1, 60);
  Batch<double> x = Vector<double>{{1.5, -0.7}} * z;
  x += 0.4 * variate::normals<double>(rng, 2, 60);
  x.row(0).array() += 2;
  return x;
}

}  // namespace

TEST_CASE("gradients reach a guide's network and a decoder's parameters", "[inference]") {
  // with the noise fixed, the value of a pathwise estimate is a smooth function of both vectors
  const Batch<double> x = data().leftCols(5);
  Encoder q = encoder(2, 3, 2);
  LinearDecoder p = decoder(2, 2, 0.4);
  const variate::ElboRule<variate::Pathwise, variate::Elbo<variate::SampledEntropy>> rule{.samples = 3};
  const variate::Rng rng(9);
  const auto value = [&] {
    variate::Rng same = rng;
    return rule(q, p, x, same);
  };
  const auto estimate = value();
  REQUIRE(estimate.q.size() == q.params().size());
  REQUIRE(estimate.f.size() == p.params().size());
  const auto check = [&](auto& part, const Vector<double>& gradient) {
    const Vector<double> at = part.params();
    for (Index i = 0; i < at.size(); ++i) {
      const double h = 1e-5;
      Vector<double> moved = at;
      moved(i) += h;
      part.set_params(moved);
      const double up = value().value;
      moved(i) -= 2 * h;
      part.set_params(moved);
      const double down = value().value;
      CHECK(gradient(i) == Approx((up - down) / (2 * h)).epsilon(1e-6).margin(1e-8));
    }
    part.set_params(at);
  };
  check(q, estimate.q);
  check(p, estimate.f);
}

TEST_CASE("guide and decoder are learned together, to the likelihood of probabilistic principal components", "[inference]") {
  const Batch<double> x = data();
  const Index n = x.cols();
  variate::Learner learner(encoder(2, 8, 1), decoder(2, 1, 0.4), variate::ElboRule<>{.samples = 4},
                           variate::Adam<double>({.rate = 0.01}), variate::Adam<double>({.rate = 0.02}), x);
  const variate::Rng rng(3);
  double elbo = 0;
  const Index steps = 1500, tail = 300;
  while (learner.index() < steps) {
    auto stream = rng.split(static_cast<std::uint64_t>(learner.index()));
    const auto step = learner.step(stream);
    REQUIRE(step.taken);
    if (step.index >= steps - tail) elbo += step.value / static_cast<double>(tail);
  }
  // the maximum of the mean log marginal likelihood with sd known (Tipping and Bishop 1999)
  const Vector<double> mean = x.rowwise().mean();
  const Eigen::MatrixXd centred = x.colwise() - mean;
  const Eigen::MatrixXd covariance = centred * centred.transpose() / static_cast<double>(n);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(covariance);
  const double top = eigen.eigenvalues()(1), rest = eigen.eigenvalues()(0), noise = 0.16;
  const double best = -0.5 * (2 * std::log(2 * std::numbers::pi) + std::log(top) + std::log(noise) + 1 + rest / noise);
  CHECK(elbo < best + 0.03);  // the mean of 300 noisy values of a lower bound
  CHECK(elbo > best - 0.03);
  CHECK((learner.p().params().tail(2) - mean).norm() < 0.1);
}

TEST_CASE("bad data are refused at once", "[inference]") {
  const auto make = [](const Batch<double>& x) {
    return variate::Learner(encoder(2, 3, 1), decoder(2, 1, 0.4), variate::ElboRule<>{}, variate::Adam<double>(),
                            variate::Adam<double>(), x);
  };
  CHECK_THROWS_AS(make(Batch<double>(2, 0)), variate::InvalidArgument);
  Batch<double> x = Batch<double>::Ones(2, 3);
  x(1, 2) = NAN;
  try {
    make(x);
    FAIL("nothing was thrown");
  } catch (const variate::InvalidArgument& error) {
    CHECK(std::string(error.what()) == "Learner: data(1, 2) is nan, expected a finite number");
  }
}
