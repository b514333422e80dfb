#pragma once
/// What the recorded numbers of BlackBIRDS are replayed with.
#include <cmath>
#include <initializer_list>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/math/linear_algebra.hpp"
#include "variate/random/recorded.hpp"
#include "variate/simulation/numbers.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

inline Vector<double> numbers(const nlohmann::json& j) { return matrix(j).col(0); }
/// A count. (Comparing with the JSON value itself costs a second of compile time.)
inline Index whole(const nlohmann::json& j) { return j.get<Index>(); }
/// Samples are columns here, rows there.
inline Batch<double> columns(const nlohmann::json& j) { return matrix(j).transpose(); }

/// A field that nobody looks at is a failure.
inline void require_fields(const nlohmann::json& j, std::initializer_list<const char*> known) {
  const std::set<std::string> names(known.begin(), known.end());
  for (const auto& [name, value] : j.items())
    if (!names.count(name)) FAIL("unknown field " << name);
}

/// Worst errors, by name.
class Worst {
 public:
  template <class A, class B>
  void compare(const Eigen::DenseBase<A>& got, const Eigen::DenseBase<B>& want) {
    error_ = std::max(error_, worst_relative_error(got, want, floor_));
  }
  void compare(double got, double want) {
    if (std::isnan(got) && std::isnan(want)) return;
    error_ = std::max(error_, relative_error(got, want, floor_));
  }
  explicit Worst(std::string name, double tolerance, double floor = 1e-12)
      : name_(std::move(name)), tolerance_(tolerance), floor_(floor) {}
  Worst(const Worst&) = delete;
  Worst& operator=(const Worst&) = delete;
  /// Says how bad it was.
  ~Worst() noexcept(false) {
    UNSCOPED_INFO(name_ << ": worst relative error " << error_);
    CHECK(error_ < tolerance_);
  }

 private:
  std::string name_;
  double tolerance_, floor_, error_ = 0;
};

/// The losses of the files.
struct Formula {
  std::string name;
  Batch<double> a{};
  Vector<double> c{};
  double threshold = std::numeric_limits<double>::infinity();

  explicit Formula(std::string kind) : name(std::move(kind)) {}
  Formula(std::string kind, const nlohmann::json& consts) : name(std::move(kind)), a(matrix(consts.at("A"))), c(numbers(consts.at("c"))) {
    require_fields(consts, {"A", "c", "nan_threshold"});
    threshold = number(consts.at("nan_threshold"));
  }
  template <class X>
  X operator()(const Vector<X>& p) const {
    using std::sin;
    X sum(0.0);
    if (name == "quadratic" || name == "nan_above") {
      if (name == "nan_above" && variate::value_of(p[0]) > threshold) return X(std::numeric_limits<double>::quiet_NaN());
      for (Index i = 0; i < p.size(); ++i)
        for (Index j = 0; j < p.size(); ++j) sum += (p[i] - c[i]) * (p[j] - c[j]) * (0.5 * a(i, j));
    } else if (name == "rosenbrock") {
      for (Index i = 0; i < p.size(); ++i) {
        sum += (1.0 - p[i]) * (1.0 - p[i]);
        if (i + 1 == p.size()) break;
        const X slack = p[i + 1] - p[i] * p[i];
        sum += 10.0 * slack * slack;
      }
    } else if (name == "trig") {
      for (Index i = 0; i < p.size(); ++i) sum += sin(3.0 * p[i]) + 0.1 * p[i] * p[i] * p[i] * p[i];
    } else {
      throw std::runtime_error("unknown loss " + name);
    }
    return sum;
  }
};

/// The gradient by the lower factor L, from that by our parameters (the diagonal's logarithm).
inline Batch<double> by_factor(const variate::MultivariateNormal<double>& q, const Vector<double>& g) {
  const Index d = q.event_size();
  Batch<double> l = Batch<double>::Zero(d, d);
  const Batch<double> factor = q.scale_tril();
  for (Index i = 0, at = d; i < d; ++i)
    for (Index j = 0; j <= i; ++j, ++at) l(i, j) = i == j ? g[at] / factor(i, i) : g[at];
  return l;
}
/// The symmetric gradient by the covariance L L^T from that by L: (P + P^T)/2 with P = L^-T low(L^T G) L^-1, where `low` is the lower
/// triangle with half the diagonal (Murray 2016).
inline Batch<double> by_covariance(const Batch<double>& l, const Batch<double>& g) {
  const Index d = l.rows();
  Batch<double> p = Batch<double>::Zero(d, d);
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j <= i; ++j) {
      for (Index k = 0; k < d; ++k) p(i, j) += l(k, i) * g(k, j);
      if (i == j) p(i, i) *= 0.5;
    }
  variate::math::solve_lower_transposed(l, p);
  Batch<double> t = p.transpose();
  variate::math::solve_lower_transposed(l, t);
  return 0.5 * (t + t.transpose());
}

