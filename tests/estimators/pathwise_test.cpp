#include "variate/estimators/pathwise.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/random/rng.hpp"

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

namespace {

/// sum_i a_i (x_i - 1)^2 with its gradient; E = sum a ((mu - 1)^2 + sigma^2).
template <class T>
struct Quadratic {
  Vector<T> a;
  Row<T> value_and_gradient(const Batch<T>& x, Batch<T>& g) const {
    g = T(2) * (a.asDiagonal() * Batch<T>(x.array() - T(1)));
    return a.transpose() * Batch<T>((x.array() - T(1)).square());
  }
};

}  // namespace

TEMPLATE_TEST_CASE("a draw of the pathwise gradient is the chain rule", "[estimators]", float, double) {
  using T = TestType;
  const variate::Normal<T> q(Vector<T>{{T(0.5), T(-1)}}, Vector<T>{{T(0.8), T(2)}});
  const Quadratic<T> f{Vector<T>{{T(1), T(0.3)}}};
  const variate::Rng rng(9);
  variate::Rng first = rng, second = rng;
  const Index n = 5;
  const Batch<T> x = q.rsample(first, n).value;
  Vector<T> expected = Vector<T>::Zero(4);
  T value = 0;
  for (Index s = 0; s < n; ++s)
    for (Index i = 0; i < 2; ++i) {
      const T slope = 2 * f.a(i) * (x(i, s) - 1);
      expected(i) += slope / T(n);
      expected(2 + i) += slope * (x(i, s) - q.mean()(i)) / T(n);  // dx/dlog sigma = sigma eps
      value += f.a(i) * (x(i, s) - 1) * (x(i, s) - 1) / T(n);
    }
  const auto estimate = variate::Pathwise{}(q, f, second, n);
  const T tolerance = std::numeric_limits<T>::epsilon() * T(100);
  CHECK((estimate.q - expected).norm() <= tolerance * expected.norm());
  CHECK(std::abs(estimate.value - value) <= tolerance * value);
  CHECK(estimate.evaluations == n);
}

TEST_CASE("the pathwise gradient is unbiased", "[estimators][statistical]") {
  const variate::Normal<double> q(Vector<double>{{0.5, -1}}, Vector<double>{{0.8, 2}});
  const Quadratic<double> f{Vector<double>{{1, 0.3}}};
  const Vector<double> exact{{2 * (0.5 - 1), 0.6 * (-1 - 1), 2 * 0.64, 0.6 * 4}};
  const variate::Rng rng(21);
  variate_tests::Moments moments;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    auto stream = rng.split(i);
    moments.add(variate::Pathwise{}(q, f, stream, 1).q);
  }
  CHECK(moments.worst_z(exact) < 4.5);
}

TEST_CASE("the pathwise gradient through a Cholesky factor is unbiased", "[estimators][statistical]") {
  // E[x^T A x] with x ~ N(mu, L L^T) is mu^T A mu + tr(A L L^T): d/dmu = 2 A mu, d/dL = 2 A L, d/dlog L_ii = L_ii (2 A L)_ii
  const Vector<double> mu{{0.5, -1}};
  const Batch<double> l{{0.7, 0.0}, {-0.4, 1.3}}, a{{2.0, 0.5}, {0.5, 1.0}};
  const variate::MultivariateNormal<double> q(mu, l);
  struct Form {
    Batch<double> a;
    Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
      g = 2 * a * x;
      return x.cwiseProduct(a * x).colwise().sum();
    }
  };
  const Batch<double> slope = 2 * a * l;
  Vector<double> exact(5);
  exact << 2 * a * mu, l(0, 0) * slope(0, 0), slope(1, 0), l(1, 1) * slope(1, 1);
  const variate::Rng rng(22);
  variate_tests::Moments moments;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    auto stream = rng.split(i);
    moments.add(variate::Pathwise{}(q, Form{a}, stream, 2).q);
  }
  CHECK(moments.worst_z(exact) < 4.5);
}

TEST_CASE("samples with a value or a gradient that is not finite are dropped", "[estimators]") {
  struct Bad {
    Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
      g.setOnes(x.rows(), x.cols());
      Row<double> v = x.row(0);
      for (Index c = 0; c < x.cols(); ++c) {
        if (x(0, c) > 0.8) v(c) = NAN;
        if (x(0, c) < -0.8) g(0, c) = INFINITY;
      }
      return v;
    }
  };
  const auto q = variate::Normal<double>::standard(1);
  const variate::Rng rng(4);
  variate::Rng first = rng, second = rng;
  const Index n = 50;
  const Batch<double> x = q.rsample(first, n).value;
  double kept = 0, value = 0, scale = 0;
  for (Index s = 0; s < n; ++s)
    if (std::abs(x(0, s)) <= 0.8) {
      ++kept;
      value += x(0, s);
      scale += x(0, s);
    }
  const auto estimate = variate::Pathwise{}(q, Bad{}, second, n);
  CHECK(estimate.dropped == n - static_cast<Index>(kept));
  CHECK(estimate.value == Approx(value / kept));
  CHECK(estimate.q(0) == Approx(1));
  CHECK(estimate.q(1) == Approx(scale / kept));

  struct AllBad {
    Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
      g.setZero(x.rows(), x.cols());
      return Row<double>::Constant(x.cols(), NAN);
    }
  };
  const auto refused = variate::Pathwise{}(q, AllBad{}, second, n);
  CHECK_FALSE(refused.finite());
  CHECK(refused.dropped == n);
}

TEST_CASE("Pathwise refuses n = 0", "[estimators]") {
  const auto q = variate::Normal<double>::standard(1);
  variate::Rng rng(1);
  CHECK_THROWS_AS(variate::Pathwise{}(q, Quadratic<double>{Vector<double>{{1}}}, rng, 0), variate::InvalidArgument);
}
