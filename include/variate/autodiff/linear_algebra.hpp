#pragma once
/// Cholesky factors and triangular solves, for one matrix (parameters, data) or for one matrix in each column.
///
/// A matrix of samples is an n*n x S batch: column c holds the matrix of sample c, row by row. Its lanes are samples, so the
/// algorithms below are written once, for a number that may be a float, a register of samples, or a dual of either.
#include <cmath>

#include "variate/autodiff/fused.hpp"

namespace variate {
namespace detail {

template <class X>
X square_root(const X& x) {
  using std::sqrt;
  if constexpr (requires { x.tangent; }) {
    const auto v = sqrt(x.value);
    return X::chain(v, decltype(v)(typename X::Scalar(0.5)) / v, x);
  } else {
    return sqrt(x);
  }
}

/// L in place of the lower triangle of A (n x n, row by row), zeros above. NaN where A is not positive definite.
template <class X>
void factorise(X* a, Index n) {
  for (Index k = 0; k < n; ++k) {
    const X root = square_root(a[k * n + k]);
    a[k * n + k] = root;
    for (Index i = k + 1; i < n; ++i) {
      a[i * n + k] = a[i * n + k] / root;
      a[k * n + i] = a[i * n + k];  // column k once more, contiguous, for the update
    }
    for (Index i = k + 1; i < n; ++i)
      for (Index j = k + 1; j <= i; ++j) a[i * n + j] = a[i * n + j] - a[i * n + k] * a[k * n + j];
    for (Index i = k + 1; i < n; ++i) a[k * n + i] = X(0);
  }
}
/// The adjoint of A's lower triangle in place of L's: `factorise` run backwards (Smith 1995, "Differentiation of the Cholesky
/// algorithm").
template <class X>
void factorise_back(const X* l, X* f, Index n) {
  for (Index k = n; k-- > 0;) {
    for (Index i = k + 1; i < n; ++i)
      for (Index j = k + 1; j <= i; ++j) {
        f[i * n + k] = f[i * n + k] - f[i * n + j] * l[j * n + k];
        f[j * n + k] = f[j * n + k] - f[i * n + j] * l[i * n + k];
      }
    for (Index i = k + 1; i < n; ++i) {
      f[i * n + k] = f[i * n + k] / l[k * n + k];
      f[k * n + k] = f[k * n + k] - f[i * n + k] * l[i * n + k];
    }
    f[k * n + k] = f[k * n + k] / (l[k * n + k] + l[k * n + k]);
  }
}

/// One column of registers of a batch: numbers (i, c ... c + count - 1).
template <class L>
struct Columns {
  using T = typename LaneTraits<L>::Scalar;
  using P = typename LaneTraits<L>::Plain;
  Index cols, plane, c, count;

