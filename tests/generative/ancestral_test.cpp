#include "variate/generative/ancestral.hpp"

#include "generative/model_checks.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/networks/mlp.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

using Net = Mlp<>;
Vector<double> weights(const Net& net) {
  Vector<double> w(net.size());
  for (Index i = 0; i < w.size(); ++i) w(i) = 0.5 * std::sin(1.0 + 1.7 * static_cast<double>(i));
  return w;
}
auto bits() {
  const Net net({2, 3});
  return Ancestral(Normal<double>::standard(2), network_conditional<Bernoulli<double>>(net, weights(net)));
}
auto mixture(Learns learns) {
  const Net net({3, 4});
  return Ancestral(OneHotCategorical<double>(Batch<double>{{0.3}, {-0.5}, {0.9}}),
                   network_conditional<Normal<double>>(net, weights(net)), learns);
}

static_assert(GenerativeModel<decltype(bits())>);

}  // namespace

TEST_CASE("a decoder of bits", "[generative]") {
  const auto model = bits();
  const Batch<double> x{{1, 0}, {0, 1}, {1, 1}}, h{{0.3, -0.7, 1.2, 0.1}, {0.9, 0.2, -1.5, 0.4}};
  const auto p = model.at(x);
  const Row<double> values = p(h);
  for (Index c = 0; c < 4; ++c) {
    const Batch<double> one = h.col(c), own = x.col(c % 2);
    const auto likelihood = model.likelihood().at(one);
    CHECK(values(c) == Approx(model.prior().log_prob(one)(0) + likelihood.log_prob(own)(0)));
  }
  CHECK((p.evaluate(h).value - values).norm() < 1e-13);
  check_score(model, h, [&](const auto& m) { return m.at(x); });
  check_slopes(p, h);
  auto scaled = model;
  scaled.set_scales(0.5, 3);
  const auto ps = scaled.at(x);
  CHECK((ps(h) - ps.evaluate(h).value).norm() < 1e-12);
  check_slopes(ps, h);
  check_score(scaled, h, [&](const auto& m) { return m.at(x); });
}

TEST_CASE("a mixture, with and without its weights", "[generative]") {
  const auto model = mixture(Learns::prior), fixed = mixture(Learns::likelihood);
  CHECK(model.params().size() == 3 + 16);
  CHECK(fixed.params().size() == 16);
  const Batch<double> x{{0.4, -1.0}, {0.2, 0.7}}, h = model.prior().support();
  const Batch<double> two = Batch<double>(x.leftCols(1));
  check_score(model, h, [&](const auto& m) { return m.at(two); });
  check_score(fixed, h, [&](const auto& m) { return m.at(two); });
  auto moved = model;
  moved.set_params(Vector<double>(model.params() * 2));
  CHECK(moved.params() == model.params() * 2);
  const Vector<double> before = moved.params();
  Vector<double> bad = before;
  bad.tail(1).setConstant(NAN);
  CHECK_THROWS_AS(moved.set_params(bad), InvalidArgument);
  CHECK(moved.params() == before);
  CHECK_THROWS_AS(moved.set_params(Vector<double>::Zero(5)), ShapeError);
}

TEST_CASE("dreams of decoders and mixtures are draws from the joint", "[generative][statistical]") {
  CHECK(dream_z(bits(), 3000, 5) < 4.5);
  CHECK(dream_z(mixture(Learns::prior), 3000, 6) < 4.7);
}

TEST_CASE("what a decoder refuses", "[generative]") {
  const auto model = bits();
  const Batch<double> none(3, 0), x{{1, 0}, {0, 1}, {1, 1}}, odd = Batch<double>::Zero(2, 3);
  CHECK_THROWS_AS(model.at(none), InvalidArgument);
  const auto p = model.at(x);
  CHECK_THROWS_AS(p.evaluate(odd), ShapeError);
  auto scaled = model;
  CHECK_THROWS_AS(scaled.set_scales(NAN, 1), InvalidArgument);
  const Net net({2, 3});
  CHECK_THROWS_AS(
      Ancestral(Normal<double>::from_theta(Batch<double>::Zero(4, 2)), network_conditional<Bernoulli<double>>(net, weights(net))),
      ShapeError);
}
