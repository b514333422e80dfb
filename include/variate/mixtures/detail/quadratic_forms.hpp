#pragma once
/// Lower-triangular factors on stretches of the columns of a batch: squared lengths of A (x - mean) without keeping the products,
/// inverses, and sums over chosen columns. What an iteration of GMMVI spends its time on.
#include <algorithm>
#include <type_traits>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/linear_algebra.hpp"

namespace variate::detail {

/// Registers of columns that are worked on together.
inline constexpr int strip_registers = 4;

/// y(j, .) = x(j, from ..) - mean(j) for `count` columns, laid out in rows of `width`; columns that are not there are zero.
template <class L, class T>
void centred_strip(const T* x, Index stride, const Vector<T>& mean, Index count, Index width, T* y) {
  for (Index j = 0; j < mean.size(); ++j) {
    const T *row = x + j * stride, centre = mean[j];
    T* to = y + j * width;
    Index c = 0;
    for (; c + L::size <= count; c += L::size) (L::load(row + c) - L(centre)).store(to + c);
    for (; c < count; ++c) to[c] = row[c] - centre;
    for (; c < width; ++c) to[c] = 0;
  }
}

/// out(.) = constant - |A y|^2 / 2 for a strip of K registers of columns; two rows of A share the loads of y.
template <class L, int K, class T>
void squared_lengths(const T* a, Index d, const T* y, T constant, Index count, T* out) {
  constexpr Index width = K * L::size;
  L sum[K];
  for (int k = 0; k < K; ++k) sum[k] = L(T(0));
  for (Index i = 0; i < d; i += 2) {
    const bool both = i + 1 < d;
    const T *a0 = a + i * d, *a1 = both ? a0 + d : a0;
    L first[K], second[K];
    for (int k = 0; k < K; ++k) first[k] = second[k] = L(T(0));
    for (Index j = 0; j <= i; ++j) {
      const L c0(a0[j]), c1(a1[j]);
      const T* row = y + j * width;
      for (int k = 0; k < K; ++k) {
        const L x = L::load(row + k * L::size);
        first[k] = multiply_add(c0, x, first[k]);
        second[k] = multiply_add(c1, x, second[k]);
      }
    }
    for (int k = 0; k < K; ++k) sum[k] = multiply_add(first[k], first[k], sum[k]);
    if (!both) break;
    const L last(a1[i + 1]);
    const T* row = y + (i + 1) * width;
    for (int k = 0; k < K; ++k) {
      second[k] = multiply_add(last, L::load(row + k * L::size), second[k]);
      sum[k] = multiply_add(second[k], second[k], sum[k]);
    }
  }
  for (int k = 0; k < K; ++k) {
    const L value = multiply_add(L(T(-0.5)), sum[k], L(constant));
    const Index left = count - k * L::size;
    if (left >= L::size) value.store(out + k * L::size);
    else if (left > 0) value.store(out + k * L::size, left);
  }
}

/// out_c = constant - |A (x_c - mean)|^2 / 2 for n columns, A lower triangular; x points at the first of them, rows are `stride`
/// apart; `y` is room that is reused.
template <class T, class L = math::Lanes<T>>
void quadratic_forms(const Batch<T>& a, const Vector<T>& mean, const T* x, Index stride, Index n, T constant, T* out,
                     std::vector<T>& y) {
  constexpr Index width = strip_registers * L::size;
  const Index d = mean.size();
  if (static_cast<Index>(y.size()) < d * width) y.resize(static_cast<std::size_t>(d * width));
  Index c = 0;
  for (; c + width <= n; c += width) {
    centred_strip<L>(x + c, stride, mean, width, width, y.data());
    squared_lengths<L, strip_registers>(a.data(), d, y.data(), constant, width, out + c);
  }
  for (; c < n; c += L::size) {
    const Index count = std::min<Index>(L::size, n - c);
    centred_strip<L>(x + c, stride, mean, count, L::size, y.data());
    squared_lengths<L, 1>(a.data(), d, y.data(), constant, count, out + c);
  }
}
/// The same with A = diag(a).
template <class T, class L = math::Lanes<T>>
void quadratic_forms(const Vector<T>& a, const Vector<T>& mean, const T* x, Index stride, Index n, T constant, T* out,
                     std::vector<T>&) {
  for (Index c = 0; c < n; c += L::size) {
    const Index count = std::min<Index>(L::size, n - c);
    L sum(T(0));
    for (Index j = 0; j < mean.size(); ++j) {
      const T* at = x + j * stride + c;
      const L z = ((count == L::size ? L::load(at) : L::load(at, count, T(0))) - L(mean[j])) * L(a[j]);
      sum = multiply_add(z, z, sum);
    }
    const L value = multiply_add(L(T(-0.5)), sum, L(constant));
    if (count == L::size) value.store(out + c);
    else value.store(out + c, count);
  }
}

/// L^-1 of a lower-triangular factor, with zeros above the diagonal; columns start where they are not zero.
template <class T, class L = math::Lanes<T>>
void invert_lower(const Batch<T>& factor, Batch<T>& inverse) {
  const Index d = factor.rows();
  inverse.setIdentity(d, d);
  for (Index c = 0; c < d; c += L::size)
    math::detail::substitute(factor.data() + c * (d + 1), d, 1, d - c,
                             math::detail::Strip<L, 1>{inverse.data() + c * (d + 1), d, std::min<Index>(L::size, d - c)});
}
/// Of a diagonal one.
template <class T>
void invert_lower(const Vector<T>& factor, Vector<T>& inverse) {
  inverse = factor.cwiseInverse();
}

/// y = A^T A y in place for a strip of columns in rows of strip_registers * L::size.
template <class L, class T>
void multiply_precision(const Batch<T>& a, T* y) {
  constexpr Index width = strip_registers * L::size;
  using Strip = math::detail::Strip<L, strip_registers>;
  const Index d = a.rows();
  math::detail::multiply(a.data(), d, 1, d, Strip{y, width, L::size});
  math::detail::multiply(a.data() + (d - 1) * (d + 1), -1, -d, d, Strip{y + (d - 1) * width, -width, L::size});
}
template <class L, class T>
void multiply_precision(const Vector<T>& a, T* y) {
  constexpr Index width = strip_registers * L::size;
  for (Index j = 0; j < a.size(); ++j) {
    const L scale(a[j] * a[j]);
    for (Index c = 0; c < width; c += L::size) (L::load(y + j * width + c) * scale).store(y + j * width + c);
  }
}
/// The same for a d x n batch.
template <class T>
void multiply_precision(const Batch<T>& a, Batch<T>& y) {
  math::multiply_lower<T>(a, y);
  math::multiply_lower_transposed<T>(a, y);
}

/// z = A z in place, z of n columns in rows of n.
template <class T, class L = math::Lanes<T>>
void whiten(const Batch<T>& a, T* z, Index n) {
  constexpr Index width = strip_registers * L::size;
  const Index d = a.rows();
  Index c = 0;
  for (; c + width <= n; c += width)
    math::detail::multiply(a.data(), d, 1, d, math::detail::Strip<L, strip_registers>{z + c, n, L::size});
  for (; c < n; c += L::size)
    math::detail::multiply(a.data(), d, 1, d, math::detail::Strip<L, 1>{z + c, n, std::min<Index>(L::size, n - c)});
}
template <class T>
void whiten(const Vector<T>& a, T* z, Index n) {
  for (Index j = 0; j < a.size(); ++j)
    for (Index c = 0; c < n; ++c) z[j * n + c] *= a[j];
}

/// Weights that are this much smaller than the largest change no sum.
template <class T>
inline constexpr T negligible = std::is_same_v<T, float> ? T(1e-20) : T(1.8e-35);

/// Whether one of the weights is not negligible.
template <class T>
bool some_weight(const T* weights, Index count) {
  bool some = false;
  for (Index c = 0; c < count; ++c) some |= !(weights[c] < negligible<T>);
  return some;
}

/// Calls f(from, count) for stretches of at most a strip of columns in which some weight is not negligible. Samples that came
/// from one component stand together, so that this leaves out most of them.
template <class T, class L = math::Lanes<T>, class F>
void for_weighty_strips(const T* weights, Index n, F f) {
  constexpr Index width = strip_registers * L::size;
  for (Index from = 0; from < n; from += width) {
    const Index count = std::min(width, n - from);
    if (some_weight(weights + from, count)) f(from, count);
  }
}

/// out_c = -sum_k weight_kc A_k^T A_k (x_c - mean_k) for `size` columns of x (d x n) from column `begin` on, weights K x n. A
/// component is left out of strips where all its weights are negligible.
template <class T, class Components, class L = math::Lanes<T>>
void weighted_slopes(const Components& components, const Batch<T>& x, const Batch<T>& weights, Index begin, Index size,
                     Batch<T>& out) {
  constexpr Index width = strip_registers * L::size;
  const Index d = x.rows(), n = x.cols(), end = begin + size;
  std::vector<T> room(static_cast<std::size_t>(3 * d * width));
  T *here = room.data(), *y = here + d * width, *sum = y + d * width;
  for (Index from = begin; from < end; from += width) {
    const Index count = std::min(width, end - from);
    std::fill(here, y, T(0));
    std::fill(sum, sum + d * width, T(0));
    for (Index j = 0; j < d; ++j) std::copy_n(x.data() + j * n + from, count, here + j * width);
    for (Index k = 0; k < weights.rows(); ++k) {
      const T* given = weights.data() + k * n + from;
      if (!some_weight(given, count)) continue;
      T padded[width] = {};
      std::copy_n(given, count, padded);
      const auto& g = components[static_cast<std::size_t>(k)];
      for (Index j = 0; j < d; ++j) {
        const L centre(g.mean[j]);
        for (Index c = j * width; c < (j + 1) * width; c += L::size) (L::load(here + c) - centre).store(y + c);
      }
      multiply_precision<L>(g.inverse, y);
      for (Index j = 0; j < d; ++j)
        for (Index c = 0; c < width; c += L::size) {
          T* to = sum + j * width + c;
          multiply_add(L::load(padded + c), L::load(y + j * width + c), L::load(to)).store(to);
        }
    }
    for (Index j = 0; j < d; ++j)
      for (Index c = 0; c < count; ++c) out(j, from + c) = -sum[j * width + c];
  }
}

}  // namespace variate::detail
