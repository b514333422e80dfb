#include "variate/flows/piecewise_linear.hpp"

#include "flows/transform_checks.hpp"

using namespace variate;

namespace {

TEST_CASE("piecewise linear transforms, both directions", "[flows]") {
  for (const Index bins : {1, 3, 10}) variate_tests::check_transform(PiecewiseLinear<double>(bins), 0.01, 0.99, 1);
  variate_tests::check_float<PiecewiseLinear>(0, 1, Index(5));
  CHECK_THROWS_AS(PiecewiseLinear<double>(0), InvalidArgument);
}

TEST_CASE("piecewise linear: logits far apart, and points on the edge", "[flows]") {
  const PiecewiseLinear<double> map(2);
  const auto z = transform_to_latent(map, Batch<double>{{0.0, 0.25, 1.0}}, Batch<double>{{800, 800, 0}, {0, 0, 800}});
  CHECK(z.value(0, 0) == std::numeric_limits<double>::epsilon());
  CHECK(z.value(0, 1) == Approx(0.5));
  CHECK(z.value(0, 2) == 1 - std::numeric_limits<double>::epsilon());
  CHECK(z.log_det[1] == Approx(std::log(2)));
  Batch<double> of_raw;
  const Batch<double> g = z.pullback(Batch<double>::Ones(1, 3), Row<double>::Zero(3), of_raw);
  CHECK(g(0, 0) == 0);  // cut off
  CHECK(of_raw.col(0).norm() == 0);
  CHECK(g(0, 1) == Approx(2));
}

}  // namespace
