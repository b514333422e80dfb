#pragma once
/// Hierarchies of two nodes, a cost with parameters, and its exact mean by enumeration and quadrature.
#include <cmath>
#include <numbers>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/hierarchy.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/networks/mlp.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Bernoulli;
using variate::Index;
using variate::Normal;
using variate::Row;
using variate::Vector;

using ThenNormal = variate::NetworkConditional<Normal<double>, variate::Mlp<>>;
using ThenBits = variate::NetworkConditional<Bernoulli<double>, variate::Mlp<>>;

/// A conditional with numbers that look like none in particular.
template <class C>
C then(std::vector<Index> sizes) {
  const variate::Mlp<> net(sizes);
  Vector<double> params(net.size());
  for (Index i = 0; i < params.size(); ++i) params(i) = 0.6 * std::sin(0.7 + 1.9 * static_cast<double>(i));
  return {net, params};
}

/// theta_0 sin(v.x) + theta_1 x_0 x_last + exp(theta_2 x_1) with v = (1, 2, 3, ...)/3; defined between bits as well.
struct Wavy {
  using Scalar = double;
  Vector<double> theta{{1.3, -0.8, 0.4}};

  const Vector<double>& params() const { return theta; }
  void set_params(const Vector<double>& v) { theta = v; }

  struct Way {
    Row<double> value;
    Batch<double> x;
    Row<double> wave;
    Vector<double> theta;

    Vector<double> pullback(const Row<double>& w) const {
      const Row<double> top = x.row(0), last = x.row(x.rows() - 1), one = x.row(1);
      return Vector<double>{{w.dot(wave.array().sin().matrix()), w.dot(top.cwiseProduct(last)),
                             w.dot((one.array() * (theta(2) * one.array()).exp()).matrix())}};
    }
    Vector<double> pullback(const Row<double>& w, Batch<double>& g) const {
      const Index last = x.rows() - 1;
      g.resize(x.rows(), x.cols());
      for (Index i = 0; i < x.rows(); ++i)
        g.row(i) = theta(0) * static_cast<double>(i + 1) / 3 * wave.array().cos();
      g.row(0) += theta(1) * x.row(last);
      g.row(last) += theta(1) * x.row(0);
      g.row(1).array() += theta(2) * (theta(2) * x.row(1).array()).exp();
      g.array().rowwise() *= w.array();
      return pullback(w);
    }
  };
  Way evaluate(const Batch<double>& x) const {
    Way e{Row<double>(x.cols()), x, Row<double>::Zero(x.cols()), theta};
    for (Index i = 0; i < x.rows(); ++i) e.wave += static_cast<double>(i + 1) / 3 * x.row(i);
    e.value = theta(0) * e.wave.array().sin() + theta(1) * x.row(0).array() * x.row(x.rows() - 1).array() +
              (theta(2) * x.row(1).array()).exp();
    return e;
  }
};

/// Nodes e and weights of a standard normal, by the trapezoidal rule: good to 1e-12 for what is smooth.
struct NormalRule {
  Row<double> e, weight;
  NormalRule() : e(160), weight(160) {
    const double step = 0.1;
    for (Index i = 0; i < 160; ++i) {
      e(i) = step * (static_cast<double>(i) - 79.5);
      weight(i) = step * std::exp(-0.5 * e(i) * e(i)) / std::sqrt(2 * std::numbers::pi);
    }
  }
};

