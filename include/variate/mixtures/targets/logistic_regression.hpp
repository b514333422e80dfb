#pragma once
/// Bayesian logistic regression as a target: the posterior of its weights, with a closed gradient.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "variate/autodiff/detail/multiply.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/linear_algebra.hpp"
#include "variate/math/log.hpp"
#include "variate/random/permutation.hpp"

namespace variate {

/// What is not data.
struct LogisticRegressionOptions {
  double prior_deviation = 10;  ///< of each weight about 0
  bool reflected = true;        ///< label 1 has probability sigmoid(-x.w), as in gmmvi; else sigmoid(x.w): a reflection of w
};

/// A column of ones, then each column of the raw data over its standard deviation (population, not centred): N x (columns + 1).
/// DomainError for a column that is constant.
template <class T>
Batch<T> scaled_design(const Batch<T>& raw) {
  detail::require_finite("scaled_design", "raw", raw);
  Batch<T> design(raw.rows(), raw.cols() + 1);
  design.col(0).setOnes();
  for (Index j = 0; j < raw.cols(); ++j) {
    const T mean = raw.col(j).mean();
    const T deviation = std::sqrt((raw.col(j).array() - mean).square().mean());
    detail::require_positive("scaled_design", "deviation of a column", deviation);
    design.col(j + 1) = raw.col(j) / deviation;
  }
  return design;
}

namespace detail {

/// Sums of log sigmoid(z) over the rows of one batch after the other, for each column. One logarithm for many rows: the product
/// of numbers between 1 and 2 is taken before it overflows.
template <class T, class L = math::Lanes<T>>
class LogSigmoidSum {
 public:
  explicit LogSigmoidSum(Index cols) : sums_(Row<T>::Zero(padded(cols))), products_(Row<T>::Ones(padded(cols))), cols_(cols) {}

  /// z, so many rows, becomes sigmoid(-z): the slopes.
  void add(T* z, Index rows) {
    constexpr Index most = sizeof(T) == 8 ? 1000 : 120;
    for (Index row = 0; row < rows;) {
      const Index some = std::min(most - since_, rows - row);
      for (Index c = 0; c < cols_; c += L::size) add(z + row * cols_ + c, some, std::min<Index>(L::size, cols_ - c), c);
      since_ += some;
      row += some;
      if (since_ == most) take_logarithms();
    }
  }
  void store(T* value) {
    take_logarithms();
    std::copy_n(sums_.data(), cols_, value);
  }

 private:
  static Index padded(Index cols) { return (cols + L::size - 1) / L::size * L::size; }
  void add(T* at, Index rows, Index count, Index c) {
    L sum = L::load(sums_.data() + c), product = L::load(products_.data() + c);
    for (Index i = 0; i < rows; ++i, at += cols_) {
      const L x = count == L::size ? L::load(at) : L::load(at, count, T(0));
      const L e = math::exp(-abs(x)), one = e + L(T(1));
      product *= one;
      sum += min(L(T(0)), x);
      const L slope = select(x < L(T(0)), L(T(1)), e) / one;
      if (count == L::size) slope.store(at);
      else slope.store(at, count);
    }
    sum.store(sums_.data() + c);
    product.store(products_.data() + c);
  }
  void take_logarithms() {
    math::log(products_.data(), products_.data(), products_.size());
    sums_ -= products_;
    products_.setOnes();
    since_ = 0;
  }

