#include "support/catch.hpp"
#include "variate/inference/loss.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
/// sum_i i x_i^2 plus noise times x_0, of any number of parameters.
struct NoisyLoss {
  template <class X, class R>
  X operator()(const Vector<X>& x, const Batch<double>& data, R& rng) const {
    X sum = data(0, 0) * normals<double>(rng, 1, 1)(0, 0) * x[0];
    for (Index i = 0; i < x.size(); ++i) sum += static_cast<double>(i + 1) * x[i] * x[i];
    return sum;
  }
};
struct OwnWayBack {
  double operator()(const Vector<double>& x) const { return x.sum(); }
  double value_and_gradient(const Vector<double>& x, const Batch<double>&, Rng&, Vector<double>& g) const {
    g.setConstant(x.size(), 42);
    return x.sum();
  }
};
struct PlainLoss {
  double operator()(const Vector<double>& x) const { return x.sum(); }
};
}  // namespace

static_assert(Loss<NoisyLoss> && DifferentiableLoss<NoisyLoss>);
static_assert(Loss<PlainLoss> && !DifferentiableLoss<PlainLoss>);
static_assert(DifferentiableLoss<OwnWayBack, double, Rng>);
static_assert(!Loss<int>);

TEST_CASE("A loss's gradient does not depend on how it is made", "[inference]") {
  const Batch<double> data = Batch<double>::Constant(1, 1, 2.0);
  for (const Index d : {1, 4, 5, 17}) {
    const Vector<double> theta = Vector<double>::LinSpaced(d, 0.5, 2.0);
    Vector<double> want = 2 * theta;
    for (Index i = 0; i < d; ++i) want[i] *= static_cast<double>(i + 1);
    Rng noise(3);
    want[0] += 2 * normals<double>(noise, 1, 1)(0, 0);
    for (const Differentiation& how : {Differentiation{}, Differentiation{Mode::forward}, Differentiation{Mode::forward, 1},
                                       Differentiation{Mode::forward, 3}, Differentiation{Mode::forward, 100}}) {
      Rng rng(3), plain(3);
      Vector<double> g;
      const auto value = differentiate_loss(NoisyLoss{}, theta, data, rng, g, how);
      CHECK(value.value == Approx(NoisyLoss{}(theta, data, plain)));
      CHECK((g - want).norm() < 1e-12 * want.norm());
      CHECK(rng.position() == noise.position());  // every pass saw the same noise
    }
  }
}

TEST_CASE("A loss with a way back of its own", "[inference]") {
  Rng rng(1);
  Vector<double> g;
  CHECK(differentiate_loss(OwnWayBack{}, Vector<double>::Ones(3).eval(), Batch<double>{}, rng, g).value == 3);
  CHECK(g[2] == 42);
}

TEST_CASE("Likelihoods change their sign", "[inference]") {
  const NegativeLogLikelihood loss{[](const auto& theta, const Batch<double>& data) { return -theta[0] * data(0, 0); }};
  Rng rng(1);
  Vector<double> g;
  const Batch<double> data = Batch<double>::Constant(1, 1, 3.0);
  CHECK(differentiate_loss(loss, Vector<double>::Ones(1).eval(), data, rng, g).value == 3);
  CHECK(g[0] == 3);
}
