// links: adolc if present
// Any AD library can be plugged in by `pointwise`; ADOL-C shows how: trace a column, then take its gradient.
#if __has_include(<adolc/adolc.h>)
#include <adolc/adolc.h>

#include <type_traits>
#include <vector>

#include "autodiff/model_checks.hpp"
#include "variate/autodiff/adapter.hpp"
#include "variate/autodiff/gradient.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("ADOL-C inside pointwise", "[autodiff]") {
  const auto model = [](const auto* x, Index n) {
    using std::exp, std::log;
    std::decay_t<decltype(*x)> total = x[0] * x[0];
    for (Index i = 1; i < n; ++i) total += log(1 + exp(x[i])) * x[i - 1];
    return total;
  };
  const auto traced = pointwise([&](const Vector<double>& x, Vector<double>& g) {
    constexpr short tag = 7;
    std::vector<adouble> point(static_cast<std::size_t>(x.size()));
    double value = 0;
    trace_on(tag);
    for (Index i = 0; i < x.size(); ++i) point[static_cast<std::size_t>(i)] <<= x[i];
    adouble y = model(point.data(), x.size());
    y >>= value;
    trace_off();
    ::gradient(tag, static_cast<int>(x.size()), x.data(), g.data());
    return value;
  });
  static_assert(DifferentiableIntegrand<decltype(traced), double>);
  const Batch<double> x = scattered(5, 4);
  const auto own = forward_integrand([&](const auto& p) { return model(p.data(), p.size()); });
  CHECK(difference(traced(x), own(x)) < 1e-14);
  CHECK(difference(variate::gradient(traced, x), variate::gradient(own, x)) < 1e-14);
}
#endif
