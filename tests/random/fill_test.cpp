#include "variate/random/fill.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "support/catch.hpp"
#include "support/statistics.hpp"
#include "variate/core/concepts.hpp"
#include "variate/random/detail/box_muller.hpp"
#include "variate/random/rng.hpp"

using namespace variate_tests;
using variate::Batch;
using variate::Index;
using variate::Rng;

static_assert(requires(variate::detail::AnyRng& rng) { variate::normals<double>(rng, 1, 1); });

namespace {

constexpr std::uint64_t word_top = 0xffffffffffffffffu;

/// A generator of the words it is given, again and again.
struct Words {
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return word_top; }
  result_type operator()() { return words[next++ % words.size()]; }
  std::vector<std::uint64_t> words;
  std::size_t next = 0;
};

template <std::uint64_t Least, std::uint64_t Most>
struct Ranged {
  using result_type = std::uint64_t;
  static constexpr result_type min() { return Least; }
  static constexpr result_type max() { return Most; }
  result_type operator()() { return std::uniform_int_distribution<std::uint64_t>(Least, Most)(engine); }
  std::mt19937_64 engine{5};
};

template <class T>
std::vector<T> flat(const Batch<T>& x) {
  return std::vector<T>(x.data(), x.data() + x.size());
}

/// Each z and p below fails a correct generator with probability 1e-4 or less; all of this file, one seed in 200.
template <class T>
void check_normals(const std::vector<T>& x) {
  CHECK(std::abs(mean_z(x, [](double v) { return v; }, 0, 1)) < 4);
  CHECK(std::abs(mean_z(x, [](double v) { return v * v; }, 1, 2)) < 4);
  CHECK(std::abs(mean_z(x, [](double v) { return v * v * v; }, 0, 15)) < 4);
  CHECK(std::abs(mean_z(x, [](double v) { return v * v * v * v; }, 3, 96)) < 4);
  CHECK(kolmogorov_smirnov_p(x, normal_cdf) > 1e-4);
}
template <class T>
void check_uniforms(const std::vector<T>& x) {
  CHECK(*std::min_element(x.begin(), x.end()) > T(0));
  CHECK(*std::max_element(x.begin(), x.end()) < T(1));
  double power = 1;
  for (int k = 1; k <= 4; ++k, power = k) {
    const double mean = 1 / (power + 1), variance = 1 / (2 * power + 1) - mean * mean;
    CHECK(std::abs(mean_z(x, [k](double u) { return std::pow(u, k); }, mean, variance)) < 4);
  }
  CHECK(kolmogorov_smirnov_p(x, [](double u) { return u; }) > 1e-4);
}

}  // namespace

TEMPLATE_TEST_CASE("numbers from the library's engine have their distributions", "[random][statistical]", float, double) {
  Rng rng(2024);
  check_uniforms(flat(variate::uniforms<TestType>(rng, 10, 20000)));
  check_normals(flat(variate::normals<TestType>(rng, 10, 20000)));
}

TEMPLATE_TEST_CASE("numbers from any other engine have theirs", "[random][statistical]", float, double) {
  std::mt19937_64 wide(1);
  check_uniforms(flat(variate::uniforms<TestType>(wide, 3, 10000)));
  check_normals(flat(variate::normals<TestType>(wide, 3, 10000)));
  std::mt19937 narrow(2);
  check_normals(flat(variate::normals<TestType>(narrow, 3, 10000)));
  std::minstd_rand odd(3);
  check_uniforms(flat(variate::uniforms<TestType>(odd, 3, 10000)));
  check_normals(flat(variate::normals<TestType>(odd, 3, 10000)));
}

TEST_CASE("many small draws are as good as one large one", "[random][statistical]") {
  std::vector<double> x;
  const Rng rng(8);
  for (std::uint64_t step = 0; step < 4000; ++step) {
    Rng stream = rng.split(step);
    const Batch<double> some = variate::normals<double>(stream, 1, 31);
    x.insert(x.end(), some.data(), some.data() + some.size());
  }
  check_normals(x);
}

