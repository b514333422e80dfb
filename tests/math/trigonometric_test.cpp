#include "variate/math/trigonometric.hpp"

#include "math/reference.hpp"

using namespace variate_tests;

namespace {
using variate::math::Lanes;

constexpr auto sine = [](auto... a) { return variate::math::sin(a...); };
constexpr auto cosine = [](auto... a) { return variate::math::cos(a...); };

/// One of the two results of sin_cos_turns, in the forms check_kernel calls.
template <bool sine>
struct Turns {
  template <class X>
  X operator()(X u) const {
    const auto r = variate::math::sin_cos_turns(u);
    return sine ? r.sin : r.cos;
  }
  template <class T>
  void operator()(const T* u, T* y, std::ptrdiff_t n) const {
    std::vector<T> other(static_cast<std::size_t>(n));
    if (sine) variate::math::sin_cos_turns(u, y, other.data(), n);
    else variate::math::sin_cos_turns(u, other.data(), y, n);
  }
};
}  // namespace

TEMPLATE_TEST_CASE("sin and cos are within 1 ulp, with their edges", "[math]", float, double) {
  const double bound = sizeof(TestType) == 8 ? 1 : 0.51;
  check_kernel<TestType>("sin", bound, sine);
  check_kernel<TestType>("cos", bound, cosine);
  CHECK(worst_on_interval<TestType>(sine, [](auto x) { return std::sin(x); }, -4, 4) <= bound);
  CHECK(worst_on_interval<TestType>(cosine, [](auto x) { return std::cos(x); }, -4, 4) <= bound);
  CHECK(worst_on_interval<TestType>(sine, [](auto x) { return std::sin(x); }, -1e5, 1e5) <= bound);
}

TEMPLATE_TEST_CASE("sin and cos of turns are within 2 ulp, with their edges", "[math]", float, double) {
  check_kernel<TestType>("sin_turns", 2, Turns<true>());
  check_kernel<TestType>("cos_turns", 2, Turns<false>());
}

TEMPLATE_TEST_CASE("sin and cos of turns are exact at quarters and on the unit circle elsewhere", "[math]", float, double) {
  using T = TestType;
  for (int k = -8; k <= 8; ++k) {
    const auto r = variate::math::sin_cos_turns(static_cast<T>(k) / 4);
    const int q = ((k % 4) + 4) % 4;
    REQUIRE(r.sin == T(q == 1 ? 1 : q == 3 ? -1 : 0));
    REQUIRE(r.cos == T(q == 0 ? 1 : q == 2 ? -1 : 0));
  }
  for (T u = 0; u < 1; u += T(0.0013)) {
    const auto r = variate::math::sin_cos_turns(u);
    REQUIRE(r.sin * r.sin + r.cos * r.cos == Approx(1).epsilon(4 * std::numeric_limits<T>::epsilon()));
  }
}

TEMPLATE_TEST_CASE("sin_cos gives what sin and cos give", "[math]", float, double) {
  using T = TestType;
  std::vector<T> x, s(21), c(21);
  for (int i = 0; i < 21; ++i) x.push_back(static_cast<T>(i * i * i * 1000) - T(3.3));
  variate::math::sin_cos(x.data(), s.data(), c.data(), 21);
  for (std::size_t i = 0; i < x.size(); ++i) {
    REQUIRE(s[i] == sine(x[i]));
    REQUIRE(c[i] == cosine(x[i]));
    REQUIRE(variate::math::sin_cos(x[i]).sin == s[i]);
    REQUIRE(variate::math::sin_cos(x[i]).cos == c[i]);
  }
}
