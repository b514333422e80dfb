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
  for (const Index batch : {1, 5}) {
    INFO("data points " << batch);
    const auto normal = random<Normal<>>(6, batch, rng);
    const auto laplace = random<Laplace<>>(6, 1, rng);
    check_pair(normal, laplace, rng);
    check_pair(random<Laplace<>>(6, batch, rng), random<Normal<>>(6, 1, rng), rng);
    check_pair(random<Exponential<>>(3, batch, rng), random<Gamma<>>(6, 1, rng), rng);
    check_pair(random<Gamma<>>(6, batch, rng), random<Exponential<>>(3, 1, rng), rng);
    check_pair(random<Weibull<>>(6, batch, rng), random<Gamma<>>(6, 1, rng), rng);
    check_pair(random<Kumaraswamy<>>(6, batch, rng), random<Beta<>>(6, 1, rng), rng);
    check_pair(random<Uniform<>>(6, batch, rng), random<Normal<>>(6, 1, rng), rng);
    const Uniform<> wide(Vector<double>{{-1, 0, -0.5}}, Vector<double>{{1, 1, 7}});
    check_pair(random<Beta<>>(6, batch, rng), wide, rng);
  }
}

TEST_CASE("KL where q does not cover p is infinite", "[distributions]") {
  const Beta<> p(Vector<double>{{2.0}}, Vector<double>{{3.0}});
  CHECK(std::isinf(kl(p, Uniform<>(Vector<double>{{0.1}}, Vector<double>{{1.0}}))(0)));
  CHECK(std::isinf(kl(p, Uniform<>(Vector<double>{{0.0}}, Vector<double>{{0.9}}))(0)));
  CHECK(kl(p, Uniform<>(Vector<double>{{0.0}}, Vector<double>{{1.0}}))(0) == Approx(-p.entropy()(0)));
}

TEST_CASE("E log(1 - x) of a Kumaraswamy number, everywhere", "[distributions]") {
  // a = 1: 1 - x = e^(-s/b), so -1/b; b = 1: x = u^(1/a), so -(digamma(1 + a) + gamma)
  for (const double k : {1e-3, 0.1, 1.0, 7.0, 1e3, 1e5}) {
    INFO(k);
    CHECK(relative_error(detail::kumaraswamy_log_complement(1, k).mean, -1 / k) < 1e-12);
    CHECK(relative_error(detail::kumaraswamy_log_complement(1, k).by_log_b, 1 / k) < 1e-12);
    CHECK(relative_error(detail::kumaraswamy_log_complement(k, 1).mean, -(math::digamma(1 + k) + 0.57721566490153286)) < 1e-12);
    CHECK(relative_error(detail::kumaraswamy_log_complement(k, 1).by_log_a, -k * math::trigamma(1 + k)) < 1e-12);
  }
}
