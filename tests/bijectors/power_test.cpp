#include "variate/bijectors/power.hpp"

#include "bijectors/bijector_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Power: inverse, volume, gradients", "[bijectors]") {
  Rng rng(1);
  const Batch<double> x = (0.4 + 1.5 * uniforms<double>(rng, 3, 7).array()).matrix();
  for (const double p : {2.0, 0.5, -1.0, 1.0, -1.7}) {
    INFO("p " << p);
    check_bijector(Power(p), x);
    check_bijector(Power(p), Batch<double>(x.topRows(1)));
    const auto single = Power(static_cast<float>(p)).forward(Batch<float>(x.cast<float>()));
    CHECK((single.value.cast<double>() - Power(static_cast<double>(static_cast<float>(p))).value(x)).cwiseAbs().maxCoeff() < 1e-4);
  }
}

TEST_CASE("Power: the boundary and beyond", "[bijectors]") {
  CHECK(forward_at(Power(2.0), 0).value(0, 0) == 0);
  CHECK(forward_at(Power(2.0), 0).log_det(0) == -infinity);
  CHECK(forward_at(Power(-2.0), 0).value(0, 0) == infinity);
  CHECK(forward_at(Power(1.0), 0).log_det(0) == 0);
  CHECK(near(forward_at(Power(3.0), 1e-100).log_det(0), std::log(3.0) - 200 * std::log(10.0)));
  CHECK(inverse_at(Power(0.5), 3).value(0, 0) == Approx(9));
  CHECK(Power(0.5).in_domain((Batch<double>(1, 3) << -1, 0, 1).finished()) == (Row<double>(3) << 0, 0, 1).finished());
  CHECK(message_of<DomainError>([] { forward_at(Power(2.0), -1); }) == "Power: x(0, 0) is -1, expected in [0, inf]");
  CHECK(message_of<DomainError>([] { inverse_at(Power(2.0), -1); }) == "Power: y(0, 0) is -1, expected in [0, inf]");
  CHECK(message_of<DomainError>([] { Power(0.0); }) == "Power: exponent is 0, expected a finite number other than 0");
  CHECK(says(message_of<DomainError>([] { Power(std::nan("")); }), "exponent is nan"));
  CHECK(Power(0.5).exponent() == 0.5);
}
