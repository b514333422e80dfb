#include "variate/math/log_sum_exp.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.hpp"

using namespace variate;

namespace {
template <class T>
constexpr T inf = std::numeric_limits<T>::infinity();
template <class T>
constexpr T eps = std::numeric_limits<T>::epsilon();

template <class T>
Batch<T> numbers(Index rows, Index cols, T spread) {
  std::mt19937_64 rng(7);
  Batch<T> x(rows, cols);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = spread * (static_cast<T>(rng() >> 40) / T(1 << 23) - 1);
  return x;
}

/// In long double, one column at a time.
template <class V>
long double slow(const V& x) {
  long double top = -inf<long double>, sum = 0;
  for (Index i = 0; i < x.size(); ++i) top = std::max(top, static_cast<long double>(x(i)));
  for (Index i = 0; i < x.size(); ++i) sum += std::exp(static_cast<long double>(x(i)) - top);
  return top + std::log(sum);
}
}  // namespace

TEMPLATE_TEST_CASE("log_sum_exp of columns of every width, softmax and log_softmax with it", "[math]", float, double) {
  using T = TestType;
  for (const Index rows : {1, 2, 5, 50})
    for (const Index cols : {1, 2, 3, 7, 8, 15, 16, 17, 100, 255, 256, 257, 530}) {
      const Batch<T> x = numbers<T>(rows, cols, T(30));
      const Row<T> s = math::log_sum_exp(x), m = math::log_mean_exp(x);
      const Batch<T> p = math::softmax(x), l = math::log_softmax(x);
      REQUIRE(s.size() == cols);
      for (Index j = 0; j < cols; ++j) {
        const long double want = slow(x.col(j));
        REQUIRE(std::abs(s(j) - want) <= 60 * eps<T>);  // sums near 30: two ulp there
        REQUIRE(std::abs(m(j) - (want - std::log(static_cast<long double>(rows)))) <= 60 * eps<T>);
        REQUIRE(std::abs(p.col(j).sum() - 1) <= 20 * eps<T>);
        for (Index i = 0; i < rows; ++i) {
          REQUIRE(std::abs(l(i, j) - (x(i, j) - want)) <= 120 * eps<T>);
          REQUIRE(p(i, j) == Approx(static_cast<double>(std::exp(x(i, j) - want))).epsilon(20 * eps<T>));
        }
      }
    }
}

TEMPLATE_TEST_CASE("log_sum_exp and softmax where entries are infinite, huge or NaN", "[math]", float, double) {
  using T = TestType;
  const T nan = std::numeric_limits<T>::quiet_NaN(), huge = std::numeric_limits<T>::max();
  Batch<T> x(2, 7);
  x << -inf<T>, -inf<T>, inf<T>, nan, T(1000), huge, -huge,  //
      -inf<T>, T(3), T(0), T(0), T(1000), huge, -huge;
  const Row<T> s = math::log_sum_exp(x);
  const Batch<T> p = math::softmax(x), l = math::log_softmax(x);
  CHECK(s(0) == -inf<T>);
  CHECK(s(1) == T(3));
  CHECK(s(2) == inf<T>);
  CHECK(std::isnan(s(3)));
  CHECK(s(4) == Approx(1000 + std::log(2.0)).epsilon(eps<T>));
  CHECK(s(5) == huge);
  CHECK(s(6) == -huge);
  CHECK(p(0, 0) == 0);
  CHECK(p(0, 1) == 0);
  CHECK(p(1, 1) == 1);
  CHECK(std::isnan(p(0, 3)));
  CHECK(p(0, 4) == T(0.5));
  CHECK(p(1, 5) == T(0.5));
  CHECK(p(1, 6) == T(0.5));
  CHECK(l(0, 0) == -inf<T>);
  CHECK(l(0, 1) == -inf<T>);
  CHECK(l(1, 1) == 0);
  CHECK(std::isnan(l(1, 3)));
  CHECK(l(0, 4) == Approx(-std::log(2.0)).epsilon(4 * eps<T>));
  for (Index j = 0; j < x.cols(); ++j) {  // a column alone, as a row and as a vector, says the same
    const Vector<T> v = x.col(j);
    const Row<T> r = v.transpose();
    const T want = s(j);
    const auto same = [](T a, T b) { return a == Approx(b).epsilon(2 * eps<T>) || a == b || (std::isnan(a) && std::isnan(b)); };
    CHECK(same(math::log_sum_exp(v), want));
    CHECK(same(math::log_sum_exp(r), want));
    for (Index i = 0; i < 2; ++i) {
      CHECK(same(math::softmax(v)(i), p(i, j)));
      CHECK(same(math::softmax(r)(i), p(i, j)));
      CHECK(same(math::log_softmax(v)(i), l(i, j)));
      CHECK(same(math::log_softmax(r)(i), l(i, j)));
    }
  }
}

TEMPLATE_TEST_CASE("log_sum_exp of rows and vectors of every length", "[math]", float, double) {
  using T = TestType;
  for (Index n = 1; n < 70; ++n) {
    const Row<T> x = numbers<T>(1, n, T(30));
    const Vector<T> v = x.transpose();
    const long double want = slow(x);
    REQUIRE(std::abs(math::log_sum_exp(x) - want) <= 60 * eps<T>);
    REQUIRE(math::log_sum_exp(v) == math::log_sum_exp(x));
    REQUIRE(std::abs(math::log_mean_exp(x) - (want - std::log(static_cast<long double>(n)))) <= 60 * eps<T>);
    REQUIRE(math::log_mean_exp(v) == math::log_mean_exp(x));
    REQUIRE(std::abs(math::softmax(x).sum() - 1) <= 20 * eps<T>);
    REQUIRE(std::abs(math::log_sum_exp(math::log_softmax(v))) <= 20 * eps<T>);
  }
}

TEST_CASE("log_sum_exp of nothing is the logarithm of zero", "[math]") {
  CHECK(math::log_sum_exp(Row<double>(0)) == -inf<double>);
  CHECK(math::log_sum_exp(Batch<double>(0, 3)) == Row<double>::Constant(3, -inf<double>));
  CHECK(math::log_sum_exp(Batch<double>(3, 0)).size() == 0);
  CHECK(math::softmax(Batch<double>(3, 0)).cols() == 0);
}

TEMPLATE_TEST_CASE("log_sum_exp in the plain fallback", "[math]", float, double) {
  using T = TestType;
  using Plain = math::Lanes<T, 4, math::Backing::plain>;
  const Batch<T> x = numbers<T>(9, 37, T(5));
  const Row<T> a = math::log_sum_exp(x), b = math::log_sum_exp<T, Plain>(x);
  for (Index j = 0; j < x.cols(); ++j) REQUIRE(a(j) == Approx(b(j)).epsilon(4 * eps<T>));
}
