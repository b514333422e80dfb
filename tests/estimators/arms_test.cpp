#include "variate/estimators/arms.hpp"

#include <bit>
#include <vector>

#include "estimators/bernoulli_checks.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/reinforce.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

double choose(Index n, Index k) { return k == 0 ? 1 : choose(n - 1, k - 1) * static_cast<double>(n) / static_cast<double>(k); }

/// Whether each of n draws of one bit is its rarer value (the bits of `pattern`): the probability that d uniform on the simplex
/// gives exactly this, by inclusion and exclusion of P(d_s > a for k of them) = max(0, 1 - k a)^(n-1), a = 1 - r^(1/(n-1)).
double probability(unsigned pattern, Index n, double r) {
  const double m = static_cast<double>(n - 1), a = 1 - std::pow(r, 1 / m);
  const auto k = static_cast<Index>(std::popcount(pattern));
  double p = 0;
  for (Index more = 0; k + more <= n; ++more)
    p += (more % 2 == 0 ? 1 : -1) * choose(n - k, more) * std::pow(std::max(0.0, 1 - static_cast<double>(k + more) * a), m);
  return p;
}
/// Uniforms whose exponential numbers give the pattern.
Vector<double> making(unsigned pattern, Index n, double r) {
  const double a = 1 - std::pow(r, 1 / static_cast<double>(n - 1)), k = static_cast<double>(std::popcount(pattern)),
               rest = static_cast<double>(n) - k;
  const double common = rest == 0 ? 0 : std::min(a, (1 - k * a) / rest) * 0.999;
  Vector<double> u(n);
  for (Index s = 0; s < n; ++s)
    u(s) = std::exp(-(((pattern >> s) & 1u) ? (1 - rest * common) / k : rest == static_cast<double>(n) ? 1 / rest : common));
  return u;
}

/// The mean gradient over all draws of n samples of d bits.
template <class F>
Vector<double> expected(const Vector<double>& logits, const F& f, Index n, double& total) {
  const Bernoulli<double> q(logits);
  const Index d = logits.size();
  const unsigned patterns = 1u << n;
  Vector<double> mean = Vector<double>::Zero(d);
  unsigned all = 1;
  for (Index i = 0; i < d; ++i) all *= patterns;
  for (unsigned draw = 0; draw < all; ++draw) {
    Batch<double> u(d, n);
    double p = 1;
    unsigned left = draw;
    for (Index i = 0; i < d; ++i, left /= patterns) {
      const double r = 1 / (1 + std::exp(std::abs(logits(i))));
      p *= probability(left % patterns, n, r);
      u.row(i) = making(left % patterns, n, r).transpose();
    }
    if (p < 1e-14) continue;
    Recorded<double> rng({}, {u});
    mean += p * Arms{}(q, f, rng, n).q;
    total += p;
  }
  return mean;
}

}  // namespace

TEST_CASE("ARMS: data points, unbiased, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(Arms{}, 4, 1, 4);
  CHECK(unbiased_z(Arms{}, 2) < 4.5);
  CHECK(unbiased_z(Arms{}, 5) < 4.5);
  CHECK(unbiased_z(Arms{Copula::gaussian}, 2) < 4.5);
  CHECK(unbiased_z(Arms{Copula::gaussian}, 5) < 4.5);
  check_dropping(Arms{}, 2);
  check_dropping(Arms{Copula::gaussian}, 2);
  Rng rng(1);
  CHECK_THROWS_AS(Arms{}(Bernoulli<double>(Vector<double>{{0.4, 1, 2}}), differentiable(Bumpy{}), rng, 1), InvalidArgument);
  const Bernoulli<float> single(Vector<float>{{0.4f, -80, 2}});
  CHECK(Arms{}(single, differentiable(Bumpy{}), rng, 7).finite());
  CHECK(Arms{Copula::gaussian}(single, differentiable(Bumpy{}), rng, 7).finite());
}

TEST_CASE("ARMS is unbiased: the mean over all draws of up to four samples", "[estimators]") {
  const auto f = [](const Batch<double>& x) -> Row<double> {
    if (x.rows() == 1) return (3 * x.row(0).array() - 0.5).square();
    return 3 + 2 * x.row(0).array() * x.row(1).array() - x.row(0).array();
  };
  Rng rng(1);
  const auto check = [&](const Vector<double>& logits, Index n) {
    double total = 0;
    const Vector<double> mean = expected(logits, f, n, total);
    CHECK(total == Approx(1));
    CHECK((mean - Exact{}(Bernoulli<double>(logits), f, rng, 1).q).cwiseAbs().maxCoeff() < 1e-13);
  };
  check(Vector<double>{{0.7, -1.1}}, 2);
  check(Vector<double>{{0.7, -1.1}}, 3);
  check(Vector<double>{{0.1, -3.0}}, 3);
  for (const double logit : {-4.0, -0.3, 0.0, 1.7}) check(Vector<double>{{logit}}, 4);
}

