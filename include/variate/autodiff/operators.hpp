#pragma once
/// + - * / between expressions, numbers and Eigen matrices; `constant`, `cwise_product`.
///
/// Shapes: equal, or 1 repeated (a column for all samples, a row for all dimensions, a number). `*` follows what the left side
/// is: a matrix (data, parameters) multiplies as a matrix, samples and numbers coefficient by coefficient (see `Kind`).
///
/// Eigen operands: a const plain matrix, such as a member of the model in its const call, is borrowed until the evaluation is
/// gone; a temporary, an Eigen expression or a matrix that is not const is copied onto the tape. `constant(x)` borrows whatever x
/// is.
#include <type_traits>
#include <utility>

#include "variate/autodiff/expression.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/product.hpp"

namespace variate {
namespace detail {

struct AddOp {
  static constexpr const char* name = "operator+";
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] static L value(const L& a, const L& b) {
    return a + b;
  }
  template <class L>
  [[gnu::always_inline]] static L left(const L& seed, const L&, const L&, const L&) {
    return seed;
  }
  template <class L>
  [[gnu::always_inline]] static L right(const L& seed, const L&, const L&, const L&) {
    return seed;
  }
};
struct SubtractOp {
  static constexpr const char* name = "operator-";
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] static L value(const L& a, const L& b) {
    return a - b;
  }
  template <class L>
  [[gnu::always_inline]] static L left(const L& seed, const L&, const L&, const L&) {
    return seed;
  }
  template <class L>
  [[gnu::always_inline]] static L right(const L& seed, const L&, const L&, const L&) {
    return -seed;
  }
};
struct MultiplyOp {
  static constexpr const char* name = "coefficient-wise product";
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] static L value(const L& a, const L& b) {
    return a * b;
  }
  template <class L>
  [[gnu::always_inline]] static L left(const L& seed, const L&, const L& b, const L&) {
    return seed * b;
  }
  template <class L>
  [[gnu::always_inline]] static L right(const L& seed, const L& a, const L&, const L&) {
    return seed * a;
  }
};
struct DivideOp {
  static constexpr const char* name = "operator/";
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] static L value(const L& a, const L& b) {
    return a / b;
  }
  template <class L>
  [[gnu::always_inline]] static L left(const L& seed, const L&, const L& b, const L&) {
    return seed / b;
  }
  template <class L>
  [[gnu::always_inline]] static L right(const L& seed, const L&, const L& b, const L& v) {
    return -(seed * v) / b;
  }
};
struct MaximumOp {
  static constexpr const char* name = "maximum";
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] static L value(const L& a, const L& b) {
    return select(a > b, a, b);
  }
  template <class L>
  [[gnu::always_inline]] static L left(const L& seed, const L& a, const L& b, const L&) {
    return select(a > b, seed, L(0));
  }
  template <class L>
  [[gnu::always_inline]] static L right(const L& seed, const L& a, const L& b, const L&) {
    return select(a > b, L(0), seed);
  }
};
struct MinimumOp {
  static constexpr const char* name = "minimum";
  static constexpr bool transcendental = false;
  template <class L>
  [[gnu::always_inline]] static L value(const L& a, const L& b) {
    return select(a < b, a, b);
  }
  template <class L>
  [[gnu::always_inline]] static L left(const L& seed, const L& a, const L& b, const L&) {
    return select(a < b, seed, L(0));
  }
  template <class L>
  [[gnu::always_inline]] static L right(const L& seed, const L& a, const L& b, const L&) {
    return select(a < b, L(0), seed);
  }
};

template <class X>
concept DenseOperand = std::derived_from<std::remove_cvref_t<X>, Eigen::DenseBase<std::remove_cvref_t<X>>>;
template <class X>
concept ConstantOperand = requires { typename std::remove_cvref_t<X>::IsTapeConstant; };
template <class X>
concept NumberOperand = std::is_arithmetic_v<std::remove_cvref_t<X>>;
template <class X>
concept OtherOperand = DenseOperand<X> || ConstantOperand<X> || NumberOperand<X>;
/// At least one side is on a tape; the other may be anything that can be brought there.
template <class A, class B>
concept Operands = (TapeExpression<A> && (TapeExpression<B> || OtherOperand<B>)) || (OtherOperand<A> && TapeExpression<B>);

