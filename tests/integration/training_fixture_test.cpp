/// Training on a fixed batch, step by step, against recorded numbers.
#include <string>

#include "integration/flow_cases.hpp"
#include "variate/integration/weighted_trainer.hpp"
#include "variate/optimizers/adam.hpp"

namespace {
namespace training_fixture {

using namespace variate;
using namespace variate_tests;

/// None: all; below or at 1: that share of them, rounded down; else a number.
Index minibatch_of(const nlohmann::json& j, Index points) {
  if (j.is_null()) return 0;
  if (j.is_number_float()) return static_cast<Index>(j.get<double>() * static_cast<double>(points));
  return j.get<Index>();
}

TEST_CASE("training as recorded", "[fixtures][zunis]") {
  WorstOf worst("training");
  for_zunis_cases("training", [&](const nlohmann::json& one) {
    require_only(one, {"cell", "d", "masking", "repetitions", "d_hidden", "n_hidden", "n_bins", "loss", "minibatch_size",
                       "n_epochs", "adam", "params_before", "params_after", "x", "px", "fx", "losses", "smoothed_loss",
                       "best_loss", "step", "epochs"});
    const auto& adam = one.at("adam");
    require_only(adam, {"lr", "beta1", "beta2", "eps"});
    const Adam<double> optimizer({.rate = number(adam.at("lr")),
                                  .beta1 = number(adam.at("beta1")),
                                  .beta2 = number(adam.at("beta2")),
                                  .epsilon = number(adam.at("eps"))});
    const auto data = weighted_points(points(one.at("x")), numbers(one.at("px")), numbers(one.at("fx")));
    const WeightedTrainerOptions options{.minibatch = minibatch_of(one.at("minibatch_size"), data.size())};
    with_flow(one, masks_of(one), one.at("params_before"), [&](const auto& q) {
      const auto run = [&](auto loss) {
        StatefulTrainer trainer(q, loss, optimizer, options);
        trainer.set_data(data);
        Rng rng(1);
        const TrainingRecord& record = trainer.train(rng, one.at("n_epochs").get<Index>());
        worst.add("losses", Eigen::Map<const Vector<double>>(record.losses.data(), static_cast<Index>(record.losses.size())),
                  matrix(one.at("losses")));
        worst.add("smoothed_loss", record.smoothed_loss, number(one.at("smoothed_loss")));
        worst.add("best_loss", record.best_loss, number(one.at("best_loss")));
        worst.add("params_after", trainer.q().params(), in_one(one.at("params_after")));
        CHECK(record.steps == one.at("step").get<Index>());
        CHECK(record.epoch_starts == one.at("epochs").get<std::vector<Index>>());
      };
      if (one.at("loss") == "dkl") run(ForwardKl<double>{});
      else if (one.at("loss") == "variance") run(VarianceLoss<double>{});
      else FAIL("unknown loss " << one.at("loss"));
    });
  });
  worst.check(1e-9);  // Adam divides by the size of the gradient: its rounding errors grow where it is small
}

}  // namespace training_fixture
}  // namespace
