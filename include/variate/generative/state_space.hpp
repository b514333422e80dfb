#pragma once
/// Chains of latent states, each with an observation.
#include <memory>
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/generative/ancestral.hpp"

namespace variate {

template <class Initial, class Transition, class Emission>
class StateSpace;

/// log p(x, z) of every column of a `StateSpace`, and the ways back.
template <class Initial, class Transition, class Emission>
class StateSpaceEvaluation {
  using T = ScalarOf<Initial>;
  using Model = StateSpace<Initial, Transition, Emission>;

 public:
  Row<T> value;  ///< 1 x SB

  /// sum_c w_c grad log p(x_c, z_c).
  Vector<T> pullback(const Row<T>& w) const {
    const Vector<T> a = first_->made.pullback(w), b = moved_ ? moved_->made.pullback(repeated(w, steps_ - 1)) : no_moves_,
                    c = seen_->made.pullback(repeated(w, steps_));
    return together(a, b, c);
  }
  /// The same, and G_c = w_c dvalue_c/dz_c.
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires(detail::ScoreableByPoint<Initial> && detail::ScoreableByPoint<detail::BoundTo<Transition>> &&
             detail::LinkedToInputs<detail::BoundTo<Transition>> && detail::LinkedToInputs<detail::BoundTo<Emission>>)
  {
    const Index cols = w.size();
    Batch<T> of_first, of_next, of_past, of_seen;
    const Vector<T> a = first_->made.pullback(w, of_first);
    Vector<T> b = no_moves_;
    const Index states = of_first.rows();
    g.setZero(states * steps_, cols);
    g.topRows(states) = of_first;
    if (moved_) {
      b = moved_->q.link_pullback(moved_->made.theta_pullback(repeated(w, steps_ - 1), of_next), of_past);
      Model::add_to_times(of_next, 1, g);
      Model::add_to_times(of_past, 0, g);
    }
    const Vector<T> c = seen_->q.link_pullback(seen_->made.theta_pullback(repeated(w, steps_)), of_seen);
    Model::add_to_times(of_seen, 0, g);
    return together(a, b, c);
  }

 private:
  friend Model;
  struct First {
    Batch<T> z;
    detail::EvaluationOf<Initial> made;
    First(const Initial& initial, Batch<T> at) : z(std::move(at)), made(initial.evaluate(z)) {}
  };
  StateSpaceEvaluation(const Model& model, const Batch<T>& x, const Batch<T>& z) : steps_(model.steps()) {
    const Index states = z.rows() / steps_;
    first_ = std::make_unique<const First>(model.initial(), Batch<T>(z.topRows(states)));
    value = first_->made.value;
    if (steps_ > 1) {
      moved_ = std::make_unique<const detail::EvaluatedConditional<Transition>>(
          model.transition(), Model::times(z, states, 0, steps_ - 1), Model::times(z, states, 1, steps_ - 1));
      add(moved_->made.value);
    } else {
      no_moves_.setZero(Vector<T>(model.transition().params()).size());
    }
    seen_ = std::make_unique<const detail::EvaluatedConditional<Emission>>(
        model.emission(), Model::times(z, states, 0, steps_),
        Model::times(detail::beside_samples(x, z.cols()), x.rows() / steps_, 0, steps_));
    add(seen_->made.value);
  }
  void add(const Row<T>& values) {
    for (Index c = 0; c < values.size(); c += value.size()) value += values.segment(c, value.size());
  }
  static Row<T> repeated(const Row<T>& w, Index times) {
    Row<T> all(w.size() * times);
    for (Index c = 0; c < all.size(); c += w.size()) all.segment(c, w.size()) = w;
    return all;
  }
  static Vector<T> together(const Vector<T>& a, const Vector<T>& b, const Vector<T>& c) {
    Vector<T> all(a.size() + b.size() + c.size());
    all << a, b, c;
    return all;
  }

  Index steps_;
  std::unique_ptr<const First> first_;
  std::unique_ptr<const detail::EvaluatedConditional<Transition>> moved_;
  std::unique_ptr<const detail::EvaluatedConditional<Emission>> seen_;
  Vector<T> no_moves_;
};

/// A state-space chain of `steps` states: z_1 ~ Initial, z_t ~ Transition given z_{t-1}, x_t ~ Emission given z_t, with the same
/// transition and emission at all times. A GenerativeModel with slopes by z where the parts have them.
///
/// Data are the observations stacked, x_1 first, (steps*dx) x B; latents the states stacked, (steps*dz) x SB. params: Initial's,
/// Transition's, Emission's. All times and all columns go through each conditional at once.
template <class Initial, class Transition, class Emission>
class StateSpace {
 public:
  using Scalar = ScalarOf<Initial>;

