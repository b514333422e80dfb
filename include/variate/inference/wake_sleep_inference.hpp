#pragma once
/// Wake-sleep by the names and defaults of Edward's class.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/generative/parameter_blocks.hpp"
#include "variate/inference/fit.hpp"
#include "variate/inference/learner.hpp"
#include "variate/inference/wake_sleep.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/optimizers/partial.hpp"
#include "variate/optimizers/schedules.hpp"
#include "variate/random/detail/stream.hpp"

namespace variate {

/// Options of `WakeSleepInference`: Edward's, with its defaults.
template <class PhaseQ = Sleep>
struct WakeSleepOptions {
  Index n_samples = 1;                ///< particles of q for each data point
  PhaseQ phase_q{};                   ///< what q learns from; its dreams are true ones, its wake phase is weighted
  PhaseP phase_p = PhaseP::plain;     ///< the mean over the particles, as Edward has it
  Index n_iter = 1000;                ///< updates of `run`
  std::optional<Index> n_print{};     ///< updates between two lines of `run`; none: n_iter / 100; 0: silent
  std::vector<std::string> var_list{};  ///< blocks of model or guide that are trained; none named: all. See `blocks()`
  double rate = 0.1;                  ///< of Adam, for both; times decay^floor(t / decay_every)
  double decay = 0.9;                 ///< in (0, 1]
  Index decay_every = 100;            ///< at least 1
  Batches batches{};                  ///< how much of the data an update sees
  bool debug = false;                 ///< an update that is not finite throws, and is not merely left out
};

/// What an update reports.
struct WakeSleepInfo {
  Index t = 0;      ///< updates made
  double loss = 0;  ///< of the model: minus the objective as the update saw it
};

/// Edward's `WakeSleep` as a stepper of one's own loop: `run(rng)`, or `update(rng)` again and again, then `finalize()`. It is a
/// `Learner` with two Adams, and whatever observers `fit` takes (a `TensorBoard` where Edward has `logdir`). scale is
/// `set_scales` of the model and the guide; to go on from present values hand over the parts, for fresh ones new parts.
template <class Q, class P, class PhaseQ = Sleep, class... Observers>
class WakeSleepInference {
 public:
  using Scalar = ScalarOf<Q>;
  /// Both parts have one.
  using Optimizer = Partial<Adam<Scalar, StepDecay>>;

  /// InvalidArgument for options out of range or a name in var_list that neither part has; what Learner throws. Where the
  /// settings can teach q nothing, says so on stderr.
  WakeSleepInference(Q q, P p, Batch<Scalar> data, WakeSleepOptions<PhaseQ> options = {}, Observers... observers)
      : options_(checked(std::move(options))),
        learner_(q, p,
                 WakeSleep<PhaseQ>{.n_samples = options_.n_samples, .phase_q = options_.phase_q, .phase_p = options_.phase_p},
                 optimizer(q, p), optimizer(p, q), std::move(data), options_.batches),
        observers_(std::move(observers)...) {
    if (const auto words = learner_.rule().warning(); !words.empty())
      std::fprintf(stderr, "%.*s\n", static_cast<int>(words.size()), words.data());
    std::apply([&](auto&... observer) { (detail::start(observer, learner_.index(), options_.n_iter), ...); }, observers_);
  }

  const Q& q() const { return learner_.q(); }  ///< the guide as it stands
  const P& p() const { return learner_.p(); }  ///< the model as it stands
  /// Loss and gradients without a step are its `estimate(rng)`.
  const Learner<Q, P, WakeSleep<PhaseQ>, Optimizer, Optimizer>& learner() const { return learner_; }

  /// One update, with the stream of its number where the engine can split. Throws Error in debug if it is not finite.
  template <class R>
  WakeSleepInfo update(R&& rng) {
    auto&& stream = detail::stream(rng, static_cast<std::uint64_t>(learner_.index()));
    const Step step = learner_.step(stream);
    if (options_.debug && !step.taken)
      throw Error(detail::complaint("WakeSleepInference", "update " + std::to_string(step.index), step.value,
                                    "finite loss and gradients"));
    std::apply([&](auto&... observer) { ((stopped_ = !detail::tell(observer, step, learner_) || stopped_), ...); }, observers_);
    return {learner_.index(), -step.value};
  }
  /// Writes a line to stderr if it is time: at t = 1 and every n_print updates.
  void print_progress(const WakeSleepInfo& info) const {
    const Index every = options_.n_print.value_or(options_.n_iter / 100);
    if (every == 0 || (info.t != 1 && info.t % every != 0)) return;
    std::fprintf(stderr, "%td/%td [%3d%%] Loss: %.3f\n", info.t, options_.n_iter,
                 static_cast<int>(100 * info.t / std::max<Index>(1, options_.n_iter)), info.loss);
  }
  /// Closes the observers. Again: nothing.
  void finalize() {
    if (std::exchange(finished_, true)) return;
    std::apply([&](auto&... observer) { (detail::finish(observer), ...); }, observers_);
  }
  /// Updates with their lines until there are n_iter or an observer returns false, and finalize.
  template <class R>
  void run(R&& rng) {
    stopped_ = false;
    while (!stopped_ && learner_.index() < options_.n_iter) print_progress(update(rng));
    finalize();
  }
  /// The observers.
  const std::tuple<Observers...>& observers() const { return observers_; }

 private:
  static WakeSleepOptions<PhaseQ> checked(WakeSleepOptions<PhaseQ> options) {
    detail::require_at_least("WakeSleepInference", "n_samples", options.n_samples, 1);
    detail::require_at_least("WakeSleepInference", "n_iter", options.n_iter, 0);
    if (options.n_print) detail::require_at_least("WakeSleepInference", "n_print", *options.n_print, 0);
    return options;
  }
  struct All {
    Index begin, length;
    Index size() const { return length; }
  };
  /// For the blocks of var_list that are in `part`; the others must be in `other`.
  template <class Part, class Other>
  Optimizer optimizer(const Part& part, const Other& other) const {
    const Adam<Scalar, StepDecay> adam({.rate = static_cast<Scalar>(options_.rate)},
                                       StepDecay{.every = options_.decay_every, .factor = options_.decay});
    if (options_.var_list.empty()) return Optimizer(adam, std::vector<All>{{0, Vector<Scalar>(part.params()).size()}});
    std::vector<ParameterBlock> own, all;
    if constexpr (requires { part.blocks(); }) own = part.blocks();
    all = own;
    if constexpr (requires { other.blocks(); })
      for (const ParameterBlock& block : other.blocks()) all.push_back(block);
    std::vector<ParameterBlock> chosen;
    for (const std::string& name : options_.var_list) {
      named(all, {name});  // refuses what neither has
      for (const ParameterBlock& block : own)
        if (block.name == name) chosen.push_back(block);
    }
    return Optimizer(adam, chosen);
  }

  WakeSleepOptions<PhaseQ> options_;
  Learner<Q, P, WakeSleep<PhaseQ>, Optimizer, Optimizer> learner_;
  std::tuple<Observers...> observers_;
  bool stopped_ = false, finished_ = false;
};

}  // namespace variate
