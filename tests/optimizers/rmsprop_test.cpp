#include "variate/optimizers/rmsprop.hpp"

#include <cmath>

#include "optimizers/optimizer_checks.hpp"
#include "support/catch.hpp"

using namespace variate;
using namespace variate_tests;

TEMPLATE_TEST_CASE("RmsProp moves as PyTorch's does", "[optimizers]", float, double) {
  using T = TestType;
  replay(RmsProp<T>{{.rate = T(0.01), .decay = T(0.9)}}, torch_sequences::rmsprop);
}

TEMPLATE_TEST_CASE("RmsProp keeps its size and climbs", "[optimizers]", float, double) {
  using T = TestType;
  holds_shape(RmsProp<T>{});
  CHECK(climb(RmsProp<T, CosineDecay>{{.rate = T(0.05)}, CosineDecay{.steps = 1000}}, 1000) < 1e-4);
}

TEST_CASE("RmsProp with start_at_first is the step of ADVI", "[optimizers]") {
  RmsProp advi{{.rate = 0.1, .decay = 0.9, .epsilon = 1.0, .start_at_first = true}, InversePower{.power = 0.5}};
  Vector<double> x = Vector<double>::Zero(1);
  advi.update(x, Vector<double>::Constant(1, 3.0));
  double expected = 0.1 * 3.0 / (1.0 + 3.0);
  CHECK(x(0) == Approx(expected).epsilon(1e-14));
  advi.update(x, Vector<double>::Constant(1, -1.0));
  expected += 0.1 / std::sqrt(2.0) * -1.0 / (1.0 + std::sqrt(0.9 * 9.0 + 0.1 * 1.0));
  CHECK(x(0) == Approx(expected).epsilon(1e-14));
}

TEST_CASE("RmsProp refuses options out of range and names them", "[optimizers]") {
  CHECK(says(complaint_of<DomainError>([] { RmsProp{{.rate = 0.0}}; }), "RmsProp: rate is 0"));
  CHECK(says(complaint_of<DomainError>([] { RmsProp{{.decay = 1.0}}; }), "RmsProp: decay is 1"));
  CHECK(says(complaint_of<DomainError>([] { RmsProp{{.epsilon = -1.0}}; }), "RmsProp: epsilon is -1"));
}
