#pragma once
/// Expressions on a tape: what a model is written in. An expression is a small tree of handles; it is evaluated, as one node,
/// where a whole batch is needed (a matrix product, a sum, the model's result) or where `evaluated(e)` asks for it.
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "variate/autodiff/detail/cursor.hpp"
#include "variate/autodiff/tape.hpp"
#include "variate/core/error.hpp"

namespace variate {

/// What the columns of an expression are. It decides what `*` means: a matrix in front multiplies as a matrix, samples multiply
/// samples coefficient by coefficient, a number scales.
enum class Kind {
  number,  ///< 1 x 1, the same for every sample
  matrix,  ///< the same for every sample: data, parameters
  sample   ///< one column a sample
};

namespace detail {

struct ExpressionTag {};

/// The kind of a coefficient-wise combination.
constexpr Kind joined(Kind a, Kind b) { return a > b ? a : b; }

inline std::string shape_text(const Shape& s) { return std::to_string(s.rows) + " x " + std::to_string(s.cols); }

[[noreturn]] inline void refuse_shapes(std::string_view op, const Shape& a, const Shape& b, std::string_view expected) {
  throw ShapeError(std::string(op) + ": shapes are " + shape_text(a) + " and " + shape_text(b) + ", expected " +
                   std::string(expected));
}

/// The shape of a coefficient-wise combination: equal sizes, or 1 repeated.
inline Shape broadcast(std::string_view op, const Shape& a, const Shape& b) {
  const bool fits = (a.rows == b.rows || a.rows == 1 || b.rows == 1) && (a.cols == b.cols || a.cols == 1 || b.cols == 1);
  if (!fits) [[unlikely]]
    refuse_shapes(op, a, b, "equal rows and columns, or 1");
  return {a.rows == 1 ? b.rows : a.rows, a.cols == 1 ? b.cols : a.cols};
}

/// A leaf as the kernels see it.
template <class L>
struct LeafView {
  using T = typename LaneTraits<L>::Scalar;
  const T* value = nullptr;
  const T* tangent = nullptr;
  Shape shape;
  Node<L>* node = nullptr;  ///< nullptr for constants
};

/// A number on its own.
template <class L>
struct Number : ExpressionTag {
  using Lane = L;
  using T = typename LaneTraits<L>::Scalar;
  static constexpr Kind kind = Kind::number;
  static constexpr int leaves = 0;
  static constexpr bool transcendental = false, active = false;
  T number;

  explicit Number(T x) : number(x) {}
  Shape shape() const { return {1, 1}; }
  Tape<L>* tape() const { return nullptr; }
  void bind(LeafView<L>*) const {}
  /// What the forward sweep keeps for the backward one: the value.
  struct Saved {
    L value;
  };
  /// Its value at columns c and on.
  template <int I>
  [[gnu::always_inline]] Saved forward(const Reader<L>*, Index) const {
    return {L(number)};
  }
};

/// Numbers outside the tape, or copied onto it: row-major, without a gradient.
template <class L>
struct ConstantLeaf : ExpressionTag {
  using Lane = L;
  using T = typename LaneTraits<L>::Scalar;
  static constexpr Kind kind = Kind::matrix;
  /// How many variables an expression reads: this one.
  static constexpr int leaves = 1;
  static constexpr bool transcendental = false, active = false;
  const T* data;
  Shape extent;

  ConstantLeaf(const T* d, Shape s) : data(d), extent(s) {}
  Shape shape() const { return extent; }
  Tape<L>* tape() const { return nullptr; }
  void bind(LeafView<L>* out) const { *out = {data, nullptr, extent, nullptr}; }
  struct Saved {
    L value;
  };
  template <int I>
  [[gnu::always_inline]] Saved forward(const Reader<L>* readers, Index c) const {
    return {readers[I].load(c)};
  }
};

}  // namespace detail

/// Anything written on a tape.
template <class E>
concept TapeExpression = std::derived_from<std::remove_cvref_t<E>, detail::ExpressionTag>;

/// A batch on a tape: the argument of a model, its parameters, or an evaluated expression. A handle, cheap to copy; it lives as
/// long as its tape's contents.
template <class L, Kind k>
struct Variable : detail::ExpressionTag {
  using Lane = L;
  using Scalar = typename detail::LaneTraits<L>::Scalar;
  /// Sample or parameter.
  static constexpr Kind kind = k;
  /// How many variables an expression reads: this one.
  static constexpr int leaves = 1;
  /// Whether a fused sweep keeps local partials: not for a leaf.
  static constexpr bool transcendental = false;
  /// Whether adjoints flow to it.
  static constexpr bool active = true;
  /// The batch on the tape.
  detail::Node<L>* node;

  explicit Variable(detail::Node<L>& n) : node(&n) {}
  /// The rows of its batch.
  Index rows() const { return node->rows; }
  /// The columns of its batch.
  Index cols() const { return node->cols; }
  /// The numbers, as a map onto the tape.
  Eigen::Map<const Batch<Scalar>> value() const { return {node->value, node->rows, node->cols}; }

