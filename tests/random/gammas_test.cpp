#include "variate/random/gammas.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/statistics.hpp"

using namespace variate_tests;
using variate::Batch;
using variate::Index;
using variate::Rng;

namespace {
template <class T>
std::vector<T> flat(const Batch<T>& x) {
  return std::vector<T>(x.data(), x.data() + x.size());
}
double digamma(double a) {
  double sum = 0;
  for (; a < 20; a += 1) sum -= 1 / a;
  const double q = 1 / (a * a);
  return sum + std::log(a) - 0.5 / a - q * (1.0 / 12 - q * (1.0 / 120 - q / 252));
}
double trigamma(double a) {
  double sum = 0;
  for (; a < 20; a += 1) sum += 1 / (a * a);
  const double q = 1 / (a * a);
  return sum + 1 / a + q / 2 + q / a * (1.0 / 6 - q * (1.0 / 30 - q / 42));
}
}  // namespace

TEST_CASE("logarithms of gammas have their distribution for every shape", "[random][statistical]") {
  // Eight shapes, three checks of false-alarm rate 1e-4 or less each: one seed in 400.
  Rng rng(100);
  for (const double a : {1e-3, 1e-2, 0.3, 1.0, 1.5, 20.0, 1e3, 1e6}) {
    INFO("shape " << a);
    const std::vector<double> logs = flat(variate::log_gammas<double>(rng, Batch<double>::Constant(1, 50, a), 100));
    for (const double l : logs) REQUIRE(std::isfinite(l));
    CHECK(std::abs(mean_z(logs, [](double l) { return l; }, digamma(a), trigamma(a))) < 4);
    CHECK(kolmogorov_smirnov_p(logs, [a](double l) {
            // P(a, x) = x^a / Gamma(a + 1) to within x where x itself underflows
            return l < -40 ? std::exp(a * l - std::lgamma(a + 1)) : gamma_cdf(a, std::exp(l));
          }) > 1e-4);
    if (a < 1) continue;
    CHECK(std::abs(mean_z(logs, [](double l) { return std::exp(l); }, a, a)) < 4);
  }
}

TEMPLATE_TEST_CASE("gammas have their moments, each its own shape", "[random][statistical]", float, double) {
  using T = TestType;
  Batch<T> shapes(2, 3);
  shapes << T(0.5), T(2), T(7), T(0.05), T(1), T(300);
  const Index samples = 20000;
  Rng rng(101);
  std::mt19937 other(101);
  const Batch<T> x = variate::gammas<T>(rng, shapes, samples), y = variate::gammas<T>(other, shapes, samples);
  CHECK(x.cols() == 3 * samples);
  for (Index i = 0; i < 2; ++i)
    for (Index b = 0; b < 3; ++b)
      for (const Batch<T>* all : {&x, &y}) {
        std::vector<T> one;
        for (Index s = 0; s < samples; ++s) one.push_back((*all)(i, s * 3 + b));
        const double a = static_cast<double>(shapes(i, b)), square = a * (a + 1), fourth = square * (a + 2) * (a + 3);
        CHECK(std::abs(mean_z(one, [](double v) { return v; }, a, a)) < 4);
        CHECK(std::abs(mean_z(one, [](double v) { return v * v; }, square, fourth - square * square)) < 4.5);
      }
}

TEMPLATE_TEST_CASE("a gamma depends on its place and its shape alone", "[random]", float, double) {
  using T = TestType;
  const Batch<T> low = Batch<T>::Constant(3, 40, T(0.7)), mixed = [&] {
    Batch<T> shapes = low;
    for (Index j = 0; j < 40; j += 3) shapes(1, j) = T(50);
    return shapes;
  }();
  Rng a(7), b(7), c(7);
  const Batch<T> x = variate::log_gammas<T>(a, low), y = variate::log_gammas<T>(b, mixed), z = variate::gammas<T>(c, low);
  CHECK(a == b);
  CHECK(a.position() == 32);
  for (Index i = 0; i < 3; ++i)
    for (Index j = 0; j < 40; ++j) {
      if (mixed(i, j) == low(i, j)) CHECK(x(i, j) == y(i, j));
      else CHECK(x(i, j) != y(i, j));
      // Computed in double and rounded twice in the worst case.
      CHECK(std::abs(std::log(z(i, j)) - x(i, j)) <= 4 * std::numeric_limits<T>::epsilon() * (1 + std::abs(x(i, j))));
    }
  Rng first(7);
  const Batch<T> fewer = variate::log_gammas<T>(first, Batch<T>::Constant(1, 13, T(0.7)));
  CHECK(fewer == x.block(0, 0, 1, 13));
  const Batch<T> next = variate::log_gammas<T>(first, Batch<T>::Constant(1, 13, T(0.7)));
  CHECK((next.array() != fewer.array()).all());
}

TEST_CASE("the widest shapes stay finite in logarithms", "[random]") {
  Rng rng(8);
  Batch<double> shapes(1, 4);
  shapes << 1e-300, 1, 1e15, 1e300;
  const Batch<double> logs = variate::log_gammas<double>(rng, shapes, 20);
  for (Index s = 0; s < 20; ++s) {
    CHECK(std::isfinite(logs(0, 4 * s)));
    CHECK(logs(0, 4 * s) < -1e290);
    CHECK(logs(0, 4 * s + 2) == Approx(std::log(1e15)).epsilon(1e-8));
    CHECK(logs(0, 4 * s + 3) == Approx(std::log(1e300)).epsilon(1e-12));
  }
  Batch<float> small(1, 1);
  small << 1e-36f;
  CHECK(variate::log_gammas<float>(rng, small, 100).allFinite());
}

TEST_CASE("the lower tail is not cut off", "[random]") {
  // The trial of shape 1 for x = -2.4490: t = 1 + c x is 2e-4, far below what any sample here would reach.
  using L = variate::math::Lanes<double>;
  using W = variate::detail::BitsOf<L>;
  const double x = -2.4490, d = 2.0 / 3, t = 1 + x / (3 * std::sqrt(d));
  const W radius(static_cast<std::uint64_t>(std::exp(-x * x / 2) * 0x1p64)), half_a_turn(0), certain(0);
  const W bits[4] = {radius, half_a_turn, certain, certain};
  L value;
  const auto accepted = variate::detail::GammaTrial<L>(L(1))(bits, value);
  CHECK(all(accepted));
  // t loses four digits to cancellation, and x itself has an error of 1e-16 from its bits.
  CHECK(value[0] == Approx(std::log(d) + 3 * std::log(t)).epsilon(1e-10));
}

TEST_CASE("bad shapes, and nothing to draw", "[random]") {
  Rng rng(9);
  Batch<double> shapes = Batch<double>::Ones(2, 2);
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    shapes(1, 0) = bad;
    CHECK_THROWS_AS(variate::gammas<double>(rng, shapes), variate::DomainError);
    std::string message;
    try {
      variate::log_gammas<double>(rng, shapes);
    } catch (const variate::DomainError& error) {
      message = error.what();
    }
    CHECK(says(message, "log_gammas: shapes(1, 0) is"));
  }
  shapes(1, 0) = 1;
  CHECK_THROWS_AS(variate::gammas<double>(rng, shapes, -1), variate::InvalidArgument);
  CHECK(variate::gammas<double>(rng, shapes, 0).rows() == 2);
  CHECK(variate::gammas<double>(rng, Batch<double>(0, 3), 5).cols() == 15);
  CHECK(rng.position() == 0);
  CHECK(variate::gammas<double>(rng, Batch<double>::Ones(1, 1)).size() == 1);
}
