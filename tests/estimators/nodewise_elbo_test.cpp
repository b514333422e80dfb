/// Bits, then a normal number that depends on them: the ELBO is divided among the nodes.
#include "estimators/nodes_checks.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/nodewise.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("bits, then a normal: the evidence lower bound, node by node", "[estimators][statistical]") {
  const Two q = two();
  const Wavy f;
  const double value = mean(q, f, true);
  const Vector<double> of_q = slope([&](const Vector<double>& v) { return mean(with(q, v), f, true); }, q.params());
  const Vector<double> of_f = slope([&](const Vector<double>& v) { return mean(q, with(f, v), true); }, f.params());
  const auto check = [&](const char* name, const auto& objective, const auto& estimator, Index n) {
    check_unbiased(name, estimator, q, objective, n, value, of_q, of_f);
  };
  check("sticking", Elbo<StickingTheLanding>{}(q, f), Nodewise(Reinforce{}, Pathwise{}), 2);
  check("sampled", Elbo<SampledEntropy>{}(q, f), Nodewise(Disarm{}, Pathwise{}), 2);
  check("enumerated", Elbo<SampledEntropy>{}(q, f), Nodewise(Exact{}, Repeated{Reinforce{}, 2}), 1);
}
