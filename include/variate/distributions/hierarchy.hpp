#pragma once
/// Distributions one after the other, each depending on the draws before it: hierarchical guides, stochastic computation graphs.
#include <array>
#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/composite.hpp"
#include "variate/distributions/detail/hierarchy_ways_back.hpp"

namespace variate {

/// A hierarchy whose first node is bound: what `Hierarchy::at(x)` gives. `Holder` is the first node or a reference to it. It
/// borrows the other nodes and x, is move-only and owns no parameters.
template <class Holder, class... Rest>
class BoundHierarchy {
  using First = std::remove_cvref_t<Holder>;

 public:
  using Scalar = ScalarOf<First>;
  static_assert((std::is_same_v<Scalar, ScalarOf<Rest>> && ...), "the nodes of a Hierarchy have one scalar type");

  /// x: the data the first node was bound to, nullptr if there are none.
  BoundHierarchy(Holder&& first, const std::tuple<Rest...>& rest, const Batch<Scalar>* x)
      : first_(std::forward<Holder>(first)), rest_(&rest), x_(x) {}
  BoundHierarchy(BoundHierarchy&&) = default;
  BoundHierarchy(const BoundHierarchy&) = delete;
  BoundHierarchy& operator=(const BoundHierarchy&) = delete;
  BoundHierarchy& operator=(BoundHierarchy&&) = delete;
  ~BoundHierarchy() = default;

  Index batch_size() const { return first_.batch_size(); }
  /// Rows of all nodes together.
  Index event_size() const {
    Index rows = first_.event_size();
    const auto add = [&](const auto& conditional) {
      const Batch<Scalar> nothing = Batch<Scalar>::Zero(data_rows() + rows, 1);
      rows += conditional.at(nothing).event_size();
    };
    std::apply([&](const auto&... conditional) { (add(conditional), ...); }, *rest_);
    return rows;
  }
  /// The data this was bound to.
  const Batch<Scalar>& inputs() const
    requires requires(const First& q) { q.inputs(); }
  {
    return *x_;
  }
  /// The first node, bound, and the conditionals after it.
  const First& first() const { return first_; }
  const std::tuple<Rest...>& rest() const { return *rest_; }
  /// The data this was bound to, nullptr if there are none.
  const Batch<Scalar>* data() const { return x_; }

  /// n draws for each data point, d x nB: of the first node, and one of each later node for each draw before it.
  template <class Rng>
  Batch<Scalar> sample(Rng& rng, Index n) const {
    Batch<Scalar> all = context(first_.sample(rng, n));
    const auto draw = [&](const auto& conditional) {
      const auto q = conditional.at(all);
      all = detail::beneath(all, Batch<Scalar>(q.sample(rng, 1)));
    };
    std::apply([&](const auto&... conditional) { (draw(conditional), ...); }, *rest_);
    return all.bottomRows(all.rows() - data_rows());
  }
  /// Draws that remember how they were made.
  template <class Rng>
    requires(Reparameterizable<First> && ... &&
             (Reparameterizable<detail::BoundTo<Rest>> && detail::LinkedToInputs<detail::BoundTo<Rest>>))
  HierarchyDraw<First, Rest...> rsample(Rng& rng, Index n) const {
    HierarchyDraw<First, Rest...> draw(first_.rsample(rng, n));
    Batch<Scalar> all = context(draw.first_.value);
    const auto make = [&]<class C>(std::unique_ptr<const detail::DrawnNode<C>>& node, const C& conditional) {
      node = std::make_unique<const detail::DrawnNode<C>>(conditional, all, rng);
      all = detail::beneath(all, Batch<Scalar>(node->value()));
    };
    each(make, draw.rest_);
    draw.value = all.bottomRows(all.rows() - data_rows());
    return draw;
  }

  /// log density of each column (1 x columns).
  Row<Scalar> log_prob(const Batch<Scalar>& x) const {
    Index row = first_.event_size();
    detail::require_at_least("Hierarchy", "rows of x", x.rows(), row);
    detail::require_multiple("Hierarchy", "columns of x", x.cols(), batch_size());
    Row<Scalar> value = first_.log_prob(x.topRows(row));
    const auto add = [&](const auto& conditional) {
      const Batch<Scalar> before = context(x.topRows(row));
      const auto q = conditional.at(before);
      detail::require_at_least("Hierarchy", "rows of x", x.rows(), row + q.event_size());
      value += q.log_prob(x.middleRows(row, q.event_size()));
      row += q.event_size();
    };
    std::apply([&](const auto&... conditional) { (add(conditional), ...); }, *rest_);
    detail::require_size("Hierarchy", "rows of x", x.rows(), row);
    return value;
  }
  /// log density with its ways back. Borrows the nodes, not x.
  HierarchyEvaluation<First, Rest...> evaluate(const Batch<Scalar>& x) const {
    Index row = first_.event_size();
    detail::require_at_least("Hierarchy", "rows of x", x.rows(), row);
    detail::require_multiple("Hierarchy", "columns of x", x.cols(), batch_size());
    HierarchyEvaluation<First, Rest...> e(first_, x.topRows(row), x.rows());
    e.value = e.first_->made.value;
    const auto make = [&]<class C>(std::unique_ptr<const detail::EvaluatedNode<C>>& node, const C& conditional) {
      node = std::make_unique<const detail::EvaluatedNode<C>>(conditional, context(x.topRows(row)), x, row);
      e.value += node->made.value;
      row += node->x.rows();
    };
    each(make, e.rest_);
    detail::require_size("Hierarchy", "rows of x", x.rows(), row);
    return e;
  }

