#include "variate/generative/layered_sbn.hpp"

#include <string>
#include <type_traits>

#include "generative/model_checks.hpp"
#include "variate/distributions/detail/enumerate.hpp"

using namespace variate;
using namespace variate_tests;

static_assert(GenerativeModel<LayeredSbn<double>>);
static_assert(GenerativeModel<LayeredSbn<float>>);

namespace {

LayeredSbn<double> deep_net() {
  Rng rng(4);
  return LayeredSbn<double>::random({5, 4, 3, 2}, rng, {}, 0.8);
}
Batch<double> coins(Index rows, Index cols, std::uint64_t seed) {
  Rng rng(seed);
  return (uniforms<double>(rng, rows, cols).array() > 0.5).cast<double>();
}

}  // namespace

TEST_CASE("a sigmoid belief net is a probability, with its score", "[generative]") {
  const auto net = deep_net();
  const Batch<double> worlds = detail::all_points<double>("test", 5, 2), states = detail::all_points<double>("test", 9, 2);
  double total = 0;
  for (Index i = 0; i < worlds.cols(); i += 5) {  // a few of the worlds by every state ...
    const Batch<double> x = worlds.col(i);
    const auto p = net.at(x);
    const auto e = p.evaluate(states);
    CHECK((e.value - p(states)).cwiseAbs().maxCoeff() < 1e-12);
    total += e.value.array().exp().sum();
  }
  CHECK(total > 0);
  CHECK(total < 1);
  double all = 0;  // ... and all of them, in one batch
  const auto p = net.at(worlds);
  Batch<double> h(9, states.cols() * worlds.cols());
  for (Index s = 0; s < states.cols(); ++s)
    for (Index b = 0; b < worlds.cols(); ++b) h.col(s * worlds.cols() + b) = states.col(s);
  all = p(h).array().exp().sum();
  CHECK(all == Approx(1).epsilon(1e-12));

  const Batch<double> x = coins(5, 3, 1), some = coins(9, 12, 2);
  check_score(net, some, [&](const auto& m) { return m.at(x); });
  auto scaled = net;
  scaled.set_scales({2.5, 0.5, 1, 0.25});
  check_score(scaled, some, [&](const auto& m) { return m.at(x); });
  CHECK(scaled.at(x).evaluate(some).value != net.at(x).evaluate(some).value);
}

TEST_CASE("extreme logits and many units keep their log densities", "[generative]") {
  // 200 units, beyond the factors that share a logarithm, with logits up to 800
  Vector<double> params = Vector<double>::Zero(LayeredSbn<double>::parameters({200, 1}));
  for (Index r = 0; r < 200; ++r) params(1 + 200 + r) = 8.0 * static_cast<double>(r - 100);
  const LayeredSbn<double> net({200, 1}, params);
  const Batch<double> x = coins(200, 1, 5), h = Batch<double>::Zero(1, 1);
  double expected = -std::log(2.0);
  for (Index r = 0; r < 200; ++r) {
    const double l = params(201 + r);
    expected += x(r, 0) * l - std::max(l, 0.0) - std::log1p(std::exp(-std::abs(l)));
  }
  CHECK(net.at(x)(h)(0) == Approx(expected).epsilon(1e-13));
  const LayeredSbn<float> single({200, 1}, params.cast<float>());
  const Batch<float> xf = x.cast<float>(), hf = h.cast<float>();
  CHECK(static_cast<double>(single.at(xf)(hf)(0)) == Approx(expected).epsilon(1e-5));
}

TEST_CASE("float is double, rounded", "[generative]") {
  const auto net = deep_net();
  const LayeredSbn<float> rounded(net.sizes(), net.params().cast<float>());
  const Batch<double> x = coins(5, 3, 1), h = coins(9, 12, 2);
  const Batch<float> xf = x.cast<float>(), hf = h.cast<float>();
  const auto p = net.at(x);
  const auto pf = rounded.at(xf);
  const auto e = p.evaluate(h);
  const auto ef = pf.evaluate(hf);
  CHECK((e.value - ef.value.cast<double>()).cwiseAbs().maxCoeff() < 1e-5);
  CHECK((e.pullback(Row<double>::Ones(12)) - ef.pullback(Row<float>::Ones(12)).cast<double>()).cwiseAbs().maxCoeff() < 1e-5);
}

TEST_CASE("dreams are draws from the joint", "[generative][statistical]") {
  CHECK(dream_z(deep_net(), 5000, 7) < 4.8);  // 44 parameters
}

TEST_CASE("names, starts, and what a net refuses", "[generative]") {
  const auto net = deep_net();
  Index size = 0;
  std::string names;
  for (const ParameterBlock& block : net.blocks()) {
    size += block.size();
    names += block.name + " ";
  }
  CHECK(names == "W0 b0 W1 b1 W2 b2 a ");
  CHECK(size == net.params().size());
  Rng rng(1);
  const Batch<double> x = coins(5, 40, 3);
  const auto fitted = LayeredSbn<double>::random({5, 2}, rng, x);
  const double mean = x.row(1).mean();
  CHECK(fitted.params()(fitted.blocks()[1].begin + 1) == Approx(std::log(mean / (1 - mean))));

  using Sbn = LayeredSbn<double>;
  CHECK_THROWS_AS(Sbn({5}, Vector<double>()), InvalidArgument);
  CHECK_THROWS_AS(Sbn({5, 0}, Vector<double>()), InvalidArgument);
  CHECK_THROWS_AS(Sbn({5, 2}, Vector<double>::Zero(3)), ShapeError);
  CHECK_THROWS_AS(Sbn({1, 1}, Vector<double>::Constant(3, NAN)), InvalidArgument);
  auto moved = net;
  CHECK_THROWS_AS(moved.set_scales({1, 2}), ShapeError);
  CHECK_THROWS_AS(moved.set_scales({1, 2, NAN, 1}), InvalidArgument);
  CHECK_THROWS_AS(net.dream(rng, 0), InvalidArgument);
  const Batch<double> none(5, 0), tall = coins(6, 2, 1), good = coins(5, 2, 1), wrong = coins(9, 3, 1), short_h = coins(8, 2, 1);
  CHECK_THROWS_AS(net.at(none), InvalidArgument);
  CHECK_THROWS_AS(net.at(tall), ShapeError);
  Batch<double> grey = good;
  grey(2, 1) = 0.5;
  try {
    net.at(grey);
    FAIL("nothing was thrown");
  } catch (const DomainError& error) {
    CHECK(std::string(error.what()) == "LayeredSbn: x(2, 1) is 0.5, expected 0 or 1");
  }
  const auto p = net.at(good);
  CHECK_THROWS_AS(p.evaluate(wrong), ShapeError);
  CHECK_THROWS_AS(p(short_h), ShapeError);
  const Batch<double> h = coins(9, 4, 1);
  const auto e = p.evaluate(h);
  CHECK_THROWS_AS(e.pullback(Row<double>::Ones(3)), ShapeError);
}
