#include "variate/estimators/relax.hpp"

#include "estimators/bernoulli_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
struct Surrogate {
  auto operator()(const auto& z, const auto& theta) const {
    return reshape(theta, 20, 1, 5) * tanh(reshape(theta, 0, 5, 3) * z + reshape(theta, 15, 5, 1)) + reshape(theta, 25, 1, 1);
  }
};
auto surrogate(double scale) {
  Rng rng(2);
  return differentiable(Surrogate{}, Vector<double>(scale * normals<double>(rng, 26, 1)));
}
}  // namespace

TEST_CASE("RELAX: data points, unbiased for any surrogate, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(Relax(surrogate(0.5)), 3, 2, 3);
  CHECK(unbiased_z(Relax(surrogate(1)), 1) < 4.5);
  CHECK(unbiased_z(Relax(surrogate(1), {.with_cost = true}), 1) < 4.5);
  check_dropping(Relax(surrogate(0.1)), 1);
  CHECK_THROWS_AS(Relax(surrogate(1), {.with_cost = true, .temperature = 0}), DomainError);
}

TEST_CASE("RELAX learns its surrogate", "[estimators][statistical]") {
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  for (const bool with_cost : {false, true}) {
    Relax learned(surrogate(0.1), {.with_cost = with_cost});
    Rng rng(9);
    const auto spread = [&] {
      Moments moments;
      for (int i = 0; i < 3000; ++i) moments.add(learned(q, f, rng, 1).q);
      CHECK(moments.worst_z(Exact{}(q, f, rng, 1).q) < 4.5);
      return moments.variance().sum();
    };
    const double before = spread();
    for (int i = 0; i < 1500; ++i) learned.learn(learned(q, f, rng, 4).own);
    CHECK(spread() < 0.8 * before);
    CHECK((learned.temperature() == 0.5) == !with_cost);
  }
}
