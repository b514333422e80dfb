#include "variate/generative/with_dreams.hpp"

#include "generative/model_checks.hpp"
#include "variate/autodiff/differentiable_model.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// z ~ N(0, 1), x | z ~ N(a z, 1): the user's own, with dreams by a lambda.
struct Line {
  auto operator()(const auto& z, const auto& x, const auto& theta) const {
    return -0.5 * sum(square(x - reshape(theta, 0, 2, 1) * z)) - 0.5 * sum(square(z));
  }
};
auto line() {
  const auto dream = [](const Vector<double>& a, auto& rng, Index n) {
    Dream<double> d;
    d.h = normals<double>(rng, 1, n);
    d.x = a * d.h;
    d.x += normals<double>(rng, 2, n);
    return d;
  };
  return WithDreams(differentiable_model(Line{}, Vector<double>{{1.5, -0.5}}), dream);
}
static_assert(GenerativeModel<decltype(line())>);

}  // namespace

TEST_CASE("a user's own model dreams", "[generative][statistical]") {
  CHECK(dream_z(line(), 4000, 3) < 4.5);
  auto model = line();
  model.set_params(Vector<double>{{0.0, 1.0}});
  CHECK(model.params() == Vector<double>{{0.0, 1.0}});
  CHECK(dream_z(model, 4000, 3) < 4.5);
}

TEST_CASE("dreams of the wrong shape are refused", "[generative]") {
  Rng rng(1);
  CHECK_THROWS_AS(line().dream(rng, 0), InvalidArgument);
  const auto broken = [](const Vector<double>&, auto&, Index n) {
    return Dream<double>{Batch<double>(2, n), Batch<double>(1, n + 1)};
  };
  const WithDreams model(differentiable_model(Line{}, Vector<double>{{1.5, -0.5}}), broken);
  CHECK_THROWS_AS(model.dream(rng, 2), ShapeError);
}
