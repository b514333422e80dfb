#pragma once
/// The mean and variance of an estimator over everything it can draw, by enumeration.
#include <cmath>

#include "variate/core/types.hpp"
#include "variate/random/recorded.hpp"

namespace variate_tests {

/// Uniforms that make a point of q: one number for each row of its logits.
template <class Q>
variate::Vector<double> uniforms_making(const Q& q, const variate::Vector<double>& x) {
  const auto p = q.mean();
  variate::Vector<double> u(x.size());
  for (variate::Index i = 0; i < x.size(); ++i) {
    if constexpr (requires { q.classes(); }) u(i) = x(i) == 1 ? 1 - 1e-13 : 1e-300;
    else u(i) = x(i) == 1 ? 1 - p(i, 0) / 2 : (1 - p(i, 0)) / 2;
  }
  return u;
}

struct OverDraws {
  variate::Vector<double> mean, variance, fourth;  ///< fourth central moment
  double value = 0, total = 0;
};
/// How many draws of n samples there are; infinity is a number like any other.
template <class Q>
double count_of_draws(const Q& q, variate::Index n) {
  return std::pow(static_cast<double>(q.support().cols()), static_cast<double>(n));
}

/// Of the gradient made of n samples of q (one data point; Bernoulli or OneHotCategorical), whose only noise are the K x n
/// uniforms the samples are made of.
template <class E, class Q, class F>
OverDraws over_all_draws(const E& estimator, const Q& q, const F& f, variate::Index n) {
  const variate::Batch<double> support = q.support();
  const variate::Row<double> log_probs = q.log_prob(support);
  const variate::Index points = support.cols();
  variate::Index all = 1;
  for (variate::Index s = 0; s < n; ++s) all *= points;
  OverDraws over;
  variate::Batch<double> g(support.rows(), all);
  variate::Row<double> w(all);
  for (variate::Index draw = 0; draw < all; ++draw) {
    variate::Batch<double> u(support.rows(), n);
    double log_p = 0;
    variate::Index left = draw;
    for (variate::Index s = 0; s < n; ++s, left /= points) {
      u.col(s) = uniforms_making(q, support.col(left % points));
      log_p += log_probs(left % points);
    }
    variate::Recorded<double> rng({}, {u});
    const auto e = estimator(q, f, rng, n);
    w(draw) = std::exp(log_p);
    g.col(draw) = e.q;
    over.value += w(draw) * e.value;
  }
  over.total = w.sum();
  over.mean = g * w.transpose();
  g.colwise() -= over.mean;
  over.variance = g.cwiseAbs2() * w.transpose();
  over.fourth = g.cwiseAbs2().cwiseAbs2() * w.transpose();
  return over;
}

}  // namespace variate_tests
