#pragma once
/// One node for a whole coefficient-wise expression, with or without a sum at its end.
///
/// An expression with a transcendental function in it stores the partial derivative for each of its leaves while its values are
/// computed (the exponential is at hand then), and the reverse sweep is a multiply-add that no longer depends on the expression.
/// One made of + - * / alone stores nothing and is computed again on the way back.
#include <type_traits>
#include <utility>

#include "variate/autodiff/expression.hpp"

namespace variate {
namespace detail {

/// Over what an expression is summed as it is evaluated.
enum class Fold { none, rows, cols };

inline Shape folded(const Shape& s, Fold fold) { return {fold == Fold::rows ? 1 : s.rows, fold == Fold::cols ? 1 : s.cols}; }

/// adjoint(leaf) += partial * seed, the product summed where the leaf is broadcast.
template <class L>
[[gnu::noinline]] void add_product(Node<L>& leaf, const typename LaneTraits<L>::Scalar* partial, Index plane, const Shape& whole,
                                   const Node<L>& seed) {
  const Shape leaf_shape{leaf.rows, leaf.cols}, seed_shape{seed.rows, seed.cols};
  const Walk walk = Walk::over(whole, leaf_shape, seed_shape);
  Reader<L> p, s;
  p.start(walk, whole, partial, partial + plane);
  s.start(walk, seed_shape, seed.adjoint, seed.adjoint + seed.plane);
  constexpr int width = Buffer<L>::width;
  if (leaf_shape == whole && !leaf.add_to_adjoint()) {
    Writer<L> out;
    out.start(walk, leaf.adjoint, leaf.plane);
    run<width>(walk, [&](Index c) { out.store(c, p.load(c) * s.load(c)); }, p, s, out);
  } else {
    leaf.open_adjoint();
    Adder<L> out;
    out.start(walk, leaf_shape, leaf.adjoint, leaf.plane);
    run<width>(walk, [&](Index c) { out.add(c, p.load(c) * s.load(c)); }, p, s, out);
  }
}

/// The way back with stored partials.
template <class L, int leaves>
struct StoredPartials {
  Node<L>* leaf[leaves];  ///< nullptr: constant, unwanted, or merged with an earlier leaf
  const typename LaneTraits<L>::Scalar* partial[leaves];
  Index plane;
  Shape whole;
  void backward(Node<L>& node) {
    for (int k = 0; k < leaves; ++k)
      if (leaf[k] && leaf[k]->wants()) add_product<L>(*leaf[k], partial[k], plane, whole, node);
  }
};

template <class E>
struct Recomputed {
  using L = typename E::Lane;
  E expression;
  void backward(Node<L>& node);
};

/// Where `push` leaves the adjoints of the leaves.
template <class L, int leaves>
struct LocalSink {
  L at[leaves];
  template <int I>
  [[gnu::always_inline]] void put(const L& x) {
    at[I] = x;
  }
};

template <class E>
void Recomputed<E>::backward(Node<L>& node) {
  constexpr int n = E::leaves;
  LeafView<L> leaf[n + 1];
  expression.bind(leaf);
  const Shape whole = expression.shape();
  Shape parts[n + 1];
  for (int k = 0; k < n; ++k) parts[k] = leaf[k].shape;
  parts[n] = {node.rows, node.cols};
  const Walk walk = Walk::over_all(whole, parts, n + 1);
  Reader<L> seed;
  seed.start(walk, parts[n], node.adjoint, node.adjoint + node.plane);
  Cursors<Reader<L>, n> in;
  Cursors<Adder<L>, n> out;
  bool wanted[n];
  Buffer<L> nowhere{};
  for (std::size_t k = 0; k < n; ++k) {
    in.each[k].start(walk, leaf[k].shape, leaf[k].value, leaf[k].tangent);
    wanted[k] = leaf[k].node && leaf[k].node->wants();
    if (wanted[k]) {
      leaf[k].node->open_adjoint();
      out.each[k].start(walk, leaf[k].shape, leaf[k].node->adjoint, leaf[k].node->plane);
    } else {
      out.each[k].start(Walk{1, 2, true}, Shape{1, 1}, nowhere.at[0], Buffer<L>::width);
    }
  }
  LocalSink<L, n> sink;
  run<Buffer<L>::width>(
      walk,
      [&](Index c) {
        const auto saved = expression.template forward<0>(in.each.data(), c);
        expression.template push<0>(saved, seed.load(c), sink);
        for (std::size_t k = 0; k < n; ++k)
          if (wanted[k]) out.each[k].add(c, sink.at[k]);
      },
      in, seed, out);
}

/// A register of an expression's values, and of its partials if they are stored. Not a lambda: it must be inlined.
template <class E, int kept, class Give>
struct FusedStep {
  using L = typename E::Lane;
  const E& expression;
  Cursors<Reader<L>, E::leaves>& in;
  Cursors<Writer<L>, kept>& partials;
  const int (&owner)[kept];
  bool store;
  Give give;

