#include "variate/flows/coupling_flow.hpp"

#include "support/catch.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

TEST_CASE("coupling flows by their options", "[flows]") {
  Rng rng(1);
  CHECK(coupling_flow(8, RationalQuadratic<double>(), rng).layers().size() == 6);
  CHECK(coupling_flow(3, RationalQuadratic<double>(), rng).layers().size() == 4);
  const auto q = coupling_flow(4, RationalQuadratic<double>(3), rng, {.masks = checkerboard_masks(4, 1), .hidden = {5}});
  CHECK(q.layers().size() == 2);
  CHECK(q.params().size() == 2 * (2 * 5 + 5 + 5 * 20 + 20));
  CHECK_FALSE(q.latent().is_normal());
  const auto wide = coupling_flow(2, AffineTransform<double>(), rng, {.latent = Latent<double>::normal(1, 2)}, Sigmoid<double>());
  CHECK(wide.latent().from() == 1);
  CHECK_THROWS_AS(coupling_flow(0, RationalQuadratic<double>(), rng), InvalidArgument);
  CHECK_THROWS_AS(coupling_flow(3, RationalQuadratic<double>(), rng, {.masks = checkerboard_masks(4)}), InvalidArgument);
  CHECK_THROWS_AS(coupling_flow(3, RationalQuadratic<double>(), rng, {.hidden = {0}}), InvalidArgument);
}

}  // namespace