/// Borrowed numbers of a matrix or vector outside the tape.
template <class T, bool vector>
struct Constant {
  using IsTapeConstant = void;
  const T* data;
  Shape extent;
  bool column_major;
};

template <class M>
auto borrow(const M& m) {
  using T = typename M::Scalar;
  constexpr bool vector = M::ColsAtCompileTime == 1;
  const bool row_major = M::IsRowMajor || m.rows() == 1 || m.cols() == 1;
  return Constant<T, vector>{m.data(), {m.rows(), m.cols()}, !row_major};
}

/// A dense operand as a Constant, copied onto the tape unless it is a const plain matrix.
template <class X, class L>
auto bring(Tape<L>& tape, X&& x) {
  using M = std::remove_cvref_t<X>;
  using T = typename LaneTraits<L>::Scalar;
  static_assert(std::is_same_v<typename M::Scalar, T>, "a constant's numbers must have the tape's type: use .cast<T>()");
  if constexpr (std::is_lvalue_reference_v<X> && std::is_const_v<std::remove_reference_t<X>> &&
                std::derived_from<M, Eigen::PlainObjectBase<M>>) {
    return borrow(x);
  } else {
    T* const room = tape.numbers(x.rows() * x.cols());
    Eigen::Map<Batch<T>>(room, x.rows(), x.cols()) = x.derived().matrix();
    return Constant<T, M::ColsAtCompileTime == 1>{room, {x.rows(), x.cols()}, false};
  }
}

/// Any operand as a leaf of a coefficient-wise expression.
template <class L, class X>
auto operand(Tape<L>& tape, X&& x) {
  using M = std::remove_cvref_t<X>;
  using T = typename LaneTraits<L>::Scalar;
  if constexpr (TapeExpression<X>) {
    return M(x);
  } else if constexpr (NumberOperand<X>) {
    return Number<L>(static_cast<T>(x));
  } else if constexpr (ConstantOperand<X>) {
    if (!x.column_major) return ConstantLeaf<L>(x.data, x.extent);
    T* const room = tape.numbers(x.extent.size());
    Eigen::Map<Batch<T>>(room, x.extent.rows, x.extent.cols) =
        Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>>(x.data, x.extent.rows, x.extent.cols);
    return ConstantLeaf<L>(room, x.extent);
  } else {
    return operand(tape, bring(tape, std::forward<X>(x)));
  }
}

template <class A, class B>
auto& tape_of(const A& a, const B& b) {
  if constexpr (TapeExpression<A>) return *a.tape();
  else return *b.tape();
}

template <class Op, class A, class B>
auto combine(A&& a, B&& b) {
  auto& tape = tape_of(a, b);
  auto left = operand(tape, std::forward<A>(a));
  auto right = operand(tape, std::forward<B>(b));
  return Binary<Op, decltype(left), decltype(right)>(left, right);
}

/// What the left side of `*` makes of it.
template <class A>
constexpr bool multiplies_as_matrix() {
  using M = std::remove_cvref_t<A>;
  if constexpr (TapeExpression<A>) return M::kind == Kind::matrix;
  else if constexpr (DenseOperand<A>) return M::ColsAtCompileTime != 1;
  else if constexpr (ConstantOperand<A>)
    return !std::is_same_v<M, Constant<std::remove_cvref_t<decltype(*std::declval<M>().data)>, true>>;
  else return false;
}
template <class B>
constexpr bool is_number() {
  if constexpr (TapeExpression<B>) return std::remove_cvref_t<B>::kind == Kind::number;
  else return NumberOperand<B>;
}
template <class B>
constexpr bool is_plain_matrix() {
  if constexpr (TapeExpression<B>) return std::remove_cvref_t<B>::kind == Kind::matrix;
  else return multiplies_as_matrix<B>();
}