TEST_CASE("streams are uncorrelated, and so are neighbours in one", "[random][statistical]") {
  const Rng rng(15);
  const auto draw = [](Rng stream) { return flat(variate::normals<double>(stream, 1, 20000)); };
  std::vector<std::vector<double>> streams{draw(rng), draw(Rng(15, 1)), draw(Rng(16))};
  for (std::uint64_t i = 0; i < 4; ++i) streams.push_back(draw(rng.split(i)));
  streams.push_back(draw(rng.split(0).split(0)));
  for (std::size_t a = 0; a < streams.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) CHECK(std::abs(correlation_z(streams[a], streams[b])) < 4);
  for (std::size_t lag : {1u, 2u, 4u, 7u, 8u, 16u, 32u}) {
    const std::vector<double> early(streams[0].begin(), streams[0].end() - static_cast<std::ptrdiff_t>(lag));
    const std::vector<double> late(streams[0].begin() + static_cast<std::ptrdiff_t>(lag), streams[0].end());
    CHECK(std::abs(correlation_z(early, late)) < 4);
    std::vector<double> early_squares(early), late_squares(late);
    for (double& v : early_squares) v = (v * v - 1) / std::sqrt(2.0);
    for (double& v : late_squares) v = (v * v - 1) / std::sqrt(2.0);
    CHECK(std::abs(correlation_z(early_squares, late_squares)) < 4);
  }
}

TEMPLATE_TEST_CASE("the ends of the open interval", "[random]", float, double) {
  using T = TestType;
  Words lowest{{0}}, highest{{word_top}};
  const T low = variate::uniforms<T>(lowest, 1, 1)(0, 0), high = variate::uniforms<T>(highest, 1, 1)(0, 0);
  CHECK(low == T(sizeof(T) == 8 ? 0x1p-53 : 0x1p-32));
  CHECK(high == T(1) - std::numeric_limits<T>::epsilon() / 2);
  // Radius from the first word, angle from the second (half a turn either way at its ends, none in the middle).
  Words largest{{0, std::uint64_t(1) << 63}};
  const Batch<T> far = variate::normals<T>(largest, 1, 1);
  if (sizeof(T) == 8) CHECK(static_cast<double>(far(0, 0)) == Approx(std::sqrt(106 * std::log(2.0))).epsilon(1e-14));
  for (std::uint64_t radius : {std::uint64_t(0), word_top, std::uint64_t(1) << 63})
    for (std::uint64_t angle : {std::uint64_t(0), word_top, std::uint64_t(1) << 63, std::uint64_t(1) << 62}) {
      Words words{{radius, angle}};
      CHECK(variate::normals<T>(words, 1, 64).allFinite());
    }
}

TEST_CASE("a normal is Box and Muller's", "[random]") {
  const std::uint64_t half = std::uint64_t(1) << 63;
  for (std::uint64_t k = 0; k < 64; ++k) {
    const std::uint64_t radius = k * 0x9e3779b97f4a7c15u, angle = half + k * (word_top / 64);
    Words words{{radius, angle}};
    const Batch<double> x = variate::normals<double>(words, 1, 9);
    const double u = (static_cast<double>(radius >> 12) + 0.5) * 0x1p-52;
    const double turns = static_cast<double>(angle >> 12) * 0x1p-52 - 0.5, r = std::sqrt(-2 * std::log(u));
    // 1e-15: a few roundings of numbers below 10 in both.
    CHECK(std::abs(x(0, 0) - r * std::cos(6.283185307179586 * turns)) < 1e-15 * (1 + r * 4));
    CHECK(std::abs(x(0, 8) - r * std::sin(6.283185307179586 * turns)) < 1e-15 * (1 + r * 4));
  }
}

