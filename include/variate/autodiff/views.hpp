#pragma once
/// Parts of batches and batches of parts: rows, reshaped parameters, stacks.
#include "variate/autodiff/fused.hpp"

namespace variate {

/// Rows first .. first + count - 1 (count x S). A view of an evaluated batch: nothing is copied.
template <TapeExpression E>
auto rows(const E& x, Index first, Index count) {
  const auto batch = evaluated(x);
  if (first < 0 || count < 0 || first + count > batch.rows()) [[unlikely]]
    throw ShapeError("rows: asked for " + std::to_string(count) + " from " + std::to_string(first) + ", the batch is " +
                     detail::shape_text(batch.shape()));
  return Variable<typename E::Lane, E::kind>(batch.tape()->view(*batch.node, first * batch.cols(), count, batch.cols()));
}
/// Row i: one coordinate of every sample (1 x S).
template <TapeExpression E>
auto row(const E& x, Index i) {
  return rows(x, i, 1);
}

/// rows x cols numbers of a parameter vector from `offset` on, row by row, as a matrix: W in W * z, b in W * z + b. A view.
template <TapeExpression E>
  requires(E::kind == Kind::matrix)
auto reshape(const E& theta, Index offset, Index rows, Index cols) {
  const auto batch = evaluated(theta);
  if (offset < 0 || rows < 0 || cols < 0 || offset + rows * cols > batch.node->size()) [[unlikely]]
    throw ShapeError("reshape: asked for " + detail::shape_text({rows, cols}) + " from " + std::to_string(offset) +
                     ", there are " + std::to_string(batch.node->size()) + " numbers");
  return Variable<typename E::Lane, Kind::matrix>(batch.tape()->view(*batch.node, offset, rows, cols));
}

namespace detail {

template <class L, int count>
struct StackRecord {
  Node<L>* part[count];
  void backward(Node<L>& node) {
    Index from = 0;
    for (Node<L>* p : part) {
      if (p->wants()) {
        p->open_adjoint();
        for (int plane = 0; plane < LaneTraits<L>::planes; ++plane)
          Eigen::Map<Vector<typename LaneTraits<L>::Scalar>>(p->adjoint + plane * p->plane, p->size()) +=
              Eigen::Map<Vector<typename LaneTraits<L>::Scalar>>(node.adjoint + plane * node.plane + from, p->size());
      }
      from += p->size();
    }
  }
};

}  // namespace detail

/// The parts on top of each other: all with the same number of columns.
template <TapeExpression First, TapeExpression... Rest>
auto stack(const First& first, const Rest&... rest) {
  using L = typename First::Lane;
  constexpr int count = 1 + static_cast<int>(sizeof...(Rest));
  detail::StackRecord<L, count> record{{evaluated(first).node, evaluated(rest).node...}};
  Index height = 0;
  bool wants = false;
  for (detail::Node<L>* p : record.part) {
    if (p->cols != record.part[0]->cols) [[unlikely]]
      detail::refuse_shapes("stack", {record.part[0]->rows, record.part[0]->cols}, {p->rows, p->cols}, "equal columns");
    height += p->rows;
    wants = wants || p->adjoint;
  }
  Tape<L>& tape = *first.tape();
  detail::Node<L>& node = tape.batch(height, record.part[0]->cols, wants);
  Index from = 0;
  for (detail::Node<L>* p : record.part) {
    for (int plane = 0; plane < detail::LaneTraits<L>::planes; ++plane)
      std::copy_n(p->value + plane * p->plane, p->size(), node.value + plane * node.plane + from);
    from += p->size();
  }
  if (wants) tape.set_backward(node, record);
  constexpr Kind kind = First::kind == Kind::sample || ((Rest::kind == Kind::sample) || ...) ? Kind::sample : Kind::matrix;
  return Variable<L, kind>(node);
}

}  // namespace variate
