/// Two layers of bits, by full enumeration.
#include "estimators/nodes_checks.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/nodewise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/unordered_set.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using Layers = Hierarchy<Bernoulli<double>, ThenBits>;
Layers layers() { return Layers(Bernoulli<double>(Vector<double>{{0.4, -0.9}}), then<ThenBits>({2, 2})); }
}  // namespace

TEST_CASE("two layers of bits: enumerated node by node, all of it exact", "[estimators]") {
  const Layers q = layers();
  const Wavy f;
  Rng rng(1);
  const auto whole = Exact{}(q, f, rng, 1), divided = Nodewise(Exact{}, Exact{})(q, f, rng, 1);
  CHECK(divided.value == Approx(whole.value));
  CHECK((divided.q - whole.q).norm() < 1e-14);
  CHECK((divided.f - whole.f).norm() < 1e-14);
  CHECK(divided.evaluations == 16);
  const auto elbo = Elbo<SampledEntropy>{}(q, f);
  const auto bound = Exact{}(q, elbo, rng, 1), divided_bound = Nodewise(Exact{}, Exact{})(q, elbo, rng, 1);
  CHECK(divided_bound.value == Approx(bound.value));
  CHECK((divided_bound.q - bound.q).norm() < 1e-14);
  CHECK((divided_bound.f - bound.f).norm() < 1e-14);
}

TEST_CASE("two layers of bits: unbiased for both layers and the cost", "[estimators][statistical]") {
  const Layers q = layers();
  const Wavy f;
  Rng rng(1);
  const auto exact = Exact{}(q, f, rng, 1);
  const auto check = [&](const char* name, const auto& estimator, Index n) {
    return check_unbiased(name, estimator, q, f, n, exact.value, exact.q, exact.f);
  };
  const double scores = check("Reinforce, Reinforce", Nodewise(Reinforce{}, Repeated{Reinforce{}, 2}), 2);
  CHECK(check("Disarm, Disarm", Nodewise(Disarm{}, Repeated{Disarm{}, 2}), 2) < scores);
  CHECK(check("UnorderedSet, Exact", Nodewise(UnorderedSet{}, Exact{}), 3) < 0.2 * scores);
}
