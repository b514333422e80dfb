#include "variate/optimizers/sgd.hpp"

#include <limits>

#include "optimizers/optimizer_checks.hpp"
#include "support/catch.hpp"

using namespace variate;
using namespace variate_tests;

TEMPLATE_TEST_CASE("Sgd moves as PyTorch's does", "[optimizers]", float, double) {
  using T = TestType;
  replay(Sgd<T>{{.rate = T(0.1)}}, torch_sequences::sgd);
  replay(Sgd<T>{{.rate = T(0.1), .momentum = T(0.9)}}, torch_sequences::sgd_momentum);
  replay(Sgd<T>{{.rate = T(0.1), .momentum = T(0.9), .nesterov = true}}, torch_sequences::sgd_nesterov);
}

TEMPLATE_TEST_CASE("Sgd keeps its size and climbs", "[optimizers]", float, double) {
  using T = TestType;
  holds_shape(Sgd<T>{});
  holds_shape(Sgd<T>{{.momentum = T(0.5), .nesterov = true}});
  CHECK(climb(Sgd<T>{{.rate = T(0.1)}}, 300) < 1e-6);
  CHECK(climb(Sgd<T>{{.rate = T(0.05), .momentum = T(0.6)}}, 300) < 1e-6);
  CHECK(climb(Sgd<T>{{.rate = T(0.05), .momentum = T(0.6), .nesterov = true}}, 300) < 1e-6);
}

TEST_CASE("Sgd follows its schedule", "[optimizers]") {
  Sgd sgd{{.rate = 0.5}, StepDecay{.every = 2, .factor = 0.1}};
  Vector<double> x = Vector<double>::Zero(1);
  const Vector<double> g = Vector<double>::Ones(1);
  CHECK(sgd.rate() == Approx(0.5));
  for (int i = 0; i < 3; ++i) sgd.update(x, g);
  CHECK(x(0) == Approx(0.5 + 0.5 + 0.05));
  CHECK(sgd.rate() == Approx(0.05));
  CHECK_THROWS_AS((Sgd{{.rate = 0.5}, StepDecay{.every = 0}}), InvalidArgument);
}

TEST_CASE("Sgd refuses options out of range and names them", "[optimizers]") {
  CHECK(says(complaint_of<DomainError>([] { Sgd{{.rate = 0.0}}; }), "Sgd: rate is 0"));
  CHECK(says(complaint_of<DomainError>([] { Sgd{{.rate = std::numeric_limits<double>::quiet_NaN()}}; }), "Sgd: rate"));
  CHECK(says(complaint_of<DomainError>([] { Sgd{{.rate = std::numeric_limits<double>::infinity()}}; }), "Sgd: rate"));
  CHECK(says(complaint_of<DomainError>([] { Sgd{{.momentum = 1.0}}; }), "Sgd: momentum is 1"));
  CHECK(says(complaint_of<DomainError>([] { Sgd{{.momentum = -0.1}}; }), "Sgd: momentum"));
  CHECK(says(complaint_of<DomainError>([] { Sgd{{.nesterov = true}}; }), "nesterov"));
}
