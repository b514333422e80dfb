#include "support/catch.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/inference/loss_integrand.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
struct NoisyProduct {
  template <class X, class R>
  X operator()(const Vector<X>& x, const Batch<double>&, R& rng) const {
    if (normals<double>(rng, 1, 1)(0, 0) > 3) throw std::runtime_error("a rare accident");
    return x[0] * x[1] + normals<double>(rng, 1, 1)(0, 0) * x[0];
  }
};
}  // namespace

TEST_CASE("Losses have the same bits for any executor, and are not run twice", "[inference]") {
  Rng rng(2);
  const Batch<double> x = normals<double>(rng, 2, 7), data;
  const SerialExecutor here;
  ThreadPool pool(3);
  const LossIntegrand<NoisyProduct, double, Rng, const SerialExecutor, true> serial(NoisyProduct{}, data, rng, here, {});
  const LossIntegrand<NoisyProduct, double, Rng, ThreadPool, true> threads(NoisyProduct{}, data, rng, pool, {Mode::forward});
  const auto a = serial.evaluate(x), b = threads.evaluate(x);
  CHECK(a.value == b.value);
  CHECK(a.gradient == b.gradient);
  CHECK(serial.runs() == 7);
  Batch<double> patched = x;
  patched.col(3) = x.col(5);
  const auto again = serial.evaluate(patched);
  CHECK(serial.runs() == 7);
  CHECK(again.value[3] == a.value[5]);
  CHECK(again.value[2] == a.value[2]);
  CHECK(serial.points() == x);
  CHECK(serial.losses() == a.value);
  CHECK(serial.jacobians() == a.gradient);
  // columns draw noise of their own
  const Batch<double> same = Batch<double>::Ones(2, 3);
  const LossIntegrand<NoisyProduct, double, Rng, const SerialExecutor, false> values(NoisyProduct{}, data, rng, here, {});
  const Row<double> three = values(same);
  CHECK(three[0] != three[1]);
}

TEST_CASE("An estimator drops a sample whose loss is not a number", "[inference]") {
  const auto loss = [](const auto& theta) { return theta[0] > 0.5 ? theta[0] * std::nan("") : theta[0] * theta[0]; };
  Rng rng(2);
  const SerialExecutor here;
  const Batch<double> x{{0.1, 0.9, 0.3}}, data;
  const LossIntegrand<decltype(loss), double, Rng, const SerialExecutor, true> f(loss, data, rng, here, {});
  const auto e = f.evaluate(x);
  CHECK(std::isnan(e.value[1]));
  CHECK(e.gradient(0, 2) == Approx(0.6));
}
