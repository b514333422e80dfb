#pragma once
/// The Gibbs operator of independent choices on surrogates made from the other samples (Shi et al. 2022, sections 3 and 4).
#include <cmath>

#include "variate/core/types.hpp"

namespace variate::detail {

/// How many rows of a batch one choice takes: one for a bit, K for a one-hot vector.
template <class D>
Index rows_of_choice(const D& distribution) {
  if constexpr (requires { distribution.classes(); }) return distribution.classes();
  else return 1;
}

/// Every sample k beside every other sample l of its data point. The surrogate of x_k is the mean over l of H(f_l, f'_l.(x -
/// x_l)), wanted at x_k and where one choice is another: in row r of the logits, the bit r turned over or its variable's class
/// made r. A turn has the probability p_r, which is |s_r| of the score s; it moves the score by as much as it moves x.
template <class T>
class SteinPairs {
 public:
  /// `w` are the samples' weights in the mean, 0 for one that was dropped.
  SteinPairs(const Batch<T>& x, const Row<T>& value, const Batch<T>& slope, const Batch<T>& score, const Row<T>& w, Index rows,
             Index points)
      : x_(x),
        score_(score),
        w_(w),
        rows_(rows),
        points_(points),
        samples_(x.cols() / points),
        pairs_(samples_ * (samples_ - 1) * points) {
    inputs_.resize(2, (x.rows() + 1) * pairs_);
    each_pair([&](Index pair, Index k, Index l) {
      T base = 0;
      for (Index i = 0; i < x_.rows(); ++i) base += slope(i, l) * (x_(i, k) - x_(i, l));
      for (Index r = -1; r < x_.rows(); ++r) {
        const Index c = (r + 1) * pairs_ + pair;
        inputs_(0, c) = value(l);
        inputs_(1, c) = r < 0 ? base : base + turned(r, k, [&](Index i) { return slope(i, l); });
      }
    });
  }

  /// The surrogate's arguments: 2 x (1 + K) pairs.
  const Batch<T>& inputs() const { return inputs_; }

  /// (A h_k)(x_k) of each sample, h's numbers in the order of `inputs`.
  Row<T> operate(const Row<T>& h) const {
    Row<T> out = Row<T>::Zero(x_.cols());
    each_turn([&](Index pair, Index k, Index r, T p) { out(k) += p * (at(h, pair, r) - at(h, pair, -1)); });
    return out;
  }
  /// (A (h_k s))(x_k): K x columns.
  Batch<T> operate_with_score(const Row<T>& h) const {
    Batch<T> out = score_;
    out.array().rowwise() *= operate(h).array();
    each_turn(
        [&](Index pair, Index k, Index r, T p) { move(r, k, [&](Index i, T by) { out(i, k) += p * at(h, pair, r) * by; }); });
    return out;
  }

  /// What weighs each h in scale g.B, B = -sum_k w_k s_k (mean of the others' A h): g is K x B.
  Row<T> weights_of_baseline(const Batch<T>& g, T scale) const {
    Row<T> along(x_.cols()), total = Row<T>::Zero(points_);
    for (Index c = 0; c < x_.cols(); ++c) {
      along(c) = w_(c) * g.col(c % points_).dot(score_.col(c));
      total(c % points_) += along(c);
    }
    Row<T> weights = Row<T>::Zero(inputs_.cols());
    each_turn([&](Index pair, Index k, Index r, T p) {
      const T weight = -scale * p * (total(k % points_) - along(k)) * share(k);
      weights((r + 1) * pairs_ + pair) += weight;
      weights(pair) -= weight;
    });
    return weights;
  }
  /// In scale g.C, C = sum_k w_k A(h_k s)(x_k).
  Row<T> weights_of_gradient(const Batch<T>& g, T scale) const {
    Row<T> weights = Row<T>::Zero(inputs_.cols());
    each_turn([&](Index pair, Index k, Index r, T p) {
      const auto direction = g.col(k % points_);
      const T along = direction.dot(score_.col(k)), factor = scale * w_(k) * p;
      weights((r + 1) * pairs_ + pair) += factor * (along + turned(r, k, [&](Index i) { return direction(i); }));
      weights(pair) -= factor * along;
    });
    return weights;
  }

 private:
  template <class Body>
  void each_pair(Body body) const {
    Index pair = 0;
    for (Index k = 0; k < x_.cols(); ++k)
      for (Index l = k % points_; l < x_.cols(); l += points_)
        if (l != k) body(pair++, k, l);
  }
  /// body(pair, k, r, p) for every turn of sample k that counts; p is its probability over the numbers of variables and pairs.
  template <class Body>
  void each_turn(Body body) const {
    const T variables = static_cast<T>(x_.rows() / rows_);
    each_pair([&](Index pair, Index k, Index l) {
      if (w_(k) == T(0) || w_(l) == T(0)) return;
      const T each = share(k) / variables;
      for (Index r = 0; r < x_.rows(); ++r)
        if (rows_ == 1 || x_(r, k) != T(1)) body(pair, k, r, each * std::abs(score_(r, k)));
    });
  }
  /// 1/(the number of its data point's samples - 1).
  T share(Index k) const {
    const T weight = w_(k) * static_cast<T>(points_);
    return weight / (T(1) - weight);
  }
  /// How turn r moves x_k: body(row, by).
  template <class Body>
  void move(Index r, Index k, Body body) const {
    if (rows_ == 1) {
      body(r, T(1) - T(2) * x_(r, k));
      return;
    }
    body(r, T(1));
    for (Index i = r - r % rows_, end = i + rows_; i < end; ++i)
      if (x_(i, k) == T(1)) body(i, T(-1));
  }
  template <class Of>
  T turned(Index r, Index k, Of of) const {
    T sum = 0;
    move(r, k, [&](Index i, T by) { sum += of(i) * by; });
    return sum;
  }
  T at(const Row<T>& h, Index pair, Index r) const { return h((r + 1) * pairs_ + pair); }

  const Batch<T>& x_;
  const Batch<T>& score_;
  const Row<T>& w_;
  Index rows_, points_, samples_, pairs_;
  Batch<T> inputs_;
};

}  // namespace variate::detail
