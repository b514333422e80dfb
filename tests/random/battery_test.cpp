// A small battery of tests of the engine's words, in the spirit of Knuth, TAOCP 2, section 3.3.2, and Marsaglia's Diehard: what a
// slip in the counters, the pages or the split would show. Each z-score below fails a correct generator with probability 6e-5.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/catch.hpp"
#include "support/statistics.hpp"
#include "variate/random/rng.hpp"

using variate::Rng;
using variate_tests::chi_square_z;

namespace {

/// Words in the order a call gives them, from the first words of many streams, and as the doubles of a long fill show them.
std::vector<std::uint64_t> called(std::size_t n) {
  Rng rng(1);
  std::vector<std::uint64_t> words(n);
  for (auto& word : words) word = rng();
  return words;
}
std::vector<std::uint64_t> first_of_streams(std::size_t n) {
  const Rng rng(2);
  std::vector<std::uint64_t> words;
  for (std::uint64_t i = 0; words.size() < n; ++i) {
    Rng stream = rng.split(i);
    words.push_back(stream());
    words.push_back(stream());
  }
  return words;
}
std::vector<std::uint64_t> filled(std::size_t n) {
  Rng rng(3);
  std::vector<double> numbers(n);
  rng.fill_uniforms(numbers.data(), static_cast<variate::Index>(n));
  std::vector<std::uint64_t> words(n);
  // The top 52 bits are the number's; below them the next number's take their place.
  const auto bits = [&](std::size_t i) { return static_cast<std::uint64_t>(numbers[i % n] * 0x1p52); };
  for (std::size_t i = 0; i < n; ++i) words[i] = (bits(i) << 12) | (bits(i + 1) >> 40);
  return words;
}

void check_pairs_of_bytes(const std::vector<std::uint64_t>& words) {
  std::vector<std::uint32_t> within(65536), across(65536);
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    for (int shift = 0; shift < 64; shift += 16) ++within[(words[i] >> shift) & 0xffff];
    ++across[((words[i] >> 56) << 8) | (words[i + 1] >> 56)];
  }
  CHECK(std::abs(chi_square_z(within)) < 4);
  CHECK(std::abs(chi_square_z(across)) < 4);
}

/// How long until a number falls into [0, 1/16) again: geometric.
void check_gaps(const std::vector<std::uint64_t>& words) {
  constexpr std::size_t longest = 80;
  std::array<double, longest + 1> counts{};
  std::size_t gap = 0;
  double gaps = 0;
  for (const std::uint64_t word : words) {
    if (word >> 60 != 0) {
      ++gap;
    } else {
      counts[gap < longest ? gap : longest] += 1;
      gaps += 1;
      gap = 0;
    }
  }
  double statistic = 0;
  for (std::size_t g = 0; g <= longest; ++g) {
    const double p = std::pow(15.0 / 16, static_cast<double>(g)) * (g < longest ? 1.0 / 16 : 1.0);
    statistic += (counts[g] - gaps * p) * (counts[g] - gaps * p) / (gaps * p);
  }
  const double k = static_cast<double>(longest), v = 2 / (9 * k);
  CHECK(std::abs(std::cbrt(statistic / k) - (1 - v)) / std::sqrt(v) < 4);
}

/// Ones in each place, and in differences to the word some places later.
void check_bits(const std::vector<std::uint64_t>& words) {
  for (const std::size_t lag : {0u, 1u, 2u, 4u, 8u, 32u}) {
    double ones = 0;
    std::array<std::uint32_t, 64> at{};
    for (std::size_t i = 0; i + lag < words.size(); i += 3) {
      const std::uint64_t x = lag == 0 ? words[i] : words[i] ^ words[i + lag];
      ones += std::popcount(x);
      for (std::size_t b = 0; b < 64; b += 7) at[b] += static_cast<std::uint32_t>((x >> b) & 1);
    }
    const double n = static_cast<double>((words.size() - lag + 2) / 3);
    CHECK(std::abs(ones - 32 * n) < 4 * std::sqrt(16 * n));
    for (std::size_t b = 0; b < 64; b += 7) CHECK(std::abs(at[b] - n / 2) < 4.5 * std::sqrt(n / 4));
  }
}

/// 2^18 birthdays of 2^44 days have a Poisson number of equal spacings, of mean 2^54 / (4 * 2^44) = 256.
void check_birthdays(const std::vector<std::uint64_t>& words) {
  std::vector<std::uint64_t> days(words.begin(), words.begin() + (1 << 18));
  for (auto& day : days) day >>= 20;
  std::sort(days.begin(), days.end());
  for (std::size_t i = days.size(); i-- > 1;) days[i] -= days[i - 1];
  std::sort(days.begin(), days.end());
  int equal = 0;
  for (std::size_t i = 1; i < days.size(); ++i) equal += days[i] == days[i - 1] ? 1 : 0;
  CHECK(std::abs(equal - 256) < 4 * 16);
}

}  // namespace

TEST_CASE("a battery for words, first words of streams, and doubles", "[random][statistical]") {
  for (const auto source : {called, first_of_streams, filled}) {
    const std::vector<std::uint64_t> words = source(std::size_t(1) << 20);
    check_pairs_of_bytes(words);
    check_gaps(words);
    check_bits(words);
    check_birthdays(words);
  }
}
