#pragma once
/// Walks a d x cols batch of independent coordinates a register at a time, together with the constants of each coordinate.
///
/// The constants are C blocks of d x B: number m of coordinate i for data point b is row m*d + i. Three ways to walk:
///   down:   one data point, fewer samples than lanes and than coordinates: a register holds neighbouring coordinates of one
///           sample;
///   rows:   one data point, more samples: a register holds neighbouring samples, and each constant fills one;
///   points: many data points: a register holds neighbouring data points of one sample.
#include <algorithm>
#include <array>
#include <cstddef>

#include "variate/core/types.hpp"
#include "variate/math/detail/partial.hpp"
#include "variate/math/lanes.hpp"

namespace variate::detail {

template <class T>
using Packet = math::Lanes<T>;
template <class T>
inline constexpr Index packet_size = math::native_lanes<T>;
/// C numbers for each lane.
template <class T, int C>
using Numbers = std::array<Packet<T>, static_cast<std::size_t>(C)>;

template <class T>
Packet<T> load_some(const T* from, Index count, T fill) {
  return count == packet_size<T> ? Packet<T>::load(from) : math::detail::load_first<Packet<T>>(from, count, fill);
}
template <class T>
void store_some(Packet<T> v, T* to, Index count) {
  if (count == packet_size<T>) v.store(to);
  else math::detail::store_first(v, to, count);
}
template <class T>
T sum_some(Packet<T> v, Index count) {
  if (count == packet_size<T>) return sum(v);
  T all[packet_size<T>], total = 0;
  v.store(all);
  for (Index i = 0; i < count; ++i) total += all[i];
  return total;
}

/// C constants for `count` neighbours, `stride` from one constant to the next. Lanes to spare repeat the first neighbour.
template <int C, class T>
Numbers<T, C> load_numbers(const T* from, Index stride, Index count) {
  Numbers<T, C> c;
  for (int m = 0; m < C; ++m) c[static_cast<std::size_t>(m)] = load_some(from + m * stride, count, from[m * stride]);
  return c;
}
template <int C, class T>
void store_numbers(const Numbers<T, C>& c, T* to, Index stride, Index count) {
  for (int m = 0; m < C; ++m) store_some(c[static_cast<std::size_t>(m)], to + m * stride, count);
}
/// The same C constants in every lane.
template <int C, class T>
Numbers<T, C> spread_numbers(const T* from, Index stride) {
  Numbers<T, C> c;
  for (int m = 0; m < C; ++m) c[static_cast<std::size_t>(m)] = Packet<T>(from[m * stride]);
  return c;
}

/// Entries of a batch that sit in one register: neighbours in the row of `coordinate`, of columns `column`, `column` + 1, ...
template <class T>
struct Across {
  Index entry, column, count, coordinate;

  /// Lanes to spare repeat the first entry, so that they are as harmless as it is.
  Packet<T> load(const T* batch) const { return load_some(batch + entry, count, batch[entry]); }
  Packet<T> load_or_zero(const T* batch) const { return load_some(batch + entry, count, T(0)); }
  void store(Packet<T> v, T* batch) const { store_some(v, batch + entry, count); }
  Packet<T> load_weights(const T* row) const { return load_some(row + column, count, T(0)); }
  /// Where the same entries stand in a batch of twice as many columns, in its left or its right half.
  Across in_half(bool right, Index cols) const { return {2 * entry - column + (right ? cols : 0), column, count, coordinate}; }
};

/// Entries of a batch that sit in one register: neighbours in a column, `coordinate` the first of them.
template <class T>
struct Down {
  Index entry, column, count, cols, coordinate;

  Packet<T> load(const T* batch) const { return load_filled(batch + entry, batch[entry]); }
  Packet<T> load_or_zero(const T* batch) const { return load_filled(batch + entry, T(0)); }
  void store(Packet<T> v, T* batch) const {
    if (cols == 1) return store_some(v, batch + entry, count);
    T all[packet_size<T>];
    v.store(all);
    for (Index i = 0; i < count; ++i) batch[entry + i * cols] = all[i];
  }
  Packet<T> load_weights(const T* row) const { return Packet<T>(row[column]); }
  Down in_half(bool right, Index) const { return {2 * entry - column + (right ? cols : 0), column, count, 2 * cols, coordinate}; }