  [[gnu::always_inline]] void operator()(Index c) const {
    const auto saved = expression.template forward<0>(in.each.data(), c);
    give(c, saved.value);
    if constexpr (E::transcendental && E::active) {
      if (!store) return;
      LocalSink<L, kept> sink{};
      expression.template push<0>(saved, L(typename LaneTraits<L>::Scalar(1)), sink);
      [&]<int... k>(std::integer_sequence<int, k...>) {  // the last first
        (keep<kept - 1 - k>(c, sink), ...);
      }(std::make_integer_sequence<int, kept>{});
    }
  }
  /// Constants as indices: behind a variable one the partials would go through memory.
  template <int k>
  [[gnu::always_inline]] void keep(Index c, LocalSink<L, kept>& sink) const {
    if (owner[k] == k) partials.each[k].store(c, sink.at[k]);
    else
      [&]<int... j>(std::integer_sequence<int, j...>) {
        ((owner[k] == j ? void(sink.at[j] = sink.at[j] + sink.at[k]) : void()), ...);
      }(std::make_integer_sequence<int, k>{});
  }
};

template <Fold fold, class E>
Node<typename E::Lane>& fuse(const E& expression) {
  using L = typename E::Lane;
  constexpr int n = E::leaves;
  constexpr int width = Buffer<L>::width;
  LeafView<L> leaf[n];
  expression.bind(leaf);
  const Shape whole = expression.shape(), out_shape = folded(whole, fold);
  bool wants = false;
  for (const LeafView<L>& l : leaf) wants = wants || (l.node && l.node->adjoint);
  Tape<L>& tape = *expression.tape();
  Node<L>& node = tape.batch(out_shape.rows, out_shape.cols, wants);
  const bool store = E::transcendental && wants;

  Shape parts[n + 1];
  for (int k = 0; k < n; ++k) parts[k] = leaf[k].shape;
  parts[n] = out_shape;
  const Walk walk = Walk::over_all(whole, parts, n + 1);
  Cursors<Reader<L>, n> in;
  for (std::size_t k = 0; k < n; ++k) in.each[k].start(walk, leaf[k].shape, leaf[k].value, leaf[k].tangent);

  constexpr int kept = E::transcendental ? n : 1;
  Cursors<Writer<L>, kept> partials;
  int owner[kept] = {};  // the leaf whose partials this one's are added to; -1: none are kept
  if constexpr (E::transcendental) {
    StoredPartials<L, n> back{};
    back.plane = Tape<L>::padded(whole.size());
    back.whole = whole;
    for (int k = 0; k < n; ++k) {
      const auto u = static_cast<std::size_t>(k);
      owner[k] = store && leaf[k].node && leaf[k].node->adjoint ? k : -1;
      for (int j = 0; j < k && owner[k] == k; ++j)
        if (leaf[j].node == leaf[k].node) owner[k] = j;
      if (owner[k] != k) continue;
      typename LaneTraits<L>::Scalar* const room = tape.numbers(LaneTraits<L>::planes * back.plane);
      partials.each[u].start(walk, room, back.plane);
      back.leaf[k] = leaf[k].node;
      back.partial[k] = room;
    }
    if (store) tape.set_backward(node, back);
  } else if (wants) {
    tape.set_backward(node, Recomputed<E>{expression});
  }

  const auto compute = [&](auto& out, auto give) {
    const FusedStep<E, kept, decltype(give)> step{expression, in, partials, owner, store, give};
    if constexpr (E::transcendental) run<width>(walk, step, in, out, partials);
    else run<width>(walk, step, in, out);
  };
  if constexpr (fold == Fold::none) {
    Writer<L> out;
    out.start(walk, node.value, node.plane);
    compute(out, [&](Index c, const L& v) { out.store(c, v); });
  } else {
    for (int p = 0; p < LaneTraits<L>::planes; ++p)
      std::fill_n(node.value + p * node.plane, node.size(), typename LaneTraits<L>::Scalar(0));
    Adder<L> out;
    out.start(walk, out_shape, node.value, node.plane);
    compute(out, [&](Index c, const L& v) { out.add(c, v); });
  }
  return node;
}

}  // namespace detail

/// The batch an expression stands for, computed now. An expression used several times is best evaluated once: `auto h =
/// evaluated(tanh(a))`.
template <TapeExpression E>
auto evaluated(const E& expression) {
  using L = typename E::Lane;
  if constexpr (std::same_as<E, Variable<L, E::kind>>) return expression;
  else return Variable<L, E::kind>(detail::fuse<detail::Fold::none>(expression));
}

}  // namespace variate
