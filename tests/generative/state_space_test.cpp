#include "variate/generative/state_space.hpp"

#include "generative/model_checks.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/networks/mlp.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

Vector<double> weights(const Mlp<>& net, double phase) {
  Vector<double> w(net.size());
  for (Index i = 0; i < w.size(); ++i) w(i) = 0.4 * std::sin(phase + 1.7 * static_cast<double>(i));
  return w;
}
auto chain(Index steps) {
  const Mlp<> moves({2, 4}), shows({2, 3});
  return StateSpace(Normal<double>(Vector<double>{{0.2, -0.1}}, Vector<double>{{1.1, 0.7}}),
                    network_conditional<Normal<double>>(moves, weights(moves, 1)),
                    network_conditional<Bernoulli<double>>(shows, weights(shows, 2)), steps);
}
static_assert(GenerativeModel<decltype(chain(2))>);

}  // namespace

TEST_CASE("a chain is the product of its parts", "[generative]") {
  const auto model = chain(3);
  Rng rng(2);
  const Batch<double> x = (uniforms<double>(rng, 9, 2).array() > 0.5).cast<double>(), z = normals<double>(rng, 6, 4);
  const auto p = model.at(x);
  const auto e = p.evaluate(z);
  for (Index c = 0; c < 4; ++c) {
    double expected = model.initial().log_prob(Batch<double>(z.block(0, c, 2, 1)))(0);
    for (Index t = 0; t < 3; ++t) {
      const Batch<double> now = z.block(2 * t, c, 2, 1), seen = x.block(3 * t, c % 2, 3, 1);
      expected += model.emission().at(now).log_prob(seen)(0);
      if (t > 0) {
        const Batch<double> past = z.block(2 * t - 2, c, 2, 1);
        expected += model.transition().at(past).log_prob(now)(0);
      }
    }
    CHECK(e.value(c) == Approx(expected).epsilon(1e-12));
  }
  check_score(model, z, [&](const auto& m) { return m.at(x); });
  check_slopes(p, z);
  const auto one = chain(1);
  const Batch<double> first = x.topRows(3), state = z.topRows(2);
  check_score(one, state, [&](const auto& m) { return m.at(first); });
  check_slopes(one.at(first), state);
}

TEST_CASE("dreams of a chain are draws from the joint", "[generative][statistical]") {
  CHECK(dream_z(chain(3), 3000, 9) < 4.7);  // 25 parameters
}

TEST_CASE("what a chain refuses", "[generative]") {
  CHECK_THROWS_AS(chain(0), InvalidArgument);
  auto model = chain(3);
  const Batch<double> none(9, 0), odd = Batch<double>::Zero(8, 2), x = Batch<double>::Zero(9, 2),
                                  flat = Batch<double>::Zero(5, 2), uneven = Batch<double>::Zero(6, 3);
  CHECK_THROWS_AS(model.at(none), InvalidArgument);
  CHECK_THROWS_AS(model.at(odd), ShapeError);
  const auto p = model.at(x);
  CHECK_THROWS_AS(p.evaluate(flat), ShapeError);
  CHECK_THROWS_AS(p.evaluate(uneven), ShapeError);
  const Vector<double> before = model.params();
  CHECK_THROWS_AS(model.set_params(Vector<double>::Zero(3)), ShapeError);
  Vector<double> bad = before;
  bad.tail(1).setConstant(NAN);
  CHECK_THROWS_AS(model.set_params(bad), InvalidArgument);
  CHECK(model.params() == before);
}