/// BlackBIRDS' Gaussian as a family: the mean, then the covariance row by row, whose diagonal is cut off below at 1e-3.
class CovarianceGaussian {
 public:
  using Scalar = double;
  static constexpr double least = 1e-3;

  CovarianceGaussian(const Vector<double>& mean, const Batch<double>& covariance) : q_(gaussian(mean, covariance)) {
    params_.resize(mean.size() + covariance.size());
    params_ << mean, Eigen::Map<const Vector<double>>(covariance.data(), covariance.size());
  }
  Index event_size() const { return q_.event_size(); }
  Index batch_size() const { return 1; }
  const Vector<double>& params() const { return params_; }
  void set_params(const Vector<double>& v) {
    q_ = gaussian(v.head(event_size()), Eigen::Map<const Batch<double>>(v.data() + event_size(), event_size(), event_size()));
    params_ = v;
  }
  Vector<double> mean() const { return params_.head(event_size()); }
  Batch<double> covariance() const { return Eigen::Map<const Batch<double>>(params_.data() + event_size(), event_size(), event_size()); }
  const variate::MultivariateNormal<double>& normal() const { return q_; }

  template <class R>
  Batch<double> sample(R& rng, Index n) const {
    return q_.sample(rng, n);
  }
  Row<double> log_prob(const Batch<double>& x) const { return q_.log_prob(x); }

  struct Draw {
    const CovarianceGaussian* q;
    variate::MultivariateNormalDraw<double> draw;
    Batch<double> value;
    Vector<double> pullback(const Batch<double>& g) const { return q->translated(draw.pullback(g)); }
  };
  template <class R>
  Draw rsample(R& rng, Index n) const {
    auto draw = q_.rsample(rng, n);
    Batch<double> value = draw.value;
    return {this, std::move(draw), std::move(value)};
  }
  struct Evaluation {
    const CovarianceGaussian* q;
    variate::MultivariateNormalEvaluation<double> e;
    Row<double> value;
    Vector<double> pullback(const Row<double>& w) const { return q->translated(e.pullback(w)); }
    Vector<double> pullback(const Row<double>& w, Batch<double>& g) const { return q->translated(e.pullback(w, g)); }
  };
  Evaluation evaluate(const Batch<double>& x) const {
    auto e = q_.evaluate(x);
    Row<double> value = e.value;
    return {this, std::move(e), std::move(value)};
  }

 private:
  static variate::MultivariateNormal<double> gaussian(const Vector<double>& mean, Batch<double> covariance) {
    for (Index i = 0; i < mean.size(); ++i) covariance(i, i) = std::max(covariance(i, i), least);
    return variate::MultivariateNormal<double>::from_covariance(mean, covariance);
  }
  Vector<double> translated(const Vector<double>& g) const {
    const Index d = event_size();
    Batch<double> c = by_covariance(q_.scale_tril(), by_factor(q_, g));
    for (Index i = 0; i < d; ++i)
      if (covariance()(i, i) < least) c(i, i) = 0;
    Vector<double> all(d + d * d);
    all << g.head(d), Eigen::Map<const Vector<double>>(c.data(), c.size());
    return all;
  }

  variate::MultivariateNormal<double> q_;
  Vector<double> params_;
};

/// The uniforms whose logistic noise is the difference of two recorded Gumbel variables, as one row.
inline Batch<double> uniforms_of_gumbels(const nlohmann::json& pairs) {
  const Batch<double> g = matrix(pairs);
  Batch<double> u(1, g.rows());
  for (Index i = 0; i < g.rows(); ++i) u(0, i) = 1 / (1 + std::exp(g(i, 1) - g(i, 0)));
  return u;
}

}  // namespace variate_tests
