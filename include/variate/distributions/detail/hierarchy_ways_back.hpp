#pragma once
/// What a hierarchy keeps of a draw and of an evaluation, node by node, and the ways back through them.
#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <tuple>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/composite.hpp"
#include "variate/distributions/detail/theta.hpp"

namespace variate {
namespace detail {

/// What `at` of a conditional gives.
template <class C>
using BoundTo = decltype(std::declval<const C&>().at(std::declval<const Batch<ScalarOf<C>>&>()));
/// Its link goes back to what it was bound to as well.
template <class Q>
concept LinkedToInputs = Linked<Q> && requires(const Q& q, const Batch<ScalarOf<Q>>& g, Batch<ScalarOf<Q>>& of_inputs) {
  { q.link_pullback(g, of_inputs) } -> std::convertible_to<Vector<ScalarOf<Q>>>;
};

/// x (data points: its columns, or nothing) above z, whose columns are samples of these data points, sample-major.
template <class T>
Batch<T> beneath(const Batch<T>& x, const Batch<T>& z) {
  Batch<T> all(x.rows() + z.rows(), z.cols());
  for (Index r = 0; r < x.rows(); ++r)
    for (Index c = 0; c < z.cols(); c += x.cols()) all.row(r).segment(c, x.cols()) = x.row(r);
  all.bottomRows(z.rows()) = z;
  return all;
}

/// A node bound to what stands before it. Stays where it is: what it draws and evaluates refers to it.
template <class C>
struct BoundNode {
  Batch<ScalarOf<C>> context;
  BoundTo<C> q;

  BoundNode(const C& conditional, Batch<ScalarOf<C>> before) : context(std::move(before)), q(conditional.at(context)) {}
  BoundNode(const BoundNode&) = delete;
  BoundNode& operator=(const BoundNode&) = delete;
};
template <class C>
struct DrawnNode : BoundNode<C> {
  DrawOf<BoundTo<C>> made;

  template <class Rng>
  DrawnNode(const C& conditional, Batch<ScalarOf<C>> before, Rng& rng)
      : BoundNode<C>(conditional, std::move(before)), made(this->q.rsample(rng, 1)) {}
  const auto& value() const { return made.value; }
};
template <class C>
struct EvaluatedNode : BoundNode<C> {
  Batch<ScalarOf<C>> x;
  EvaluationOf<BoundTo<C>> made;

  EvaluatedNode(const C& conditional, Batch<ScalarOf<C>> before, const Batch<ScalarOf<C>>& points, Index row)
      : BoundNode<C>(conditional, std::move(before)), x(own(points, row)), made(this->q.evaluate(x)) {}

 private:
  Batch<ScalarOf<C>> own(const Batch<ScalarOf<C>>& points, Index row) const {
    const Index rows = this->q.event_size();
    require_at_least("Hierarchy", "rows of x", points.rows(), row + rows);
    return points.middleRows(row, rows);
  }
};
/// The first node's points and their evaluation.
template <class Q>
struct EvaluatedFirst {
  Batch<ScalarOf<Q>> x;
  EvaluationOf<Q> made;
  EvaluatedFirst(const Q& q, Batch<ScalarOf<Q>> points) : x(std::move(points)), made(q.evaluate(x)) {}
};

}  // namespace detail

/// A draw of every node.
template <class First, class... Rest>
class HierarchyDraw {
  using T = ScalarOf<First>;

 public:
  Batch<T> value;  ///< the nodes' draws stacked, d x SB

  /// sum_c (dvalue_c/dparams)^T G_c, flat, node by node; later nodes send their slopes on to the draws they depend on.
  Vector<T> pullback(const Batch<T>& g) const {
    detail::require_slopes("Hierarchy", g, value);
    Batch<T> slopes = g;
    std::array<Vector<T>, 1 + sizeof...(Rest)> parts;
    Index end = value.rows();
    const auto back = [&](const auto& node, Vector<T>& part) {
      const Index rows = node->value().rows();
      end -= rows;
      Batch<T> of_context;
      part = node->q.link_pullback(node->made.theta_pullback(Batch<T>(slopes.middleRows(end, rows))), of_context);
      slopes.topRows(end) += of_context.bottomRows(end);
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (back(std::get<sizeof...(Rest) - 1 - I>(rest_), parts[sizeof...(Rest) - I]), ...);
    }(std::index_sequence_for<Rest...>());
    parts[0] = first_.pullback(Batch<T>(slopes.topRows(end)));
    return detail::joined(parts);
  }

 private:
  template <class Q, class... C>
  friend class BoundHierarchy;
  explicit HierarchyDraw(detail::DrawOf<First> first) : first_(std::move(first)) {}

  detail::DrawOf<First> first_;
  std::tuple<std::unique_ptr<const detail::DrawnNode<Rest>>...> rest_;
};

/// The sum of the nodes' log densities, and the ways back.
template <class First, class... Rest>
class HierarchyEvaluation {
  using T = ScalarOf<First>;

 public:
  Row<T> value;  ///< 1 x SB

  /// The weighted score, flat, node by node.
  Vector<T> pullback(const Row<T>& w) const {
    const Row<T> inside = detail::weights_inside("Hierarchy", w, value);
    return std::apply(
        [&](const auto&... node) {
          return detail::joined(
              std::array{Vector<T>(first_->made.pullback(inside)), Vector<T>(node->made.pullback(inside))...});
        },
        rest_);
  }
  /// The same, and G_c = w_c dvalue_c/dx_c, through the nodes' own points and through what depends on them.
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires(detail::ScoreableByPoint<First> && ... &&
             (detail::ScoreableByPoint<detail::BoundTo<Rest>> && detail::LinkedToInputs<detail::BoundTo<Rest>>))
  {
    const Row<T> inside = detail::weights_inside("Hierarchy", w, value);
    std::array<Vector<T>, 1 + sizeof...(Rest)> parts;
    Batch<T> own, of_context;
    parts[0] = first_->made.pullback(inside, own);
    g.resize(rows_, value.size());
    Index row = own.rows();
    g.topRows(row) = own;
    const auto back = [&](const auto& node, Vector<T>& part) {
      part = node->q.link_pullback(node->made.theta_pullback(inside, own), of_context);
      g.topRows(row) += of_context.bottomRows(row);
      g.middleRows(row, own.rows()) = own;
      row += own.rows();
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (back(std::get<I>(rest_), parts[I + 1]), ...);
    }(std::index_sequence_for<Rest...>());
    return detail::joined(parts);
  }

 private:
  template <class Q, class... C>
  friend class BoundHierarchy;
  explicit HierarchyEvaluation(const First& q, Batch<T> x, Index rows)
      : first_(std::make_unique<const detail::EvaluatedFirst<First>>(q, std::move(x))), rows_(rows) {}

  std::unique_ptr<const detail::EvaluatedFirst<First>> first_;
  std::tuple<std::unique_ptr<const detail::EvaluatedNode<Rest>>...> rest_;
  Index rows_;
};

}  // namespace variate
