#pragma once
/// The reverse tape: a list of nodes, each a batch (rows x columns, row-major) with a way to send its adjoint to what it came
/// from. The lane type L says what a number is: `math::Lanes<T>` for gradients, `Dual<math::Lanes<T>>` for gradients of
/// directional derivatives, that is Hessian-vector products. A dual batch is stored as two planes, so that matrix products stay
/// matrix products.
#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/autodiff/detail/arena.hpp"
#include "variate/autodiff/dual.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"

namespace variate {

template <class L>
class Tape;

namespace detail {

/// What a tape must know of its lanes.
template <class L>
struct LaneTraits {
  using Scalar = typename L::Scalar;
  using Plain = L;
  static constexpr int planes = 1;
};
template <class P>
struct LaneTraits<Dual<P, 1>> {
  using Scalar = typename P::Scalar;
  using Plain = P;
  static constexpr int planes = 2;
};

/// One batch on the tape. Plane p of the values begins at value + p * plane, of the adjoints at adjoint + p * plane.
template <class L>
struct Node {
  using T = typename LaneTraits<L>::Scalar;
  Tape<L>* tape = nullptr;
  Node* previous = nullptr;
  Index rows = 0;
  Index cols = 0;
  Index plane = 0;
  T* value = nullptr;
  T* adjoint = nullptr;               ///< nullptr if nobody wants this batch's gradient
  void (*backward)(Node&) = nullptr;  ///< adds to the adjoints of what the node came from
  void* record = nullptr;             ///< what `backward` needs, in the arena
  bool fresh = true;                  ///< nothing has been added to the adjoint yet: it holds garbage
  Node* views = nullptr;              ///< others add to parts of this adjoint: the last of them
  Node* next_view = nullptr;          ///< of a view, the one before it
  Index covered = 0;                  ///< numbers the views stand for where they lie one after the other from the first on; or -1
  bool wanted = true;                 ///< false: this sweep leaves the batch out
  bool still = false;                 ///< its tangents are all zero

  Index size() const { return rows * cols; }
  bool wants() const { return adjoint != nullptr && wanted; }
  /// Its tangents, or nullptr where there are none but zeros.
  const T* tangent() const { return LaneTraits<L>::planes == 2 && !still ? value + plane : nullptr; }
  /// Whether views are all of it, each number one's: then each begins its part of the adjoint. Else it starts at zero.
  bool tiled() const { return views && covered == size(); }
  /// Zero unless something has been added already.
  void open_adjoint() {
    if (!std::exchange(fresh, false)) return;
    if (tiled())
      for (Node* v = views; v; v = v->next_view) v->open_adjoint();
    else
      for (int p = 0; p < LaneTraits<L>::planes; ++p) std::fill_n(adjoint + p * plane, size(), T(0));
  }
  /// Whether a batch of this size is to be added to the adjoint; if not, it is to be written there.
  bool add_to_adjoint() {
    if (tiled()) open_adjoint();
    return !std::exchange(fresh, false);
  }
  /// From now on the adjoint is kept there (plain lanes).
  void keep_adjoint_in(T* numbers) {
    adjoint = numbers;
    for (Node* v = views; v; v = v->next_view) v->adjoint = numbers + (v->value - value);
  }
};

}  // namespace detail

/// Batches and how they came about, in one arena. Not for two threads at once; lend each its own (`LentTape`).
template <class L>
class Tape {
 public:
  using Scalar = typename detail::LaneTraits<L>::Scalar;
  /// One batch of the tape, with its adjoint.
  using Node = detail::Node<L>;
  /// Batches behind one node: its values, and its tangents if the lanes are duals.
  static constexpr int planes = detail::LaneTraits<L>::planes;

  Tape() = default;
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  /// A new batch, values not set. `wants`: its adjoint is of interest.
  Node& batch(Index rows, Index cols, bool wants) {
    Node& node = bare(rows, cols);
    node.value = numbers(planes * node.plane);
    if (wants) node.adjoint = numbers(planes * node.plane);
    return node;
  }
  /// A batch copied from outside: a variable if `wants`. A tangent (dual lanes only) may be given; it is zero otherwise.
  Node& input(const Scalar* value, Index rows, Index cols, bool wants, const Scalar* tangent = nullptr) {
    Node& node = batch(rows, cols, wants);
    std::copy_n(value, node.size(), node.value);
    if constexpr (planes == 2) {
      if (tangent) std::copy_n(tangent, node.size(), node.value + node.plane);
      else std::fill_n(node.value + node.plane, node.size(), Scalar(0));
      node.still = tangent == nullptr;
    }
    return node;
  }
  /// The same where the numbers outlive the tape's use of them and do not change: plain lanes copy nothing.
  Node& borrow(const Scalar* value, Index rows, Index cols, bool wants) {
    if constexpr (planes == 2) {
      return input(value, rows, cols, wants);
    } else {
      Node& node = bare(rows, cols);
      node.value = const_cast<Scalar*>(value);  // nobody writes to an input
      if (wants) node.adjoint = numbers(node.plane);
      return node;
    }
  }
  /// A part of a batch, `from` numbers after its beginning, under another shape: nothing is copied.
  Node& view(Node& of, Index from, Index rows, Index cols) {
    Node& node = *new (arena_.allocate(sizeof(Node))) Node;
    node.tape = this;
    node.previous = last_;
    node.rows = rows;
    node.cols = cols;
    node.plane = of.plane;
    node.still = of.still;
    node.value = of.value + from;
    if (of.adjoint) node.adjoint = of.adjoint + from;
    Node& root = is_view(of) ? *static_cast<Node*>(of.record) : of;
    node.record = &root;
    node.next_view = std::exchange(root.views, &node);
    root.covered = node.value - root.value == root.covered ? root.covered + node.size() : -1;
    return *(last_ = &node);
  }
  /// Gives a batch its way back: `record` is kept in the arena and called as record.backward(node) in the reverse sweep.
  template <class Record>
  Record& set_backward(Node& node, const Record& record) {
    static_assert(std::is_trivially_destructible_v<Record>, "the arena destroys nothing");
    Record* const kept = new (arena_.allocate(sizeof(Record))) Record(record);
    node.record = kept;
    node.backward = [](Node& n) { static_cast<Record*>(n.record)->backward(n); };
    return *kept;
  }