  static P part(const T* from, Index count) { return count == P::size ? P::load(from) : P::load(from, count, T(1)); }
  L load(const T* batch, Index i) const {
    const T* const at = batch + i * cols + c;
    if constexpr (LaneTraits<L>::planes == 1) return part(at, count);
    else return L(part(at, count), {part(at + plane, count)});
  }
  void add(T* batch, Index i, const L& x) const {
    T* const at = batch + i * cols + c;
    if constexpr (LaneTraits<L>::planes == 1) {
      (part(at, count) + x).store(at, count);
    } else {
      (part(at, count) + x.value).store(at, count);
      (part(at + plane, count) + x.tangent[0]).store(at + plane, count);
    }
  }
  void set(T* batch, Index i, const L& x) const {
    T* const at = batch + i * cols + c;
    if constexpr (LaneTraits<L>::planes == 1) {
      x.store(at, count);
    } else {
      x.value.store(at, count);
      x.tangent[0].store(at + plane, count);
    }
  }
};
template <class L, class F>
void for_each_block(Index cols, Index plane, F f) {
  constexpr Index width = LaneTraits<L>::Plain::size;
  for (Index c = 0; c < cols; c += width) f(Columns<L>{cols, plane, c, std::min(width, cols - c)});
}
/// Room on the tape for numbers of type X.
template <class X, class L>
X* scratch(Tape<L>& tape, Index count) {
  using T = typename LaneTraits<L>::Scalar;
  X* const room = reinterpret_cast<X*>(tape.numbers(count * static_cast<Index>(sizeof(X) / sizeof(T))));
  std::uninitialized_default_construct_n(room, count);
  return room;
}

/// A single matrix as numbers that are scalars: of the tape's type, or duals of it.
template <class L>
using SingleOf =
    std::conditional_t<LaneTraits<L>::planes == 1, typename LaneTraits<L>::Scalar, Dual<typename LaneTraits<L>::Scalar, 1>>;
template <class L>
SingleOf<L> load_single(const typename LaneTraits<L>::Scalar* from, Index plane, Index i) {
  if constexpr (LaneTraits<L>::planes == 1) return from[i];
  else return SingleOf<L>(from[i], {from[plane + i]});
}
template <class L>
void store_single(typename LaneTraits<L>::Scalar* to, Index plane, Index i, const SingleOf<L>& x) {
  if constexpr (LaneTraits<L>::planes == 1) {
    to[i] = x;
  } else {
    to[i] = x.value;
    to[plane + i] = x.tangent[0];
  }
}

template <class L, bool single>
struct CholeskyRecord {
  using X = std::conditional_t<single, SingleOf<L>, L>;
  Node<L>* a;
  Index n;
  X* work;  ///< 2 n^2

  void forward(Node<L>& l) const {
    if constexpr (single) {
      for (Index i = 0; i < n * n; ++i) work[i] = load_single<L>(a->value, a->plane, i);
      factorise(work, n);
      for (Index i = 0; i < n * n; ++i) store_single<L>(l.value, l.plane, i, work[i]);
    } else {
      for_each_block<L>(a->cols, a->plane, [&](const Columns<L>& b) {
        for (Index i = 0; i < n * n; ++i) work[i] = b.load(a->value, i);
        factorise(work, n);
        for (Index i = 0; i < n * n; ++i) Columns<L>{b.cols, l.plane, b.c, b.count}.set(l.value, i, work[i]);
      });
    }
  }
  void backward(Node<L>& l) {
    if (!a->wants()) return;
    a->open_adjoint();
    X* const f = work + n * n;
    if constexpr (single) {
      for (Index i = 0; i < n * n; ++i) {
        work[i] = load_single<L>(l.value, l.plane, i);
        f[i] = load_single<L>(l.adjoint, l.plane, i);
      }
      factorise_back(work, f, n);
      for (Index i = 0; i < n; ++i)
        for (Index j = 0; j <= i; ++j)
          store_single<L>(a->adjoint, a->plane, i * n + j, load_single<L>(a->adjoint, a->plane, i * n + j) + f[i * n + j]);
    } else {
      for_each_block<L>(l.cols, l.plane, [&](const Columns<L>& b) {
        for (Index i = 0; i < n * n; ++i) {
          work[i] = b.load(l.value, i);
          f[i] = b.load(l.adjoint, i);
        }
        factorise_back(work, f, n);
        for (Index i = 0; i < n; ++i)
          for (Index j = 0; j <= i; ++j) Columns<L>{b.cols, a->plane, b.c, b.count}.add(a->adjoint, i * n + j, f[i * n + j]);
      });
    }
  }
};

/// x = L^-1 b or L^-T b in place, and what the reverse sweep adds to L: all for one register of columns.
template <bool transposed, class X, class Entry>
void solve(Entry entry, X* x, Index n) {
  for (Index step = 0; step < n; ++step) {
    const Index i = transposed ? n - 1 - step : step;
    X rest = x[i];
    for (Index j = transposed ? i + 1 : 0; j < (transposed ? n : i); ++j)
      rest = rest - (transposed ? entry(j, i) : entry(i, j)) * x[j];
    x[i] = rest / entry(i, i);
  }
}

template <class L, bool transposed, bool single>
struct SolveRecord {
  Node<L>*l, *b;
  Index n;
  L* work;  ///< 2 n
  L* sums;  ///< n^2 if single: adjoint of the one matrix, lane by lane