 private:
  Packet<T> load_filled(const T* from, T fill) const {
    if (cols == 1) return load_some(from, count, fill);
    T all[packet_size<T>];
    for (Index i = 0; i < packet_size<T>; ++i) all[i] = i < count ? from[i * cols] : fill;
    return Packet<T>::load(all);
  }
};

/// Which of the first two ways: strided columns cost more than a few rows.
template <class T>
bool goes_down(Index d, Index cols) {
  return cols < packet_size<T> && cols < d;
}

/// body(c, each, put) for every register of constants c: each(f) calls f(slice) for the slices of the batch that have them, and
/// put(sum, out) writes what was summed over those slices where the constants stand in a d x B block `out`.
template <int C, class T, class Body>
void for_each_cell(const T* constants, Index d, Index batch, Index cols, Body body) {
  constexpr Index n = packet_size<T>;
  const Index points = d * batch;
  if (batch == 1 && goes_down<T>(d, cols)) {
    for (Index i = 0; i < d; i += n) {
      const Index count = std::min(n, d - i);
      body(
          load_numbers<C>(constants + i, points, count),
          [=](auto f) {
            for (Index s = 0; s < cols; ++s) f(Down<T>{i * cols + s, s, count, cols, i});
          },
          [=](Packet<T> v, T* out) { store_some(v, out + i, count); });
    }
  } else if (batch == 1) {
    for (Index i = 0; i < d; ++i)
      body(
          spread_numbers<C>(constants + i, points),
          [=](auto f) {
            Index j = 0;
            for (; j + n <= cols; j += n) f(Across<T>{i * cols + j, j, n, i});
            if (j < cols) f(Across<T>{i * cols + j, j, cols - j, i});
          },
          [=](Packet<T> v, T* out) { out[i] = sum(v); });
  } else {
    for (Index i = 0; i < d; ++i)
      for (Index b = 0; b < batch; b += n) {
        const Index at = i * batch + b, count = std::min(n, batch - b);
        body(
            load_numbers<C>(constants + at, points, count),
            [=](auto f) {
              for (Index j = b; j < cols; j += batch) f(Across<T>{i * cols + j, j, count, i});
            },
            [=](Packet<T> v, T* out) { store_some(v, out + at, count); });
      }
  }
}

/// total[column] = sum over the coordinates of f(c, slice).
template <int C, class T, class F>
void sum_coordinates(const T* constants, Index d, Index batch, Index cols, T* total, F f) {
  constexpr Index n = packet_size<T>;
  constexpr Index streams = 4;  // rows read at a time: sums stay in registers, and the prefetcher can follow
  const Index points = d * batch;
  if (batch == 1 && goes_down<T>(d, cols)) {
    for (Index s = 0; s < cols; ++s) {
      Packet<T> sums(T(0));
      Index i = 0;
      for (; i + n <= d; i += n) sums += f(load_numbers<C>(constants + i, points, n), Down<T>{i * cols + s, s, n, cols, i});
      total[s] = sum(sums);
      if (i < d)
        total[s] += sum_some(f(load_numbers<C>(constants + i, points, d - i), Down<T>{i * cols + s, s, d - i, cols, i}), d - i);
    }
  } else if (batch == 1) {
    constexpr Index wide = 4;  // chains of additions that run side by side
    std::fill(total, total + cols, T(0));
    for (Index first = 0; first < d; first += streams) {
      const Index last = std::min(d, first + streams);
      Index j = 0;
      for (; j + wide * n <= cols; j += wide * n) {
        Numbers<T, wide> sums = load_numbers<wide>(total + j, n, n);
        for (Index i = first; i < last; ++i) {
          const Numbers<T, C> c = spread_numbers<C>(constants + i, points);
          for (Index k = 0; k < wide; ++k)
            sums[static_cast<std::size_t>(k)] += f(c, Across<T>{i * cols + j + k * n, j + k * n, n, i});
        }
        store_numbers<wide>(sums, total + j, n, n);
      }
      for (; j < cols; j += n) {
        const Index count = std::min(n, cols - j);
        Packet<T> sums = load_some(total + j, count, T(0));
        for (Index i = first; i < last; ++i)
          sums += f(spread_numbers<C>(constants + i, points), Across<T>{i * cols + j, j, count, i});
        store_some(sums, total + j, count);
      }
    }
  } else {
    std::fill(total, total + cols, T(0));
    for (Index s = 0; s < cols; s += batch)
      for (Index first = 0; first < d; first += streams) {
        const Index last = std::min(d, first + streams);
        for (Index b = 0; b < batch; b += n) {
          const Index count = std::min(n, batch - b);
          Packet<T> sums = load_some(total + s + b, count, T(0));
          for (Index i = first; i < last; ++i)
            sums += f(load_numbers<C>(constants + i * batch + b, points, count), Across<T>{i * cols + s + b, s + b, count, i});
          store_some(sums, total + s + b, count);
        }
      }
  }
}

/// out[k] = sum over the slices of weight(slice) * s[k] for the first K of P parameters, where body(c, slice, s, weight) fills s. out is
/// K blocks of d x B.
template <int C, int K, int P = K, class T, class Weight, class F>
void sum_samples(const T* constants, Index d, Index batch, Index cols, T* out, Weight weight, F body) {
  const Index points = d * batch;
  for_each_cell<C>(constants, d, batch, cols, [&](const Numbers<T, C>& c, auto each, auto put) {
    Numbers<T, K> total;
    Numbers<T, P> s;
    total.fill(Packet<T>(T(0)));
    each([&](const auto& slice) {
      const Packet<T> w = weight(slice);
      body(c, slice, s, w);
      for (std::size_t k = 0; k < total.size(); ++k) total[k] = multiply_add(w, s[k], total[k]);
    });
    for (std::size_t k = 0; k < total.size(); ++k) put(total[k], out + static_cast<Index>(k) * points);
  });
}

}  // namespace variate::detail
