#include "variate/inference/given_global.hpp"

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/inference/elbo_rule.hpp"
#include "variate/inference/wake_sleep.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
/// A global bit doubles the biases of the data.
LayeredSbn<double> bound_to(const LayeredSbn<double>& net, const Vector<double>& beta) {
  auto local = net;
  Vector<double> params = net.params();
  params.tail(4) *= 1 + beta(0);
  local.set_params(params);
  return local;
}
}  // namespace

TEST_CASE("conditional inference: local gradients in the mean over a global latent", "[inference][statistical]") {
  Rng rng(3);
  const auto net = LayeredSbn<double>::random({4, 3}, rng, {}, 0.8);
  const auto guide = LayeredGuide<double>::random({4, 3}, rng, 0.8);
  const Batch<double> x{{1, 0}, {0, 1}, {1, 1}, {0, 0}};
  const auto q_beta = Bernoulli<double>::from_probs(Batch<double>{{0.3}});
  // by enumeration of the bit and of the local latents
  using Enumerated = ElboRule<Exact, Elbo<SampledEntropy>>;
  Vector<double> of_q, of_p;
  double value = 0;
  for (const double bit : {0.0, 1.0}) {
    const auto local = bound_to(net, Vector<double>{{bit}});
    const auto e = Enumerated{}(guide, local, x, rng);
    const double share = bit == 1 ? 0.3 : 0.7;
    value += share * e.value;
    of_q = of_q.size() == 0 ? Vector<double>(share * e.q) : Vector<double>(of_q + share * e.q);
    of_p = of_p.size() == 0 ? Vector<double>(share * e.f) : Vector<double>(of_p + share * e.f);
  }
  const GivenGlobal enumerated{Enumerated{}, q_beta, bound_to};
  const GivenGlobal asleep{WakeSleep<>{}, q_beta, bound_to, 2};
  variate_tests::Moments moments_q, moments_p, theta;
  double mean = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto e = enumerated(guide, net, x, rng);
    moments_q.add(e.q);
    moments_p.add(e.f);
    mean += e.value / 4000;
    theta.add(asleep(guide, net, x, rng).f);
  }
  CHECK(moments_q.worst_z(of_q) < 4.5);
  CHECK(moments_p.worst_z(of_p) < 4.5);
  CHECK(theta.worst_z(of_p) < 4.7);  // wake theta is unbiased for the ELBO, here as well; 31 parameters
  CHECK(mean == Approx(value).margin(0.05));
  const GivenGlobal none{WakeSleep<>{}, q_beta, bound_to, 0};
  CHECK_THROWS_AS(none(guide, net, x, rng), InvalidArgument);
}

TEST_CASE("factors on layers: a subsample stands for all", "[inference]") {
  // local latents and data of 2 of 6 points count three times: the sum over all subsamples is the sum over all points
  Rng rng(4);
  auto net = LayeredSbn<double>::random({4, 3}, rng, {}, 0.8);
  const auto guide = LayeredGuide<double>::random({4, 3}, rng, 0.8);
  Batch<double> x = (uniforms<double>(rng, 4, 6).array() > 0.5).cast<double>();
  const auto total = [&](const Batch<double>& some) {
    const auto q = guide.at(some);
    const Batch<double> states = q.support();
    Batch<double> h(3, 8 * some.cols());
    for (Index s = 0; s < 8; ++s)
      for (Index b = 0; b < some.cols(); ++b) h.col(s * some.cols() + b) = states.col(s);
    const auto p = net.at(some);
    const auto e = p.evaluate(h);
    const Row<double> w = q.log_prob(h).array().exp();
    return std::pair<double, Vector<double>>(e.value.dot(w), e.pullback(w));
  };
  const auto all = total(x);
  net.set_scales({3, 3});
  double value = 0;
  Vector<double> gradient = Vector<double>::Zero(net.params().size());
  for (Index first : {0, 2, 4}) {
    const auto part = total(Batch<double>(x.middleCols(first, 2)));
    value += part.first / 3;
    gradient += part.second / 3;
  }
  CHECK(value == Approx(all.first).epsilon(1e-12));
  CHECK((gradient - all.second).norm() < 1e-11);
}
