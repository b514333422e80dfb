#pragma once
/// Layers of bits: the two kernels that sigmoid belief nets and their guides are made of.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "variate/autodiff/detail/multiply.hpp"
#include "variate/autodiff/detail/transpose.hpp"
#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/random/fill.hpp"

namespace variate::detail {

/// A product of so many factors 1 + e^-|l|, each at most 2, is finite in float: one logarithm for all of them.
inline constexpr Index factors_at_once = 64;
/// Columns that are gone through together: their sums stay in the first cache.
inline constexpr Index bit_columns = 512;

/// to[j] = the number for column first + j, where the columns repeat every `points`.
template <class T>
void tile_row(T* to, const T* row, Index points, Index first, Index count) {
  for (Index at = first % points; count > 0; at = 0) {
    const Index some = std::min(points - at, count);
    std::copy_n(row + at, some, to);
    to += some;
    count -= some;
  }
}

/// What is to be done with bits whose logits are known.
enum class BitsTask {
  draw,           ///< bits = u > P(0), u in their place
  draw_and_rate,  ///< and log probabilities and residuals
  rate,           ///< log probabilities of given bits; residuals in the place of the logits
  value           ///< log probabilities alone
};

/// Bits (rows x cols) with a logit each, logits + bias of the row. `repeat` is how many columns of bits there are: they repeat if
/// there are fewer than cols. Adds scale times the log probability of each column to log_prob. The residual of a bit is bit -
/// P(1).
template <BitsTask task, class T, class L = math::Lanes<T>>
[[gnu::noinline]] void pass_over_bits(T* logits, const T* bias, T* bits, Index repeat, Index rows, Index cols, T scale,
                                      T* log_prob) {
  constexpr bool draws = task == BitsTask::draw || task == BitsTask::draw_and_rate, rates = task != BitsTask::draw;
  constexpr auto size = static_cast<std::size_t>(bit_columns);
  std::array<T, size> sum, product, tile;
  for (Index first = 0; first < cols; first += bit_columns) {
    const Index count = std::min(bit_columns, cols - first);
    sum.fill(T(0));
    product.fill(T(1));
    for (Index r = 0; r < rows; ++r) {
      T* const logit = logits + r * cols + first;
      T* bit = bits + r * repeat + first;
      if (repeat != cols) {
        tile_row(tile.data(), bits + r * repeat, repeat, first, count);
        bit = tile.data();
      }
      const L shift(bias[r]), one(T(1)), zero(T(0));
      math::detail::by_lanes<L>(count, [&](Index j, Index some) {
        const L l = math::detail::load_some<L>(logit + j, some, T(0)) + shift;
        L x = math::detail::load_some<L>(bit + j, some, T(0));
        const L e = math::exp(-abs(l)), whole = one + e;
        L p = zero;
        if constexpr (task != BitsTask::value) {
          const L likely = one / whole;
          p = select(l < zero, e * likely, likely);
        }
        if constexpr (draws) {
          x = select(x > one - p, one, zero);
          math::detail::store_some(x, bit + j, some);
        }
        if constexpr (rates) {
          (L::load(sum.data() + j) + (x * l - max(l, zero))).store(sum.data() + j);
          (L::load(product.data() + j) * whole).store(product.data() + j);
        }
        if constexpr (task == BitsTask::rate || task == BitsTask::draw_and_rate) math::detail::store_some(x - p, logit + j, some);
      });
      if constexpr (rates)
        if ((r + 1) % factors_at_once == 0 || r + 1 == rows) {
          math::log(product.data(), product.data(), count);
          for (Index j = 0; j < count; ++j) {
            sum[static_cast<std::size_t>(j)] -= product[static_cast<std::size_t>(j)];
            product[static_cast<std::size_t>(j)] = T(1);
          }
        }
    }
    if constexpr (rates)
      for (Index j = 0; j < count; ++j) log_prob[first + j] += scale * sum[static_cast<std::size_t>(j)];
  }
}

/// Bits whose logits are the same for all samples of a data point: the top of a net (one point), the first layer of a guide.
template <class T>
class RootBits {
 public:
  /// Takes logits, rows x points, without the bias.
  RootBits(Batch<T> logits, const T* bias)
      : logits_(std::move(logits)), probs_(spare<T>(logits_.rows(), logits_.cols())), floor_(Row<T>::Zero(logits_.cols())) {
    for (Index r = 0; r < rows(); ++r) logits_.row(r).array() += bias[r];
    using L = math::Lanes<T>;
    math::map<L>(logits_.data(), probs_.data(), logits_.size(), [](L l) {
      const L e = math::exp(-abs(l)), likely = L(T(1)) / (L(T(1)) + e);
      return select(l < L(T(0)), e * likely, likely);
    });
  }
  RootBits(RootBits&&) = default;
  RootBits(const RootBits&) = delete;
  RootBits& operator=(const RootBits&) = delete;
  RootBits& operator=(RootBits&&) = delete;
  ~RootBits() {
    give_back(logits_);
    give_back(probs_);
  }

