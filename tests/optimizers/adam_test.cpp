#include "variate/optimizers/adam.hpp"

#include <limits>
#include <type_traits>
#include <utility>

#include "optimizers/optimizer_checks.hpp"
#include "support/catch.hpp"
#include "variate/parallel/thread_pool.hpp"

using namespace variate;
using namespace variate_tests;

static_assert(std::is_same_v<decltype(Adam{{.rate = 0.02}}), Adam<double>>);
static_assert(std::is_same_v<decltype(Adam{{.rate = 0.02}, CosineDecay{.steps = 10}}), Adam<double, CosineDecay>>);
static_assert(std::is_same_v<decltype(Adam{AdamOptions<float>{}}), Adam<float>>);

TEMPLATE_TEST_CASE("Adam moves as PyTorch's does", "[optimizers]", float, double) {
  using T = TestType;
  replay(Adam<T>{{.rate = T(0.05)}}, torch_sequences::adam);
  replay(Adam<T>{{.rate = T(0.05), .beta1 = T(0.5), .beta2 = T(0.75), .epsilon = T(0.1)}}, torch_sequences::adam_other);
  replay(Adam<T>{{.rate = T(0.05), .beta1 = T(0.5), .beta2 = T(0.75), .amsgrad = true}}, torch_sequences::adam_amsgrad);
}

TEMPLATE_TEST_CASE("Adam keeps its size and climbs", "[optimizers]", float, double) {
  using T = TestType;
  holds_shape(Adam<T>{});
  holds_shape(Adam<T>{{.amsgrad = true}});
  CHECK(climb(Adam<T, CosineDecay>{{.rate = T(0.1)}, CosineDecay{.steps = 1000}}, 1000) < 1e-4);
  CHECK(climb(Adam<T>{{.rate = T(0.05)}}, 2000) < 1e-3);
}

TEST_CASE("an update into another leaves this as it is", "[optimizers]") {
  for (const bool amsgrad : {false, true}) {
    variate::Adam<double> one({.rate = 0.1, .amsgrad = amsgrad}), copy = one, next({.rate = 7});
    variate::Vector<double> a{{1, 2, 3}}, b = a;
    for (int i = 0; i < 4; ++i) {
      const variate::Vector<double> gradient{{0.5, -1.0 * i, 2}}, before = a;
      variate::Vector<double> to;
      copy.update(b, gradient);
      one.update(a, gradient, to, next);
      CHECK(a == before);
      a = to;
      CHECK(a == b);
      CHECK(one.count() == i);
      variate::Vector<double> again = before;
      auto same = one;
      same.update(again, gradient);
      CHECK(again == a);
      std::swap(one, next);
    }
  }
}

TEST_CASE("Adam does not care for the gradient's scale, and its first step is one rate", "[optimizers]") {
  Adam huge{{.rate = 0.25, .epsilon = 0.0}};
  Vector<double> x = Vector<double>::Zero(2), g(2);
  g << 1e30, -1e-30;
  huge.update(x, g);
  CHECK(x(0) == Approx(0.25));
  CHECK(x(1) == Approx(-0.25));
}

TEMPLATE_TEST_CASE("Adam stays finite when the square of a gradient overflows", "[optimizers]", float, double) {
  using T = TestType;
  Adam<T> adam{{.rate = T(0.25)}};
  Vector<T> x = Vector<T>::Zero(9);
  for (int i = 0; i < 3; ++i) adam.update(x, Vector<T>::Constant(9, std::numeric_limits<T>::max() / T(8)));
  CHECK(x.allFinite());
}

TEST_CASE("Adam follows its schedule", "[optimizers]") {
  Adam adam{{.rate = 0.5}, [](Index step) { return step == 0 ? 1.0 : 0.0; }};
  Vector<double> x = Vector<double>::Zero(1);
  adam.update(x, Vector<double>::Ones(1));
  const double first = x(0);
  CHECK(first == Approx(0.5).epsilon(1e-7));
  CHECK(adam.rate() == 0.0);
  adam.update(x, Vector<double>::Ones(1));
  CHECK(x(0) == first);
}

TEST_CASE("Adam refuses options out of range and names them", "[optimizers]") {
  CHECK(says(complaint_of<DomainError>([] { Adam{{.rate = -1.0}}; }), "Adam: rate is -1, expected a positive finite number"));
  CHECK(says(complaint_of<DomainError>([] { Adam{{.beta1 = 1.0}}; }), "Adam: beta1 is 1, expected a number in [0, 1)"));
  CHECK(says(complaint_of<DomainError>([] { Adam{{.beta2 = -0.5}}; }), "Adam: beta2"));
  CHECK(says(complaint_of<DomainError>([] { Adam{{.beta2 = std::numeric_limits<double>::quiet_NaN()}}; }), "Adam: beta2"));
  CHECK(says(complaint_of<DomainError>([] { Adam{{.epsilon = -1e-8}}; }), "Adam: epsilon"));
}

TEST_CASE("Adam on an executor's threads moves by the same bits", "[optimizers]") {
  variate::ThreadPool pool(2);
  Adam<float> here({.rate = 0.1f});
  Adam<float, variate::ConstantRate, variate::ThreadPool> spread({.rate = 0.1f}, {}, pool);
  Vector<float> a = Vector<float>::LinSpaced(40001, -1, 1), b = a;
  for (int i = 0; i < 3; ++i) {
    const Vector<float> gradient = a.cwiseProduct(a) - 0.3f * a;
    here.update(a, gradient);
    spread.update(b, gradient);
    CHECK(a == b);
  }
  auto next = spread;
  Vector<float> to;
  const Vector<float> gradient = Vector<float>::Ones(40001);
  here.update(a, gradient);
  std::as_const(spread).update(b, gradient, to, next);
  CHECK(a == to);
  CHECK(next.count() == 4);
}
