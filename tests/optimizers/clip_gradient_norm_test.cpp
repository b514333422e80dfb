#include "support/catch.hpp"
#include "variate/optimizers/clip_gradient_norm.hpp"

using namespace variate;

TEST_CASE("One norm for all", "[optimizers]") {
  Vector<double> g(2);
  g << 3, 4;
  CHECK(clip_gradient_norm(g, 10.0) == 5);
  CHECK(g[1] == 4);
  CHECK(clip_gradient_norm(g, 1.0) == 5);
  CHECK(g.norm() == Approx(5 / (5 + 1e-6)).epsilon(1e-12));
  g << 3, 4;
  CHECK(clip_gradient_norm(g, variate_tests::infinity) == 5);
  CHECK(g[0] == 3);
  g << 3e200, 4e200;
  CHECK(clip_gradient_norm(g, 1.0) == Approx(5e200));
  CHECK(g.norm() == Approx(1));
  g << variate_tests::infinity, 1;
  clip_gradient_norm(g, 1.0);
  CHECK(g[1] == 1);
  CHECK_THROWS_AS(clip_gradient_norm(g, 0.0), DomainError);
  CHECK_THROWS_AS(clip_gradient_norm(g, std::numeric_limits<double>::quiet_NaN()), DomainError);
}
