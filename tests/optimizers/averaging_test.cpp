#include "variate/optimizers/averaging.hpp"

#include <random>

#include "optimizers/optimizer_checks.hpp"
#include "support/catch.hpp"
#include "variate/optimizers/sgd.hpp"
#include "variate/parallel/thread_pool.hpp"

using namespace variate;
using namespace variate_tests;

TEMPLATE_TEST_CASE("PolynomialAverage weighs iterate i by about i^eta", "[optimizers]", float, double) {
  using T = TestType;
  // eta = 1: w_t = 2 / (t + 1), so the weight of iterate i among t is 2 i / (t (t + 1)).
  PolynomialAverage<T> average{T(1)};
  CHECK(average.value().size() == 0);
  for (int i = 1; i <= 4; ++i) average.update(Vector<T>::Constant(2, static_cast<T>(i * i)));
  CHECK(average.count() == 4);
  CHECK(average.value()(1) == Approx((1 * 1 + 2 * 4 + 3 * 9 + 4 * 16) / 10.0).epsilon(1e-6));

  PolynomialAverage<T> plain{T(0)};
  for (int i = 1; i <= 4; ++i) plain.update(Vector<T>::Constant(1, static_cast<T>(i)));
  CHECK(plain.value()(0) == Approx(2.5).epsilon(1e-6));
}

TEST_CASE("An average on an executor's threads has the same bits", "[optimizers]") {
  ThreadPool pool(2);
  PolynomialAverage<float> here, spread;
  for (int i = 1; i <= 3; ++i) {
    const Vector<float> params = Vector<float>::LinSpaced(40001, static_cast<float>(-i), 1.1f);
    here.update(params);
    spread.update(params, pool);
    CHECK(here.value() == spread.value());
  }
  CHECK(spread.count() == 3);
  CHECK_THROWS_AS(spread.update(Vector<float>::Ones(3), pool), ShapeError);
}

TEMPLATE_TEST_CASE("UniformAverage starts where it is told", "[optimizers]", float, double) {
  using T = TestType;
  UniformAverage<T> average{2};
  for (int i = 1; i <= 2; ++i) {
    average.update(Vector<T>::Constant(1, static_cast<T>(i)));
    CHECK(average.value()(0) == static_cast<T>(i));
  }
  for (int i = 3; i <= 6; ++i) average.update(Vector<T>::Constant(1, static_cast<T>(i)));
  CHECK(average.value()(0) == Approx(4.5).epsilon(1e-6));
  CHECK(average.count() == 6);
}

TEST_CASE("Averages fix their size and check their options", "[optimizers]") {
  PolynomialAverage<double> polynomial;
  polynomial.update(Vector<double>::Ones(2));
  CHECK_THROWS_AS(polynomial.update(Vector<double>::Ones(3)), ShapeError);
  UniformAverage<double> uniform;
  uniform.update(Vector<double>::Ones(2));
  CHECK_THROWS_AS(uniform.update(Vector<double>::Ones(3)), ShapeError);
  CHECK(uniform.count() == 1);
  CHECK(says(complaint_of<DomainError>([] { PolynomialAverage<double>{-1.0}; }), "PolynomialAverage: eta is -1"));
  CHECK(says(complaint_of<InvalidArgument>([] { UniformAverage<double>{-1}; }), "UniformAverage: start is -1"));
}

// A constant-step run on a noisy quadratic wanders with variance about rate / 2 = 0.05 around the optimum 1. An average over
// about 9000 / 9 iterates with correlation time 1 / rate = 10 has variance about 1 * (1 / 1000) = 1e-3, sd 0.03: 0.15 is five of
// these.
TEST_CASE("An average is closer than the last iterate", "[optimizers][statistical]") {
  std::mt19937_64 rng{3};
  std::normal_distribution<double> normal;
  Sgd sgd{{.rate = 0.1}};
  PolynomialAverage<double> average;
  Vector<double> x = Vector<double>::Zero(1), g(1);
  double wander = 0;
  for (int i = 0; i < 9000; ++i) {
    g(0) = 1.0 - x(0) + normal(rng);
    sgd.update(x, g);
    average.update(x);
    if (i >= 1000) wander += (x(0) - 1.0) * (x(0) - 1.0) / 8000.0;
  }
  CHECK(wander > 0.03);
  CHECK(std::abs(average.value()(0) - 1.0) < 0.15);
}
