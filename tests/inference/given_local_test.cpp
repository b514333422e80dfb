#include "variate/inference/given_local.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

/// A global bit doubles the biases of the data.
struct DoubledBiases {
  LayeredSbn<double> operator()(const LayeredSbn<double>& net, const Vector<double>& beta) const {
    auto local = net;
    Vector<double> params = net.params();
    params.tail(3) *= 1 + beta(0);
    local.set_params(params);
    return local;
  }
};

}  // namespace

TEST_CASE("a global bit learns in the mean over local latents of their own guide", "[inference][statistical]") {
  Rng rng(13);
  const auto net = LayeredSbn<double>::random({3, 2}, rng, {}, 0.8);
  const auto guide = LayeredGuide<double>::random({3, 2}, rng, 0.8);
  const Batch<double> x{{1, 0, 1}, {0, 1, 1}, {1, 1, 0}};
  const double logit = 0.4, p = 1 / (1 + std::exp(-logit));
  const Bernoulli<double> q(Vector<double>{{logit}}), prior(Vector<double>{{-0.3}});
  // E_z log p(x, z | bit), summed over x
  const auto expected = [&](double bit) {
    const auto local = DoubledBiases{}(net, Vector<double>{{bit}});
    double total = 0;
    for (Index b = 0; b < x.cols(); ++b) {
      const Batch<double> one = x.col(b);
      const auto bound_q = guide.at(one);
      const auto bound_p = local.at(one);
      const Batch<double> states = bound_q.support();
      total += bound_p(states).dot(Row<double>(bound_q.log_prob(states).array().exp()));
    }
    return total;
  };
  const double difference = expected(1) - expected(0);
  const auto slope = [&](double points) { return Vector<double>{{p * (1 - p) * (points / 3 * difference - 0.3 - logit)}}; };

  using Enumerated = ElboRule<Exact, Elbo<SampledEntropy>>;
  using Scored = ElboRule<Reinforce<>, Elbo<SampledEntropy>>;
  const GivenLocal enumerated{Enumerated{}, guide, net, DoubledBiases{}};
  const GivenLocal scored{Scored{.samples = 3}, guide, net, DoubledBiases{}, 2, 12};
  variate_tests::Moments exact, by_score;
  for (int i = 0; i < 4000; ++i) {
    exact.add(enumerated(q, prior, x, rng).q);
    by_score.add(scored(q, prior, x, rng).q);
  }
  CHECK(exact.worst_z(slope(3)) < 4.5);
  CHECK(by_score.worst_z(slope(12)) < 4.5);
  // mutations: neither would pass for the other
  CHECK(exact.worst_z(slope(12)) > 10);

  const GivenLocal none{Enumerated{}, guide, net, DoubledBiases{}, 0};
  CHECK_THROWS_AS(none(q, prior, x, rng), InvalidArgument);
  const GivenLocal negative{Enumerated{}, guide, net, DoubledBiases{}, 1, -1};
  CHECK_THROWS_AS(negative(q, prior, x, rng), InvalidArgument);
  CHECK_THROWS_AS(enumerated(q, prior, Batch<double>(3, 0), rng), InvalidArgument);
}

TEST_CASE("all parameters of a net as a global latent: the density's slope is that of its differences", "[inference]") {
  Rng rng(14);
  const auto net = LayeredSbn<double>::random({3, 2}, rng, {}, 0.8);
  const Index d = net.params().size();
  const Normal<double> prior(Vector<double>::Zero(d), Vector<double>::Ones(d));
  const Batch<double> x{{1, 0}, {0, 1}, {1, 1}}, z{{1, 0, 0, 1}, {1, 1, 0, 0}};
  const BindParameters bind;
  const detail::GlobalDensity<double, Normal<double>, LayeredSbn<double>, BindParameters> density{prior, net, bind, x, z, 1.5};
  static_assert(DifferentiableIntegrand<std::remove_const_t<decltype(density)>, double>);
  Batch<double> betas(d, 2), slopes(d, 2);
  betas << net.params(), normals<double>(rng, d, 1);
  const Row<double> value = density.value_and_gradient(betas, slopes);
  CHECK((value - density(betas)).norm() < 1e-12);
  for (Index c = 0; c < 2; ++c)
    for (Index i = 0; i < d; ++i) {
      Batch<double> up = betas, down = betas;
      up(i, c) += 1e-5;
      down(i, c) -= 1e-5;
      CHECK(slopes(i, c) == Approx((density(up)(c) - density(down)(c)) / 2e-5).margin(1e-7));
    }
}
