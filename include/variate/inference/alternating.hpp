#pragma once
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"

namespace variate {

/// Conditional inference as Edward's documentation has it: two inferences in turn, each given what the other has learned. `local`
/// is a `Learner` whose rule is a `GivenGlobal`, `global` one whose rule is a `GivenLocal`. Of every `local_steps` + 1 steps the
/// last is the global one's; before each, the rule gets the other's guide (and the local model's parameters) as they stand.
///
/// A Stepper for `fit`: the value of a step is that of the inference that made it. A copy is a checkpoint, and an error leaves
/// things as they were but for what the rule was told, which it would be told again.
template <class Local, class Global>
class Alternating {
 public:
  using Scalar = typename Local::Scalar;

  /// InvalidArgument if local_steps < 1.
  Alternating(Local local, Global global, Index local_steps = 1)
      : local_(std::move(local)), global_(std::move(global)), local_steps_(local_steps) {
    detail::require_at_least("Alternating", "local_steps", local_steps, 1);
    tell();
  }

  const Local& local() const { return local_; }     ///< learns q(z | x) and the model, given q(beta)
  const Global& global() const { return global_; }  ///< learns q(beta), given q(z | x) and the model
  Index index() const { return local_.index() + global_.index(); }  ///< steps finished, of both
  /// Whether the next step is the global one's.
  bool global_is_next() const { return local_.index() >= (global_.index() + 1) * local_steps_; }

  template <class R>
  Step step(R& rng) {
    const Index index = this->index();
    Step step;
    if (global_is_next()) {
      step = global_.step(rng);
      local_.rule().global.set_params(global_.q().params());
    } else {
      step = local_.step(rng);
      tell();
    }
    step.index = index;
    return step;
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.local_, self.global_);
  }

 private:
  void tell() {
    local_.rule().global.set_params(global_.q().params());
    global_.rule().guide.set_params(local_.q().params());
    if constexpr (Parametric<std::remove_cvref_t<decltype(local_.p())>>) global_.rule().joint.set_params(local_.p().params());
  }

  Local local_;
  Global global_;
  Index local_steps_;
};

}  // namespace variate
