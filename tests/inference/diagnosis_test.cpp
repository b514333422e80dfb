#include "variate/inference/diagnosis.hpp"

#include <cmath>

#include "support/amortised.hpp"
#include "support/catch.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/learner.hpp"
#include "variate/optimizers/sgd.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

namespace {
struct Standard {
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g = -x;
    return -0.5 * x.colwise().squaredNorm();
  }
};
}  // namespace

TEST_CASE("far from the optimum a gradient is signal, at the optimum there is none", "[inference]") {
  const auto diagnose = [](double loc) {
    const variate::Normal<double> q(Vector<double>{{loc}}, Vector<double>{{1.0}});
    const variate::Learner learner(q, Standard{}, variate::ElboRule<variate::Pathwise, variate::Elbo<variate::SampledEntropy>>{.samples = 4},
                                   variate::Sgd<double>({.rate = 0.1}));
    const variate::Rng rng(1);
    return variate::diagnose(learner, rng, 2000);
  };
  const auto far = diagnose(20), there = diagnose(0);
  CHECK(far.signal_to_noise > 1);
  CHECK(there.signal_to_noise < 0.5);
  CHECK(there.elbo == Approx(0.5 * std::log(2 * 3.14159265358979323846)));
  CHECK(there.error < 1e-12);
  CHECK(far.elbo < -100);
  CHECK(there.draws == 2000);
}

TEST_CASE("a guide bound to data is diagnosed by its own estimates", "[inference]") {
  Batch<double> x(2, 3);
  x << 1, 2, 3, 4, 5, 6;
  const variate::Learner learner(variate_tests::encoder(2, 3, 1), variate_tests::decoder(2, 1, 1.0), variate::ElboRule<>{.samples = 2},
                                 variate::Sgd<double>({.rate = 0.1}), variate::Sgd<double>({.rate = 0.1}), x);
  const variate::Rng rng(1);
  const auto diagnosis = variate::diagnose(learner, rng, 100);
  CHECK(diagnosis.draws == variate::Diagnosis::repeats * 6);
  CHECK(std::isfinite(diagnosis.elbo));
  CHECK(diagnosis.error > 0);
  CHECK(diagnosis.signal_to_noise > 0);
}
