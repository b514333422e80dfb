#pragma once
/// Many draws of an estimator at once, as data points that are all alike: column c is what draw c alone gives.
#include <algorithm>
#include <cmath>

#include "support/fixtures.hpp"
#include "variate/core/types.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

/// f(x) = mean_i (x_i - t_i)^2 + x'Ax + s sin(w.x) of the fixtures, written out.
struct PlainCost {
  variate::Vector<double> t, w;
  variate::Batch<double> a;
  double s;

  explicit PlainCost(const nlohmann::json& f)
      : t(matrix(f.at("t"))), w(matrix(f.at("w"))), a(matrix(f.at("A"))), s(number(f.at("s"))) {}
  variate::Row<double> value_and_gradient(const variate::Batch<double>& x, variate::Batch<double>& g) const {
    const variate::Index d = x.rows();
    variate::Row<double> value(x.cols());
    g.resize(d, x.cols());
    for (variate::Index c = 0; c < x.cols(); ++c) {
      double quadratic = 0, wave = 0, form = 0;
      for (variate::Index i = 0; i < d; ++i) wave += w(i) * x(i, c);
      for (variate::Index i = 0; i < d; ++i) {
        double both = 0;
        for (variate::Index j = 0; j < d; ++j) {
          form += x(i, c) * a(i, j) * x(j, c);
          both += (a(i, j) + a(j, i)) * x(j, c);
        }
        const double off = x(i, c) - t(i);
        quadratic += off * off / static_cast<double>(d);
        g(i, c) = 2 * off / static_cast<double>(d) + both + s * std::cos(wave) * w(i);
      }
      value(c) = quadratic + form + s * std::sin(wave);
    }
    return value;
  }
  variate::Row<double> operator()(const variate::Batch<double>& x) const {
    variate::Batch<double> g;
    return value_and_gradient(x, g);
  }
};

/// theta (K x 1) for `draws` data points.
inline variate::Batch<double> alike(const variate::Vector<double>& theta, variate::Index draws) {
  variate::Batch<double> all(theta.size(), draws);
  for (variate::Index i = 0; i < theta.size(); ++i) all.row(i).setConstant(theta(i));
  return all;
}
/// The gradient of each draw, K x draws. q has `draws` data points and plain parameters.
template <class E, class Q, class F, class R>
variate::Batch<double> each_gradient(const E& estimator, const Q& q, const F& f, R& rng, variate::Index n) {
  const variate::Vector<double> g = estimator(q, f, rng, n).q;
  const variate::Index draws = q.batch_size();
  return Eigen::Map<const variate::Batch<double>>(g.data(), g.size() / draws, draws) * static_cast<double>(draws);
}

struct Scores {
  double mean = 0, variance = 0;
};
/// Fourth central moments of the rows as they were drawn, where nobody knows them better.
inline variate::Vector<double> fourth_moments(const variate::Batch<double>& draws, const variate::Vector<double>& mean) {
  variate::Batch<double> off = draws;
  off.colwise() -= mean;
  return off.cwiseAbs2().cwiseAbs2().rowwise().mean();
}
/// The largest z-scores of the mean and of the variance of the rows of `draws`, whose exact ones and fourth central moments are
/// known. 4.5 is passed by chance once in 150 000 for each row. A row whose moments live on rare events says nothing: its
/// kurtosis is too large for the number of draws.
inline Scores worst_scores(const variate::Batch<double>& draws, const variate::Vector<double>& mean,
                           const variate::Vector<double>& variance, const variate::Vector<double>& fourth) {
  Scores worst;
  const double n = static_cast<double>(draws.cols());
  for (variate::Index i = 0; i < draws.rows(); ++i) {
    double first = 0, second = 0;
    for (variate::Index c = 0; c < draws.cols(); ++c) first += draws(i, c) / n;
    for (variate::Index c = 0; c < draws.cols(); ++c) second += (draws(i, c) - mean(i)) * (draws(i, c) - mean(i)) / n;
    const double size = 1e-12 + 1e-7 * std::abs(mean(i));
    if (variance(i) < size * size) {  // a constant
      worst.mean = std::max(worst.mean, std::abs(first - mean(i)) / (10 * size));
      continue;
    }
    if (fourth(i) > n / 50 * variance(i) * variance(i)) continue;
    const double spread = fourth(i) - variance(i) * variance(i);
    worst.mean = std::max(worst.mean, std::abs(first - mean(i)) / std::sqrt(variance(i) / n));
    worst.variance = std::max(worst.variance, (std::abs(second - variance(i)) - 1e-9 * variance(i)) /
                                                  std::sqrt(std::max(spread, 1e-20 * variance(i) * variance(i)) / n));
  }
  return worst;
}

}  // namespace variate_tests
