#include "variate/integration/survey_control.hpp"

#include <cmath>

#include "support/catch.hpp"

namespace {
namespace survey_control_tests {

using namespace variate;

TEST_CASE("A smoothed loss starts with the first and forgets", "[integration]") {
  SmoothedLoss smoothed;
  CHECK(std::isnan(smoothed.value()));
  CHECK(smoothed.add(2));
  CHECK(smoothed.value() == 2);
  CHECK_FALSE(smoothed.add(3));
  CHECK(smoothed.value() == Approx(2.3));
  CHECK(smoothed.add(1));
  CHECK(smoothed.best() == Approx(1.91));
  CHECK_FALSE(smoothed.add(std::nan("")));
  CHECK(smoothed.count() == 4);
  CHECK_THROWS_AS(SmoothedLoss(0), DomainError);
  CHECK_THROWS_AS(SmoothedLoss(1.5), DomainError);
}

TEST_CASE("The margin of the variance switch is at most a quarter", "[integration]") {
  Row<double> f(2);
  f << 1, 1;
  CHECK(VarianceSwitch(f).margin() == 0);
  CHECK_FALSE(VarianceSwitch(f)(1));
  f << 0, 2;
  CHECK(VarianceSwitch(f).flat_loss() == Approx(2));
  CHECK(VarianceSwitch(f).margin() == Approx(0.5));
  CHECK_THROWS_AS(VarianceSwitch(Row<double>::Ones(1)), InvalidArgument);
  CHECK(KlSwitch{}(-0.1));
}

}  // namespace survey_control_tests
}  // namespace
