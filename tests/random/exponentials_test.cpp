#include "variate/random/exponentials.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.hpp"
#include "support/statistics.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

using namespace variate_tests;
using variate::Batch;
using variate::Index;
using variate::Rng;

namespace {
template <class T>
std::vector<T> flat(const Batch<T>& x) {
  return std::vector<T>(x.data(), x.data() + x.size());
}
}  // namespace

TEMPLATE_TEST_CASE("exponentials", "[random][statistical]", float, double) {
  // Moments k!, variances (2k)! - k!^2. All of this file: a false alarm for one seed in 400.
  Rng rng(31);
  std::mt19937 other(31);
  for (const auto& x :
       {flat(variate::exponentials<TestType>(rng, 4, 25000)), flat(variate::exponentials<TestType>(other, 4, 5000))}) {
    CHECK(*std::min_element(x.begin(), x.end()) > 0);
    CHECK(std::abs(mean_z(x, [](double v) { return v; }, 1, 1)) < 4);
    CHECK(std::abs(mean_z(x, [](double v) { return v * v; }, 2, 20)) < 4);
    CHECK(std::abs(mean_z(x, [](double v) { return v * v * v; }, 6, 684)) < 4);
    CHECK(kolmogorov_smirnov_p(x, [](double v) { return -std::expm1(-v); }) > 1e-4);
  }
}

TEMPLATE_TEST_CASE("gumbels", "[random][statistical]", float, double) {
  // Mean gamma, variance pi^2/6, E exp(-g/3) = Gamma(4/3) with E exp(-2g/3) = Gamma(5/3).
  Rng rng(32);
  std::mt19937 other(32);
  const double pi = 3.14159265358979323846, euler = 0.57721566490153286;
  const double mean = std::tgamma(4.0 / 3), variance = std::tgamma(5.0 / 3) - mean * mean;
  for (const auto& x : {flat(variate::gumbels<TestType>(rng, 4, 25000)), flat(variate::gumbels<TestType>(other, 4, 5000))}) {
    CHECK(std::abs(mean_z(x, [](double v) { return v; }, euler, pi * pi / 6)) < 4);
    CHECK(std::abs(mean_z(x, [](double v) { return std::exp(-v / 3); }, mean, variance)) < 4);
    CHECK(kolmogorov_smirnov_p(x, [](double v) { return std::exp(-std::exp(-v)); }) > 1e-4);
  }
}

TEMPLATE_TEST_CASE("exponentials and gumbels are made of the engine's uniforms", "[random]", float, double) {
  using T = TestType;
  Batch<T> u(2, 3);
  u << T(0.1), T(0.5), T(0.9), T(0.25), T(0.75), T(0.001);
  variate::Recorded<T> recorded({}, std::vector<Batch<T>>(2, u));
  const Batch<T> e = variate::exponentials<T>(recorded, 2, 3), g = variate::gumbels<T>(recorded, 2, 3);
  // Relative 4 eps: 1 ulp for each of two logarithms, the inner one's error magnified at most 3 times where -log u = 0.1.
  const T few = 4 * std::numeric_limits<T>::epsilon();
  for (Index i = 0; i < 2; ++i)
    for (Index j = 0; j < 3; ++j) {
      CHECK(std::abs(e(i, j) + std::log(u(i, j))) <= few * e(i, j));
      CHECK(std::abs(g(i, j) + std::log(-std::log(u(i, j)))) <= few * (1 + std::abs(g(i, j))));
    }
  CHECK(recorded.exhausted());
}

TEMPLATE_TEST_CASE("the ends are finite", "[random]", float, double) {
  using T = TestType;
  const T eps = std::numeric_limits<T>::epsilon();
  std::vector<Batch<T>> ends(4, Batch<T>::Constant(1, 1, T(sizeof(T) == 8 ? 0x1p-53 : 0x1p-32)));
  ends[1](0, 0) = ends[3](0, 0) = 1 - eps / 2;
  variate::Recorded<T> recorded({}, ends);
  CHECK(variate::exponentials<T>(recorded, 1, 1)(0, 0) == Approx(sizeof(T) == 8 ? 36.7368 : 22.1807));
  CHECK(variate::exponentials<T>(recorded, 1, 1)(0, 0) > 0);
  CHECK(variate::gumbels<T>(recorded, 1, 1).allFinite());
  CHECK(variate::gumbels<T>(recorded, 1, 1)(0, 0) == Approx(sizeof(T) == 8 ? 36.7368 : 16.6355));
}

TEST_CASE("exponentials of no size, of one, of a bad size", "[random]") {
  Rng rng(1);
  CHECK(variate::exponentials<double>(rng, 0, 3).size() == 0);
  CHECK(variate::gumbels<float>(rng, 3, 0).size() == 0);
  CHECK(variate::gumbels<float>(rng, 1, 1).allFinite());
  CHECK_THROWS_AS(variate::exponentials<double>(rng, -1, 3), variate::InvalidArgument);
  CHECK_THROWS_AS(variate::gumbels<double>(rng, 1, -3), variate::InvalidArgument);
}
