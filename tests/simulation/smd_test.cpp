#include "support/catch.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/normal_model.hpp"
#include "variate/simulation/simulated_loss.hpp"
#include "variate/simulation/smd.hpp"

using namespace variate;

namespace {
/// Of the mean alone.
struct OfMean {
  SimulatedLoss<NormalModel<double>> loss{NormalModel<double>(50)};
  template <class X, class R>
  LossValue<X> operator()(const Vector<X>& theta, const Batch<double>& data, R& rng) const {
    Vector<X> both(2);
    both << theta[0], X(0.5);
    return loss(both, data, rng);
  }
};
}  // namespace

TEST_CASE("Minimum distance finds the mean", "[simulation]") {
  Smd smd(OfMean{}, Adam<double>{{.rate = 0.05}});
  Batch<double> data = Batch<double>::Constant(1, 51, 2.0);
  data(0, 0) = 0;
  Rng rng(1);
  const auto run = smd.run(rng, Vector<double>::Zero(1), data, 400, 400);
  CHECK(run.last[0] == Approx(2).margin(0.1));
  CHECK(run.best[0] == Approx(2).margin(0.3));
  CHECK(run.losses.size() == 400);
  CHECK_FALSE(run.stopped);
  CHECK(run.best_loss < run.losses[0]);
}

TEST_CASE("Minimum distance makes no step from what is not finite", "[simulation]") {
  int calls = 0;
  const auto loss = [&](const auto& theta) { return ++calls % 2 == 0 ? theta[0] * theta[0] : theta[0] * std::nan(""); };
  Smd smd(loss);
  Rng rng(1);
  const auto run = smd.run(rng, Vector<double>::Ones(1), {}, 6, 100);
  CHECK(run.skipped == 3);
  CHECK(run.last[0] == Approx(1 - 3e-3).epsilon(1e-4));
  CHECK_THROWS_AS(smd.run(rng, Vector<double>::Constant(1, std::nan("")), {}), InvalidArgument);
  CHECK_THROWS_AS(smd.run(rng, Vector<double>::Ones(1), {}, -1), InvalidArgument);
  CHECK_THROWS_AS(smd.run(rng, Vector<double>::Ones(1), {}, 5, 0), InvalidArgument);
}
