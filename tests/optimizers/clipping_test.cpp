#include "variate/optimizers/clipping.hpp"

#include <cmath>
#include <limits>

#include "optimizers/optimizer_checks.hpp"
#include "support/catch.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/optimizers/sgd.hpp"

using namespace variate;
using namespace variate_tests;

TEMPLATE_TEST_CASE("Clipping optimizers are optimizers", "[optimizers]", float, double) {
  using T = TestType;
  static_assert(Optimizer<ClipByNorm<Adam<T>>, T>);
  holds_shape(ClipByNorm{T(100), Sgd<T>{{.momentum = T(0.5)}}});
  holds_shape(ClipByValue{T(0.1), Adam<T>{}});
  replay(ClipByNorm{T(100), Adam<T>{{.rate = T(0.05)}}}, torch_sequences::adam);
  replay(ClipByValue{T(100), Adam<T>{{.rate = T(0.05)}}}, torch_sequences::adam);
}

TEMPLATE_TEST_CASE("ClipByNorm shortens and keeps the direction", "[optimizers]", float, double) {
  using T = TestType;
  ClipByNorm clip{T(1), Sgd<T>{{.rate = T(1)}}};
  Vector<T> x = Vector<T>::Zero(2), g(2);
  g << T(3), T(-4);
  clip.update(x, g);
  CHECK(x(0) == Approx(0.6).epsilon(1e-6));
  CHECK(x(1) == Approx(-0.8).epsilon(1e-6));
  CHECK(clip.clipped() == 1);
  x.setZero();
  clip.update(x, g / T(10));
  CHECK(x(0) == Approx(0.3).epsilon(1e-6));
  CHECK(clip.clipped() == 1);
  CHECK(clip.count() == 2);

  const T large = std::numeric_limits<T>::max() / T(8);  // its square overflows, its norm does not
  g << large * T(0.6), large * T(-0.8);
  x.setZero();
  clip.update(x, g);
  CHECK(x(0) == Approx(0.6).epsilon(1e-5));
  CHECK(x(1) == Approx(-0.8).epsilon(1e-5));
}

TEST_CASE("ClipByValue cuts each coefficient", "[optimizers]") {
  ClipByValue clip{0.5, Sgd{{.rate = 1.0}}};
  Vector<double> x = Vector<double>::Zero(3), g(3);
  g << 3.0, -0.25, -std::numeric_limits<double>::infinity();
  clip.update(x, g);
  CHECK(x(0) == 0.5);
  CHECK(x(1) == -0.25);
  CHECK(x(2) == -0.5);
  CHECK(clip.clipped() == 1);
  g << 0.5, -0.5, 0.0;
  clip.update(x, g);
  CHECK(clip.clipped() == 1);
}

TEST_CASE("Clipping leaves NaN to the stepper", "[optimizers]") {
  const Vector<double> bad = Vector<double>::Constant(2, std::numeric_limits<double>::quiet_NaN());
  Vector<double> x = Vector<double>::Zero(2);
  ClipByNorm by_norm{1.0, Sgd{}};
  by_norm.update(x, bad);
  CHECK(std::isnan(x(0)));
  x.setZero();
  ClipByValue by_value{1.0, Sgd{}};
  by_value.update(x, bad);
  CHECK(std::isnan(x(1)));
}

TEST_CASE("Clipping refuses a limit that is not positive", "[optimizers]") {
  CHECK(says(complaint_of<DomainError>([] { ClipByNorm{0.0, Sgd{}}; }), "ClipByNorm: limit is 0"));
  CHECK(says(complaint_of<DomainError>([] { ClipByValue{-1.0, Sgd{}}; }), "ClipByValue: limit is -1"));
}
