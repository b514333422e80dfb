#include "variate/inference/alternating.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/fit.hpp"
#include "variate/inference/given_global.hpp"
#include "variate/inference/given_local.hpp"
#include "variate/inference/learner.hpp"
#include "variate/io/archive.hpp"
#include "variate/networks/mlp.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

/// z ~ normal(beta, 1), x | z ~ normal(z, 1): beta is the one parameter.
struct TwoNormals {
  using Scalar = double;
  struct Evaluation {
    Row<double> value, of_beta;
    Batch<double> of_z;
    Vector<double> pullback(const Row<double>& w) const { return Vector<double>{{of_beta.dot(w)}}; }
    Vector<double> pullback(const Row<double>& w, Batch<double>& g) const {
      g = of_z.cwiseProduct(w);
      return pullback(w);
    }
  };
  struct Joint {
    double beta;
    const Batch<double>* x;
    Evaluation evaluate(const Batch<double>& z) const {
      Evaluation e{Row<double>(z.cols()), Row<double>(z.cols()), Batch<double>(1, z.cols())};
      for (Index c = 0; c < z.cols(); ++c) {
        const double above = z(0, c) - beta, below = (*x)(0, c % x->cols()) - z(0, c);
        e.value(c) = -(above * above + below * below) / 2;
        e.of_beta(c) = above;
        e.of_z(0, c) = below - above;
      }
      return e;
    }
  };
  double beta = 0;
  Vector<double> params() const { return Vector<double>{{beta}}; }
  void set_params(const Vector<double>& v) { beta = v(0); }
  Joint at(const Batch<double>& x) const { return {beta, &x}; }
};

Batch<double> observed() { return Batch<double>{{0.5, 1.5, 2.0, -0.5, 1.0, 3.0}}; }
auto start() {
  const Mlp<> line({1, 2});
  const auto guide = network_conditional<Normal<>>(line, Vector<double>::Zero(line.size()));
  const Normal<> q_beta(Vector<double>{{0.0}}, Vector<double>{{1.0}}), prior = q_beta;
  const Adam<double> adam({.rate = 0.02});
  const BindParameters bind;
  Learner local(guide, TwoNormals{}, GivenGlobal{ElboRule<>{.samples = 2}, q_beta, bind}, adam, NoOptimizer{}, observed());
  Learner global(q_beta, prior, GivenLocal{ElboRule<>{.samples = 2}, guide, TwoNormals{}}, adam, NoOptimizer{}, observed());
  return Alternating(local, global);
}

}  // namespace

TEST_CASE("local and global latents learned in turn reach the mean-field posterior", "[inference][statistical]") {
  const Batch<double> x = observed();
  const auto run = fit(start(), Rng(4), {.max_steps = 6000, .draws = 0});
  CHECK(run.stepper.index() == 6000);
  CHECK(run.stepper.local().index() == 3000);
  // the joint is Gaussian: means are exact, precisions are the diagonal's
  const double n = static_cast<double>(x.cols()), mean = x.sum() / (n + 2);
  const auto q_beta = run.stepper.global().averaged_q();
  CHECK(q_beta.mean()(0) == Approx(mean).margin(0.03));
  CHECK(q_beta.variance()(0) == Approx(1 / (n + 1)).epsilon(0.05));
  const auto guide = run.stepper.local().averaged_q();
  const auto bound = guide.at(x);
  for (Index b = 0; b < x.cols(); ++b) {
    CHECK(bound.distribution().mean()(0, b) == Approx((x(0, b) + mean) / 2).margin(0.04));
    CHECK(bound.distribution().variance()(0, b) == Approx(0.5).epsilon(0.06));
  }
}

TEST_CASE("two inferences in turn: whose step it is, copies and checkpoints", "[inference]") {
  using Both = decltype(start());
  static_assert(Stepper<Both>);
  auto both = start();
  const Rng rng(5);
  const auto steps = [&](Both& which, int count) {
    for (int i = 0; i < count; ++i) {
      Rng stream = rng.split(static_cast<std::uint64_t>(which.index()));
      const Index index = which.index();
      CHECK(which.step(stream).index == index);
    }
  };
  CHECK_FALSE(both.global_is_next());
  const Vector<double> before = both.global().q().params();
  steps(both, 1);
  CHECK(both.global().q().params() == before);
  CHECK(both.global_is_next());
  CHECK(Vector<double>(both.global().rule().guide.params()) == Vector<double>(both.local().q().params()));
  steps(both, 1);
  CHECK(both.global().q().params() != before);
  CHECK(both.local().rule().global.params() == both.global().q().params());
  steps(both, 3);
  ArchiveWriter writer;
  writer(both);
  auto again = start();
  ArchiveReader reader(writer.text());
  reader(again);
  CHECK(again.index() == 5);
  steps(both, 4);
  steps(again, 4);
  CHECK(again.global().q().params() == both.global().q().params());
  CHECK(Vector<double>(again.local().q().params()) == Vector<double>(both.local().q().params()));

  Alternating often(start().local(), start().global(), 3);
  int globals = 0;
  for (int i = 0; i < 8; ++i) {
    globals += often.global_is_next();
    Rng stream = rng.split(static_cast<std::uint64_t>(i));
    often.step(stream);
  }
  CHECK(globals == 2);
  CHECK_THROWS_AS(Alternating(start().local(), start().global(), 0), InvalidArgument);
}