TEST_CASE("ARMS by definition, and DisARM for two samples", "[estimators]") {
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  const Vector<double> p = q.mean();
  Rng rng(2);
  for (const Index n : {2, 5}) {
    const Batch<double> u = uniforms<double>(rng, 3, n);
    Batch<double> x(3, n);
    Vector<double> factor(3);
    for (Index i = 0; i < 3; ++i) {
      // the paper's uniform numbers (1 - d)^(n-1), turned over where p >= 1/2, and its probability that two are 1
      const double m = static_cast<double>(n - 1), sum = -u.row(i).array().log().sum();
      const auto both = [m](double prob) { return std::pow(std::max(0.0, 2 * std::pow(prob, 1 / m) - 1), m); };
      for (Index s = 0; s < n; ++s) {
        const double c = std::pow(1 + std::log(u(i, s)) / sum, m);
        x(i, s) = (p(i) < 0.5 ? c : 1 - c) < p(i) ? 1 : 0;
      }
      const double ones = p(i) < 0.5 ? both(p(i)) : 2 * p(i) - 1 + both(1 - p(i));
      factor(i) = p(i) * (1 - p(i)) / (p(i) - ones);
    }
    const Row<double> v = f(x);
    Vector<double> want = Vector<double>::Zero(3);
    for (Index s = 0; s < n; ++s) want += (v(s) - v.mean()) / static_cast<double>(n - 1) * factor.cwiseProduct(x.col(s) - p);
    Recorded<double> first({}, {u});
    const auto e = Arms{}(q, f, first, n);
    CHECK((e.q - want).cwiseAbs().maxCoeff() < 1e-14);
    CHECK(e.value == Approx(v.mean()));
    CHECK(e.evaluations == n);
    if (n > 2) continue;
    for (Index i = 0; i < 3; ++i) {  // the pair's DisARM
      const double pair = x(i, 0) == x(i, 1) ? 0 : (v(0) - v(1)) / 2 * (x(i, 0) - x(i, 1)) * std::max(p(i), 1 - p(i));
      CHECK(e.q(i) == Approx(pair).margin(1e-15));
    }
  }
}

TEST_CASE("ARMS: the factor of normal draws undoes their correlation", "[estimators]") {
  const auto f = [](const Batch<double>& x) -> Row<double> { return x.row(0); };
  for (const Index n : {3, 6})
    for (const double logit : {0.0, -0.7, -3.0, 2.0}) {
      const double r = 1 / (1 + std::exp(std::abs(logit))), rho = -1 / static_cast<double>(n - 1), h = -math::normal_quantile(r);
      double alone = 0;  // P(z_1 > h, z_2 < h) by the trapezoidal rule
      const double step = 1.0 / 256;
      for (double y = -40; y < 40; y += step) {
        const double jacobian = y > 30 ? 1 : std::exp(y) / (1 + std::exp(y)), x = y > 30 ? y : std::log1p(std::exp(y));
        alone += step * jacobian * std::exp(-0.5 * (h + x) * (h + x)) / std::sqrt(2 * M_PI) *
                 math::normal_cdf((h - rho * (h + x)) / std::sqrt(1 - rho * rho));
      }
      // a draw with one rare bit: the estimate is factor/n times the difference it makes
      Batch<double> e = Batch<double>::Zero(1, n);
      e(0, 0) = 100;
      Recorded<double> rng({e});
      const double got = Arms{Copula::gaussian}(Bernoulli<double>(Vector<double>{{logit}}), f, rng, n).q(0);
      CHECK(got == Approx(r * (1 - r) / alone / static_cast<double>(n)).epsilon(1e-11));
    }
}

TEST_CASE("ARMS has less variance than leave-one-out and than pairs", "[estimators][statistical]") {
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  const auto spread = [&](const auto& estimator) {
    Rng rng(4);
    Moments moments;
    for (int i = 0; i < 4000; ++i) moments.add(estimator(q, f, rng, 4).q);
    return moments.variance().sum();
  };
  const double arms = spread(Arms{});
  CHECK(arms < 0.9 * spread(Reinforce{}));
  CHECK(arms < 0.95 * spread(Disarm{}));
  CHECK(spread(Arms{Copula::gaussian}) < 0.95 * spread(Reinforce{}));
}
