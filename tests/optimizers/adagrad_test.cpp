#include "variate/optimizers/adagrad.hpp"

#include "optimizers/optimizer_checks.hpp"
#include "support/catch.hpp"

using namespace variate;
using namespace variate_tests;

TEMPLATE_TEST_CASE("AdaGrad moves as PyTorch's does", "[optimizers]", float, double) {
  using T = TestType;
  replay(AdaGrad<T>{{.rate = T(0.1)}}, torch_sequences::adagrad);
  replay(AdaGrad<T>{{.rate = T(0.1), .initial = T(0.5), .epsilon = T(1e-3)}}, torch_sequences::adagrad_initial);
}

TEMPLATE_TEST_CASE("AdaGrad keeps its size and climbs", "[optimizers]", float, double) {
  using T = TestType;
  holds_shape(AdaGrad<T>{});
  CHECK(climb(AdaGrad<T>{{.rate = T(0.5)}}, 1000) < 1e-5);
}

TEST_CASE("AdaGrad refuses options out of range and names them", "[optimizers]") {
  CHECK(says(complaint_of<DomainError>([] { AdaGrad{{.rate = 0.0}}; }), "AdaGrad: rate is 0"));
  CHECK(says(complaint_of<DomainError>([] { AdaGrad{{.initial = -1.0}}; }), "AdaGrad: initial is -1"));
  CHECK(says(complaint_of<DomainError>([] { AdaGrad{{.epsilon = -1.0}}; }), "AdaGrad: epsilon is -1"));
}