  Row<T> sums_, products_;
  Index cols_, since_ = 0;
};

/// Rows of the design with the sign that their label gives: the likelihood of row i is sigmoid(row . w).
template <class T>
Batch<T> signed_rows(const char* name, Batch<T> design, const Vector<T>& labels, const LogisticRegressionOptions& options) {
  require_at_least(name, "rows of design", design.rows(), 1);
  require_at_least(name, "columns of design", design.cols(), 1);
  require_size(name, "number of labels", labels.size(), design.rows());
  require_finite(name, "design", design);
  require_each<InvalidArgument>(name, "labels", labels, "0 or 1", [](T label) { return label == 0 || label == 1; });
  require_positive(name, "prior_deviation", options.prior_deviation);
  for (Index i = 0; i < design.rows(); ++i)
    if ((labels[i] == 1) == options.reflected) design.row(i) *= T(-1);
  return design;
}

/// value += log N(x; 0, s^2 I), gradient += its gradient (if there is one).
template <class T>
void add_normal_prior(const Batch<T>& x, T deviation, Row<T>& value, Batch<T>* gradient) {
  const T inverse = 1 / (deviation * deviation);
  const T constant = -static_cast<T>(x.rows()) * (std::log(deviation) + std::log(2 * std::numbers::pi_v<T>) / 2);
  Row<T> squares = Row<T>::Zero(x.cols());
  for (Index i = 0; i < x.rows(); ++i)
    for (Index c = 0; c < x.cols(); ++c) squares[c] += x(i, c) * x(i, c);
  value.array() += constant - squares.array() * (inverse / 2);
  if (gradient) math::detail::add(-inverse, x.data(), gradient->data(), x.size());
}

}  // namespace detail

/// log p(w) = log N(w; 0, s^2 I) + sum_i log sigmoid(+-x_i . w), the constant of the prior included.
template <class T = double>
class LogisticRegression {
 public:
  using Scalar = T;

  /// A row of the design (N x d) and a label, 0 or 1, for each data point. ShapeError if their numbers differ; InvalidArgument
  /// for other labels or numbers that are not finite.
  LogisticRegression(Batch<T> design, const Vector<T>& labels, LogisticRegressionOptions options = {})
      : rows_(detail::signed_rows("LogisticRegression", std::move(design), labels, options)),
        deviation_(static_cast<T>(options.prior_deviation)) {}

  /// Dimensions: one weight a column of the design.
  Index event_size() const { return rows_.cols(); }
  /// Data points.
  Index rows() const { return rows_.rows(); }

  /// log density of each column, up to a constant.
  Row<T> operator()(const Batch<T>& w) const { return weigh(w, nullptr); }
  /// Also its gradient (resized).
  Row<T> value_and_gradient(const Batch<T>& w, Batch<T>& gradient) const { return weigh(w, &gradient); }

 private:
  /// Columns and rows of activations that are worked on together: they stay in the first cache.
  static constexpr Index strip = 48, stretch = 96;

  Row<T> weigh(const Batch<T>& w, Batch<T>* gradient) const {
    detail::require_size("LogisticRegression", "rows of w", w.rows(), event_size());
    const Index n = w.cols(), d = event_size();
    if (gradient) gradient->resize(d, n);
    Row<T> value(n);
    detail::Lent<Batch<T>> z = detail::spare<T>(stretch, strip);
    for (Index from = 0; from < n; from += strip) {
      const Index count = std::min(strip, n - from);
      const detail::Lent<Batch<T>> block = w.middleCols(from, count);
      detail::Lent<Batch<T>> slope = detail::spare<T>(d, count);
      slope.setZero();
      detail::LogSigmoidSum<T> sum(count);
      for (Index row = 0; row < rows(); row += stretch) {
        const Index some = std::min(stretch, rows() - row);
        detail::multiply<T>(z.data(), {rows_.data() + row * d, d, 1}, block.data(), some, d, count, false);
        sum.add(z.data(), some);
        if (gradient) detail::multiply<T>(slope.data(), {rows_.data() + row * d, 1, d}, z.data(), d, some, count);
      }
      sum.store(value.data() + from);
      if (gradient) gradient->middleCols(from, count) = slope;
    }
    detail::add_normal_prior(w, deviation_, value, gradient);
    return value;
  }

  Batch<T> rows_;
  T deviation_;
};

/// How data are drawn.
struct MinibatchOptions {
  Index batch_size = 64;
  Index size_test_set = 0;                ///< the last rows, held out
  bool use_own_batch_per_sample = true;   ///< the next rows for each sample; false: the same for all
};

template <class T>
class MinibatchLogisticRegression;

/// N times the mean log likelihood of some rows, plus the log prior: a noisy log density. It borrows what it comes from.
template <class T>
class LogisticMinibatch {
 public:
  using Scalar = T;

  /// Each sample takes the next rows in the order drawn, from the first ones again when not enough are left.
  Row<T> value_and_gradient(const Batch<T>& w, Batch<T>& gradient) const { return all_->weigh(w, gradient, order_); }
  /// The values alone.
  Row<T> operator()(const Batch<T>& w) const {
    Batch<T> gradient;
    return value_and_gradient(w, gradient);
  }

