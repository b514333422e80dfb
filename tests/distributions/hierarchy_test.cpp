#include "variate/distributions/hierarchy.hpp"

#include "distributions/family_checks.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/networks/mlp.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using Gaussian = NetworkConditional<Normal<>, Mlp<>>;
using Bits = NetworkConditional<Bernoulli<>, Mlp<>>;
using Smooth = Hierarchy<Normal<>, Gaussian, Gaussian>;
using Discrete = Hierarchy<Bernoulli<>, Bits>;
using Amortised = Hierarchy<Gaussian, Bits, Gaussian>;
static_assert(Family<Smooth> && Scoreable<Smooth> && Reparameterizable<Smooth> && !Conditional<Smooth>);
static_assert(DifferentiableIntegrand<Smooth, double>);
static_assert(Family<Discrete> && Enumerable<Discrete> && !Reparameterizable<Discrete> && !Enumerable<Smooth>);
static_assert(Conditional<Amortised> && !Family<Amortised>);
static_assert(!Reparameterizable<detail::BoundTo<Amortised>>);

template <class C>
C node(Rng& rng, std::vector<Index> sizes) {
  const Mlp<> net(sizes);
  return {net, net.initialise(rng)};
}
Smooth smooth(Rng& rng) {
  const Normal<> first(Vector<double>{{0.2, -0.4}}, Vector<double>{{0.7, 1.1}});
  return Hierarchy(first, node<Gaussian>(rng, {2, 3, 2}), node<Gaussian>(rng, {3, 4}));
}
/// The hierarchy with other parameters.
template <class C>
C with(const C& hierarchy, const Vector<double>& params) {
  C other = hierarchy;
  other.set_params(params);
  return other;
}
}  // namespace

TEST_CASE("a hierarchy's density is the product of its nodes', with its ways back", "[distributions]") {
  Rng rng(1);
  const Smooth q = smooth(rng);
  CHECK(q.event_size() == 5);
  CHECK(q.batch_size() == 1);
  const Batch<double> x = q.sample(rng, 6), before = x.topRows(3);
  const Batch<double> first = x.topRows(2), second = x.row(2), third = x.bottomRows(2);
  const auto& [a, b] = q.rest();
  const Row<double> by_hand = q.first().log_prob(first) + a.at(first).log_prob(second) + b.at(before).log_prob(third);
  CHECK((q.log_prob(x) - by_hand).norm() < 1e-14);

  const Row<double> w = normals<double>(rng, 1, 6);
  const auto e = q.evaluate(x);
  CHECK((e.value - by_hand).norm() < 1e-14);
  Batch<double> g;
  const Vector<double> score = e.pullback(w, g);
  CHECK((score - e.pullback(w)).norm() < 1e-14);
  CHECK(gradient_error(score, q.params(), [&](const Vector<double>& v) { return with(q, v).log_prob(x).dot(w); }) <
        gradient_tolerance);
  CHECK(gradient_error(Vector<double>(Eigen::Map<const Vector<double>>(g.data(), g.size())),
                       Vector<double>(Eigen::Map<const Vector<double>>(x.data(), x.size())), [&](const Vector<double>& v) {
                         return q.log_prob(Eigen::Map<const Batch<double>>(v.data(), 5, 6)).dot(w);
                       }) < gradient_tolerance);
  CHECK_THROWS_AS(q.evaluate(Batch<double>(x.topRows(4))), InvalidArgument);
  CHECK_THROWS_AS(q.log_prob(Batch<double>(6, 2)), ShapeError);
}

TEST_CASE("a draw of a hierarchy is differentiated through the draws it depends on", "[distributions]") {
  Rng rng(2);
  const Smooth q = smooth(rng);
  const Rng start = rng;
  const auto draw = q.rsample(rng, 7);
  const Batch<double> g = normals<double>(rng, 5, 7);
  Rng same = start;
  CHECK((q.sample(same, 7) - draw.value).norm() < 1e-14);
  CHECK(gradient_error(draw.pullback(g), q.params(), [&](const Vector<double>& v) {
          Rng again = start;
          return with(q, v).sample(again, 7).cwiseProduct(g).sum();
        }) < gradient_tolerance);
}

TEST_CASE("a hierarchy of discrete nodes has a support, and probabilities that sum to 1", "[distributions]") {
  Rng rng(3);
  const Hierarchy q(Bernoulli<>(Vector<double>{{0.4, -1.0}}), node<Bits>(rng, {2, 2}));
  const Batch<double> all = q.support();
  REQUIRE(all.cols() == 16);
  CHECK(q.log_prob(all).array().exp().sum() == Approx(1));
  Index seen = 0;
  const Batch<double> x = q.sample(rng, 4000);
  for (Index c = 0; c < 4000; ++c) seen += x.col(c) == all.col(6) ? 1 : 0;
  const double p = std::exp(q.log_prob(all)(6)), off = static_cast<double>(seen) - 4000 * p;
  CHECK(std::abs(off) < 4.5 * std::sqrt(4000 * p * (1 - p)));
}

TEST_CASE("a hierarchy that begins with a conditional is one", "[distributions]") {
  Rng rng(4);
  const Amortised q = Hierarchy(node<Gaussian>(rng, {3, 2}), node<Bits>(rng, {4, 2}), node<Gaussian>(rng, {6, 2}));
  const Batch<double> data = normals<double>(rng, 3, 4);
  const auto bound = q.at(data);
  CHECK(bound.batch_size() == 4);
  CHECK(bound.event_size() == 4);
  CHECK(&bound.inputs() == &data);
  const Batch<double> x = bound.sample(rng, 3);
  REQUIRE(x.cols() == 12);
  const Row<double> together = bound.log_prob(x), w = normals<double>(rng, 1, 12);
  for (Index b = 0; b < 4; ++b) {  // each data point alone
    const Batch<double> one = data.col(b), own = x(Eigen::all, Eigen::seqN(b, 3, 4));
    const Row<double> alone = q.at(one).log_prob(own);
    for (Index s = 0; s < 3; ++s) CHECK(together(4 * s + b) == Approx(alone(s)));
  }
  CHECK(gradient_error(bound.evaluate(x).pullback(w), q.params(), [&](const Vector<double>& v) {
          const Amortised other = with(q, v);
          return other.at(data).log_prob(x).dot(w);
        }) < gradient_tolerance);
}

TEST_CASE("parameters that a node refuses change nothing", "[distributions]") {
  Rng rng(5);
  Smooth q = smooth(rng);
  const Vector<double> before = q.params();
  Vector<double> bad = before;
  bad(bad.size() - 1) = NAN;
  bad(0) = 3;
  CHECK_THROWS_AS(q.set_params(bad), InvalidArgument);
  CHECK(q.params() == before);
  CHECK_THROWS_AS(q.set_params(Vector<double>::Zero(2)), ShapeError);
}
