#include "variate/distributions/network_conditional.hpp"

#include "distributions/family_checks.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/networks/mlp.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using Guide = NetworkConditional<Normal<>, Mlp<>>;
using Bits = NetworkConditional<Bernoulli<>, Mlp<>>;
static_assert(Conditional<Guide> && Conditional<Bits>);
static_assert(Reparameterizable<decltype(std::declval<const Guide&>().at(std::declval<const Batch<double>&>()))>);

Guide guide(Rng& rng) {
  const Mlp<> net({3, 5, 4});
  return {net, net.initialise(rng)};
}
}  // namespace

TEST_CASE("a network's parameters are reached from draws and densities", "[distributions]") {
  Rng rng(1);
  Guide conditional = guide(rng);
  const Batch<double> x = normals<double>(rng, 3, 6);
  const auto q = conditional.at(x);
  CHECK(q.event_size() == 2);
  CHECK(q.batch_size() == 6);
  CHECK(&q.inputs() == &x);
  const Batch<double> z = q.sample(rng, 3), g = normals<double>(rng, 2, 18);
  const Row<double> w = normals<double>(rng, 1, 18);
  const auto with = [&](const Vector<double>& params) {
    Guide other = conditional;
    other.set_params(params);
    return other;
  };
  const auto e = q.evaluate(z);
  CHECK(gradient_error(e.pullback(w), conditional.params(), [&](const Vector<double>& v) {
          const Guide other = with(v);
          return other.at(x).log_prob(z).dot(w);
        }) < gradient_tolerance);
  CHECK(e.pullback(w) == e.pullback(w));  // as often as one likes
  const Rng start = rng;
  const auto draw = q.rsample(rng, 3);
  CHECK(gradient_error(draw.pullback(g), conditional.params(), [&](const Vector<double>& v) {
          const Guide other = with(v);
          Rng same = start;
          return other.at(x).sample(same, 3).cwiseProduct(g).sum();
        }) < gradient_tolerance);
  const Row<double> each = normals<double>(rng, 1, 6);
  CHECK(gradient_error(q.entropy_pullback(each), conditional.params(), [&](const Vector<double>& v) {
          const Guide other = with(v);
          return other.at(x).entropy().dot(each);
        }) < gradient_tolerance);
}

TEST_CASE("estimators drive a network", "[distributions][statistical]") {
  Rng rng(2);
  const Mlp<> net({2, 3});
  const Bits conditional(net, net.initialise(rng));
  const Batch<double> x = normals<double>(rng, 2, 4);
  const auto q = conditional.at(x);
  const auto f = [](const Batch<double>& b) { return Row<double>((b.colwise().sum().array() - 1.2).square()); };
  const Vector<double> exact = Exact{}(q, f, rng, 1).q;
  const Vector<double> many = Disarm{}(q, f, rng, 40000).q;
  CHECK((many - exact).norm() < 0.05 * exact.norm());
}

TEST_CASE("networks that do not fit are refused", "[distributions]") {
  Rng rng(3);
  const Mlp<> net({3, 5, 4});
  CHECK_THROWS_AS(Guide(net, Vector<double>::Zero(3)), ShapeError);
  CHECK_THROWS_AS(Guide(net, Vector<double>::Constant(net.size(), std::nan(""))), InvalidArgument);
  Guide conditional = guide(rng);
  CHECK_THROWS_AS(conditional.set_params(Vector<double>::Zero(1)), ShapeError);
  const Batch<double> narrow = Batch<double>::Zero(2, 1);
  CHECK_THROWS_AS(conditional.at(narrow), ShapeError);
}

TEST_CASE("a network's inputs are reached too", "[distributions]") {
  Rng rng(3);
  const Guide conditional = guide(rng);
  const Batch<double> x = normals<double>(rng, 3, 4), g = normals<double>(rng, 4, 8);
  const auto q = conditional.at(x);
  Batch<double> of_inputs;
  const Vector<double> of_params = q.link_pullback(g, of_inputs);
  CHECK(of_params == q.link_pullback(g));
  REQUIRE(of_inputs.rows() == 3);
  REQUIRE(of_inputs.cols() == 4);
  const Batch<double> both = g.leftCols(4) + g.rightCols(4);  // two samples of each data point
  const Eigen::Map<const Vector<double>> flat(x.data(), x.size());
  CHECK(gradient_error(Vector<double>(Eigen::Map<const Vector<double>>(of_inputs.data(), 12)), Vector<double>(flat),
                       [&](const Vector<double>& v) {
                         const Batch<double> moved = Eigen::Map<const Batch<double>>(v.data(), 3, 4);
                         return conditional.at(moved).distribution().theta().cwiseProduct(both).sum();
                       }) < gradient_tolerance);
}
