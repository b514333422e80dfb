#include "variate/generative/layers_of_bits.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "variate/core/concepts.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

TEMPLATE_TEST_CASE("blocks of layers of bits cover the parameters once", "[generative]", LayeredSbn<double>,
                   LayeredGuide<double>) {
  const std::vector<Index> sizes{4, 3, 2};
  Rng rng(31);
  TestType layers = TestType::random(sizes, rng);
  REQUIRE(layers.params().size() == TestType::parameters(sizes));
  CHECK(layers.latents() == 5);
  std::vector<int> covered(static_cast<std::size_t>(layers.params().size()), 0);
  for (const ParameterBlock& block : layers.blocks())
    for (Index i = 0; i < block.size(); ++i) ++covered[static_cast<std::size_t>(block.begin + i)];
  CHECK(covered == std::vector<int>(covered.size(), 1));

  // parameters are exchanged whole or not at all
  const Vector<double> before = layers.params(), after = Vector<double>::LinSpaced(before.size(), -1, 1);
  Vector<double> given = after;
  layers.swap_params(given);
  CHECK(given == before);
  CHECK(layers.params() == after);
  Vector<double> bad = before;
  bad(1) = std::nan("");
  CHECK_THROWS_AS(layers.swap_params(bad), InvalidArgument);
  Vector<double> few = before.head(3);
  CHECK_THROWS_AS(layers.swap_params(few), ShapeError);
  CHECK(few.size() == 3);
  CHECK(layers.params() == after);
  CHECK_THROWS_AS(TestType::parameters({4}), InvalidArgument);
  CHECK_THROWS_AS(TestType::parameters({4, 0}), InvalidArgument);
}

TEST_CASE("an executor sees a number that is not finite, wherever it is", "[generative]") {
  ThreadPool pool(2);
  Rng rng(33);
  auto guide = LayeredGuide<float>::random({200, 190}, rng);
  const Vector<float> before = guide.params(), after = Vector<float>::LinSpaced(before.size(), -1, 1);
  for (const Index at : {Index{0}, Index{16384}, before.size() - 1}) {
    Vector<float> bad = after;
    bad(at) = INFINITY;
    CHECK_THROWS_AS(guide.swap_params(bad, pool), InvalidArgument);
    CHECK(guide.params() == before);
  }
  Vector<float> given = after;
  guide.swap_params(given, pool);
  CHECK(given == before);
  CHECK(guide.params() == after);
  CHECK_THROWS_AS(guide.swap_params(given = Vector<float>::Ones(3), pool), ShapeError);
}

TEST_CASE("the maps of a net go down and those of a guide up", "[generative]") {
  Rng rng(32);
  const auto names = [](const auto& layers) {
    std::string all;
    for (const ParameterBlock& block : layers.blocks())
      all += block.name + ":" + std::to_string(block.rows) + "x" + std::to_string(block.cols) + " ";
    return all;
  };
  CHECK(names(LayeredSbn<double>::random({4, 3, 2}, rng)) == "W0:4x3 b0:4x1 W1:3x2 b1:3x1 a:2x1 ");
  CHECK(names(LayeredGuide<double>::random({4, 3, 2}, rng)) == "R0:3x4 c0:3x1 R1:2x3 c1:2x1 ");
}