TEMPLATE_TEST_CASE("the radius is right from end to end", "[random]", float, double) {
  using T = TestType;
  using L = variate::math::Lanes<T>;
  const auto check = [](T u) {
    const T r = variate::detail::box_muller_radius(L(u))[0];
    const long double exact = std::sqrt(-2 * std::log(static_cast<long double>(u)));
    // Half of the 3 ulp of -2 log u, twice as many in a number just above a power of two, and half an ulp of the root.
    CHECK(std::abs(static_cast<double>(r / exact - 1)) < 2 * std::numeric_limits<T>::epsilon());
  };
  const T least = sizeof(T) == 8 ? T(0x1p-53) : T(0x1p-32), most = T(1) - std::numeric_limits<T>::epsilon() / 2;
  for (T u = least; u < T(0.5); u *= T(1.37)) check(u), check(std::min(1 - u, most));
  for (T u : {T(0.5), std::nextafter(T(0.5), T(0)), T(0.70710678118654752), T(0.7071), T(0.70711), T(0.69963875708266221), most})
    check(u);
}

TEST_CASE("bits are taken from ranges of every kind", "[random][statistical]") {
  using variate::detail::next_word;
  std::mt19937 half_words(4), same(4);
  const std::uint64_t high = same(), low = same();
  CHECK(next_word(half_words) == ((high << 32) | low));
  Words from_seven{{7, 8}};
  CHECK(next_word(from_seven) == 7);

  const auto bits_are_fair = [](auto&& engine) {
    const int n = 4000;
    int ones[64] = {};
    for (int i = 0; i < n; ++i) {
      const std::uint64_t word = next_word(engine);
      for (int b = 0; b < 64; ++b) ones[b] += static_cast<int>((word >> b) & 1);
    }
    // 4.5 sigma for each of 64 bits: a false alarm in one of 2300 seeds.
    for (const int count : ones) CHECK(std::abs(count - n / 2) < 4.5 * std::sqrt(n / 4.0));
  };
  bits_are_fair(Ranged<0, 1>{});
  bits_are_fair(Ranged<5, 7>{});
  bits_are_fair(Ranged<1, 1000>{});
  bits_are_fair(Ranged<3, (std::uint64_t(1) << 63) + 12345>{});
}

TEMPLATE_TEST_CASE("engines of bits draw no more than they need and leave the rest alone", "[random]", float, double) {
  using T = TestType;
  const std::size_t a_word = 8 / sizeof(T);
  for (Index n : {0, 1, 2, 3, 8, 9, 16, 17, 31, 32, 33, 64, 65, 100}) {
    Words words{std::vector<std::uint64_t>(64, 12345)};
    CHECK(variate::uniforms<T>(words, 1, n).size() == n);
    CHECK(words.next == (static_cast<std::size_t>(n) + a_word - 1) / a_word);
  }
  Words words{std::vector<std::uint64_t>(64, 12345)};
  variate::normals<T>(words, 1, 1);
  CHECK(words.next == 2);
}

TEMPLATE_TEST_CASE("filling storage gives what making it gives", "[random]", float, double) {
  using T = TestType;
  Rng a(6), b(6);
  Batch<T> batch = Batch<T>::Constant(3, 7, T(-9));
  const T* const where = batch.data();
  variate::fill_normals(a, batch);
  CHECK(batch.data() == where);
  CHECK(batch == variate::normals<T>(b, 3, 7));
  variate::Vector<T> vector(5);
  variate::Row<T> row(5);
  variate::fill_uniforms(a, vector);
  variate::fill_uniforms(b, row);
  CHECK(vector.transpose() == row);
  CHECK(a == b);
}

TEST_CASE("empty draws and bad sizes", "[random]") {
  Rng rng(1);
  std::mt19937_64 other(1);
  CHECK(variate::normals<double>(rng, 0, 5).cols() == 5);
  CHECK(variate::uniforms<float>(other, 3, 0).rows() == 3);
  CHECK(rng.position() == 0);
  CHECK(other == std::mt19937_64(1));
  CHECK_THROWS_AS(variate::normals<double>(rng, -1, 2), variate::InvalidArgument);
  CHECK_THROWS_AS(variate::uniforms<double>(rng, 2, -1), variate::InvalidArgument);
  try {
    variate::normals<double>(rng, 2, -3);
    FAIL("no exception");
  } catch (const variate::InvalidArgument& error) {
    CHECK(says(error.what(), "normals: cols is -3, expected at least 0"));
  }
}