  Index rows() const { return logits_.rows(); }
  Index points() const { return logits_.cols(); }
  /// P(1), rows x points.
  const Batch<T>& probs() const { return probs_; }

  /// bits (rows x cols) = u > P(0), with uniforms in their place.
  void draw(T* bits, Index cols) const {
    const Index n = points();
    for (Index r = 0; r < rows(); ++r)
      for (Index s = 0; s < cols; s += n) {
        T* const at = bits + r * cols + s;
        const T* const p = probs_.data() + r * n;
        if (n == 1) at[0] = at[0] > T(1) - p[0] ? T(1) : T(0);
        else
          for (Index b = 0; b < n; ++b) at[b] = at[b] > T(1) - p[b] ? T(1) : T(0);
      }
  }
  /// Adds scale times the log probability of each column.
  void add_log_prob(const T* bits, Index cols, T scale, T* log_prob) const {
    make_floor();
    const Index n = points();
    for (Index r = 0; r < rows(); ++r) {
      const T* const at = bits + r * cols;
      if (n == 1) {
        const T l = scale * logits_(r, 0);
        for (Index c = 0; c < cols; ++c) log_prob[c] += l * at[c];
      } else {
        const T* const l = logits_.data() + r * n;
        for (Index s = 0; s < cols; s += n)
          for (Index b = 0; b < n; ++b) log_prob[s + b] += scale * l[b] * at[s + b];
      }
    }
    for (Index s = 0; s < cols; s += n)
      for (Index b = 0; b < n; ++b) log_prob[s + b] -= scale * floor_(b);
  }
  /// sum over the samples of each data point of w (bit - P(1)), rows x points.
  Batch<T> residuals(const T* bits, Index cols, const Row<T>& w) const {
    const Index n = points();
    Row<T> total = Row<T>::Zero(n);
    for (Index s = 0; s < cols; s += n) total += w.segment(s, n);
    Batch<T> g = spare<T>(rows(), n);
    for (Index r = 0; r < rows(); ++r) {
      T* const to = g.data() + r * n;
      const T* const at = bits + r * cols;
      if (n == 1) {
        to[0] = Eigen::Map<const Row<T>>(at, cols).dot(w) - probs_(r, 0) * total(0);
        continue;
      }
      for (Index b = 0; b < n; ++b) to[b] = -probs_(r, b) * total(b);
      for (Index s = 0; s < cols; s += n)
        for (Index b = 0; b < n; ++b) to[b] += w(s + b) * at[s + b];
    }
    return g;
  }

 private:
  /// sum over the rows of log(1 + e^l), when somebody asks for log probabilities.
  void make_floor() const {
    if (floored_) return;
    Batch<T> logits = spare<T>(rows(), points());
    logits = logits_;
    Batch<T> none = spare<T>(rows(), points());
    none.setZero();
    const GivesBack at_end(logits, none);
    const Vector<T> no_bias = Vector<T>::Zero(rows());
    floor_.setZero();
    pass_over_bits<BitsTask::value>(logits.data(), no_bias.data(), none.data(), points(), rows(), points(), T(-1), floor_.data());
    floored_ = true;
  }

