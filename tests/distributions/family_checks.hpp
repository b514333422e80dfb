#pragma once
/// What every family must satisfy, whatever its formulas: gradients are those of its own values (central differences), several
/// data points are the same as each alone, sample moments are the stated ones, float is double to float's precision.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "support/catch.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Rng;
using variate::Row;
using variate::Vector;

/// max_i |g_i - (f(v + h e_i) - f(v - h e_i))/2h| / (1 + |g_i|).
template <class F>
double gradient_error(const Vector<double>& g, const Vector<double>& v, F f, double h = 1e-5) {
  if (g.size() != v.size()) return 1e300;
  double worst = 0;
  for (Index i = 0; i < v.size(); ++i) {
    Vector<double> up = v, down = v;
    up(i) += h;
    down(i) -= h;
    worst = std::max(worst, std::abs((f(up) - f(down)) / (2 * h) - g(i)) / (1 + std::abs(g(i))));
  }
  return worst;
}

/// Truncation is h^2 times a third derivative and rounding eps/h times the value: with h = 1e-5, 1e-8 leaves room for both.
inline constexpr double gradient_tolerance = 1e-8;

/// Every way to walk through a batch, with registers of 2 to 16 lanes full and not.
struct Shape {
  Index d, batch, samples;
};
inline constexpr Shape shapes[] = {{1, 1, 1},  {3, 1, 1}, {19, 1, 1}, {5, 1, 2}, {2, 1, 9},
                                   {6, 1, 71}, {3, 2, 1}, {1, 5, 4},  {2, 19, 2}};

template <class Q>
Q moved(Q q, const Vector<double>& params) {
  q.set_params(params);
  return q;
}

/// Score and, if there is one, the slope in x.
template <class Q>
void check_score(const Q& q, const Batch<double>& x, Rng& rng) {
  const Row<double> w = variate::normals<double>(rng, 1, x.cols());
  const auto e = q.evaluate(x);
  CHECK(Row<double>(e.value) == q.log_prob(x));
  const Vector<double> g = e.pullback(w);
  CHECK(gradient_error(g, q.params(), [&](const Vector<double>& v) { return moved(q, v).log_prob(x).dot(w); }) <
        gradient_tolerance);
  const Batch<double> theta = e.theta_pullback(w);
  CHECK(theta.rows() == q.theta().rows());
  CHECK(q.link_pullback(theta) == g);
  if constexpr (variate::DifferentiableIntegrand<Q, double>) {
    Batch<double> slope;
    CHECK((e.pullback(w, slope) - g).cwiseAbs().maxCoeff() == 0);
    const Eigen::Map<const Vector<double>> flat(slope.data(), slope.size()), at(x.data(), x.size());
    CHECK(gradient_error(flat, at, [&](const Vector<double>& v) {
            return q.log_prob(Eigen::Map<const Batch<double>>(v.data(), x.rows(), x.cols())).dot(w);
          }) < gradient_tolerance);
  }
}

/// The pullback of a reparameterized draw, same noise for every parameter.
template <class Q>
void check_path(const Q& q, Index n, Rng& rng) {
  const Rng start = rng;
  const auto draw = q.rsample(rng, n);
  const Batch<double> g = variate::normals<double>(rng, draw.value.rows(), draw.value.cols());
  Rng again = start;
  CHECK((q.sample(again, n) - draw.value).cwiseAbs().maxCoeff() <= 1e-14 * (1 + draw.value.cwiseAbs().maxCoeff()));
  const Vector<double> pulled = draw.pullback(g);
  CHECK(gradient_error(pulled, q.params(), [&](const Vector<double>& v) {
          Rng same = start;
          return moved(q, v).sample(same, n).cwiseProduct(g).sum();
        }) < gradient_tolerance);
  CHECK(q.link_pullback(draw.theta_pullback(g)) == pulled);
}

template <class Q>
void check_entropy(const Q& q, Rng& rng) {
  const Row<double> w = variate::normals<double>(rng, 1, q.batch_size());
  CHECK(q.entropy().size() == q.batch_size());
  CHECK(gradient_error(q.entropy_pullback(w), q.params(), [&](const Vector<double>& v) { return moved(q, v).entropy().dot(w); }) <
        gradient_tolerance);
}

