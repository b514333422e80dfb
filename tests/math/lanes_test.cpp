#include "variate/math/lanes.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace variate::math;

namespace {
/// Every lane of `got` is what the scalar function gives.
template <class L, class F, class... A>
bool lanewise(const L& got, F f, const A&... a) {
  for (int i = 0; i < L::size; ++i) {
    const auto want = f(a[i]...);
    const bool both_nan = want != want && got[i] != got[i];
    if (!both_nan && !(got[i] == want && std::signbit(got[i]) == std::signbit(want))) return false;
  }
  return true;
}

template <class L, class F>
bool lanewise_truth(const typename L::Truth& got, F f, const L& a, const L& b) {
  for (int i = 0; i < L::size; ++i)
    if (got[i] != f(a[i], b[i])) return false;
  return true;
}

template <class L>
void check_numbers() {
  using T = typename L::Scalar;
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const std::array<T, 20> numbers{T(0), T(-0.0), T(0.5), T(-0.5), T(1.5), T(2.5), T(-2.5), T(3), T(1e30), T(-1e30),
                                  inf, -inf, nan, T(1e-40), T(8388609), T(-4503599627370497.0), T(0.49999997), T(-7.25), T(-1),
                                  T(1)};
  for (std::size_t first = 0; first < numbers.size(); ++first)
    for (std::size_t stride = 1; stride < 4; ++stride) {
      std::array<T, L::size> x, y;
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = numbers[(first + i) % numbers.size()];
        y[i] = numbers[(first + stride * i) % numbers.size()];
      }
      const L a = L::load(x.data()), b = L::load(y.data());
      REQUIRE(lanewise(a + b, [](T p, T q) { return p + q; }, a, b));
      REQUIRE(lanewise(a - b, [](T p, T q) { return p - q; }, a, b));
      REQUIRE(lanewise(a * T(2), [](T p) { return p * 2; }, a));
      REQUIRE(lanewise(T(1) / a, [](T p) { return 1 / p; }, a));
      REQUIRE(lanewise(-a, [](T p) { return -p; }, a));
      REQUIRE(lanewise_truth<L>(a < b, [](T p, T q) { return p < q; }, a, b));
      REQUIRE(lanewise_truth<L>(a <= b, [](T p, T q) { return p <= q; }, a, b));
      REQUIRE(lanewise_truth<L>(a > b, [](T p, T q) { return p > q; }, a, b));
      REQUIRE(lanewise_truth<L>(a >= b, [](T p, T q) { return p >= q; }, a, b));
      REQUIRE(lanewise_truth<L>(a == b, [](T p, T q) { return p == q; }, a, b));
      REQUIRE(lanewise_truth<L>(a != b, [](T p, T q) { return p != q; }, a, b));
      REQUIRE(lanewise_truth<L>((a < b) | (a > T(1)), [](T p, T q) { return p < q || p > 1; }, a, b));
      REQUIRE(lanewise_truth<L>((a < b) & !(a > T(1)), [](T p, T q) { return p < q && !(p > 1); }, a, b));
      REQUIRE(lanewise(min(a, b), [](T p, T q) { return p < q ? p : q; }, a, b));
      REQUIRE(lanewise(max(a, b), [](T p, T q) { return p > q ? p : q; }, a, b));
      REQUIRE(lanewise(sqrt(abs(a)), [](T p) { return std::sqrt(std::abs(p)); }, a));
      REQUIRE(lanewise(abs(a), [](T p) { return std::abs(p); }, a));
      REQUIRE(lanewise(copysign(a, b), [](T p, T q) { return std::copysign(p, q); }, a, b));
      REQUIRE(lanewise(floor(a), [](T p) { return std::floor(p); }, a));
      REQUIRE(lanewise(round_even(a), [](T p) { return std::nearbyint(p); }, a));
      L c = a;
      c += b;
      c -= T(1);
      c *= b;
      c /= T(2);
      REQUIRE(lanewise(c, [](T p, T q) { return ((p + q) - 1) * q / 2; }, a, b));
    }
}