  Batch<T> logits_, probs_;
  mutable Row<T> floor_;
  mutable bool floored_ = false;
};

/// rows x cols uniforms, one request.
template <class T, class R>
void uniforms_into(R& rng, T* out, Index rows, Index cols) {
  if constexpr (GivesUniforms<R, T>) Eigen::Map<Batch<T>>(out, rows, cols) = rng.template uniforms<T>(rows, cols);
  else if constexpr (FillsUniforms<R, T>) rng.fill_uniforms(out, rows * cols);
  else fill_uniforms_from_bits(rng, out, rows * cols);
}

/// rows x cols of W (rows x inputs, row by row) times a batch of `cols` columns.
template <class T>
Batch<T> weighted_sums(const T* w, Index rows, Index inputs, const T* batch, Index cols) {
  Batch<T> out = spare<T>(rows, cols);
  multiply(out.data(), Strided<T>{w, inputs, 1}, batch, rows, inputs, cols, false);
  return out;
}

/// The linear map to the logits of a layer of bits: W (rows x inputs, row by row) and the biases, which follow it.
template <class T>
struct BitLayer {
  const T* weights;
  Index rows, inputs;
  T scale;  ///< of the log probabilities
  const T* biases() const { return weights + rows * inputs; }

  /// The task for `cols` columns of bits whose neighbours are `from`, inputs x cols. The rest is as in `pass_over_bits`.
  /// What it leaves in the place of the logits goes to the end of `kept`, if there is one.
  template <BitsTask task>
  void pass(const T* from, T* bits, Index repeat, Index cols, T* log_prob, std::vector<Batch<T>>* kept) const {
    Batch<T> logits = weighted_sums(weights, rows, inputs, from, cols);
    pass_over_bits<task>(logits.data(), biases(), bits, repeat, rows, cols, scale, log_prob);
    if (kept) kept->push_back(std::move(logits));
    else give_back(logits);
  }
};

/// The gradient of W is residuals (rows x cols) times the weighted transpose of what stood above (inputs x cols), that of the
/// biases, which follow it, the weighted residuals. Not `add`: written where nothing is yet. No weights (nullptr): all 1.
template <class T>
void add_layer_gradient(const Batch<T>& residuals, const T* above, Index inputs, const T* w, T* gradient, bool add) {
  const Index rows = residuals.rows(), cols = residuals.cols();
  Batch<T> turned = spare<T>(cols, inputs);
  const GivesBack at_end(turned);
  transpose(turned.data(), above, inputs, cols);
  T* const of_bias = gradient + rows * inputs;
  if (!add) std::fill_n(of_bias, rows, T(0));
  if (w) {
    for (Index c = 0; c < cols; ++c) turned.row(c) *= w[c];
    const Eigen::Map<const Row<T>> weights(w, cols);
    for (Index r = 0; r < rows; ++r) of_bias[r] += residuals.row(r).dot(weights);
  } else {
    for (Index r = 0; r < rows; ++r) of_bias[r] += residuals.row(r).sum();
  }
  multiply(gradient, Strided<T>{residuals.data(), cols, 1}, turned.data(), rows, cols, inputs, add);
}

/// Throws DomainError naming the first number that is neither 0 nor 1.
template <class T>
void require_bits(std::string_view function, std::string_view argument, const Batch<T>& x) {
  // v (v - 1) is zero for these alone, and what is not finite makes a sum that is not zero
  if ((x.array() * (x.array() - T(1))).abs().sum() == T(0)) return;
  require_each<DomainError>(function, argument, x, "0 or 1", [](T v) { return v == T(0) || v == T(1); });
}

/// Sizes of the layers from the data upwards: at least two, none below 1.
inline void require_layers(std::string_view function, const std::vector<Index>& sizes) {
  require_at_least(function, "number of layers", static_cast<Index>(sizes.size()), 2);
  for (const Index size : sizes) require_at_least(function, "size of a layer", size, 1);
}

/// A layer's weighted contribution is left as it is, or multiplied.
template <class T>
Row<T> scaled_weights(const Row<T>& w, T scale) {
  return scale == T(1) ? w : Row<T>(scale * w);
}

}  // namespace variate::detail
