#pragma once
/// Kernels against tables of high-precision values (tests/data/math), and against themselves: lanes, arrays, scalars, fallback.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "variate/math/lanes.hpp"

namespace variate_tests {

/// The folder of the tables: in the folder VARIATE_FIXTURES names, else where the build says the sources are.
inline std::string math_data(const std::string& file) {
  const char* fixtures = std::getenv("VARIATE_FIXTURES");
  const std::string base = fixtures ? fixtures : VARIATE_TEST_DATA;
  if (std::ifstream(base + "/math/" + file)) return base + "/math/" + file;
  return VARIATE_TEST_DATA "/math/" + file;
}

/// f(x) = value + rest.
template <class T>
struct Reference {
  std::vector<T> x;
  std::vector<double> value, rest;
};

template <class T>
Reference<T> read_reference(const std::string& name) {
  std::ifstream file(math_data(name + ".csv"));
  if (!file) throw std::runtime_error("no table " + name + ".csv");
  Reference<T> r;
  std::string line;
  std::getline(file, line);
  if (line != "type,x,value,rest") throw std::runtime_error(name + ".csv: unknown columns " + line);
  while (std::getline(file, line)) {
    if (line.empty() || line[0] != (sizeof(T) == 8 ? 'd' : 'f')) continue;
    char* at = line.data() + 2;
    std::array<double, 3> numbers{};
    for (double& number : numbers) {
      char* end = nullptr;
      number = std::strtod(at, &end);
      if (end == at) throw std::runtime_error(name + ".csv: cannot read " + line);
      at = end + 1;
    }
    r.x.push_back(static_cast<T>(numbers[0]));
    r.value.push_back(numbers[1]);
    r.rest.push_back(numbers[2]);
  }
  if (r.x.size() < 50) throw std::runtime_error(name + ".csv: too few lines");
  return r;
}

/// |got - (value + rest)| in units of the last place of T at that value; infinite where one is special and the other is not.
template <class T>
double ulp_error(T got, double value, double rest) {
  const double never = std::numeric_limits<double>::infinity();
  if (std::isnan(value)) return std::isnan(got) ? 0 : never;
  const T rounded = static_cast<T>(value);
  if (std::isinf(rounded)) return got == rounded ? 0 : never;
  if (!std::isfinite(got)) return never;
  if (value == 0 && rest == 0) return got == 0 && std::signbit(got) == std::signbit(value) ? 0 : never;
  const int exponent = std::max(std::ilogb(value), std::numeric_limits<T>::min_exponent - 1);
  return std::abs((static_cast<double>(got) - value) - rest) / std::ldexp(1.0, exponent - (std::numeric_limits<T>::digits - 1));
}

template <class T>
bool same_bits(T a, T b) {
  return (a == b && std::signbit(a) == std::signbit(b)) || (std::isnan(a) && std::isnan(b));
}

/// The worst error of f, lanes to lanes, over a table.
template <class L, class F>
double worst_on_table(const std::string& name, F f, const Reference<typename L::Scalar>& r, bool print) {
  using T = typename L::Scalar;
  std::vector<T> y(r.x.size());
  variate::math::map<L>(r.x.data(), y.data(), static_cast<std::ptrdiff_t>(y.size()), [&](L a) { return f(a); });
  double worst = 0, at = 0, got = 0;
  for (std::size_t i = 0; i < y.size(); ++i)
    if (const double e = ulp_error(y[i], r.value[i], r.rest[i]); e > worst) {
      worst = e;
      at = static_cast<double>(r.x[i]);
      got = static_cast<double>(y[i]);
    }
  const char* type = sizeof(T) == 8 ? "double" : "float";
  if (print) std::printf("%-16s %-6s worst %.3f ulp of %zu at x = %.17g\n", name.c_str(), type, worst, y.size(), at);
  UNSCOPED_INFO(name << " worst at x = " << at << ", gave " << got);
  return worst;
}

/// f (called with lanes; with arrays and a length; with a scalar) against its table, within `bound` ulp; its three forms against
/// each other bit by bit: tails, unaligned, in place; and the plain-array lanes, which must keep the same bound.
template <class T, class F>
void check_kernel(const std::string& name, double bound, F f) {
  using namespace variate::math;
  const Reference<T> r = read_reference<T>(name);
  CHECK(worst_on_table<Lanes<T>>(name, f, r, true) <= bound);
  CHECK(worst_on_table<Lanes<T, 2, Backing::plain>>(name + " (plain)", f, r, false) <= bound);

  const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(r.x.size());
  std::vector<T> y(r.x.size());
  f(r.x.data(), y.data(), n);
  bool scalars = true;
  for (std::size_t i = 0; i < y.size(); ++i) scalars = scalars && same_bits(f(r.x[i]), y[i]);
  CHECK(scalars);

  bool tails = true;
  for (std::ptrdiff_t count = 0; count < std::min<std::ptrdiff_t>(n - 3, 2 * Lanes<T>::size + 2); ++count)
    for (std::ptrdiff_t offset = 0; offset < 3; ++offset) {
      std::vector<T> z(r.x);
      f(z.data() + offset, z.data() + offset, count);
      for (std::ptrdiff_t i = 0; i < n; ++i) {
        const std::size_t at = static_cast<std::size_t>(i);
        tails = tails && same_bits(z[at], i >= offset && i < offset + count ? y[at] : r.x[at]);
      }
    }
  CHECK(tails);
}

/// The worst error of f in ulp over `count` random points of [low, high], against a more precise function g of long double
/// (double where f is of float). Says nothing (0) where long double is no better than double.
template <class T, class F, class G>
double worst_on_interval(F f, G g, double low, double high, std::size_t count = 20000) {
  using Wide = std::conditional_t<sizeof(T) == 8, long double, double>;
  if (std::numeric_limits<Wide>::digits < std::numeric_limits<T>::digits + 10) return 0;
  std::mt19937_64 rng(5);
  std::vector<T> x(count), y(count);
  for (T& v : x) v = static_cast<T>(low + (high - low) * (static_cast<double>(rng() >> 11) * 0x1p-53));
  f(x.data(), y.data(), static_cast<std::ptrdiff_t>(count));
  double worst = 0, at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Wide want = g(static_cast<Wide>(x[i]));
    const double value = static_cast<double>(want), rest = static_cast<double>(want - static_cast<Wide>(value));
    const double e = ulp_error(y[i], value, rest);
    if (e > worst) {
      worst = e;
      at = static_cast<double>(x[i]);
    }
  }
  UNSCOPED_INFO("worst " << worst << " ulp on [" << low << ", " << high << "] at x = " << at);
  return worst;
}

}  // namespace variate_tests