template <class L>
void check_fused() {
  using T = typename L::Scalar;
  const T e = std::numeric_limits<T>::epsilon();
  const L x = multiply_add(L(1 + e), L(1 - e), L(T(-1)));  // exactly -e^2 if fused, else 0
  REQUIRE(x[0] == (L::backing == Backing::fused ? -e * e : T(0)));
  REQUIRE(multiply_add(L(T(3)), L(T(4)), L(T(5)))[L::size - 1] == T(17));
}

template <class L>
void check_memory() {
  using T = typename L::Scalar;
  std::vector<T> x(3 * L::size + 1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i + 1);
  const L a = L::load(x.data() + 1);
  for (int i = 0; i < L::size; ++i) REQUIRE(a[i] == static_cast<T>(i + 2));
  REQUIRE(sum(a) == static_cast<T>(L::size * (L::size + 3) / 2));
  for (int count = 0; count <= L::size; ++count) {
    const L part = L::load(x.data(), count, T(-7));
    std::vector<T> out(L::size, T(0));
    part.store(out.data(), count);
    for (int i = 0; i < L::size; ++i) {
      REQUIRE(part[i] == (i < count ? x[static_cast<std::size_t>(i)] : T(-7)));
      REQUIRE(out[static_cast<std::size_t>(i)] == (i < count ? x[static_cast<std::size_t>(i)] : T(0)));
    }
  }
  for (std::ptrdiff_t n = 0; n < static_cast<std::ptrdiff_t>(x.size()); ++n) {
    std::vector<T> y = x;
    map<L>(y.data(), y.data(), n, [](L z) { return z * z; });
    for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(y[i] == (static_cast<std::ptrdiff_t>(i) < n ? x[i] * x[i] : x[i]));
  }
}

template <class L>
void check_masks() {
  using T = typename L::Scalar;
  for (int at = 0; at < L::size; ++at) {
    std::array<T, L::size> x{};
    x[static_cast<std::size_t>(at)] = T(1);
    const L a = L::load(x.data());
    REQUIRE(any(a == T(1)));
    REQUIRE_FALSE(all(a == T(1)));
    REQUIRE(all(a >= T(0)));
    REQUIRE_FALSE(any(a > T(1)));
    REQUIRE(sum(select(a > T(0), L(T(5)), L(T(2)))) == T(5 + 2 * (L::size - 1)));
  }
}

template <class L>
void check_bits() {
  using T = typename L::Scalar;
  using U = UnsignedOf<T>;
  const auto u = bits_as<U>(L(T(-2.5)));
  REQUIRE(u[0] == std::bit_cast<U>(T(-2.5)));
  REQUIRE(((u >> 3) << 3)[0] == ((std::bit_cast<U>(T(-2.5)) >> 3) << 3));
  REQUIRE(((u ^ u) | U(6))[0] == U(6));
  REQUIRE((~u & u)[L::size - 1] == U(0));
  const auto i = convert<IntegerOf<T>>(L(T(-2.5)));
  REQUIRE(i[0] == -2);
  REQUIRE((i >> 1)[0] == -1);
  REQUIRE((bits_as<U>(i) >> 1)[0] == static_cast<U>(static_cast<U>(-2) >> 1));
  REQUIRE(convert<T>(i * IntegerOf<T>(3))[0] == T(-6));
}
}  // namespace

TEMPLATE_TEST_CASE("lanes do what scalars do, in registers and in the plain fallback", "[math]", Lanes<float>, Lanes<double>,
                   (Lanes<float, 8, Backing::plain>), (Lanes<double, 4, Backing::plain>), (Lanes<float, 4>), (Lanes<double, 2>)) {
  check_numbers<TestType>();
  check_fused<TestType>();
  check_memory<TestType>();
  check_masks<TestType>();
  check_bits<TestType>();
}

TEST_CASE("a mask has one lane set where the comparison holds", "[math]") {
  const Lanes<double> x(1.0);
  const auto m = (x < 2.0) & !(x == 0.0);
  REQUIRE(all(m));
  REQUIRE(m.bits[0] == -1);
}
