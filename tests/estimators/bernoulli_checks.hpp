#pragma once
/// What every estimator of Bernoulli logits must satisfy.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/product.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Bernoulli;
using variate::Index;
using variate::Row;
using variate::Vector;

/// A cost of three bits that no quadratic is equal to.
struct Bumpy {
  auto operator()(const auto& x) const {
    return square(row(x, 0) - 0.3) + 2.0 * row(x, 0) * row(x, 1) - sin(3.0 * row(x, 2)) * row(x, 1) + exp(row(x, 2));
  }
};
/// The same, not finite where the first bit is set and the second is not (between, where x0 - x1 > 1/2).
struct Broken {
  template <class T>
  Row<T> value_and_gradient(const Batch<T>& x, Batch<T>& gradient) const {
    const auto f = variate::differentiable(Bumpy{});
    const auto e = f.evaluate(x);
    e.pullback(Row<T>::Ones(x.cols()), gradient);
    Row<T> v = e.value;
    for (Index c = 0; c < x.cols(); ++c)
      if (x(0, c) - x(1, c) > T(0.5)) v(c) = std::numeric_limits<T>::quiet_NaN();
    return v;
  }
};

/// Two data points at once are each alone: the estimate of both is the mean, its gradient half of each. n samples; the estimator asks for
/// `batches` batches of uniforms, each for `columns` samples.
template <class E>
void check_data_points(const E& estimator, Index n, Index batches, Index columns) {
  const auto f = variate::differentiable(Bumpy{});
  variate::Rng rng(3);
  const Batch<double> theta = variate::normals<double>(rng, 3, 2);
  std::vector<Batch<double>> together, apart[2];
  for (Index m = 0; m < batches; ++m) {
    const Batch<double> u = variate::uniforms<double>(rng, 3, 2 * columns);
    together.push_back(u);
    for (Index b = 0; b < 2; ++b) {
      Batch<double> own(3, columns);
      for (Index s = 0; s < columns; ++s) own.col(s) = u.col(2 * s + b);
      apart[b].push_back(own);
    }
  }
  variate::Recorded<double> all({}, together);
  const auto both = estimator(Bernoulli<double>(theta), f, all, n);
  CHECK(all.exhausted());
  double value = 0;
  for (Index b = 0; b < 2; ++b) {
    variate::Recorded<double> own({}, apart[b]);
    const auto alone = estimator(Bernoulli<double>(Batch<double>(theta.col(b))), f, own, n);
    value += alone.value / 2;
    for (Index i = 0; i < 3; ++i) CHECK(both.q(2 * i + b) == Approx(alone.q(i) / 2).margin(1e-13));
  }
  CHECK(both.value == Approx(value));
}

/// The mean gradient over `draws` estimates of n samples is the exact one; 4.5 is passed by chance once in 50 000.
template <class E>
double unbiased_z(const E& estimator, Index n, Index draws = 4000) {
  const auto f = variate::differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  variate::Rng rng(5);
  Moments moments;
  for (Index i = 0; i < draws; ++i) moments.add(estimator(q, f, rng, n).q);
  return moments.worst_z(variate::Exact{}(q, f, rng, 1).q);
}

/// Samples that are not finite are left out and counted; if all are, the estimate is not finite. Extreme logits give finite numbers.
template <class E>
void check_dropping(const E& estimator, Index n) {
  variate::Rng rng(7);
  const Bernoulli<double> q(Vector<double>{{0.4, -0.2, 1.0}}), bad(Vector<double>{{900.0, -900.0, 0.0}});
  Index dropped = 0;
  for (int i = 0; i < 20; ++i) {
    const auto e = estimator(q, Broken{}, rng, 32 * n);
    CHECK(e.finite());
    dropped += e.dropped;
    CHECK(e.evaluations >= 32 * n);
  }
  CHECK(dropped > 0);
  CHECK_FALSE(estimator(bad, Broken{}, rng, n).finite());
  for (const double size : {40.0, 700.0}) {
    const Bernoulli<double> far(Vector<double>{{size, -size, size}});
    CHECK(estimator(far, variate::differentiable(Bumpy{}), rng, 4 * n).finite());
  }
}

}  // namespace variate_tests
