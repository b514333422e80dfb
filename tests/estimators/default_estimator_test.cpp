#include "variate/estimators/default_estimator.hpp"

#include <string>
#include <type_traits>

#include "support/catch.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using variate_tests::says;

namespace {
struct Smooth {
  auto operator()(const auto& x) const { return sum(square(x)); }
};
struct Values {
  Row<double> operator()(const Batch<double>& x) const { return x.colwise().squaredNorm(); }
};
using F = Differentiable<Smooth>;
static_assert(std::is_same_v<decltype(default_estimator<Normal<>, F>()), Pathwise>);
static_assert(std::is_same_v<decltype(default_estimator<Normal<>, Values>()), Reinforce<LeaveOneOut>>);
static_assert(std::is_same_v<decltype(default_estimator<Bernoulli<>, F>()), Disarm>);
static_assert(std::is_same_v<decltype(default_estimator<Categorical<>, Values>()), Reinforce<LeaveOneOut>>);
static_assert(std::is_same_v<decltype(default_multi_sample_estimator<Normal<>, F>()), Dreg>);
static_assert(std::is_same_v<decltype(default_multi_sample_estimator<Bernoulli<>, F>()), Vimco>);
}  // namespace

TEST_CASE("the chosen estimator runs, and says why", "[estimators]") {
  Rng rng(1);
  const Normal<> q(Vector<double>{{1.0}}, Vector<double>{{0.5}});
  const auto f = differentiable(Smooth{});
  CHECK(default_estimator<Normal<>, F>()(q, f, rng, 4000).q(0) == Approx(2.0).margin(0.1));
  CHECK(says(std::string(default_estimator_reason<Normal<>, F>()), "Pathwise: q is reparameterised"));
  CHECK(says(std::string(default_estimator_reason<Normal<>, Values>()), "wrap it in differentiable(model)"));
  CHECK(says(std::string(default_estimator_reason<Bernoulli<>, F>()), "n must be even"));
  CHECK(says(std::string(default_estimator_reason<Categorical<>, Values>()), "a score and no path"));
  CHECK(says(std::string(default_multi_sample_estimator_reason<Normal<>, F>()), "Dreg"));
  CHECK(says(std::string(default_multi_sample_estimator_reason<Bernoulli<>, F>()), "Vimco"));
}
