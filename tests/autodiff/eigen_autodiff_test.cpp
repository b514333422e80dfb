#include "variate/autodiff/eigen_autodiff.hpp"

#include "autodiff/model_checks.hpp"
#include "variate/autodiff/gradient.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("functions of Eigen's AutoDiffScalar", "[autodiff]") {
  const auto model = [](const auto& x) {
    using std::exp;
    auto total = x[0];
    total = x[0] * x[0];
    for (Index i = 1; i < x.size(); ++i) total -= exp(x[i]) * x[i - 1];
    return total;
  };
  const auto f = eigen_autodiff_integrand(model);
  static_assert(DifferentiableIntegrand<decltype(f), double>);
  const Batch<double> x = scattered(4, 5);
  const auto own = forward_integrand(model);
  CHECK(difference(f(x), own(x)) < 1e-15);
  CHECK(difference(gradient(f, x), gradient(own, x)) < 1e-15);
  const auto constant_model =
      eigen_autodiff_integrand([](const auto& p) { return typename std::decay_t<decltype(p)>::Scalar(3.0); });
  CHECK(gradient(constant_model, x) == Batch<double>::Zero(4, 5));
}