/// q for B data points against make(theta of b alone); x and noise in sample-major columns.
template <class Q, class Make>
void check_by_point(const Q& q, const Batch<double>& x, Rng& rng, Make make) {
  const Index batch = q.batch_size(), n = x.cols() / batch;
  const Row<double> w = variate::normals<double>(rng, 1, x.cols());
  const auto e = q.evaluate(x);
  const Batch<double> gradient = e.theta_pullback(w);
  const double close = 1e-12;  // the same sums in another order
  for (Index b = 0; b < batch; ++b) {
    INFO("data point " << b);
    const Q alone = make(Batch<double>(q.theta().col(b)));
    Batch<double> part(x.rows(), n);
    Row<double> weights(n), value(n);
    for (Index s = 0; s < n; ++s) {
      part.col(s) = x.col(s * batch + b);
      weights(s) = w(s * batch + b);
      value(s) = e.value(s * batch + b);
    }
    const auto of_part = alone.evaluate(part);
    CHECK((of_part.value - value).cwiseAbs().maxCoeff() <= close * (1 + value.cwiseAbs().maxCoeff()));
    const Vector<double> alone_gradient = of_part.pullback(weights);
    CHECK((alone_gradient - gradient.col(b)).cwiseAbs().maxCoeff() <= close * (1 + alone_gradient.cwiseAbs().maxCoeff()));
    CHECK((alone.mean() - q.mean().col(b)).cwiseAbs().maxCoeff() <= close * (1 + alone.mean().cwiseAbs().maxCoeff()));
    CHECK((alone.variance() - q.variance().col(b)).cwiseAbs().maxCoeff() <= close * (1 + alone.variance().cwiseAbs().maxCoeff()));
    CHECK((alone.mode() - q.mode().col(b)).cwiseAbs().maxCoeff() <= close * (1 + alone.mode().cwiseAbs().maxCoeff()));
    CHECK(std::abs(alone.entropy()(0) - q.entropy()(b)) <= close * (1 + std::abs(q.entropy()(b))));
  }
  const Batch<double> table = variate::normals<double>(rng, q.theta().rows(), x.cols());
  Batch<double> folded = Batch<double>::Zero(q.theta().rows(), batch);
  for (Index s = 0; s < n; ++s) folded += table.middleCols(s * batch, batch);
  CHECK((q.link_pullback(table) - q.link_pullback(folded)).cwiseAbs().maxCoeff() <= 1e-13 * table.cwiseAbs().sum());
}

/// The largest |z| of sample means and variances; 4.5 is passed by chance once in 150 000 per number looked at, for another seed.
template <class Q>
double worst_moment_z(const Q& q, Index n, Rng& rng) {
  const Batch<double> x = q.sample(rng, n), mean = q.mean(), variance = q.variance();
  const Index batch = q.batch_size();
  double worst = 0;
  for (Index i = 0; i < x.rows(); ++i)
    for (Index b = 0; b < batch; ++b) {
      double first = 0, second = 0, fourth = 0;
      for (Index s = 0; s < n; ++s) {
        const double off = x(i, s * batch + b) - mean(i, b);
        first += off;
        second += off * off;
        fourth += off * off * off * off;
      }
      const double count = static_cast<double>(n), spread = fourth / count - (second / count) * (second / count);
      worst = std::max(worst, std::abs(first) / std::sqrt(count * variance(i, b)));
      worst = std::max(worst, std::abs(second / count - variance(i, b)) / std::sqrt(spread / count));
    }
  return worst;
}

/// Runs f and gives the message of the error E it must throw.
template <class E, class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

/// The errors every family gives in the same words.
template <class Q>
void check_bad_calls(Q q, const std::string& name) {
  Rng rng(1);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Vector<double> before = q.params();
  const auto d = q.event_size();
  using variate::InvalidArgument;
  using variate::ShapeError;
  CHECK(message_of<InvalidArgument>([&] { q.sample(rng, 0); }) == name + ": number of samples is 0, expected at least 1");
  CHECK(says(message_of<ShapeError>([&] { q.log_prob(Batch<double>::Zero(d + 1, q.batch_size())); }), name + ": rows of x is "));
  const Batch<double> good = q.sample(rng, 2);
  CHECK(says(message_of<ShapeError>([&] { q.evaluate(good).pullback(Row<double>::Ones(good.cols() + 1)); }),
             name + ": number of weights is "));
  CHECK(says(message_of<ShapeError>([&] { q.entropy_pullback(Row<double>::Ones(q.batch_size() + 1)); }),
             name + ": number of weights is "));
  CHECK(says(message_of<ShapeError>([&] { q.set_params(Vector<double>::Zero(before.size() + 1)); }),
             name + ": size of params is "));
  Vector<double> bad = before;
  bad(bad.size() - 1) = nan;
  CHECK(says(message_of<InvalidArgument>([&] { q.set_params(bad); }), "is nan, expected a finite number"));
  CHECK(q.params() == before);
  if constexpr (variate::Reparameterizable<Q>) {
    CHECK(says(message_of<InvalidArgument>([&] { q.rsample(rng, 0); }), "number of samples is 0"));
    const auto draw = q.rsample(rng, 2);
    CHECK(says(message_of<ShapeError>([&] { draw.pullback(Batch<double>::Zero(d + 1, draw.value.cols())); }),
               name + ": rows of G is "));
    CHECK(says(message_of<ShapeError>([&] { draw.pullback(Batch<double>::Zero(d, draw.value.cols() + 1)); }),
               name + ": columns of G is "));
  }
}

}  // namespace variate_tests