 private:
  friend class MinibatchLogisticRegression<T>;
  LogisticMinibatch(const MinibatchLogisticRegression<T>& all, std::vector<Index> order) : all_(&all), order_(std::move(order)) {}

  const MinibatchLogisticRegression<T>* all_;
  std::vector<Index> order_;
};

/// Logistic regression from a part of the data at a time: `minibatch(rng)` shuffles them and gives an unbiased estimate of the
/// log density to work with. GMMVI asks for one at each step.
template <class T = double>
class MinibatchLogisticRegression {
 public:
  using Scalar = T;

  /// As for `LogisticRegression`. InvalidArgument unless 1 <= batch size <= rows that are not held out.
  MinibatchLogisticRegression(Batch<T> design, const Vector<T>& labels, MinibatchOptions batches = {},
                              LogisticRegressionOptions options = {})
      : batches_(batches), deviation_(static_cast<T>(options.prior_deviation)) {
    constexpr const char* name = "MinibatchLogisticRegression";
    detail::require_at_least(name, "size_test_set", batches.size_test_set, 0);
    detail::require_at_least(name, "batch_size", batches.batch_size, 1);
    Batch<T> rows = detail::signed_rows(name, std::move(design), labels, options);
    detail::require_at_least(name, "rows that are not held out", rows.rows() - batches.size_test_set, batches.batch_size);
    rows_ = rows.topRows(rows.rows() - batches.size_test_set);
    held_out_ = rows.bottomRows(batches.size_test_set);
  }

  /// Dimensions.
  Index event_size() const { return rows_.cols(); }
  /// Data points that are not held out.
  Index rows() const { return rows_.rows(); }
  /// Mean log likelihood of the rows held out, at each column.
  Row<T> held_out(const Batch<T>& w) const {
    detail::require_at_least("MinibatchLogisticRegression", "rows held out", held_out_.rows(), 1);
    detail::require_size("MinibatchLogisticRegression", "rows of w", w.rows(), event_size());
    Batch<T> z = Batch<T>::Zero(held_out_.rows(), w.cols());
    detail::multiply<T>(z.data(), {held_out_.data(), w.rows(), 1}, w.data(), z.rows(), w.rows(), w.cols());
    Row<T> value(w.cols());
    detail::LogSigmoidSum<T> sum(w.cols());
    sum.add(z.data(), z.rows());
    sum.store(value.data());
    return value / static_cast<T>(held_out_.rows());
  }

  /// Draws one order of the rows, `permutation(rng, rows)`.
  template <class Rng>
  LogisticMinibatch<T> minibatch(Rng& rng) const& {
    return {*this, permutation(rng, rows())};
  }
  template <class Rng>
  LogisticMinibatch<T> minibatch(Rng& rng) const&& = delete;

 private:
  friend class LogisticMinibatch<T>;

  Row<T> weigh(const Batch<T>& w, Batch<T>& gradient, const std::vector<Index>& order) const {
    detail::require_size("MinibatchLogisticRegression", "rows of w", w.rows(), event_size());
    const Index n = w.cols(), d = event_size(), size = batches_.batch_size;
    const T scale = static_cast<T>(rows()) / static_cast<T>(size);
    Row<T> value(n);
    gradient.resize(d, n);
    Batch<T> some(size, d), block, z, slope;
    const Index strip = batches_.use_own_batch_per_sample ? 1 : n;
    for (Index c = 0, from = 0; c < n; c += strip, from += size) {
      if (from + size > rows()) from = 0;
      for (Index i = 0; i < size; ++i) some.row(i) = rows_.row(order[static_cast<std::size_t>(from + i)]);
      block = w.middleCols(c, strip);
      z.setZero(size, strip);
      detail::multiply<T>(z.data(), {some.data(), d, 1}, block.data(), size, d, strip);
      detail::LogSigmoidSum<T> sum(strip);
      sum.add(z.data(), z.rows());
      sum.store(value.data() + c);
      slope.setZero(d, strip);
      detail::multiply<T>(slope.data(), {some.data(), 1, d}, z.data(), d, size, strip);
      gradient.middleCols(c, strip) = slope;
    }
    value *= scale;
    gradient *= scale;
    detail::add_normal_prior(w, deviation_, value, &gradient);
    return value;
  }

  MinibatchOptions batches_;
  T deviation_;
  Batch<T> rows_, held_out_;
};

}  // namespace variate