  /// Coordinate i of every sample (1 x S), or number i of a parameter vector.
  auto operator[](Index i) const {
    if constexpr (k == Kind::sample) {
      if (i < 0 || i >= rows()) throw ShapeError(detail::complaint("operator[]", "row", i, "0 to " + std::to_string(rows() - 1)));
      return Variable(node->tape->view(*node, i * cols(), 1, cols()));
    } else {
      if (i < 0 || i >= node->size())
        throw ShapeError(detail::complaint("operator[]", "index", i, "0 to " + std::to_string(node->size() - 1)));
      return Variable<L, Kind::number>(node->tape->view(*node, i, 1, 1));
    }
  }

  // How the kernels see it.
  /// Rows and columns together.
  detail::Shape shape() const { return {node->rows, node->cols}; }
  /// The tape it lives on.
  Tape<L>* tape() const { return node->tape; }
  /// Tells a fused sweep where its numbers are.
  void bind(detail::LeafView<L>* out) const {
    *out = {node->value, node->tangent(), shape(), node};
  }
  /// What the forward sweep keeps for the backward one.
  struct Saved {
    L value;
  };
  /// Its value at columns c and on.
  template <int I>
  [[gnu::always_inline]] Saved forward(const detail::Reader<L>* readers, Index c) const {
    return {readers[I].load(c)};
  }
  /// Leaves the adjoint of leaf I in the sink.
  template <int I, class Sink>
  [[gnu::always_inline]] void push(const Saved&, const L& seed, Sink& sink) const {
    sink.template put<I>(seed);
  }
};

namespace detail {

/// f(a), coefficient by coefficient. Op::jet(x) gives value, slope and curvature at once, so that they may share work.
template <class Op, class A>
struct Unary : ExpressionTag {
  using Lane = typename A::Lane;
  static constexpr Kind kind = A::kind;
  static constexpr int leaves = A::leaves;
  static constexpr bool transcendental = Op::transcendental || A::transcendental, active = A::active;
  A a;
  [[no_unique_address]] Op op;

  explicit Unary(const A& x, const Op& o = {}) : a(x), op(o) {}
  Index rows() const { return shape().rows; }
  Index cols() const { return shape().cols; }
  Shape shape() const { return a.shape(); }
  Tape<Lane>* tape() const { return a.tape(); }
  void bind(LeafView<Lane>* out) const { a.bind(out); }
  struct Saved {
    typename A::Saved a;
    Lane value, slope;
  };
  template <int I>
  [[gnu::always_inline]] Saved forward(const Reader<Lane>* readers, Index c) const {
    Saved s{a.template forward<I>(readers, c), {}, {}};
    if constexpr (LaneTraits<Lane>::planes == 1) {
      const auto j = op.jet(s.a.value);
      s.value = j.value;
      s.slope = j.slope;
    } else {
      const auto j = op.jet(s.a.value.value);
      s.value = Lane::chain(j.value, j.slope, s.a.value);
      s.slope = Lane::chain(j.slope, j.curvature, s.a.value);
    }
    return s;
  }
  template <int I, class Sink>
  [[gnu::always_inline]] void push(const Saved& s, const Lane& seed, Sink& sink) const {
    if constexpr (active) a.template push<I>(s.a, seed * s.slope, sink);
  }
};

/// a op b, coefficient by coefficient. Op::value(x, y), Op::left(seed, x, y, value), Op::right(...) are the adjoints.
template <class Op, class A, class B>
struct Binary : ExpressionTag {
  using Lane = typename A::Lane;
  static_assert(std::same_as<Lane, typename B::Lane>, "both sides must be on tapes of the same kind of number");
  static constexpr Kind kind = joined(A::kind, B::kind);
  static constexpr int leaves = A::leaves + B::leaves;
  static constexpr bool transcendental = Op::transcendental || A::transcendental || B::transcendental;
  static constexpr bool active = A::active || B::active;
  A a;
  B b;
  Shape extent;

  Binary(const A& x, const B& y) : a(x), b(y), extent(broadcast(Op::name, x.shape(), y.shape())) {}
  Index rows() const { return extent.rows; }
  Index cols() const { return extent.cols; }
  Shape shape() const { return extent; }
  Tape<Lane>* tape() const {
    Tape<Lane>* const t = a.tape();
    return t ? t : b.tape();
  }
  void bind(LeafView<Lane>* out) const {
    a.bind(out);
    b.bind(out + A::leaves);
  }
  struct Saved {
    typename A::Saved a;
    typename B::Saved b;
    Lane value;
  };
  template <int I>
  [[gnu::always_inline]] Saved forward(const Reader<Lane>* readers, Index c) const {
    // Made where they stay: registers copied in structs go through memory.
    Saved s{a.template forward<I>(readers, c), b.template forward<I + A::leaves>(readers, c), {}};
    s.value = Op::value(s.a.value, s.b.value);
    return s;
  }
  template <int I, class Sink>
  [[gnu::always_inline]] void push(const Saved& s, const Lane& seed, Sink& sink) const {
    if constexpr (A::active) a.template push<I>(s.a, Op::left(seed, s.a.value, s.b.value, s.value), sink);
    if constexpr (B::active) b.template push<I + A::leaves>(s.b, Op::right(seed, s.a.value, s.b.value, s.value), sink);
  }
};

}  // namespace detail
}  // namespace variate