  /// InvalidArgument if steps < 1.
  StateSpace(Initial initial, Transition transition, Emission emission, Index steps)
      : initial_(std::move(initial)), transition_(std::move(transition)), emission_(std::move(emission)), steps_(steps) {
    detail::require_at_least("StateSpace", "steps", steps, 1);
  }

  const Initial& initial() const { return initial_; }
  const Transition& transition() const { return transition_; }
  const Emission& emission() const { return emission_; }
  Index steps() const { return steps_; }

  Vector<Scalar> params() const {
    const Vector<Scalar> a = initial_.params(), b = transition_.params(), c = emission_.params();
    Vector<Scalar> all(a.size() + b.size() + c.size());
    all << a, b, c;
    return all;
  }
  /// Takes new parameters. ShapeError if their number differs; what the parts refuse; then nothing has changed.
  void set_params(const Vector<Scalar>& v) {
    const Vector<Scalar> before = params();
    detail::require_size("StateSpace", "number of parameters", v.size(), before.size());
    try {
      put(v);
    } catch (...) {
      put(before);
      throw;
    }
  }

  /// z -> log p(x, z), bound to data. Borrows both.
  class Joint {
   public:
    using Scalar = ScalarOf<Initial>;
    StateSpaceEvaluation<Initial, Transition, Emission> evaluate(const Batch<Scalar>& z) const& {
      detail::require_multiple("StateSpace", "columns of z", z.cols(), x_->cols());
      detail::require_size("StateSpace", "rows of z", z.rows(), model_->initial_.event_size() * model_->steps_);
      return {*model_, *x_, z};
    }
    StateSpaceEvaluation<Initial, Transition, Emission> evaluate(Batch<Scalar>&& z) const& = delete;

   private:
    friend class StateSpace;
    Joint(const StateSpace& model, const Batch<Scalar>& x) : model_(&model), x_(&x) {}
    const StateSpace* model_;
    const Batch<Scalar>* x_;
  };
  /// InvalidArgument if x has no columns, ShapeError unless its rows are a multiple of the steps.
  Joint at(const Batch<Scalar>& x) const& {
    detail::require_at_least("StateSpace", "data points", x.cols(), 1);
    detail::require_multiple("StateSpace", "rows of x", x.rows(), steps_);
    return Joint(*this, x);
  }
  Joint at(const Batch<Scalar>& x) const&& = delete;
  Joint at(Batch<Scalar>&& x) const& = delete;

  /// n chains. InvalidArgument if n < 1.
  template <class R>
  Dream<Scalar> dream(R& rng, Index n) const {
    Dream<Scalar> dream;
    Batch<Scalar> z = initial_.sample(rng, n);
    dream.h.resize(z.rows() * steps_, n);
    dream.h.topRows(z.rows()) = z;
    for (Index t = 1; t < steps_; ++t) {
      const Batch<Scalar> before = z;
      const auto q = transition_.at(before);
      z = q.sample(rng, 1);
      dream.h.middleRows(t * z.rows(), z.rows()) = z;
    }
    const Batch<Scalar> all = times(dream.h, z.rows(), 0, steps_);
    const auto q = emission_.at(all);
    const Batch<Scalar> x = q.sample(rng, 1);
    dream.x.setZero(x.rows() * steps_, n);
    add_to_times(x, 0, dream.x);
    return dream;
  }

 private:
  friend class StateSpaceEvaluation<Initial, Transition, Emission>;

  /// Times first, first + 1, ... of stacked blocks of `rows` rows, side by side: rows x (count * columns).
  static Batch<Scalar> times(const Batch<Scalar>& stacked, Index rows, Index first, Index count) {
    const Index cols = stacked.cols();
    Batch<Scalar> all(rows, count * cols);
    for (Index t = 0; t < count; ++t) all.middleCols(t * cols, cols) = stacked.middleRows((first + t) * rows, rows);
    return all;
  }
  /// The other way, added.
  static void add_to_times(const Batch<Scalar>& side_by_side, Index first, Batch<Scalar>& stacked) {
    const Index cols = stacked.cols(), rows = side_by_side.rows();
    for (Index t = 0; t * cols < side_by_side.cols(); ++t)
      stacked.middleRows((first + t) * rows, rows) += side_by_side.middleCols(t * cols, cols);
  }
  void put(const Vector<Scalar>& v) {
    Index at = 0;
    const auto take = [&](auto& part) {
      const Index size = Vector<Scalar>(part.params()).size();
      part.set_params(Vector<Scalar>(v.segment(at, size)));
      at += size;
    };
    take(initial_);
    take(transition_);
    take(emission_);
  }

  Initial initial_;
  Transition transition_;
  Emission emission_;
  Index steps_;
};

}  // namespace variate
