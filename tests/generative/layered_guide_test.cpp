#include "variate/generative/layered_guide.hpp"

#include <string>
#include <utility>

#include "generative/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

static_assert(Conditional<LayeredGuide<double>>);
static_assert(Conditional<LayeredGuide<float>>);
static_assert(Enumerable<BoundLayeredGuide<double>>);

namespace {

LayeredGuide<double> deep_guide() {
  Rng rng(6);
  return LayeredGuide<double>::random({4, 3, 2, 2}, rng, 0.9);
}
Batch<double> some_data() {
  Rng rng(8);
  return normals<double>(rng, 4, 3);
}

}  // namespace

TEST_CASE("a layered guide is a distribution for each data point, with its score", "[generative]") {
  const auto guide = deep_guide();
  const Batch<double> x = some_data();
  const auto q = guide.at(x);
  const Batch<double> states = q.support();
  REQUIRE(states.cols() == 128);
  Batch<double> h(7, 3 * 128);
  for (Index s = 0; s < 128; ++s)
    for (Index b = 0; b < 3; ++b) h.col(3 * s + b) = states.col(s);
  const Row<double> log_q = q.log_prob(h);
  for (Index b = 0; b < 3; ++b) {
    double total = 0;
    for (Index s = 0; s < 128; ++s) total += std::exp(log_q(3 * s + b));
    CHECK(total == Approx(1).epsilon(1e-12));
  }
  const Batch<double> some = h.middleCols(60, 12);
  check_score(guide, some, [&](const auto& g) { return g.at(x); });
  auto scaled = guide;
  scaled.set_scales({1, 0.5, 2, 0.25});
  check_score(scaled, some, [&](const auto& g) { return g.at(x); });
}

TEST_CASE("draws with their evaluation are the draws, and their evaluation", "[generative]") {
  const auto guide = deep_guide();
  const Batch<double> x = some_data();
  const auto q = guide.at(x);
  Rng a(3), b(3);
  const Batch<double> h = q.sample(a, 5);
  const auto drawn = q.sample_and_evaluate(b, 5);
  CHECK(drawn.points() == h);
  CHECK(a == b);
  const auto again = q.evaluate(h);
  CHECK((drawn.value - again.value).cwiseAbs().maxCoeff() < 1e-12);
  CHECK((drawn.value - q.log_prob(h)).cwiseAbs().maxCoeff() < 1e-12);
  const Row<double> w = Row<double>::LinSpaced(15, -1, 1);
  CHECK((drawn.pullback(w) - again.pullback(w)).norm() < 1e-12);
  Vector<double> sum = Vector<double>::Ones(guide.params().size());
  drawn.accumulate(w, sum);
  CHECK((sum - Vector<double>::Ones(sum.size()) - drawn.pullback(w)).norm() < 1e-12);
}

TEST_CASE("draws of a layered guide have its probabilities", "[generative][statistical]") {
  // the mean score of draws is zero; 25 parameters, by chance above 4.7 once in 15 000
  const auto guide = deep_guide();
  const Batch<double> x = some_data();
  const auto q = guide.at(x);
  Rng rng(11);
  Moments moments;
  for (int i = 0; i < 4000; ++i) moments.add(q.sample_and_evaluate(rng, 2).pullback(Row<double>::Constant(6, 1.0 / 6)));
  CHECK(moments.worst_z(Vector<double>::Zero(guide.params().size())) < 4.7);
}

TEST_CASE("names, and what a guide refuses", "[generative]") {
  const auto guide = deep_guide();
  std::string names;
  for (const ParameterBlock& block : guide.blocks()) names += block.name + " ";
  CHECK(names == "R0 c0 R1 c1 R2 c2 ");
  using Guide = LayeredGuide<double>;
  CHECK_THROWS_AS(Guide({5}, Vector<double>()), InvalidArgument);
  CHECK_THROWS_AS(Guide({5, 2}, Vector<double>::Zero(3)), ShapeError);
  const Batch<double> none(4, 0), tall = Batch<double>::Zero(5, 2), x = some_data(), wrong = Batch<double>::Zero(7, 4),
                      flat = Batch<double>::Zero(6, 3);
  CHECK_THROWS_AS(guide.at(none), InvalidArgument);
  CHECK_THROWS_AS(guide.at(tall), ShapeError);
  const auto q = guide.at(x);
  Rng rng(1);
  CHECK_THROWS_AS(q.sample(rng, 0), InvalidArgument);
  CHECK_THROWS_AS(q.log_prob(wrong), ShapeError);
  CHECK_THROWS_AS(q.evaluate(flat), ShapeError);
  const LayeredGuide<float> rounded(guide.sizes(), guide.params().cast<float>());
  const Batch<float> xf = x.cast<float>(), hf = Batch<float>::Ones(7, 6);
  const Batch<double> h = Batch<double>::Ones(7, 6);
  CHECK((rounded.at(xf).log_prob(hf).cast<double>() - q.log_prob(h)).cwiseAbs().maxCoeff() < 1e-5);
}
