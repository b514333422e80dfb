/// Training steps ask the system for no memory once they have been made a few times.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "support/catch.hpp"
#include "variate/autodiff/differentiable_model.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/network_conditional.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/relax.hpp"
#include "variate/networks/mlp.hpp"
#include "variate/objectives/kl_elbo.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

// Every malloc of this program is counted, those of operator new with them, where the C library lets one put one's own before it
// and no sanitizer has done so already.
#if defined(__GLIBC__) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define VARIATE_TEST_COUNTS_MALLOC 1
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#undef VARIATE_TEST_COUNTS_MALLOC
#define VARIATE_TEST_COUNTS_MALLOC 0
#endif
#endif
#else
#define VARIATE_TEST_COUNTS_MALLOC 0
#endif

namespace {
std::atomic<long> mallocs{0};
}
#if VARIATE_TEST_COUNTS_MALLOC
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* malloc(std::size_t size) noexcept {
  ++mallocs;
  return __libc_malloc(size);
}
#endif

namespace {

using variate::Batch;
using variate::Index;
using variate::Mlp;
using variate::Vector;
using variate::detail::Lent;

struct Distance {
  auto operator()(const auto& b) const { return mean(square(b - 0.499)); }
};
struct LikelihoodOfBits {
  Mlp<> net;
  auto operator()(const auto& h, const auto& x, const auto& theta) const {
    const auto logits = evaluated(net(h, theta));
    return sum(cwise_product(x, logits) - softplus(logits));
  }
};

Vector<double> start(const Mlp<>& net) {
  variate::Rng rng(2);
  return net.initialise<double>(rng);
}
auto relax(Index inputs) {
  const Mlp<> net({inputs, 3, 1});
  return variate::Relax(variate::differentiable(net, start(net)), {.with_cost = true});
}

template <class Part>
void move(Part& part, const Vector<double>& gradient, variate::Adam<double>& optimizer) {
  Lent<Vector<double>> params = part.params();
  optimizer.update(params, gradient);
  part.set_params(std::move(params));
}
/// How often step() asked for memory in ten times, after twenty times to find out what it needs.
template <class Step>
long mallocs_of(Step step) {
  for (int i = 0; i < 20; ++i) step();
  const long before = mallocs;
  for (int i = 0; i < 10; ++i) step();
  return mallocs - before;
}

template <class Estimator>
long mallocs_of_bits(Estimator estimator, Index samples) {
  auto q = variate::Bernoulli<double>::from_theta(Batch<double>::Zero(2, 1));
  const auto f = variate::differentiable(Distance{});
  variate::Adam<double> optimizer;
  variate::Rng rng(1);
  return mallocs_of([&] {
    const auto e = estimator(q, f, rng, samples);
    move(q, e.q, optimizer);
    if constexpr (requires { estimator.learn(e.own); }) estimator.learn(e.own);
  });
}

template <class D, class Estimator>
long mallocs_of_autoencoder(Estimator estimator, Index latents, Index samples) {
  const Index theta = D::from_theta(Batch<double>::Zero(2, 1)).event_size() == 1 ? 2 * latents : latents;
  const Mlp<> encoder({5, theta}), decoder({latents, 4, 5});
  auto guide = variate::network_conditional<D>(encoder, start(encoder));
  auto model = variate::differentiable_model(LikelihoodOfBits{decoder}, start(decoder));
  const variate::KlElbo objective{D::from_theta(Batch<double>::Zero(theta, 1))};
  variate::Adam<double> of_guide, of_model;
  variate::Rng rng(1);
  const Batch<double> x = variate::uniforms<double>(rng, 5, 7).array().round().matrix();
  return mallocs_of([&] {
    const auto e = [&] {
      const auto q = guide.at(x);
      const auto likelihood = model.at(x);
      return estimator(q, objective(q, likelihood), rng, samples);
    }();
    move(guide, e.q, of_guide);
    move(model, e.f, of_model);
    if constexpr (requires { estimator.learn(e.own); }) estimator.learn(e.own);
  });
}

}  // namespace

TEST_CASE("training steps of bits need no memory but what they had", "[estimators]") {
  const long before = mallocs;
  std::free(std::malloc(8));
  CHECK(mallocs - before == VARIATE_TEST_COUNTS_MALLOC);
  CHECK(mallocs_of_bits(variate::Reinforce{}, 4) == 0);
  CHECK(mallocs_of_bits(variate::Rebar<double>{}, 1) == 0);
  CHECK(mallocs_of_bits(relax(2), 1) == 0);
}

TEST_CASE("training steps of autoencoders need no memory but what they had", "[estimators]") {
  CHECK(mallocs_of_autoencoder<variate::Bernoulli<double>>(variate::Reinforce{}, 3, 2) == 0);
  CHECK(mallocs_of_autoencoder<variate::Bernoulli<double>>(variate::Rebar<double>{}, 3, 1) == 0);
  CHECK(mallocs_of_autoencoder<variate::Bernoulli<double>>(relax(3), 3, 1) == 0);
  CHECK(mallocs_of_autoencoder<variate::Normal<double>>(variate::Pathwise{}, 3, 1) == 0);
}
