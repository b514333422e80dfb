#include "variate/objectives/kl_elbo.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/objectives/elbo.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

/// -sum_i (x_i - 1)^2 / 2, with or without log prior.
template <class Prior>
struct Likelihood {
  const Prior* prior = nullptr;
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g = 1 - x.array();
    Row<double> v = -0.5 * g.colwise().squaredNorm();
    if (prior) {
      const auto e = prior->evaluate(x);
      v += e.value;
      if constexpr (DifferentiableIntegrand<Prior, double>) {
        Batch<double> of_prior;
        e.pullback(Row<double>::Ones(x.cols()), of_prior);
        g += of_prior;
      }
    }
    return v;
  }
};
using Good = KlElbo<Normal<double>>;
static_assert(Good::accepts<Normal<double>, Likelihood<Normal<double>>>);
static_assert(!Good::accepts<Bernoulli<double>, Likelihood<Normal<double>>> && !Good::accepts<Normal<double>, int>);

}  // namespace

TEST_CASE("the divergence is exact: what noise there is comes from the likelihood", "[objectives]") {
  const Batch<double> loc{{0.3, -0.8}}, scale{{0.7, 1.4}};
  const Normal<double> q(loc, scale), prior(Vector<double>{{0.2}}, Vector<double>{{1.3}});
  const Likelihood<Normal<double>> f;
  const auto run = [&](const Normal<double>& at) {
    Rng same(4);
    return Pathwise{}(at, KlElbo{prior}(at, f), same, 3);
  };
  const auto estimate = run(q);
  Rng same(4);
  const Batch<double> x = q.sample(same, 3);
  CHECK(estimate.value == Approx(-0.5 * (1 - x.array()).square().mean() - kl(q, prior).mean()));
  // with the noise held the value is a function of the parameters, and its gradient is whole
  for (Index i = 0; i < 4; ++i) {
    const auto at = [&](double step) {
      Vector<double> params = q.params();
      params(i) += step;
      return run(Normal<double>::from_theta(Eigen::Map<const Batch<double>>(params.data(), 2, 2))).value;
    };
    CHECK(estimate.q(i) == Approx((at(1e-5) - at(-1e-5)) / 2e-5).epsilon(1e-8));
  }
}

TEST_CASE("the same bound as with the prior in the model", "[objectives][statistical]") {
  const Bernoulli<double> bits(Vector<double>{{0.4, -0.7}}), prior(Vector<double>{{-0.2, 0.5}});
  const Likelihood<Bernoulli<double>> without, with{&prior};
  Rng rng(1);
  const auto a = Exact{}(bits, KlElbo{prior}(bits, without), rng, 1), b = Exact{}(bits, Elbo<SampledEntropy>{}(bits, with), rng, 1);
  CHECK(a.value == Approx(b.value));
  CHECK((a.q - b.q).norm() < 1e-14);

  const Normal<double> q(Vector<double>{{0.3}}, Vector<double>{{0.7}}), standard = Normal<double>::standard(1);
  const Likelihood<Normal<double>> f;
  variate_tests::Moments moments;
  for (int i = 0; i < 4000; ++i) moments.add(Pathwise{}(q, KlElbo{standard}(q, f), rng, 1).q);
  // -((m - 1)^2 + s^2)/2 - (s^2 + m^2 - 1)/2 + log s; 4.5 is passed by chance once in 75 000
  CHECK(moments.worst_z(Vector<double>{{-(0.3 - 1) - 0.3, 1 - 2 * 0.49}}) < 4.5);
}
