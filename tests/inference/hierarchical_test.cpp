/// A guide of two layers, learned by the same Learner and fit.
#include <cmath>

#include "support/catch.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/hierarchy.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/nodewise.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/fit.hpp"
#include "variate/inference/learner.hpp"
#include "variate/networks/mlp.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

/// 3/2 + log of: a bit of probability 0.7, and a number, N(2, 0.5^2) if it is set, N(-1, 1) if not: of two modes.
struct TwoModes {
  auto operator()(const auto& x) const {
    const auto b = row(x, 0), z = row(x, 1);
    const auto log_scale = -std::log(2.0) * b;
    return 1.5 + std::log(0.3) + std::log(0.7 / 0.3) * b - 0.5 * square((z + 1.0 - 3.0 * b) * exp(-log_scale)) - log_scale -
           0.91893853320467274;
  }
};
using Layered = Hierarchy<Bernoulli<double>, NetworkConditional<Normal<double>, Mlp<>>>;

}  // namespace

TEST_CASE("a guide of a bit and a normal learns two modes, up to the evidence", "[inference]") {
  const Mlp<> net({1, 2});
  const Layered start(Bernoulli<double>(Vector<double>{{0.0}}), {net, Vector<double>::Zero(net.size())});
  const auto log_density = differentiable(TwoModes{});
  const ElboRule rule{.estimator = Nodewise(Disarm{}, Pathwise{}), .objective = Elbo<>{}, .samples = 8};
  const Adam adam({.rate = 0.03}, CosineDecay{.steps = 1500});
  const Rng rng(1);
  const auto result = fit(Learner(start, log_density, rule, adam), rng, {.max_steps = 1500, .draws = 500});
  CHECK(result.status == Status::completed);
  CHECK(result.diagnosis.elbo == Approx(1.5).margin(1e-4));  // log of the evidence: the guide is the posterior, nothing is noise
  CHECK(result.diagnosis.error < 1e-4);
  const Layered q = result.stepper.q();
  const Vector<double> exact{{std::log(0.7 / 0.3), 3, -std::log(2.0), -1, 0}};
  CHECK((q.params() - exact).norm() < 0.01);
}
