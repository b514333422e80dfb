/// A network as the surrogate of RELAX.
#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/relax.hpp"
#include "variate/networks/mlp.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
struct Toy {
  auto operator()(const auto& x) const { return sum(square(x - 0.45)) + 0.5 * row(x, 0) * row(x, 1); }
};
}  // namespace

TEST_CASE("RELAX with a network for its surrogate stays unbiased and loses variance", "[networks][statistical]") {
  const auto f = differentiable(Toy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -0.8}});
  Rng rng(12);
  const Mlp<> net({2, 8, 1});
  Relax learned(differentiable(net, net.initialise(rng)));
  const auto spread = [&] {
    variate_tests::Moments moments;
    for (int i = 0; i < 3000; ++i) moments.add(learned(q, f, rng, 1).q);
    CHECK(moments.worst_z(Exact{}(q, f, rng, 1).q) < 4.5);
    return moments.variance().sum();
  };
  const double before = spread();
  for (int i = 0; i < 1500; ++i) learned.learn(learned(q, f, rng, 4).own);
  CHECK(spread() < 0.5 * before);
}