/// Any operand as a factor of a matrix product.
template <class L, class X>
Factor<L> factor(Tape<L>& tape, X&& x) {
  if constexpr (TapeExpression<X>) {
    Node<L>& node = *evaluated(x).node;
    return {node.value, node.tangent(), {node.rows, node.cols}, false, &node};
  } else if constexpr (ConstantOperand<X>) {
    return {x.data, nullptr, x.extent, x.column_major, nullptr};
  } else {
    return factor(tape, bring(tape, std::forward<X>(x)));
  }
}

}  // namespace detail

/// The numbers of an Eigen matrix or vector, borrowed: they must stay where they are until the evaluation is gone.
template <class M>
  requires std::derived_from<M, Eigen::PlainObjectBase<M>>
auto constant(const M& m) {
  return detail::borrow(m);
}
template <class M>
  requires std::derived_from<M, Eigen::PlainObjectBase<M>>
void constant(const M&& m) = delete;  // would dangle

template <class A, class B>
  requires detail::Operands<A, B>
auto operator+(A&& a, B&& b) {
  return detail::combine<detail::AddOp>(std::forward<A>(a), std::forward<B>(b));
}
template <class A, class B>
  requires detail::Operands<A, B>
auto operator-(A&& a, B&& b) {
  return detail::combine<detail::SubtractOp>(std::forward<A>(a), std::forward<B>(b));
}
/// Coefficient by coefficient.
template <class A, class B>
  requires detail::Operands<A, B>
auto operator/(A&& a, B&& b) {
  return detail::combine<detail::DivideOp>(std::forward<A>(a), std::forward<B>(b));
}
/// Coefficient by coefficient, whatever the kinds.
template <class A, class B>
  requires detail::Operands<A, B>
auto cwise_product(A&& a, B&& b) {
  return detail::combine<detail::MultiplyOp>(std::forward<A>(a), std::forward<B>(b));
}
/// The larger one, coefficient by coefficient.
template <class A, class B>
  requires detail::Operands<A, B>
auto maximum(A&& a, B&& b) {
  return detail::combine<detail::MaximumOp>(std::forward<A>(a), std::forward<B>(b));
}
/// The smaller one, coefficient by coefficient.
template <class A, class B>
  requires detail::Operands<A, B>
auto minimum(A&& a, B&& b) {
  return detail::combine<detail::MinimumOp>(std::forward<A>(a), std::forward<B>(b));
}
/// A matrix (data, parameters) times anything is the matrix product; samples times samples, a column vector or a number go
/// coefficient by coefficient.
template <class A, class B>
  requires detail::Operands<A, B>
auto operator*(A&& a, B&& b) {
  if constexpr (detail::multiplies_as_matrix<A>() && !detail::is_number<B>()) {
    auto& tape = detail::tape_of(a, b);
    constexpr Kind kind = [] {
      if constexpr (TapeExpression<B>) return std::remove_cvref_t<B>::kind;
      else return Kind::matrix;
    }();
    const auto left = detail::factor(tape, std::forward<A>(a));
    return detail::matrix_product<kind>(tape, left, detail::factor(tape, std::forward<B>(b)));
  } else {
    static_assert(detail::is_number<A>() || !detail::is_plain_matrix<B>(),
                  "a matrix multiplies samples from the left, W * z; use cwise_product(a, b) for coefficient by coefficient");
    return cwise_product(std::forward<A>(a), std::forward<B>(b));
  }
}

/// W z + b, as one node: W is R x C, z C x S, b R x 1, the same for every sample. What `W * z + b` gives, in fewer passes. After:
/// the function of every number that follows in the same node.
template <class After = detail::NothingAfter, TapeExpression W, TapeExpression Z, TapeExpression B>
  requires(W::kind == Kind::matrix && B::kind == Kind::matrix)
auto affine(const W& w, const Z& z, const B& b) {
  auto& tape = *z.tape();
  detail::Node<typename Z::Lane>& bias = *evaluated(b).node;
  if (bias.rows != w.shape().rows || bias.cols != 1) [[unlikely]]
    detail::refuse_shapes("affine", w.shape(), {bias.rows, bias.cols}, "a column b with as many rows as W");
  return detail::matrix_product<Z::kind, After>(tape, detail::factor(tape, w), detail::factor(tape, z), &bias);
}

}  // namespace variate
