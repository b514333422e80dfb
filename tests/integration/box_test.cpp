#include "variate/integration/box.hpp"

#include <limits>

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/parallel/thread_pool.hpp"

namespace {
namespace box_tests {

using namespace variate;
using variate_tests::refused;

TEST_CASE("A box refuses bounds that bound nothing", "[integration]") {
  const auto make = [](double low, double high) {
    return Box(Vector<double>::Constant(2, low), Vector<double>::Constant(2, high));
  };
  CHECK(refused<InvalidArgument>([&] { (void)(Box(0)); }, "dimension is 0"));
  CHECK(refused<DomainError>([&] { (void)(make(1, 1)); }, "upper(0) is 1, expected more than lower(0)"));
  CHECK(refused<DomainError>([&] { (void)(make(2, 1)); }, "upper(0)"));
  CHECK(refused<InvalidArgument>([&] { (void)(make(0, std::numeric_limits<double>::infinity())); }, "upper(0) is inf"));
  CHECK(refused<InvalidArgument>([&] { (void)(make(std::numeric_limits<double>::quiet_NaN(), 1)); }, "lower(0) is "));
  CHECK(refused<InvalidArgument>([&] { (void)(make(-1e300, 1e300)); }, "volume is inf"));
  CHECK(refused<ShapeError>([&] { (void)(Box(Vector<double>::Zero(2), Vector<double>::Ones(3))); }, "size of upper is 3"));
  CHECK(make(-1, 2).volume() == Approx(9));
  CHECK_THROWS_AS(make(0, 1).from_unit(Batch<double>::Zero(3, 1)), ShapeError);
}

TEST_CASE("A function may take a batch, a point or numbers", "[integration]") {
  const Batch<double> x = Batch<double>::Random(2, 1000);
  const auto batch = [](const Batch<double>& at) -> Row<double> { return at.colwise().sum(); };
  const auto point = [](const Vector<double>& at) { return at.sum(); };
  const auto any = [](const auto& at) { return at.sum(); };
  const Row<double> want = batch(x);
  CHECK(detail::integrand_values(batch, x) == want);
  CHECK(detail::integrand_values(point, x).isApprox(want));
  CHECK(detail::integrand_values(any, x).isApprox(want));
  CHECK(point_by_point(any)(x).isApprox(want));
  CHECK(by_arguments<2>([](double a, double b) { return a + b; })(x).isApprox(want));
  CHECK_THROWS_AS(by_arguments<3>([](double a, double, double) { return a; })(x), ShapeError);
  const auto short_of_one = [](const Batch<double>& at) -> Row<double> { return Row<double>::Zero(at.cols() - 1); };
  CHECK(refused<ShapeError>([&] { (void)(detail::integrand_values(short_of_one, x)); },
                            "number of values of the integrand is 999"));
  ThreadPool pool(2);
  CHECK(detail::integrand_values(batch, x, pool, 64) == want);
}

}  // namespace box_tests
}  // namespace
