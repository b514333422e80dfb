#pragma once
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/generative/layered_sbn.hpp"

namespace variate {

/// A Model that says how to draw from it: any `differentiable_model` becomes a GenerativeModel by a callable
/// `dream(params, rng, n)` that gives a `Dream`, n columns of data and of latents from the joint.
template <class M, class F>
class WithDreams {
 public:
  using Scalar = ScalarOf<M>;

  WithDreams(M model, F dream) : model_(std::move(model)), dream_(std::move(dream)) {}

  Vector<Scalar> params() const { return model_.params(); }
  void set_params(const Vector<Scalar>& params) { model_.set_params(params); }
  /// The model as it was given.
  const M& model() const { return model_; }

  /// What the model binds. Borrows this and x.
  auto at(const Batch<Scalar>& x) const& -> decltype(std::declval<const M&>().at(x)) { return model_.at(x); }
  auto at(const Batch<Scalar>& x) const&& = delete;
  auto at(Batch<Scalar>&& x) const& = delete;

  /// n draws from the joint. InvalidArgument if n < 1, ShapeError unless data and latents have n columns.
  template <class R>
  Dream<Scalar> dream(R& rng, Index n) const {
    detail::require_at_least("WithDreams", "dreams", n, 1);
    Dream<Scalar> dream = dream_(params(), rng, n);
    detail::require_size("WithDreams", "columns of x", dream.x.cols(), n);
    detail::require_size("WithDreams", "columns of h", dream.h.cols(), n);
    return dream;
  }

 private:
  M model_;
  F dream_;
};

}  // namespace variate
