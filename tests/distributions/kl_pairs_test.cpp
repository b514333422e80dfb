#include "variate/distributions/kl_pairs.hpp"

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// Value against sampling, gradient against central differences.
template <class P, class Q>
void check_pair(const P& p, const Q& q, Rng& rng) {
  const Row<double> value = kl(p, q), w = normals<double>(rng, 1, p.batch_size());
  CHECK((value.array() >= 0).all());
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
  const auto estimate = kl_monte_carlo(p, q, rng, 4000);
  CHECK(((estimate.value - value).array().abs() < 4.5 * estimate.standard_error.array()).all());
}
template <class Q>
Q random(Index rows, Index batch, Rng& rng) {
  return Q::from_theta(0.4 * normals<double>(rng, rows, batch));
}

}  // namespace

TEST_CASE("KL between families: sampling and gradients", "[distributions][statistical]") {
  Rng rng(1);
  for (const Index batch : {1, 4, 9}) {
    INFO("data points " << batch);
    const auto normal = random<Normal<>>(6, batch, rng);
    const auto laplace = random<Laplace<>>(6, 1, rng);
    check_pair(normal, laplace, rng);
    check_pair(random<Laplace<>>(6, batch, rng), random<Normal<>>(6, 1, rng), rng);
  }
}
