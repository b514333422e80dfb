#include "variate/integration/integrands.hpp"

#include "support/catch.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace integrands_tests {

using namespace variate;

/// The integral by 200000 uniform points agrees within four standard errors (one false alarm in 16000 for each).
template <class F>
void check_integral(const F& f) {
  Rng rng(11);
  const Row<double> v = f(uniforms<double>(rng, f.dimension, 200000));
  const double mean = v.mean(), error = std::sqrt((v.array() - mean).square().mean() / static_cast<double>(v.size()));
  INFO(mean << " +- " << error << " against " << f.integral());
  CHECK(std::abs(mean - f.integral()) < 4 * error);
}

TEST_CASE("Exact integrals are those of the integrands", "[integration][statistical]") {
  check_integral(GaussianPeak{3, 0.2, 0.4});
  check_integral(Camel{2, 0.1});
  check_integral(HyperSphere{4, 0.4});
  check_integral(HyperCamel{2, 0.24, 1e-3});
  check_integral(Sine{3, 2.0, 0.5});
}

TEST_CASE("Integrands refuse points of another dimension", "[integration]") {
  const Batch<double> x = Batch<double>::Zero(3, 2);
  CHECK_THROWS_AS(Camel{}(x), ShapeError);
  CHECK_THROWS_AS(SineLine{}(x), ShapeError);
  CHECK_THROWS_AS((SineLine{1, 0.1, 2}(Batch<double>::Zero(1, 1))), InvalidArgument);
}

}  // namespace integrands_tests
}  // namespace
