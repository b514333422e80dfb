#pragma once
/// The numbers behind the Dirichlet distribution: what its formulas are made of, points from the logarithms of gamma numbers, and
/// their way back.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/cells.hpp"
#include "variate/math/detail/gamma_tails.hpp"
#include "variate/math/detail/half_line.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log1p.hpp"

namespace variate::detail {

/// Of concentrations a, K x B, and their sums.
template <class S>
struct DirichletShape {
  Batch<S> a, rest;             ///< rest: the sum of the other a
  Batch<S> mean_log, log_mean;  ///< E log x_i, log E x_i
  Batch<S> peak;                ///< a log a - a - lgamma(a)
  Row<S> total, total_peak;     ///< of the sum of a

  explicit DirichletShape(const Batch<S>& theta)
      : a(theta), rest(theta.rows(), theta.cols()), log_mean(theta.rows(), theta.cols()), total(theta.cols()) {
    math::exp(a.data(), a.data(), a.size());
    for (Index b = 0; b < a.cols(); ++b) {
      // Sums from either end: total - a would lose the others beside a large one.
      S sum = 0;
      for (Index i = 0; i < a.rows(); ++i) {
        rest(i, b) = sum;
        sum += a(i, b);
      }
      total[b] = sum;
      sum = 0;
      for (Index i = a.rows(); i-- > 0;) {
        rest(i, b) += sum;
        sum += a(i, b);
      }
      for (Index i = 0; i < a.rows(); ++i) log_mean(i, b) = -std::log1p(rest(i, b) / a(i, b));
    }
    const auto gap = []<class L>(L v) { return math::detail::log_less_digamma(v); };
    const auto top = []<class L>(L v) { return math::detail::log_gamma_peak(v); };
    const Batch<S> sums = total;
    const Batch<S> total_gap = mapped(sums, gap), total_top = mapped(sums, top);
    total_peak = total_top.row(0);
    peak = mapped(a, top);
    mean_log = log_mean - mapped(a, gap);
    for (Index i = 0; i < a.rows(); ++i) mean_log.row(i) += total_gap.row(0);
  }

 private:
  template <class F>
  static Batch<S> mapped(const Batch<S>& x, F f) {
    Batch<S> y(x.rows(), x.cols());
    for (Index i = 0; i < x.size(); i += packet_size<S>) {
      const Index count = std::min(packet_size<S>, x.size() - i);
      store_some(math::detail::all_in_double(f, load_some(x.data() + i, count, S(1))), y.data() + i, count);
    }
    return y;
  }
};

/// f(column, count) for every register of columns.
template <class T, class F>
void for_columns(Index cols, F f) {
  for (Index j = 0; j < cols; j += packet_size<T>) f(j, std::min(packet_size<T>, cols - j));
}

/// The first largest entry of each column: its row, its value, and the largest of the others.
template <class V>
struct LargestOfColumn {
  V row{0}, value, second;

  template <class Load>
  LargestOfColumn(Index rows, Load load) : value(load(0)), second(-std::numeric_limits<typename V::Scalar>::infinity()) {
    using T = typename V::Scalar;
    for (Index i = 1; i < rows; ++i) {
      const V v = load(i);
      const auto more = v > value;
      second = select(more, value, max(second, v));
      row = select(more, V(static_cast<T>(i)), row);
      value = select(more, v, value);
    }
  }
};

/// x = exp(logs) over its sum, column by column, and log(x/(1-x)), which keeps the digits of 1 - x.
template <class S>
void simplex_points(const Batch<double>& logs, Batch<S>& x, Batch<S>* logits) {
  using D = Packet<double>;
  const Index rows = logs.rows(), cols = logs.cols();
  x.resize(rows, cols);
  if (logits) logits->resize(rows, cols);
  const auto put = [](D v, S* to, Index count) {
    double all[packet_size<double>];
    v.store(all);
    for (Index i = 0; i < count; ++i) to[i] = static_cast<S>(all[i]);
  };
  for_columns<double>(cols, [&](Index j, Index count) {
    const auto load = [&](Index i) { return load_some(logs.data() + i * cols + j, count, 0.0); };
    const LargestOfColumn<D> top(rows, load);
    D others(0.0);  // over the second
    for (Index i = 0; i < rows; ++i)
      others += select(top.row == D(static_cast<double>(i)), D(0.0), math::exp(load(i) - top.second));
    const D log_others = (top.second - top.value) + math::log(others), log_total = math::log1p(math::exp(log_others));
    for (Index i = 0; i < rows; ++i) {
      const D log_x = (load(i) - top.value) - log_total, point = math::exp(log_x);
      put(point, x.data() + i * cols + j, count);
      if (logits) {
        const D y = select(top.row == D(static_cast<double>(i)), -log_others, log_x - math::log1p(-min(point, D(0.5))));
        put(y, logits->data() + i * cols + j, count);
      }
    }
  });
}

/// g less its mean under x, column by column, from the entry of the largest x, so that nothing cancels in a corner.
template <class S>
Batch<S> centred(const Batch<S>& x, const Batch<S>& g) {
  using V = Packet<S>;
  const Index rows = x.rows(), cols = x.cols();
  Batch<S> out(rows, cols);
  for_columns<S>(cols, [&](Index j, Index count) {
    const auto load = [&](const Batch<S>& m, Index i) { return load_some(m.data() + i * cols + j, count, S(0)); };
    const LargestOfColumn<V> top(rows, [&](Index i) { return load(x, i); });
    V origin(S(0)), mean(S(0));
    for (Index i = 0; i < rows; ++i) origin = select(top.row == V(static_cast<S>(i)), load(g, i), origin);
    for (Index i = 0; i < rows; ++i) mean = multiply_add(load(x, i), load(g, i) - origin, mean);
    for (Index i = 0; i < rows; ++i) store_some((load(g, i) - origin) - mean, out.data() + i * cols + j, count);
  });
  return out;
}

}  // namespace variate::detail
