#include "variate/core/finite.hpp"

#include <limits>

#include "support/catch.hpp"

TEMPLATE_TEST_CASE("one bad number anywhere is seen", "[core]", float, double) {
  using T = TestType;
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  for (const variate::Index cols : {1, 2, 7, 64}) {
    variate::Batch<T> x = variate::Batch<T>::Constant(3, cols, std::numeric_limits<T>::max());
    CHECK(variate::detail::all_finite(x));
    for (const T bad : {inf, -inf, nan})
      for (variate::Index i = 0; i < x.size(); ++i) {
        variate::Batch<T> y = x;
        y.data()[i] = bad;
        CHECK_FALSE(variate::detail::all_finite(y));
        CHECK_FALSE(variate::detail::all_finite(y.row(i / cols)));
      }
  }
  CHECK(variate::detail::all_finite(variate::Batch<T>(0, 0)));
}