/// Every point of a discrete node below what is there, with its probability given that.
template <class Q>
void enumerate(const Q& q, Batch<double>& x, Row<double>& p) {
  const Batch<double> all = q.support();
  Batch<double> y(x.rows() + all.rows(), x.cols() * all.cols());
  Row<double> log_p(y.cols());
  for (Index m = 0; m < all.cols(); ++m) {
    Batch<double> points(all.rows(), x.cols());
    points.colwise() = Vector<double>(all.col(m));
    y.block(0, m * x.cols(), x.rows(), x.cols()) = x;
    y.block(x.rows(), m * x.cols(), all.rows(), x.cols()) = points;
    log_p.segment(m * x.cols(), x.cols()) = q.log_prob(points).array() + p.array().log();
  }
  x = y;
  p = log_p.array().exp();
}
/// Every node of the rule of one normal number, the same.
template <class Q>
void integrate(const Q& q, Batch<double>& x, Row<double>& p) {
  const NormalRule rule;
  const Batch<double> theta = q.distribution().theta();
  Batch<double> y(x.rows() + 1, x.cols() * rule.e.size());
  Row<double> weights(y.cols());
  for (Index i = 0; i < rule.e.size(); ++i)
    for (Index c = 0; c < x.cols(); ++c) {
      const Index to = i * x.cols() + c, b = theta.cols() == 1 ? 0 : c;
      y.col(to) << x.col(c), theta(0, b) + std::exp(theta(1, b)) * rule.e(i);
      weights(to) = p(c) * rule.weight(i);
    }
  x = y;
  p = weights;
}

/// The gradient of a smooth function of parameters, by differences.
template <class F>
Vector<double> slope(const F& f, const Vector<double>& at) {
  Vector<double> g(at.size());
  for (Index i = 0; i < at.size(); ++i) {
    Vector<double> up = at, down = at;
    up(i) += 1e-4;
    down(i) -= 1e-4;
    g(i) = (f(up) - f(down)) / 2e-4;
  }
  return g;
}

/// Two bits, and a normal number that depends on them.
using Two = variate::Hierarchy<Bernoulli<double>, ThenNormal>;
inline Two two() { return Two(Bernoulli<double>(Vector<double>{{0.4, -0.9}}), then<ThenNormal>({2, 2})); }
inline Two with(Two q, const Vector<double>& v) {
  q.set_params(v);
  return q;
}
inline Wavy with(Wavy f, const Vector<double>& v) {
  f.set_params(v);
  return f;
}
/// E f, or E (f - log q).
inline double mean(const Two& q, const Wavy& f, bool elbo) {
  Batch<double> x(0, 1);
  Row<double> p = Row<double>::Ones(1);
  enumerate(q.first(), x, p);
  const Batch<double> bits = x;
  integrate(std::get<0>(q.rest()).at(bits), x, p);
  Row<double> value = f.evaluate(x).value;
  if (elbo) value -= q.log_prob(x);
  return value.dot(p);
}

/// The mean of an estimate is the exact one, value and gradients for q and f (4.5: by chance once in 10 000 for 15 numbers).
/// n draws of the first node. Gives the total variance of the gradient for q.
template <class E, class Q, class F>
double check_unbiased(const char* name, const E& estimator, const Q& q, const F& f, Index n, double value,
                      const Vector<double>& of_q, const Vector<double>& of_f, int draws = 3000) {
  INFO(name);
  variate::Rng rng(5);
  Moments moments;
  for (int i = 0; i < draws; ++i) {
    const auto e = estimator(q, f, rng, n);
    Vector<double> all(1 + e.q.size() + e.f.size());
    all << e.value, e.q, e.f;
    REQUIRE(all.size() == 1 + of_q.size() + of_f.size());
    moments.add(all);
  }
  Vector<double> exact(1 + of_q.size() + of_f.size());
  exact << value, of_q, of_f;
  const Vector<double> error = (moments.variance() / draws).cwiseSqrt();
  for (Index i = 0; i < exact.size(); ++i) {  // what has no noise: as good as differences are
    INFO("number " << i << ", mean " << moments.mean()(i) << ", exact " << exact(i) << ", error " << error(i));
    CHECK(std::abs(moments.mean()(i) - exact(i)) < 4.5 * error(i) + 1e-7);
  }
  return moments.variance().segment(1, of_q.size()).sum();
}

}  // namespace variate_tests