  auto entries([[maybe_unused]] const Columns<L>& block) const {
    if constexpr (single) {
      return [this](Index i, Index j) {
        using P = typename LaneTraits<L>::Plain;
        if constexpr (LaneTraits<L>::planes == 1) return L(l->value[i * n + j]);
        else return L(P(l->value[i * n + j]), {P(l->value[l->plane + i * n + j])});
      };
    } else {
      return [this, block](Index i, Index j) {
        return Columns<L>{block.cols, l->plane, block.c, block.count}.load(l->value, i * n + j);
      };
    }
  }
  void forward(Node<L>& x) const {
    for_each_block<L>(x.cols, x.plane, [&](const Columns<L>& block) {
      for (Index i = 0; i < n; ++i) work[i] = Columns<L>{block.cols, b->plane, block.c, block.count}.load(b->value, i);
      solve<transposed>(entries(block), work, n);
      for (Index i = 0; i < n; ++i) block.set(x.value, i, work[i]);
    });
  }
  /// adjoint(B) += g with g = L^-T adjoint(X); adjoint(L) -= g X^T (X g^T for the transposed system), lower triangle.
  void backward(Node<L>& x) {
    L *const g = work, *const values = work + n;
    const bool to_l = l->wants(), to_b = b->wants();
    if (to_l) l->open_adjoint();
    if (to_b) b->open_adjoint();
    if (single && to_l) std::fill_n(sums, n * n, L(0));
    for_each_block<L>(x.cols, x.plane, [&](const Columns<L>& block) {
      for (Index i = 0; i < n; ++i) {
        g[i] = block.load(x.adjoint, i);
        values[i] = block.load(x.value, i);
      }
      solve<!transposed>(entries(block), g, n);
      if (to_b)
        for (Index i = 0; i < n; ++i) Columns<L>{block.cols, b->plane, block.c, block.count}.add(b->adjoint, i, g[i]);
      if (!to_l) return;
      for (Index i = 0; i < n; ++i)
        for (Index j = 0; j <= i; ++j) {
          const L change = transposed ? values[i] * g[j] : g[i] * values[j];
          if constexpr (single) sums[i * n + j] = sums[i * n + j] - masked(change, block.count);
          else Columns<L>{block.cols, l->plane, block.c, block.count}.add(l->adjoint, i * n + j, -change);
        }
    });
    if constexpr (single) {
      if (!to_l) return;
      for (Index i = 0; i < n * n; ++i) {
        if constexpr (LaneTraits<L>::planes == 1) {
          l->adjoint[i] += sum(sums[i]);
        } else {
          l->adjoint[i] += sum(sums[i].value);
          l->adjoint[l->plane + i] += sum(sums[i].tangent[0]);
        }
      }
    }
  }
  static L masked(const L& x, Index count) {
    using P = typename LaneTraits<L>::Plain;
    if (count == P::size) return x;
    Buffer<L> all{};
    if constexpr (LaneTraits<L>::planes == 1) {
      x.store(all.at[0], count);
    } else {
      x.value.store(all.at[0], count);
      x.tangent[0].store(all.at[1], count);
    }
    return load_planes<L>(all.at[0], all.at[LaneTraits<L>::planes - 1]);
  }
};

/// n for an n x n matrix or for n*n rows of samples.
template <Kind kind>
Index matrix_order(std::string_view op, const Shape& s) {
  const Index n = kind == Kind::sample ? static_cast<Index>(std::lround(std::sqrt(static_cast<double>(s.rows)))) : s.rows;
  if (kind == Kind::sample ? n * n != s.rows : s.rows != s.cols) [[unlikely]]
    throw ShapeError(std::string(op) + ": shape is " + shape_text(s) + ", expected " +
                     (kind == Kind::sample ? "n*n rows, a matrix in each column" : "n x n"));
  return n;
}

template <bool transposed, class A, class B>
auto triangular_solve(std::string_view op, const A& factor, const B& right) {
  using L = typename A::Lane;
  constexpr bool single = A::kind != Kind::sample;
  const auto l = evaluated(factor);
  const auto b = evaluated(right);
  const Index n = matrix_order<A::kind>(op, l.shape());
  if (b.rows() != n || (!single && b.cols() != l.cols())) [[unlikely]]
    refuse_shapes(op, l.shape(), b.shape(), single ? "as many rows on the right" : "n*n and n rows, equal columns");
  Tape<L>& tape = *b.tape();
  Node<L>& x = tape.batch(n, b.cols(), l.node->adjoint || b.node->adjoint);
  SolveRecord<L, transposed, single> record{l.node, b.node, n, scratch<L>(tape, 2 * n), nullptr};
  if (single && l.node->adjoint) record.sums = scratch<L>(tape, n * n);
  record.forward(x);
  if (x.adjoint) tape.set_backward(x, record);
  return Variable<L, joined(A::kind, B::kind)>(x);
}

}  // namespace detail

/// The lower L with L L^T = A, from A's lower triangle alone: n x n for a matrix, n*n x S for one matrix in each column. NaN
/// where A is not positive definite (in that column only).
template <TapeExpression E>
auto cholesky(const E& a) {
  using L = typename E::Lane;
  constexpr bool single = E::kind != Kind::sample;
  const auto batch = evaluated(a);
  const Index n = detail::matrix_order<E::kind>("cholesky", batch.shape());
  Tape<L>& tape = *batch.tape();
  detail::Node<L>& l = tape.batch(batch.rows(), batch.cols(), batch.node->adjoint);
  using Record = detail::CholeskyRecord<L, single>;
  const Record record{batch.node, n, detail::scratch<typename Record::X>(tape, 2 * n * n)};
  record.forward(l);
  if (l.adjoint) tape.set_backward(l, record);
  return Variable<L, E::kind>(l);
}

/// x with L x = b. L is lower triangular, n x n, and b n x S; or both have one system in each column (n*n x S and n x S).
template <TapeExpression A, TapeExpression B>
auto solve_lower(const A& l, const B& b) {
  return detail::triangular_solve<false>("solve_lower", l, b);
}
/// x with L^T x = b, otherwise as `solve_lower`.
template <TapeExpression A, TapeExpression B>
auto solve_lower_transposed(const A& l, const B& b) {
  return detail::triangular_solve<true>("solve_lower_transposed", l, b);
}

namespace detail {
template <class L>
struct DiagonalRecord {
  Node<L>* a;
  Index n, step;  ///< the step from one diagonal number (or row of numbers) to the next
  Index width;
  void backward(Node<L>& d) {
    if (!a->wants()) return;
    a->open_adjoint();
    for (int p = 0; p < LaneTraits<L>::planes; ++p)
      for (Index i = 0; i < n; ++i)
        for (Index c = 0; c < width; ++c) a->adjoint[p * a->plane + i * step + c] += d.adjoint[p * d.plane + i * width + c];
  }
};
}  // namespace detail

/// The diagonal: n x 1 of a matrix, n x S of one matrix in each column.
template <TapeExpression E>
auto diagonal(const E& a) {
  using L = typename E::Lane;
  const auto batch = evaluated(a);
  const Index n = detail::matrix_order<E::kind>("diagonal", batch.shape());
  const Index width = E::kind == Kind::sample ? batch.cols() : 1;
  Tape<L>& tape = *batch.tape();
  detail::Node<L>& d = tape.batch(n, width, batch.node->adjoint);
  const detail::DiagonalRecord<L> record{batch.node, n, (n + 1) * width, width};
  for (int p = 0; p < detail::LaneTraits<L>::planes; ++p)
    for (Index i = 0; i < n; ++i)
      std::copy_n(batch.node->value + p * batch.node->plane + i * record.step, width, d.value + p * d.plane + i * width);
  if (d.adjoint) tape.set_backward(d, record);
  return Variable<L, E::kind>(d);
}

}  // namespace variate
