#include "variate/distributions/kl.hpp"

#include <limits>
#include <string>
#include <utility>

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/bernoulli.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
Normal<> random_normal(Index d, Index batch, Rng& rng) { return Normal<>::from_theta(0.5 * normals<double>(rng, 2 * d, batch)); }
MultivariateNormal<> random_full(Index d, Index batch, Rng& rng) {
  return MultivariateNormal<>::from_theta(0.4 * normals<double>(rng, d * (d + 3) / 2, batch));
}
Bernoulli<> random_bits(Index d, Index batch, Rng& rng) { return Bernoulli<>(normals<double>(rng, d, batch)); }
Categorical<> random_choices(Index d, Index batch, Rng& rng) { return Categorical<>(normals<double>(rng, 3 * d, batch), 3); }

/// Value against sampling (z below 4.5), gradient against central differences, broadcasting against each data point.
template <class P, class Q, class MakeP, class MakeQ>
void check_pair(const P& p, const Q& q, Rng& rng, MakeP make_p, MakeQ make_q) {
  const Index batch = std::max(p.batch_size(), q.batch_size());
  const Row<double> value = kl(p, q), w = normals<double>(rng, 1, batch);
  REQUIRE(value.size() == batch);
  CHECK((value.array() >= 0).all());
  CHECK(gradient_error(kl_pullback(p, q, w), p.params(), [&](const Vector<double>& v) { return kl(moved(p, v), q).dot(w); }) <
        gradient_tolerance);
  if (q.batch_size() == 1 || p.batch_size() == q.batch_size()) {
    const auto estimate = kl_monte_carlo(p, q, rng, 4000);
    CHECK(((estimate.value - value).array().abs() < 4.5 * estimate.standard_error.array()).all());
  }
  for (Index b = 0; b < batch; ++b) {
    const P p_b = make_p(Batch<double>(p.theta().col(p.batch_size() == 1 ? 0 : b)));
    const Q q_b = make_q(Batch<double>(q.theta().col(q.batch_size() == 1 ? 0 : b)));
    CHECK(kl(p_b, q_b)(0) == Approx(value(b)).epsilon(1e-12));
  }
}
}  // namespace

TEST_CASE("KL of every pair: sampling, gradients, broadcasting", "[distributions][statistical]") {
  Rng rng(1);
  const auto normal = [](Batch<double> t) { return Normal<>::from_theta(std::move(t)); };
  const auto full = [](Batch<double> t) { return MultivariateNormal<>::from_theta(std::move(t)); };
  const auto bits = [](Batch<double> t) { return Bernoulli<>::from_theta(std::move(t)); };
  const auto choices = [](Batch<double> t) { return Categorical<>::from_theta(std::move(t), 3); };
  for (const auto& [m, n] : {std::pair<Index, Index>{1, 1}, {4, 4}, {3, 1}, {1, 9}}) {
    INFO("data points " << m << " and " << n);
    check_pair(random_normal(3, m, rng), random_normal(3, n, rng), rng, normal, normal);
    check_pair(random_full(3, m, rng), random_full(3, n, rng), rng, full, full);
    check_pair(random_normal(3, m, rng), random_full(3, n, rng), rng, normal, full);
    check_pair(random_full(3, m, rng), random_normal(3, n, rng), rng, full, normal);
    check_pair(random_bits(4, m, rng), random_bits(4, n, rng), rng, bits, bits);
    check_pair(random_choices(2, m, rng), random_choices(2, n, rng), rng, choices, choices);
  }
}

TEMPLATE_TEST_CASE("KL of a distribution to itself is zero, and near it keeps its digits", "[distributions]", float, double) {
  using T = TestType;
  Rng rng(2);
  const auto q = Normal<T>::from_theta(normals<T>(rng, 10, 3));
  CHECK(kl(q, q).cwiseAbs().maxCoeff() == 0);
  const auto c = Categorical<T>(normals<T>(rng, 6, 1), 3);
  CHECK(kl(c, c)(0) == 0);
  const auto b = Bernoulli<T>(normals<T>(rng, 6, 1));
  CHECK(kl(b, b)(0) == 0);
  // KL(N(0, e^2a) || N(0, 1)) = a^2 - ... for small a
  const T a = T(1e-3);
  const auto near = Normal<T>::from_theta((Batch<T>(2, 1) << 0, a).finished());
  CHECK(kl(near, Normal<T>::standard(1))(0) == Approx(a * a + 2 * a * a * a / 3).epsilon(sizeof(T) == 8 ? 1e-6 : 1e-3));
}

TEST_CASE("KL where a class is forbidden", "[distributions]") {
  using variate_tests::infinity;
  const Categorical<> p((Batch<double>(3, 1) << 0, 1, -infinity).finished()), q((Batch<double>(3, 1) << 0.5, 0, 3).finished());
  CHECK(std::isfinite(kl(p, q)(0)));
  CHECK(kl_pullback(p, q, Row<double>::Ones(1)).allFinite());
  CHECK(kl(q, p)(0) == infinity);
}

TEST_CASE("KL: what is refused, and how", "[distributions]") {
  Rng rng(3);
  const auto p = random_normal(2, 3, rng), q = random_normal(2, 2, rng), r = random_normal(3, 1, rng);
  CHECK(message_of<ShapeError>([&] { kl(p, r); }) == "kl: event size of q is 3, expected 2");
  CHECK(message_of<ShapeError>([&] { kl(p, q); }) == "kl: data points of q is 2, expected 3");
  CHECK(message_of<ShapeError>([&] { kl(q, p); }) == "kl: data points of p is 2, expected 3");
  CHECK(says(message_of<ShapeError>([&] { kl_pullback(p, p, Row<double>::Ones(2)); }), "number of weights is 2, expected 3"));
  CHECK(says(message_of<ShapeError>(
                 [&] { kl(Categorical<>(Batch<double>::Zero(4, 1), 2), Categorical<>(Batch<double>::Zero(6, 1), 3)); }),
             "classes of q is 3, expected 2"));
  CHECK(says(message_of<InvalidArgument>([&] { kl_monte_carlo(p, p, rng, 1); }), "number of samples is 1, expected at least 2"));
  CHECK(says(message_of<ShapeError>([&] { kl_monte_carlo(p, q, rng, 5); }), "data points of q is 2, expected 3"));
}
