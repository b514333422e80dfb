#include "variate/objectives/weighted_losses.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/gaussian_mixture.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/objectives/elbo.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
namespace weighted_losses {

/// n points drawn from q, with an integrand that has zeros and both signs.
template <class Q>
WeightedPoints<double> data_from(const Q& q, Rng& rng, Index n) {
  const Batch<double> x = q.sample(rng, n);
  Row<double> f(n);
  for (Index c = 0; c < n; ++c) f[c] = c % 7 == 0 ? 0 : (c % 3 == 0 ? -1 : 1) * (0.2 + x.col(c).squaredNorm());
  return log_weighted_points<double>(x, q.log_prob(x), f);
}

Normal<double> wide() { return {Vector<double>{{0.1, -0.2}}, Vector<double>{{1.3, 1.1}}}; }

GaussianMixture<> mixture() {
  const Batch<double> identity = Batch<double>::Identity(2, 2);
  const MultivariateNormal<double> left(Vector<double>{{-0.5, 0.3}}, identity), right(Vector<double>{{1.0, 0.0}}, identity);
  return GaussianMixture<>(Vector<double>{{0.3, 0.7}}, std::vector<MultivariateNormal<double>>{left, right});
}

/// Value by the free function, gradient by differences of it.
template <class Loss, class Q, class Value>
void check_loss(const Loss& loss, const Q& q, const WeightedPoints<double>& data, Value value) {
  const auto estimate = loss(q, data);
  CHECK(estimate.value == Approx(-value(q)).epsilon(1e-12));
  Rng rng(9);
  const Vector<double> params = q.params(), along = normals<double>(rng, params.size(), 1);
  Q up = q, down = q;
  const double h = 1e-6;
  up.set_params(params + h * along);
  down.set_params(params - h * along);
  CHECK(estimate.q.dot(along) == Approx(-(value(up) - value(down)) / (2 * h)).epsilon(1e-6));
}

TEST_CASE("weighted losses and their gradients", "[objectives]") {
  Rng rng(1);
  const WeightedPoints<double> data = data_from(wide(), rng, 1500);  // more than are taken at once
  const Row<double> p = data.log_p.array().exp();
  const double integral = 2.5;
  const auto run = [&](const auto& q) {
    check_loss(VarianceLoss<double>{integral}, q, data, [&](const auto& at) {
      return weighted_variance_loss(data.f, p, at.log_prob(data.x)) / (integral * integral);
    });
    check_loss(ForwardKl<double>{integral}, q, data, [&](const auto& at) {
      return weighted_kl_loss(data.f, p, at.log_prob(data.x)) / integral;
    });
    const CombinedLoss<double> both{.first_share = 0.25, .second_share = 2.0};
    check_loss(both, q, data, [&](const auto& at) {
      const Row<double> log_q = at.log_prob(data.x);
      return 0.25 * weighted_kl_loss(data.f, p, log_q) + 2 * weighted_variance_loss(data.f, p, log_q);
    });
  };
  run(mixture());
  const RationalQuadratic<double> spline({.bins = 4, .low = -3, .high = 3, .linear_tails = true});
  run(coupling_flow(2, spline, rng, {.hidden = {4}, .zero_last = false}));
}

TEST_CASE("weighted losses by hand", "[objectives]") {
  const Row<double> f{{1.0, 0.0, -2.0}}, p{{0.5, 1.0, 2.0}}, log_q{{std::log(2.0), -variate_tests::infinity, 0.0}};
  CHECK(weighted_variance_loss(f, p, log_q) == Approx((1 / (0.5 * 2) + 4 / 2.0) / 3));
  CHECK(weighted_kl_loss(f, p, log_q) == Approx(-2 * std::log(2.0) / 3));
  CHECK_THROWS_AS(weighted_kl_loss(f, Row<double>(p.head(2)), log_q), ShapeError);
  CHECK_THROWS_AS(weighted_variance_loss(f, p, Row<double>(log_q.head(2))), ShapeError);
}

TEST_CASE("alternating losses take turns", "[objectives]") {
  Rng rng(2);
  const auto q = mixture();
  const WeightedPoints<double> data = data_from(wide(), rng, 50);
  const AlternatingLoss<double> loss{.first_steps = 2, .second_steps = 1};
  const double kl = ForwardKl<double>{}(q, data).value, variance = VarianceLoss<double>{}(q, data).value;
  for (const auto& [step, value] : {std::pair<Index, double>{0, kl}, {1, kl}, {2, variance}, {3, kl}, {5, variance}})
    CHECK(loss(q, data, step).value == value);
}

TEST_CASE("points that are dropped, cut or not evaluated", "[objectives]") {
  Rng rng(3);
  const auto q = mixture();
  WeightedPoints<double> data = data_from(wide(), rng, 20);
  data.f[3] = std::nan("");
  data.f[5] = infinity;
  const auto estimate = ForwardKl<double>{}(q, data);
  CHECK(estimate.dropped == 2);
  CHECK(estimate.finite());
  std::vector<Index> good;
  for (Index i = 0; i < 20; ++i)
    if (i != 3 && i != 5) good.push_back(i);
  const auto rest = ForwardKl<double>{}(q, data.part(good));
  CHECK(estimate.value == Approx(rest.value));
  CHECK((estimate.q - rest.q).norm() < 1e-13);

  WeightedPoints<double> zeros = data.part(good);
  zeros.f.setZero();
  CHECK(VarianceLoss<double>{}(q, zeros).value == 0);
  CHECK(VarianceLoss<double>{}(q, zeros).q.norm() == 0);

  const Row<double> f{{1.0, 3.0}}, p{{1.0, 1.0}};
  const Batch<double> x{{0.0, 0.1}, {0.0, 0.1}};
  const double most = 1 / std::exp(q.log_prob(x)[0]) + 0.1;
  CHECK(-VarianceLoss<double>{.most = most}(q, weighted_points(x, p, f)).value ==
        Approx((most + 1 / std::exp(q.log_prob(x)[0])) / 2));

  CHECK_THROWS_AS(weighted_points(x, Row<double>{{1.0, 0.0}}, f), DomainError);
  CHECK_THROWS_AS(weighted_points(x, p, Row<double>{{1.0}}), ShapeError);
  CHECK_THROWS_AS(ForwardKl<double>{0.0}(q, data), DomainError);
  CHECK_THROWS_AS(ForwardKl<double>{}(Normal<double>::standard(3), data), ShapeError);
}

TEST_CASE("a baseline keeps the mean of the gradient and takes noise away", "[objectives][statistical]") {
  // f = 3 + noise of x against q = p: the weights are nearly constant, all of which the baseline removes
  const auto q = mixture();
  Rng rng(4);
  const auto gradients = [&](const auto& loss) {
    Moments moments;
    for (Index i = 0; i < 800; ++i) {
      const Batch<double> x = q.sample(rng, 12);
      const Row<double> log_p = q.log_prob(x);
      const Row<double> f = (log_p.array().exp() * (3 + x.row(0).array().sin())).matrix();
      moments.add(loss(q, log_weighted_points<double>(x, log_p, f)).q);
    }
    return moments;
  };
  const auto check = [&](auto plain) {
    auto with = plain;
    with.baseline = true;
    const Moments a = gradients(plain), b = gradients(with);
    const Vector<double> error = ((a.variance() + b.variance()) / 800).cwiseSqrt();
    for (Index i = 0; i < error.size(); ++i)  // above 4.5 by chance once in 150 000 for each of 11
      CHECK(std::abs(a.mean()[i] - b.mean()[i]) <= 4.5 * error[i] + 1e-12);
    CHECK(b.variance().sum() < 0.4 * a.variance().sum());
  };
  check(ForwardKl<double>{});
  check(VarianceLoss<double>{});
}

/// Normal around (0.6, 0.4), on the square.
struct Bump {
  Row<double> operator()(const Batch<double>& x) const {
    return -12 * ((x.row(0).array() - 0.6).square() + (x.row(1).array() - 0.4).square());
  }
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g.row(0) = -24 * (x.row(0).array() - 0.6);
    g.row(1) = -24 * (x.row(1).array() - 0.4);
    return (*this)(x);
  }
};

