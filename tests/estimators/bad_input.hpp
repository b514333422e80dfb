#pragma once
/// What no estimator of discrete q may stumble over: too few samples, values and gradients that are not finite, logits up to 700.
#include <limits>

#include "support/catch.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

/// A quadratic of the first rows, its value or its gradient something else where x_0 > 1/2.
struct Rugged {
  double value = 0, slope = 0;  ///< added there

  variate::Row<double> value_and_gradient(const variate::Batch<double>& x, variate::Batch<double>& g) const {
    g = variate::Batch<double>::Ones(x.rows(), x.cols());
    g.row(0) += 2 * x.row(1);
    g.row(1) += 2 * x.row(0);
    variate::Row<double> v = x.colwise().sum() + 2 * x.row(0).cwiseProduct(x.row(1));
    for (variate::Index c = 0; c < x.cols(); ++c)
      if (x(0, c) > 0.5) {
        v(c) += value;
        g(1, c) += slope;
      }
    return v;
  }
  variate::Row<double> operator()(const variate::Batch<double>& x) const {
    variate::Batch<double> g;
    return value_and_gradient(x, g);
  }
};

struct Needs {
  variate::Index samples = 1;  ///< fewer are refused
  variate::Index enough = 24;  ///< for some of them to be bad and some to be good
  bool drops = true;           ///< else one bad sample refuses the whole
  bool gradient = false;       ///< looks at df/dx
};

/// make(logits) is q with six logits in one column. 24 samples are all good, or all bad, once in 1500.
template <class E, class Make>
void check_bad_input(const E& estimator, Make make, Needs needs) {
  using variate::Index;
  using variate::Vector;
  variate::Rng rng(17);
  const auto q = make(Vector<double>{{-1.0, -0.3, 0.5, 0.4, -0.6, 0.1}});
  for (const Index n : {needs.samples - 1, Index{0}, Index{-1}, Index{-1000}})
    CHECK_THROWS_AS(estimator(q, Rugged{}, rng, n), variate::InvalidArgument);
  CHECK(estimator(q, Rugged{}, rng, needs.samples).finite());

  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const auto sure = make(Vector<double>{{900, -900, -900, 0.4, -0.6, 0.1}});
  const auto check = [&](const Rugged& f) {
    Index dropped = 0, refused = 0;
    for (int i = 0; i < 4; ++i) {
      const auto e = estimator(q, f, rng, needs.enough);
      dropped += e.dropped;
      refused += e.finite() ? 0 : 1;
      CHECK(e.evaluations > 0);
    }
    CHECK(dropped > 0);
    if (needs.drops) CHECK(refused == 0);
    else CHECK(refused > 0);
    const auto none = estimator(sure, f, rng, needs.samples);
    CHECK_FALSE(none.finite());
  };
  for (const double bad : {nan, inf, -inf}) check({bad, 0});
  if (needs.gradient)
    for (const double bad : {nan, inf}) check({0, bad});

  for (const double size : {40.0, 700.0}) {
    const auto far = make(Vector<double>{{size, -size, 0, -size, size, size}});
    for (int i = 0; i < 3; ++i) {
      const auto e = estimator(far, Rugged{}, rng, needs.samples);
      CHECK(e.finite());
      CHECK(e.dropped == 0);
    }
  }
}

}  // namespace variate_tests