  /// Every combination of the nodes' points, the last node's fastest. InvalidArgument beyond 2^20.
  Batch<Scalar> support() const
    requires(Enumerable<First> && ... && Enumerable<detail::BoundTo<Rest>>)
  {
    Batch<Scalar> points = first_.support();
    const auto add = [&](const auto& conditional) {
      const Batch<Scalar> nothing = Batch<Scalar>::Zero(data_rows() + points.rows(), 1);
      points = detail::every_pair<Scalar>("Hierarchy", points, conditional.at(nothing).support());
    };
    std::apply([&](const auto&... conditional) { (add(conditional), ...); }, *rest_);
    return points;
  }

 private:
  Index data_rows() const { return x_ ? x_->rows() : 0; }
  Batch<Scalar> context(Batch<Scalar> z) const { return x_ ? detail::beneath(*x_, z) : z; }
  template <class Make, class Nodes>
  void each(Make make, Nodes& nodes) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (make(std::get<I>(nodes), std::get<I>(*rest_)), ...);
    }(std::index_sequence_for<Rest...>());
  }

  Holder first_;
  const std::tuple<Rest...>* rest_;
  const Batch<Scalar>* x_;
};

/// q(z1) q(z2 | z1) q(z3 | z1, z2) ...: a family First, then conditionals, each bound to everything drawn before it, stacked. Its
/// event is the nodes' events stacked, its parameters the nodes' parameters one after the other. It has `rsample` if all nodes
/// are reparameterised and the conditionals' links go back to what they were bound to (`NetworkConditional`'s do), and `support`
/// if all have one.
///
/// If First is itself a Conditional, so is the hierarchy: q(z1 | x) q(z2 | x, z1) ..., the later nodes bound to x and the draws.
/// `Nodewise` estimates gradients with an estimator for each node.
template <class First, class... Rest>
class Hierarchy {
  static_assert(sizeof...(Rest) > 0, "a Hierarchy has a first node and at least one that depends on it");
  static_assert(Parametric<First> && (Parametric<Rest> && ...), "the nodes of a Hierarchy own their parameters");

 public:
  using Scalar = ScalarOf<First>;

  explicit Hierarchy(First first, Rest... rest) : first_(std::move(first)), rest_(std::move(rest)...) {}

  /// The first node, and the others.
  const First& first() const { return first_; }
  const std::tuple<Rest...>& rest() const { return rest_; }

  /// Those of the nodes, in order.
  Vector<Scalar> params() const {
    return std::apply(
        [&](const auto&... node) {
          return detail::joined(std::array{Vector<Scalar>(first_.params()), Vector<Scalar>(node.params())...});
        },
        rest_);
  }
  /// Takes new parameters. ShapeError if their number differs; what the nodes refuse; then nothing has changed.
  void set_params(const Vector<Scalar>& v) {
    const Vector<Scalar> before = params();
    detail::require_size("Hierarchy", "size of params", v.size(), before.size());
    try {
      put(v);
    } catch (...) {
      put(before);
      throw;
    }
  }

  /// As a distribution, if First is one; see BoundHierarchy.
  Index event_size() const
    requires Family<First>
  {
    return view().event_size();
  }
  Index batch_size() const
    requires Family<First>
  {
    return first_.batch_size();
  }
  template <class Rng>
    requires Family<First>
  Batch<Scalar> sample(Rng& rng, Index n) const {
    return view().sample(rng, n);
  }
  template <class Rng>
    requires Family<First> && Reparameterizable<BoundHierarchy<const First&, Rest...>>
  HierarchyDraw<First, Rest...> rsample(Rng& rng, Index n) const& {
    return view().rsample(rng, n);
  }
  Row<Scalar> log_prob(const Batch<Scalar>& x) const
    requires Family<First>
  {
    return view().log_prob(x);
  }
  HierarchyEvaluation<First, Rest...> evaluate(const Batch<Scalar>& x) const&
    requires Family<First>
  {
    return view().evaluate(x);
  }
  HierarchyEvaluation<First, Rest...> evaluate(const Batch<Scalar>& x) const&& = delete;
  Batch<Scalar> support() const
    requires Family<First> && (Enumerable<First> && ... && Enumerable<detail::BoundTo<Rest>>)
  {
    return view().support();
  }

  /// As a conditional, if First is one. Borrows this and x.
  auto at(const Batch<Scalar>& x) const&
    requires(Conditional<First>)
  {
    return BoundHierarchy<detail::BoundTo<First>, Rest...>(first_.at(x), rest_, &x);
  }
  auto at(const Batch<Scalar>& x) const&& = delete;
  auto at(Batch<Scalar>&& x) const& = delete;

 private:
  BoundHierarchy<const First&, Rest...> view() const { return {first_, rest_, nullptr}; }
  void put(const Vector<Scalar>& v) {
    Index at = 0;
    const auto take = [&](auto& node) {
      const Index size = Vector<Scalar>(node.params()).size();
      node.set_params(Vector<Scalar>(v.segment(at, size)));
      at += size;
    };
    take(first_);
    std::apply([&](auto&... node) { (take(node), ...); }, rest_);
  }

  First first_;
  std::tuple<Rest...> rest_;
};

}  // namespace variate
