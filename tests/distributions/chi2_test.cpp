#include "variate/distributions/chi2.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/sampler_checks.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
const Kind chi2_kind = kind_of<Chi2, detail::Chi2Law>();
const FixtureOf chi2_noise{{},
                      [](const AnyFamily& q, double x) {
                        using V = detail::Packet<double>;
                        return detail::GammaCore<double>::position(V(0.5 * std::exp(q.theta(0))), V(0.5 * x))[0];
                      },
                      {},
                      {}};
}  // namespace

TEST_CASE("Chi2 against mpmath", "[fixtures][distributions]") { check_fixture("chi2.json", chi2_kind, chi2_noise); }

TEST_CASE("Chi2: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(chi2_kind, {.centre = {1}, .smooth_sampler = false});
}

TEST_CASE("Chi2: samples follow the law", "[distributions][statistical]") { check_sampler(chi2_kind, {{0.2}, {1}, {7.5}, {1e5}}); }

TEST_CASE("Chi2: the pathwise gradient is that of the expectation, KL", "[distributions][statistical]") {
  CHECK(path_z(chi2_kind, {3}, [](double x) { return 2 * x; }, {3.0 * (2 * 3 + 2)}, 20000) < 4.5);  // E x^2 = df (df + 2)
  Rng rng(2);
  const auto p = Chi2<>::from_theta(normals<double>(rng, 3, 5)), q = Chi2<>::from_theta(normals<double>(rng, 3, 5));
  const Row<double> w = normals<double>(rng, 1, 5);
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
}

TEST_CASE("Chi2: its parameter, and what is refused", "[distributions]") {
  const Chi2 q(Vector<double>(Vector<double>::Constant(1, 3.0)));
  CHECK(std::abs(q.df()(0, 0) - 3) < 1e-14);
  CHECK(std::abs(q.mode()(0, 0) - 1) < 1e-14);
  CHECK(message_of<DomainError>([] { Chi2(Vector<double>(Vector<double>::Constant(2, -1.0))); }) ==
        "Chi2: df(0) is -1, expected a positive finite number");
}
