#include "variate/distributions/conditional.hpp"

#include <cmath>
#include <concepts>
#include <type_traits>
#include <utility>

#include "distributions/family_checks.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/distributions/normal.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// theta = W2 tanh(W1 x), by hand; params: W1 (hidden x inputs), then W2 (outputs x hidden), each row by row. D is what theta is
/// for.
template <class D>
class Network {
 public:
  using Scalar = double;

  Network(Index inputs, Index hidden, Index outputs, Rng& rng)
      : inputs_(inputs),
        hidden_(hidden),
        outputs_(outputs),
        params_(0.5 * normals<double>(rng, hidden * (inputs + outputs), 1)) {}
  Vector<double> params() const { return params_; }
  void set_params(const Vector<double>& v) { params_ = v; }

  struct Link {
    const Network* network;
    const Batch<double>* x;
    Batch<double> activations;

    const Batch<double>& inputs() const { return *x; }
    Vector<double> pullback(const Batch<double>& g) const {
      Vector<double> out(network->params_.size());
      const Batch<double> inner = (network->w2().transpose() * g).cwiseProduct((1 - activations.array().square()).matrix());
      const Batch<double> g1 = inner * x->transpose(), g2 = g * activations.transpose();
      out << detail::flattened(g1), detail::flattened(g2);
      return out;
    }
  };
  Bound<D, Link> at(const Batch<double>& x) const {
    const Batch<double> a = (w1() * x).array().tanh();
    return {D::from_theta(w2() * a), Link{this, &x, a}};
  }
  Bound<D, Link> at(Batch<double>&&) const = delete;

 private:
  using View = Eigen::Map<const Batch<double>>;
  View w1() const { return {params_.data(), hidden_, inputs_}; }
  View w2() const { return {params_.data() + hidden_ * inputs_, outputs_, hidden_}; }

  Index inputs_, hidden_, outputs_;
  Vector<double> params_;
};

using NormalNetwork = Network<Normal<>>;
using BitNetwork = Network<Bernoulli<>>;
using BoundNormal = decltype(std::declval<const NormalNetwork&>().at(std::declval<const Batch<double>&>()));
using BoundBits = decltype(std::declval<const BitNetwork&>().at(std::declval<const Batch<double>&>()));

static_assert(Conditional<NormalNetwork> && Conditional<BitNetwork>);
static_assert(Scoreable<BoundNormal> && Reparameterizable<BoundNormal> && Linked<BoundNormal> && HasEntropy<BoundNormal>);
static_assert(Scoreable<BoundBits> && Linked<BoundBits> && HasEntropy<BoundBits> && Enumerable<BoundBits>);
static_assert(!Reparameterizable<BoundBits> && !Enumerable<BoundNormal>);
static_assert(DifferentiableIntegrand<BoundNormal, double> && !DifferentiableIntegrand<BoundBits, double>);
static_assert(HasKl<BoundNormal, Normal<>> && !Family<BoundNormal> && !std::copy_constructible<BoundNormal>);
template <class C>
concept BindsTemporaries = requires(const C& c) { c.at(Batch<double>(1, 1)); };
static_assert(!BindsTemporaries<NormalNetwork>);

/// d/dparams of f(bound), by moving the network's parameters.
template <class C, class F>
double bound_gradient_error(const Vector<double>& g, const C& network, const Batch<double>& x, F f) {
  return gradient_error(g, network.params(), [&](const Vector<double>& v) {
    const C other = moved(network, v);
    return f(other.at(x));
  });
}

}  // namespace

