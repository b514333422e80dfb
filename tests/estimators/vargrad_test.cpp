#include "variate/estimators/vargrad.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/objectives/elbo.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
struct LogDensity {
  double hole = -1;  // not finite where the first number is this
  template <class T>
  Row<T> operator()(const Batch<T>& x) const {
    Row<T> v = -(x.row(0).array() - T(0.3)).square() * (x.row(1).array() + T(1.2)).square() - x.row(0).array().square();
    for (Index c = 0; c < x.cols(); ++c)
      if (static_cast<double>(x(0, c)) == hole) v(c) = std::numeric_limits<T>::quiet_NaN();
    return v;
  }
};

/// Half the sample variance of log p - log q at fixed points, by q's parameters: by differences.
template <class Q>
Vector<double> slope_of_variance(Q q, const Batch<double>& x) {
  const Vector<double> params = q.params();
  Vector<double> slope(params.size());
  const auto half = [&](const Vector<double>& at) {
    q.set_params(at);
    const Row<double> l = LogDensity{}(x)-q.log_prob(x);
    return (l.array() - l.mean()).square().sum() / static_cast<double>(2 * (l.size() - 1));
  };
  for (Index i = 0; i < params.size(); ++i) {
    const double h = 1e-5;
    Vector<double> up = params, down = params;
    up(i) += h;
    down(i) -= h;
    slope(i) = (half(up) - half(down)) / (2 * h);
  }
  return slope;
}
}  // namespace

TEST_CASE("VarGrad is the slope of the log-variance loss, and leave-one-out of the ELBO", "[estimators]") {
  const auto check = [](const auto& q) {
    const LogDensity p;
    const auto elbo = Elbo<SampledEntropy>{}(q, p);
    const Rng rng(3);
    Rng first = rng, second = rng, third = rng;
    const Index n = 6;
    const Batch<double> x = q.sample(first, n);
    const auto e = VarGrad{}(q, elbo, second, n);
    CHECK((e.q + slope_of_variance(q, x)).cwiseAbs().maxCoeff() < 1e-9);
    CHECK((e.q - Reinforce{}(q, elbo, third, n).q).norm() == 0);
    CHECK(e.value == Approx((LogDensity{}(x)-q.log_prob(x)).mean()));
  };
  check(Normal<double>(Vector<double>{{0.5, -0.4}}, Vector<double>{{0.8, 1.3}}));
  check(Bernoulli<double>(Vector<double>{{0.5, -1.4}}));
}

TEST_CASE("VarGrad: unbiased, dropping, data points, refusals, extremes", "[estimators][statistical]") {
  const Bernoulli<double> q(Vector<double>{{0.5, -1.4}});
  const LogDensity p, broken{1};
  const auto elbo = Elbo<SampledEntropy>{}(q, p);
  Rng rng(5);
  variate_tests::Moments moments;
  for (int i = 0; i < 4000; ++i) moments.add(VarGrad{}(q, elbo, rng, 3).q);
  CHECK(moments.worst_z(Exact{}(q, elbo, rng, 1).q) < 4.5);

  const auto some = VarGrad{}(q, Elbo<SampledEntropy>{}(q, broken), rng, 50);
  CHECK(some.finite());
  CHECK(some.dropped > 0);
  CHECK_THROWS_AS(VarGrad{}(q, elbo, rng, 1), InvalidArgument);

  const Bernoulli<double> two(Batch<double>{{0.5, 800.0}, {-1.4, -700.0}});
  CHECK(VarGrad{}(two, Elbo<SampledEntropy>{}(two, p), rng, 4).finite());
  const Bernoulli<double> certain(Vector<double>{{900, 0}});
  CHECK_FALSE(VarGrad{}(certain, Elbo<SampledEntropy>{}(certain, broken), rng, 4).finite());
  const Bernoulli<float> single(Vector<float>{{0.5f, -1.4f}});
  CHECK(VarGrad{}(single, Elbo<StickingTheLanding>{}(single, p), rng, 4).finite());
  static_assert(!VarGrad::accepts<Bernoulli<double>, LogDensity>);  // not of the form log p - log q
}
