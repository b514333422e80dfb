#include "variate/estimators/straight_through.hpp"

#include "estimators/bernoulli_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
struct Linear {
  auto operator()(const auto& x) const { return 2.0 * row(x, 0) - row(x, 1) + 0.5 * row(x, 2); }
};
}  // namespace

TEST_CASE("straight-through: data points, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(StraightThrough{}, 3, 1, 3);
  check_data_points(StraightThroughGumbelSoftmax{}, 3, 1, 3);
  check_dropping(StraightThrough{}, 1);
  check_dropping(StraightThroughGumbelSoftmax{}, 1);
  Rng rng(1);
  CHECK_THROWS_AS(StraightThroughGumbelSoftmax{0}(Bernoulli<double>(Vector<double>{{0.4, 1, 2}}), differentiable(Linear{}), rng, 1),
                  DomainError);
}

TEST_CASE("straight-through is exact for a linear cost", "[estimators]") {
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  Rng rng(2);
  const auto f = differentiable(Linear{});
  const Vector<double> exact = Exact{}(q, f, rng, 1).q;
  CHECK((StraightThrough{}(q, f, rng, 1).q - exact).norm() < 1e-14);
}