  /// Room for numbers that live until `clear`.
  Scalar* numbers(Index count) { return arena_.template numbers<Scalar>(count); }
  /// Numbers rounded up to whole cache lines: the distance between planes.
  static Index padded(Index count) {
    constexpr Index line = static_cast<Index>(detail::Arena::alignment / sizeof(Scalar));
    return (count + line - 1) / line * line;
  }

  /// One reverse sweep: `result` starts with the adjoint `seed` and, of duals, its tangent `second` (zero if not given), everything
  /// else with zero.
  void sweep(Node& result, const Scalar* seed, const Scalar* second = nullptr) {
    for (Node* n = last_; n; n = n->previous) {
      n->fresh = true;
      if (is_view(*n)) {
        const Node& root = *static_cast<Node*>(n->record);
        n->wanted = root.wanted;
        n->fresh = root.tiled();
      } else if (n->views && !n->tiled() && n->wants()) {
        n->open_adjoint();
      }
    }
    if (!result.adjoint) return;
    result.open_adjoint();
    std::copy_n(seed, result.size(), result.adjoint);
    if constexpr (planes == 2)
      if (second) std::copy_n(second, result.size(), result.adjoint + result.plane);
    for (Node* n = last_; n; n = n->previous) {
      if (!n->wants()) continue;
      if (n->fresh && n->tiled())
        for (Node* v = n->views; v && n->fresh; v = v->next_view)
          if (!v->fresh) n->open_adjoint();
      if (n->backward && !n->fresh) n->backward(*n);
    }
  }

  /// Forgets every batch and keeps the memory.
  void clear() {
    arena_.reset();
    last_ = nullptr;
  }
  /// Bytes held.
  std::size_t capacity() const { return arena_.capacity(); }

 private:
  /// The next node, without numbers.
  Node& bare(Index rows, Index cols) {
    Node& node = *new (arena_.allocate(sizeof(Node))) Node;
    node.tape = this;
    node.previous = last_;
    node.rows = rows;
    node.cols = cols;
    node.plane = padded(rows * cols);
    return *(last_ = &node);
  }
  static bool is_view(const Node& n) { return n.record && !n.backward; }

  detail::Arena arena_;
  Node* last_ = nullptr;
};

namespace detail {

/// Tapes of this thread that nobody uses. A fresh tape costs ten times a used one (page faults), hence this hidden state.
template <class L>
std::vector<std::unique_ptr<Tape<L>>>* spare_tapes() {
  return kept_by_thread<std::unique_ptr<Tape<L>>, 16>();
}
template <class L>
std::unique_ptr<Tape<L>> take_tape() {
  auto* const spare = spare_tapes<L>();
  if (!spare || spare->empty()) return std::make_unique<Tape<L>>();
  std::unique_ptr<Tape<L>> tape = std::move(spare->back());
  spare->pop_back();
  return tape;
}
template <class L>
void give_tape(std::unique_ptr<Tape<L>> tape) noexcept {
  auto* const spare = spare_tapes<L>();
  if (spare && spare->size() < spare->capacity()) spare->push_back(std::move(tape));
}

}  // namespace detail

/// An empty tape, borrowed from this thread's spare ones and given back at the end. Move-only.
template <class L>
class LentTape {
 public:
  LentTape() : tape_(detail::take_tape<L>()) {}
  LentTape(LentTape&&) noexcept = default;
  LentTape& operator=(LentTape&& other) noexcept {
    release();
    tape_ = std::move(other.tape_);
    return *this;
  }
  ~LentTape() { release(); }

  Tape<L>& operator*() const { return *tape_; }
  Tape<L>* operator->() const { return tape_.get(); }

 private:
  void release() noexcept {
    if (!tape_) return;
    tape_->clear();
    detail::give_tape<L>(std::move(tape_));
  }
  std::unique_ptr<Tape<L>> tape_;
};

}  // namespace variate
