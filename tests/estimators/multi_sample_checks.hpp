#pragma once
/// What multi-sample estimators must satisfy, whatever they weigh by.
#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/core/error.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/objectives/elbo.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

/// log of an unnormalised density of one number, its gradient, and log densities of `hole` where the number is above `above`.
struct Bump {
  double above = std::numeric_limits<double>::infinity(), hole = -std::numeric_limits<double>::infinity();

  Row<double> value_and_gradient(const Batch<double>& z, Batch<double>& gradient) const {
    gradient = (-0.6 * (z.array() - 1) - 0.3 * (2 * z.array()).cos()).matrix();
    Row<double> v = (-0.3 * (z.row(0).array() - 1).square() - 0.15 * (2 * z.row(0).array()).sin()).matrix();
    for (Index c = 0; c < z.cols(); ++c)
      if (z(0, c) > above) {
        v(c) = hole;
        gradient(0, c) = std::numeric_limits<double>::quiet_NaN();
      }
    return v;
  }
};

/// Mean and noise of an estimator's gradient of q.
template <class E>
Moments gradients(const E& estimator, Index n, Index draws, std::uint64_t seed) {
  const variate::Normal<> q(Vector<double>{{-0.3}}, Vector<double>{{1.2}});
  const Bump f;
  const auto l = variate::Elbo<variate::SampledEntropy>{}(q, f);
  variate::Rng rng(seed);
  Moments moments;
  for (Index i = 0; i < draws; ++i) moments.add(estimator(q, l, rng, n).q);
  return moments;
}
/// Largest z of the difference of two means of `draws` each.
inline double difference_z(const Moments& a, const Moments& b, Index draws) {
  const Vector<double> error = ((a.variance() + b.variance()) / static_cast<double>(draws)).cwiseSqrt();
  return ((a.mean() - b.mean()).cwiseAbs().cwiseQuotient(error)).maxCoeff();
}

/// Impossible samples count as weights of zero, NaN ones are dropped; a data point with none left is refused.
template <class E>
void check_holes(const E& estimator) {
  const variate::Normal<> q(Vector<double>{{0.0}}, Vector<double>{{1.0}});
  const auto run = [&](const Bump& f, const Batch<double>& noise) {
    variate::Recorded<double> rng({noise});
    return estimator(q, variate::Elbo<variate::SampledEntropy>{}(q, f), rng, noise.cols());
  };
  const Batch<double> noise{{0.3, 2.5, -0.8}}, fewer{{0.3, -0.8}};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto zero = run(Bump{1.0}, noise), lost = run(Bump{1.0, nan}, noise), without = run(Bump{}, fewer);
  CHECK(zero.finite());
  CHECK(zero.dropped == 0);
  CHECK(lost.dropped == 1);
  CHECK(lost.value == Approx(without.value));
  CHECK((lost.q - without.q).norm() < 1e-13);
  CHECK_FALSE(run(Bump{-5, nan}, noise).finite());
  CHECK_FALSE(run(Bump{-5}, noise).finite());
}

/// Two data points at once: the mean of each alone.
template <class E>
void check_two_data_points(const E& estimator) {
  const Batch<double> theta{{-0.3, 0.8}, {0.1, -0.4}}, noise{{0.3, 1.5, -0.8, 0.2, -1.1, 0.4}};
  const auto run = [&](const Batch<double>& of, const Batch<double>& e, Index n) {
    const auto q = variate::Normal<>::from_theta(of);
    variate::Recorded<double> rng({e});
    const Bump f;
    return estimator(q, variate::Elbo<variate::SampledEntropy>{}(q, f), rng, n);
  };
  const auto both = run(theta, noise, 3);
  double value = 0;
  for (Index b = 0; b < 2; ++b) {
    const Batch<double> own{{noise(0, b), noise(0, 2 + b), noise(0, 4 + b)}};
    const auto alone = run(Batch<double>(theta.col(b)), own, 3);
    value += alone.value / 2;
    for (Index i = 0; i < 2; ++i) CHECK(both.q(2 * i + b) == Approx(alone.q(i) / 2));
  }
  CHECK(both.value == Approx(value));
}

}  // namespace variate_tests
