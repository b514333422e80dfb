#include "support/catch.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/gaussian_error.hpp"
#include "variate/simulation/normal_model.hpp"
#include "variate/simulation/simulated_loss.hpp"

using namespace variate;

namespace {
/// Two outputs, the second of which is not a number where theta is negative.
struct HalfGood {
  Index n_timesteps() const { return 3; }
  template <class X, class R>
  X initialize(const Vector<X>& theta, R&) const {
    return theta[0];
  }
  template <class X, class R>
  void step(const Vector<X>& theta, X& x, R&) const {
    x = x * theta[0];
  }
  template <class X>
  std::vector<X> observe(const X& x) const {
    using std::sqrt;
    return {x, sqrt(x)};
  }
};
}  // namespace

TEST_CASE("Outputs that are not numbers are left out and counted", "[simulation]") {
  const SimulatedLoss loss(HalfGood{});
  const Batch<double> data = Batch<double>::Zero(2, 4);
  Rng rng(1);
  const auto good = loss(Vector<double>::Constant(1, 2.0).eval(), data, rng);
  CHECK(good.skipped == 0);
  CHECK(good.value == Approx((4 + 16 + 64 + 256 + 2 + 4 + 8 + 16) / 4.0));
  const auto half = loss(Vector<double>::Constant(1, -2.0).eval(), data, rng);
  CHECK(half.skipped == 1);
  CHECK(half.value == Approx((4 + 16 + 64 + 256) / 4.0));
  Vector<double> g;
  CHECK(differentiate_loss(loss, Vector<double>::Constant(1, -2.0).eval(), data, rng, g).skipped == 1);
  CHECK(g[0] == Approx((2 * 2 * -1 + 4 * 8 * -1 + 6 * 32 * -1 + 8 * 128 * -1) / 4.0));
  const SimulatedLoss second(HalfGood{}, SquaredError{}, {.output = 1});
  const auto none = second(Vector<double>::Constant(1, -2.0).eval(), data, rng);
  CHECK(none.skipped == 1);
  CHECK(std::isnan(none.value));
}

TEST_CASE("A loss of one's own for each output", "[simulation]") {
  // generic: differentiated through
  const auto absolute = [](const auto& x, const Row<double>& y) {
    typename std::remove_cvref_t<decltype(x)>::Scalar sum(0.0);
    for (Index t = 0; t < x.size(); ++t) sum += (x[t] - y[t]) * (x[t] - y[t]) * (x[t] - y[t]);
    return sum;
  };
  const SimulatedLoss loss(HalfGood{}, absolute, {.output = 0});
  const Batch<double> data = Batch<double>::Zero(2, 4);
  Rng rng(1);
  Vector<double> g;
  const auto value = differentiate_loss(loss, Vector<double>::Constant(1, 1.5).eval(), data, rng, g);
  CHECK(value.value == Approx(std::pow(1.5, 3) + std::pow(1.5, 6) + std::pow(1.5, 9) + std::pow(1.5, 12)));
  CHECK(g[0] == Approx(3 * std::pow(1.5, 2) + 6 * std::pow(1.5, 5) + 9 * std::pow(1.5, 8) + 12 * std::pow(1.5, 11)));
}

TEST_CASE("A black box is a callable", "[simulation]") {
  const auto box = [](const Vector<double>& theta) { return Batch<double>(Batch<double>::Constant(1, 3, theta[0])); };
  const SimulatedLoss loss(box);
  Rng rng(1);
  CHECK(loss(Vector<double>::Constant(1, 2.0).eval(), Batch<double>(Batch<double>::Zero(1, 3)), rng).value == 4);
  static_assert(Loss<SimulatedLoss<decltype(box)>, double, Rng>);
  static_assert(!DifferentiableLoss<SimulatedLoss<decltype(box)>, double, Rng>);
  static_assert(DifferentiableLoss<SimulatedLoss<HalfGood>, double, Rng>);
  const auto noisy = [](const Vector<double>& theta, Rng& engine) {
    return Batch<double>(normals<double>(engine, 1, 3).array() + theta[0]);
  };
  Rng a(3), b(3);
  const Batch<double> zeros = Batch<double>::Zero(1, 3);
  const double again = Batch<double>(normals<double>(b, 1, 3).array() + 2.0).squaredNorm() / 3;
  CHECK(SimulatedLoss(noisy)(Vector<double>::Constant(1, 2.0).eval(), zeros, a).value == again);
}

TEST_CASE("Data of another shape", "[simulation]") {
  const SimulatedLoss loss(NormalModel<double>(5), GaussianError<double>(1.0));
  const Vector<double> theta = Vector<double>::Ones(2);
  Rng rng(1);
  CHECK_THROWS_AS(loss(theta, Batch<double>(Batch<double>::Zero(1, 5)), rng), ShapeError);
  CHECK_THROWS_AS(loss(theta, Batch<double>(Batch<double>::Zero(2, 6)), rng), ShapeError);
  CHECK_THROWS_AS(SimulatedLoss(NormalModel<double>(5), SquaredError{}, {.gradient_horizon = 6}), InvalidArgument);
  CHECK_THROWS_AS(SimulatedLoss(NormalModel<double>(5), SquaredError{}, {.gradient_horizon = -1}), InvalidArgument);
  CHECK_THROWS_AS(SimulatedLoss(NormalModel<double>(5), SquaredError{}, {.output = -1}), InvalidArgument);
  const SimulatedLoss other(NormalModel<double>(5), SquaredError{}, {.output = 1});
  CHECK_THROWS_AS(other(theta, Batch<double>(Batch<double>::Zero(1, 6)), rng), InvalidArgument);
}