TEST_CASE("Bound: gradients go through the network", "[distributions]") {
  Rng rng(1);
  const NormalNetwork network(3, 5, 4, rng);
  const Batch<double> x = normals<double>(rng, 3, 6);
  const auto q = network.at(x);
  CHECK(q.event_size() == 2);
  CHECK(q.batch_size() == 6);
  CHECK(&q.inputs() == &x);
  const Rng start = rng;
  const auto draw = q.rsample(rng, 3);
  const Batch<double> slope = normals<double>(rng, 2, 18);
  CHECK(bound_gradient_error(draw.pullback(slope), network, x, [&](const auto& bound) {
          Rng same = start;
          return bound.sample(same, 3).cwiseProduct(slope).sum();
        }) < gradient_tolerance);

  const Row<double> w = normals<double>(rng, 1, 18), w_point = normals<double>(rng, 1, 6);
  const auto e = q.evaluate(draw.value);
  CHECK(Row<double>(e.value) == q.log_prob(draw.value));
  Batch<double> dx;
  const Vector<double> score = e.pullback(w, dx);
  CHECK(score == e.pullback(w));
  Batch<double> dx_inside;
  q.distribution().evaluate(draw.value).pullback(w, dx_inside);
  CHECK(dx == dx_inside);
  CHECK(bound_gradient_error(score, network, x, [&](const auto& bound) { return bound.log_prob(draw.value).dot(w); }) <
        gradient_tolerance);
  CHECK(bound_gradient_error(q.entropy_pullback(w_point), network, x,
                             [&](const auto& bound) { return bound.entropy().dot(w_point); }) < gradient_tolerance);
  const Normal<> prior = Normal<>::standard(2);
  CHECK(bound_gradient_error(kl_pullback(q, prior, w_point), network, x,
                             [&](const auto& bound) { return kl(bound, prior).dot(w_point); }) < gradient_tolerance);
  const Batch<double> table = normals<double>(rng, 4, 18);
  CHECK(bound_gradient_error(q.link_pullback(table), network, x, [&](const auto& bound) {
          return (bound.distribution().theta().replicate(1, 3).array() * table.array()).sum();
        }) < gradient_tolerance);
}

TEST_CASE("Bound: the score of a discrete distribution goes through the network", "[distributions]") {
  Rng rng(2);
  const BitNetwork network(2, 4, 3, rng);
  const Batch<double> x = normals<double>(rng, 2, 5);
  const auto q = network.at(x);
  const Batch<double> h = q.sample(rng, 2);
  REQUIRE(h.cols() == 10);
  CHECK(q.support().cols() == 8);
  const Row<double> w = normals<double>(rng, 1, 10), w_point = normals<double>(rng, 1, 5);
  CHECK(bound_gradient_error(q.evaluate(h).pullback(w), network, x, [&](const auto& bound) { return bound.log_prob(h).dot(w); }) <
        gradient_tolerance);
  CHECK(bound_gradient_error(q.entropy_pullback(w_point), network, x,
                             [&](const auto& bound) { return bound.entropy().dot(w_point); }) < gradient_tolerance);
}

TEST_CASE("Bound: one theta shared by all data", "[distributions]") {
  struct Shared {  // the same K numbers for each of B data points
    Vector<double> pullback(const Batch<double>& g) const { return g.rowwise().sum(); }
  };
  Rng rng(3);
  const Batch<double> theta = normals<double>(rng, 4, 1);
  const Bound q(Normal<>::from_theta(theta.replicate(1, 3)), Shared{});
  static_assert(Scoreable<std::remove_const_t<decltype(q)>> && Linked<std::remove_const_t<decltype(q)>>);
  const Batch<double> x = q.sample(rng, 2);
  const Normal<> one = Normal<>::from_theta(theta);
  const Vector<double> alone = one.evaluate(x).pullback(Row<double>::Ones(6));
  CHECK((q.evaluate(x).pullback(Row<double>::Ones(6)) - alone).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("Bound: a distribution without reparameterised draws", "[distributions]") {
  struct Link {
    Vector<double> pullback(const Batch<double>& g) const { return Eigen::Map<const Vector<double>>(g.data(), g.size()); }
  };
  Rng rng(4);
  const Categorical<> inside(normals<double>(rng, 3, 2));
  const Bound q(inside, Link{});
  using Q = std::remove_const_t<decltype(q)>;
  static_assert(Scoreable<Q> && Linked<Q> && Enumerable<Q> && HasEntropy<Q> && !Reparameterizable<Q>);
  const Batch<double> x = q.sample(rng, 5);
  const Row<double> w = normals<double>(rng, 1, 10);
  CHECK(q.evaluate(x).pullback(w) == inside.evaluate(x).pullback(w));
}
