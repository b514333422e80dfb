#pragma once
/// A model with parameters of its own, and what every estimator must say about their gradient.
#include <cmath>
#include <functional>
#include <string>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/core/concepts.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

/// log p(y | x) of two bits y = (1, 0) of logits W x + c; params: W row by row, then c.
struct LogitDecoder {
  using Scalar = double;
  Index inputs;
  Vector<double> theta;

  explicit LogitDecoder(Index rows) : inputs(rows), theta(2 * rows + 2) {
    for (Index i = 0; i < theta.size(); ++i) theta(i) = 1.3 * std::sin(1.0 + 2.1 * static_cast<double>(i));
  }
  const Vector<double>& params() const { return theta; }
  void set_params(const Vector<double>& v) { theta = v; }

  struct Way {
    Row<double> value;
    Batch<double> x, weights, slope;  ///< slope: of the value by the two logits

    Vector<double> pullback(const Row<double>& w) const {
      Vector<double> all(weights.size() + 2);
      for (Index j = 0; j < 2; ++j) {
        const Row<double> g = slope.row(j).cwiseProduct(w);
        for (Index i = 0; i < x.rows(); ++i) all(j * x.rows() + i) = g.dot(x.row(i));
        all(weights.size() + j) = g.sum();
      }
      return all;
    }
    Vector<double> pullback(const Row<double>& w, Batch<double>& g) const {
      g = weights.transpose() * slope * w.asDiagonal();
      return pullback(w);
    }
  };
  Way evaluate(const Batch<double>& x) const {
    const Eigen::Map<const Batch<double>> w(theta.data(), 2, inputs);
    Batch<double> l = w * x;
    l.colwise() += theta.tail(2);
    Way e{Row<double>(x.cols()), x, w, Batch<double>(2, x.cols())};
    for (Index c = 0; c < x.cols(); ++c) {
      const double one = 1 / (1 + std::exp(-l(0, c))), two = 1 / (1 + std::exp(-l(1, c)));
      e.value(c) = std::log(one) + std::log1p(-two);
      e.slope(0, c) = 1 - one;
      e.slope(1, c) = -two;
    }
    return e;
  }
};
static_assert(variate::Parametric<LogitDecoder> && variate::ParametricIntegrand<LogitDecoder, double>);
static_assert(variate::DifferentiableIntegrand<LogitDecoder, double>);

/// An estimate of E_q f with what it is drawn from and how fixed.
using Estimator = std::function<variate::Estimate<double>(const LogitDecoder&, variate::Rng&)>;

/// With the noise held the value is a function of f's parameters: Estimate::f is its gradient, by differences.
inline void check_slope_of_value(const std::string& name, const Estimator& estimator, const LogitDecoder& f) {
  INFO(name);
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    variate::Rng rng(seed);
    const auto estimate = estimator(f, rng);
    REQUIRE(estimate.f.size() == f.params().size());
    for (Index i = 0; i < estimate.f.size(); ++i) {
      const auto at = [&](double step) {
        LogitDecoder moved = f;
        moved.theta(i) += step;
        variate::Rng same(seed);
        return estimator(moved, same).value;
      };
      CHECK(estimate.f(i) == Approx((at(1e-5) - at(-1e-5)) / 2e-5).epsilon(1e-7).margin(1e-9));
    }
  }
}
/// The mean of Estimate::f is the gradient of E f by f's parameters; 4.5 is passed by chance once in 20 000 (8 numbers).
inline void check_mean(const std::string& name, const Estimator& estimator, const LogitDecoder& f, const Vector<double>& exact,
                       int draws = 3000) {
  INFO(name);
  variate::Rng rng(71);
  Moments moments;
  for (int i = 0; i < draws; ++i) moments.add(estimator(f, rng).f);
  CHECK(moments.worst_z(exact) < 4.5);
}

/// The gradient of E f by f's parameters, over all points of q.
template <class Q>
Vector<double> gradient_by_enumeration(const Q& q, const LogitDecoder& f) {
  const Batch<double> all = q.support();
  return f.evaluate(all).pullback(Row<double>(q.log_prob(all).array().exp()));
}

}  // namespace variate_tests