TEST_CASE("the reverse KL of a flow is the ELBO by draws that can be pulled back", "[objectives]") {
  Rng rng(5);
  auto q = coupling_flow(2, RationalQuadratic<double>(4), rng, {.hidden = {6}, .zero_last = false});
  const Rng seed(8);
  const Bump f;
  const Index n = 64;
  auto stream = seed;
  const Elbo<SampledEntropy> elbo;
  const auto estimate = Pathwise{}(q, elbo(q, f), stream, n);
  const auto value = [&](const auto& at) {
    auto same = seed;
    const auto s = at.sample_with_log_prob(same, n);
    return (f(s.value) - s.log_prob).mean();
  };
  CHECK(estimate.value == Approx(value(q)).epsilon(1e-9));
  const Vector<double> along = normals<double>(rng, q.params().size(), 1);
  auto up = q, down = q;
  const double h = 1e-6;
  up.set_params(q.params() + h * along);
  down.set_params(q.params() - h * along);
  CHECK(estimate.q.dot(along) == Approx((value(up) - value(down)) / (2 * h)).epsilon(1e-6));
  // the same in one pass by the draw itself
  stream = seed;
  const auto draw = q.rsample(stream, n);
  Batch<double> g(2, n);
  f.value_and_gradient(draw.value, g);
  const Vector<double> direct = draw.pullback(g / static_cast<double>(n), Row<double>::Constant(n, -1.0 / n));
  CHECK((direct - estimate.q).norm() < 1e-8 * direct.norm());
}

}  // namespace weighted_losses
}  // namespace
