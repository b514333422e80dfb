#pragma once
/// The one matrix kernel everything on the tape goes through. Eigen's own costs seconds of compile time in every file that
/// multiplies and allocates packing buffers; this one does neither, and is as fast on the shapes a tape sees (tall data times a
/// few samples, layers of some hundred units): benchmarks/autodiff/multiply.cpp.
#include <algorithm>
#include <type_traits>

#include "variate/autodiff/detail/multiply_few.hpp"
#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"

namespace variate::detail {

/// Some columns of B: its rows from `data` on, but for the last, which stands at `last`.
template <class T>
struct Panel {
  const T* data;
  Index row;
  const T* last;
};

/// Some columns of C = A B: `cols` of them from `c` on, A whole, and the panel of B above them.
template <class T>
struct Strip {
  T* c;
  Index c_row;
  Strided<T> a;
  Panel<T> b;
  Index depth, cols;
  Onto<T> onto;
};

/// MR rows of a strip from `row` on, NR registers wide, held in registers over the whole depth. The first `skip` rows are
/// computed in vain: a block that overlaps the one before is cheaper than a kernel for each remainder. Of the last register the
/// first numbers alone may be C's.
template <int MR, int NR, class L, class T>
[[gnu::noinline]] void multiply_tile(const Strip<T>& strip, Index row, int skip) {
  L sum[MR][NR];
  for (int i = 0; i < MR; ++i)
    for (int j = 0; j < NR; ++j) sum[i][j] = L(T(0));
  const Index a_row = strip.a.row, a_col = strip.a.col, b_row = strip.b.row, depth = strip.depth;
  const T *left = strip.a.at(row, 0), *above = strip.b.data;
  // In two goes of one loop: the sums then stay in registers from one to the other.
  const Index first = strip.b.last == above + (depth - 1) * b_row ? depth : depth - 1;
  for (Index done = 0, end = first; done < depth; done = end, end = depth, above = strip.b.last)
    for (Index k = done; k < end; ++k, left += a_col, above += b_row) {
      L right[NR];
      for (int j = 0; j < NR; ++j) right[j] = L::load(above + j * L::size);
      for (int i = 0; i < MR; ++i) {
        const L factor(left[i * a_row]);
        for (int j = 0; j < NR; ++j) sum[i][j] = multiply_add(factor, right[j], sum[i][j]);
      }
    }
  const Index count = strip.cols - (NR - 1) * L::size;  // of the last register
  const auto finish = [&](auto of) {
    for (int i = 0; i < MR; ++i) {
      if (i < skip) continue;
      T *const to = strip.c + (row + i) * strip.c_row, *const end = to + (NR - 1) * L::size;
      for (int j = 0; j + 1 < NR; ++j) of(i, L::load(to + j * L::size), sum[i][j]).store(to + j * L::size);
      if (count == L::size) of(i, L::load(end), sum[i][NR - 1]).store(end);
      else of(i, L::load(end, count, T(0)), sum[i][NR - 1]).store(end, count);
    }
  };
  if (strip.onto.column) finish([column = strip.onto.column + row](int i, L, L x) { return L(column[i]) + x; });
  else if (strip.onto.add) finish([](int, L old, L x) { return old + x; });
  else finish([](int, L, L x) { return x; });
}

/// All m rows of a strip that is NR registers wide.
template <int NR, class L, class T>
void multiply_strip(const Strip<T>& strip, Index m) {
  constexpr int tall = L::size * static_cast<int>(sizeof(T)) == 64 ? 8 : 4;  // AVX-512 has twice the registers
  Index i = 0;
  for (; i + tall <= m; i += tall) multiply_tile<tall, NR, L>(strip, i, 0);
  const auto rest = [&](auto height) {
    constexpr int MR = decltype(height)::value;
    const Index left = m - i;
    if (left <= MR / 2 || m < MR) return;
    multiply_tile<MR, NR, L>(strip, m - MR, static_cast<int>(MR - left));
    i = m;
  };
  if constexpr (tall == 8) rest(std::integral_constant<int, 8>{});
  for (; i + 4 <= m; i += 4) multiply_tile<4, NR, L>(strip, i, 0);
  rest(std::integral_constant<int, 4>{});
  for (; i < m; ++i) multiply_tile<1, NR, L>(strip, i, 0);
}

/// How many terms of a sum are taken at once: of packed panels twice as many, an unpacked one's rows touch one cache line more
/// each.
inline constexpr Index multiply_depth = 256;

/// Whether the panels of B are copied: they are far apart, and used often enough to repay it.
template <class L>
bool packs(Index m, Index n) {
  return m >= 64 && n > 16 * L::size;
}

/// C += A B for few enough rows and terms that A stays in the cache; B by panels, packed where their rows are short or far
/// apart. A ragged last panel reads on into the next row, so only its last row is copied.
template <class L, class T>
[[gnu::noinline]] void multiply_blocks(T* c, Index c_row, Strided<T> a, const T* b, Index b_row, Index m, Index depth, Index n,
                                       Onto<T> onto) {
  constexpr Index width = L::size, most = L::size * static_cast<int>(sizeof(T)) == 64 ? 3 : 2;
  alignas(64) T packed[static_cast<std::size_t>(2 * multiply_depth * width)];
  alignas(64) T last[static_cast<std::size_t>(most * width)] = {};
  for (Index j = 0; j < n;) {
    const Index left = n - j;
    // A last register of its own would cost nearly two: the panel before takes it.
    const Index registers = most == 3 && left > 2 * width && left <= 3 * width ? 3 : left > width ? 2 : 1;
    const Index wide = registers * width, cols = std::min(wide, left);
    Panel<T> right{b + j, b_row, b + j + (depth - 1) * b_row};
    if (registers < 3 && ((cols < wide && b_row < width) || packs<L>(m, n))) {
      for (Index r = 0; r < depth; ++r)
        for (Index at = 0; at < wide; at += width) {
          const T* const from = right.data + r * b_row + at;
          (cols - at >= width ? L::load(from) : L::load(from, cols - at, T(0))).store(packed + r * wide + at);
        }
      right = {packed, wide, packed + (depth - 1) * wide};
    } else if (cols < wide) {
      std::copy_n(right.last, cols, last);
      right.last = last;
    }
    const Strip<T> strip{c + j, c_row, a, right, depth, cols, onto};
    if constexpr (most == 3)
      if (registers == 3) multiply_strip<3, L>(strip, m);
    if (registers == 2) multiply_strip<2, L>(strip, m);
    else if (registers == 1) multiply_strip<1, L>(strip, m);
    j += wide;
  }
}

/// c_i += a_i . b for the rows of A, contiguous: the matrix times a single column.
template <class L, class T>
[[gnu::noinline]] void multiply_column(T* c, const T* a, Index a_row, const T* b, Index m, Index depth) {
  constexpr int rows = 4;
  const Index whole = depth / L::size * L::size;
  T last[L::size] = {};
  const bool overlap =
      whole < depth && depth >= L::size;  // a last register over the row's end: what was counted already weighs 0
  if (overlap) std::copy_n(b + whole, depth - whole, last + (L::size - (depth - whole)));
  const L weight = L::load(last);
  Index i = 0;
  for (; i + rows <= m && depth >= L::size; i += rows) {
    L sums[rows];
    const T* const from = a + i * a_row;
    for (int r = 0; r < rows; ++r) sums[r] = overlap ? weight * L::load(from + r * a_row + depth - L::size) : L(T(0));
    for (Index k = 0; k < whole; k += L::size) {
      const L right = L::load(b + k);
      for (int r = 0; r < rows; ++r) sums[r] = multiply_add(L::load(from + r * a_row + k), right, sums[r]);
    }
    for (int r = 0; r < rows; ++r) c[i + r] += sum(sums[r]);
  }
  for (; i < m && depth >= L::size; ++i) {
    L one = overlap ? weight * L::load(a + i * a_row + depth - L::size) : L(T(0));
    for (Index k = 0; k < whole; k += L::size) one = multiply_add(L::load(a + i * a_row + k), L::load(b + k), one);
    c[i] += sum(one);
  }
  if (!overlap)
    for (Index r = 0; r < m; ++r)
      for (Index k = whole; k < depth; ++k) c[r] += a[r * a_row + k] * b[k];
}

/// c_j += sum_k b_k A_kj for contiguous rows of A: a single row, or the transpose of A, times a column. `count` registers at a
/// time, the last of them over the end of the previous one: its first `skip` numbers are not stored.
template <int count, class L, class T>
[[gnu::noinline]] void multiply_row_tile(T* c, const T* b, Index b_step, const T* a, Index a_row, Index depth, Index last,
                                         int skip) {
  constexpr int unrolled = 8 / count;
  L sums[unrolled][count];
  for (int u = 0; u < unrolled; ++u)
    for (int j = 0; j < count; ++j) sums[u][j] = L(T(0));
  Index k = 0;
  for (; k + unrolled <= depth; k += unrolled)
    for (int u = 0; u < unrolled; ++u) {
      const L factor(b[(k + u) * b_step]);
      const T* const from = a + (k + u) * a_row;
      for (int j = 0; j < count; ++j)
        sums[u][j] = multiply_add(factor, L::load(from + (j == count - 1 ? last : j * L::size)), sums[u][j]);
    }
  for (; k < depth; ++k)
    for (int j = 0; j < count; ++j)
      sums[0][j] = multiply_add(L(b[k * b_step]), L::load(a + k * a_row + (j == count - 1 ? last : j * L::size)), sums[0][j]);
  for (int j = 0; j < count; ++j) {
    L all = sums[0][j];
    for (int u = 1; u < unrolled; ++u) all = all + sums[u][j];
    T* const to = c + (j == count - 1 ? last : j * L::size);
    if (j < count - 1 || skip == 0) {
      (L::load(to) + all).store(to);
    } else {
      for (int l = skip; l < L::size; ++l) to[l] += all[l];
    }
  }
}
template <class L, class T>
void multiply_row(T* c, const T* b, Index b_step, const T* a, Index a_row, Index n, Index depth) {
  constexpr Index width = L::size;
  if (n < width) {
    for (Index k = 0; k < depth; ++k)
      for (Index j = 0; j < n; ++j) c[j] += b[k * b_step] * a[k * a_row + j];
    return;
  }
  const Index block = n > 4 * width ? multiply_depth : depth;  // rows that stay in the cache from one tile to the next
  for (Index k = 0; k < depth; k += block) {
    for (Index j = 0; j < n; j += 4 * width) {
      const Index cols = std::min(4 * width, n - j), registers = (cols + width - 1) / width;
      const Index last = cols - width;  // may lie before the tile's beginning, never before the row's
      const int skip = static_cast<int>(registers * width - cols);
      const auto tile = [&](auto count, Index end, int ignored) {
        multiply_row_tile<decltype(count)::value, L>(c + j, b + k * b_step, b_step, a + k * a_row + j, a_row,
                                                     std::min(block, depth - k), end, ignored);
      };
      if (registers == 4) tile(std::integral_constant<int, 4>{}, last, skip);
      else if (registers >= 2) tile(std::integral_constant<int, 2>{}, registers == 2 ? last : width, registers == 2 ? skip : 0);
      if (registers % 2 == 1) tile(std::integral_constant<int, 1>{}, last, skip);
    }
  }
}

/// C (m x n) += A (m x k) B (k x n), or C = A B where C holds nothing yet (`add` is false), or C = A B + column. C and B are
/// row-major; A may be a transpose.
template <class T, class L = math::Lanes<T>>
[[gnu::noinline]] void multiply(T* c, Strided<T> a, const T* b, Index m, Index k, Index n, bool add = true,
                                const T* column = nullptr) {
  if (is_thin<L>(m, k, n)) return multiply_thin<L>(c, a, b, m, k, n, Onto<T>{add, column});
  if (m * k * n <= few_terms) return multiply_few(c, a, b, m, k, n, Onto<T>{add, column});
  if ((column || !add) && (m == 1 || n == 1 || k == 0))
    for (Index i = 0; i < m; ++i) std::fill_n(c + i * n, n, column ? column[i] : T(0));
  if (m == 1) return multiply_row<L>(c, a.data, a.col, b, n, n, k);
  if (n == 1 && a.col == 1) return multiply_column<L>(c, a.data, a.row, b, m, k);
  if (n == 1) return multiply_row<L>(c, b, Index{1}, a.data, a.col, m, k);  // a.row is 1: c^T = b^T A^T
  constexpr Index tall = 128;
  const Index most = packs<L>(m, n) ? multiply_depth : multiply_depth / 2, parts = (k + most - 1) / most;
  for (Index part = 0, k0 = 0; part < parts; ++part) {
    const Index depth = (k - k0) / (parts - part);
    const Strided<T> left{a.at(0, k0), a.row, a.col};
    for (Index i = 0; i < m; i += tall)
      multiply_blocks<L>(c + i * n, n, Strided<T>{left.at(i, 0), a.row, a.col}, b + k0 * n, n, std::min(tall, m - i), depth, n,
                         part > 0 ? Onto<T>{} : Onto<T>{add, column}.from(i));
    k0 += depth;
  }
}

}  // namespace variate::detail
