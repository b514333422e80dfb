#pragma once
/// Distributions of different kinds side by side, independent of each other: the mean field of a heterogeneous model.
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/composite.hpp"
#include "variate/distributions/detail/theta.hpp"

namespace variate {

template <class... D>
class Product;

namespace detail {

/// An array of row blocks, as tall as the blocks of the product.
template <class T, std::size_t N>
using Slices = std::array<Batch<T>, N>;
template <std::size_t N>
using Sizes = std::array<Index, N>;

template <class T, std::size_t N>
Batch<T> stacked(const Slices<T, N>& parts) {
  Index rows = 0;
  for (const auto& part : parts) rows += part.rows();
  Batch<T> all(rows, parts[0].cols());
  rows = 0;
  for (const auto& part : parts) {
    all.middleRows(rows, part.rows()) = part;
    rows += part.rows();
  }
  return all;
}
template <class T, std::size_t N>
Slices<T, N> sliced(const Batch<T>& all, const Sizes<N>& sizes) {
  Slices<T, N> parts;
  for (std::size_t i = 0, row = 0; i < N; row += static_cast<std::size_t>(sizes[i++]))
    parts[i] = all.middleRows(static_cast<Index>(row), sizes[i]);
  return parts;
}

}  // namespace detail

/// A draw of every block.
template <class... D>
class ProductDraw {
 public:
  /// Of the numbers.
  using T = ScalarOf<Product<D...>>;
  Batch<T> value;  ///< the blocks' draws stacked, d x SB

  /// sum_c (dvalue_c/dparams)^T G_c, flat; and the same, K x B.
  Vector<T> pullback(const Batch<T>& g) const {
    detail::require_slopes("Product", g, value);
    const auto slices = detail::sliced(g, sizes_);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return detail::joined(std::array{Vector<T>(std::get<I>(draws_).pullback(slices[I]))...});
    }(std::index_sequence_for<D...>());
  }
  Batch<T> theta_pullback(const Batch<T>& g) const { return detail::as_batch(pullback(g), batch_); }

 private:
  friend class Product<D...>;
  ProductDraw(std::tuple<detail::DrawOf<D>...> draws, const detail::Sizes<sizeof...(D)>& sizes, Index batch)
      : draws_(std::move(draws)), sizes_(sizes), batch_(batch) {
    value =
        std::apply([](const auto&... draw) { return detail::stacked(detail::Slices<T, sizeof...(D)>{draw.value...}); }, draws_);
  }

  std::tuple<detail::DrawOf<D>...> draws_;
  detail::Sizes<sizeof...(D)> sizes_;
  Index batch_;
};

/// The sum of the blocks' log densities, and the ways back.
template <class... D>
class ProductEvaluation {
 public:
  /// Of the numbers.
  using T = ScalarOf<Product<D...>>;
  Row<T> value;  ///< 1 x SB

  /// The weighted score, flat; and G_c = w_c dvalue_c/dx_c.
  Vector<T> pullback(const Row<T>& w) const {
    const Row<T> inside = detail::weights_inside("Product", w, value);
    return std::apply([&](const auto&... e) { return detail::joined(std::array{Vector<T>(e.pullback(inside))...}); }, pieces_);
  }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires(detail::ScoreableByPoint<D> && ...)
  {
    const Row<T> inside = detail::weights_inside("Product", w, value);
    detail::Slices<T, sizeof...(D)> slopes;
    const Vector<T> flat = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return detail::joined(std::array{Vector<T>(std::get<I>(pieces_).pullback(inside, slopes[I]))...});
    }(std::index_sequence_for<D...>());
    g = detail::stacked(slopes);
    return flat;
  }
  /// The same, K x B.
  Batch<T> theta_pullback(const Row<T>& w) const { return detail::as_batch(pullback(w), batch_); }
  Batch<T> theta_pullback(const Row<T>& w, Batch<T>& g) const
    requires(detail::ScoreableByPoint<D> && ...)
  {
    return detail::as_batch(pullback(w, g), batch_);
  }

 private:
  friend class Product<D...>;
  using Slices = detail::Slices<T, sizeof...(D)>;
  ProductEvaluation(const std::tuple<D...>& blocks, Slices slices, Index batch)
      : ProductEvaluation(blocks, std::make_unique<const Slices>(std::move(slices)), batch, std::index_sequence_for<D...>()) {}
  template <std::size_t... I>
  ProductEvaluation(const std::tuple<D...>& blocks, std::unique_ptr<const Slices> slices, Index batch, std::index_sequence<I...>)
      : slices_(std::move(slices)), pieces_{std::get<I>(blocks).evaluate((*slices_)[I])...}, batch_(batch) {
    value = std::get<0>(pieces_).value;
    ((I > 0 ? void(value += std::get<I>(pieces_).value) : void()), ...);
  }

  std::unique_ptr<const Slices> slices_;  // stays where it is: the blocks' evaluations refer to it
  std::tuple<detail::EvaluationOf<D>...> pieces_;
  Index batch_;
};

/// Blocks D... that are independent of each other: `Product(Normal::standard(3), Gamma(a, b), Dirichlet(c))`. The event is the
/// blocks' events stacked, theta the blocks' theta stacked. All have the same number of data points.
///
/// It has what every block has: `rsample` if all are Reparameterizable, a slope in x if all have one, `entropy`, `mean`,
/// `variance`, `mode`, `support`; and `kl` with a Product of as many blocks if each pair has it. Where one block is outside its
/// support the log density is -inf and the whole gradient 0. `sample` lets the blocks draw one after the other.
template <class... D>
class Product : public detail::Theta<ScalarOf<std::tuple_element_t<0, std::tuple<D...>>>> {
  static_assert((detail::Part<D> && ...), "the blocks of a Product are families: they own their parameters and know their score");
  using First = std::tuple_element_t<0, std::tuple<D...>>;
  static constexpr std::size_t count = sizeof...(D);

 public:
  using Scalar = ScalarOf<First>;
  static_assert((std::is_same_v<Scalar, ScalarOf<D>> && ...), "the blocks of a Product have one scalar type");

  /// ShapeError unless all have the same number of data points.
  explicit Product(D... blocks) : blocks_(std::move(blocks)...) {
    each([&](const auto& block, std::size_t i) {
      detail::require_size("Product", "data points of block " + std::to_string(i), block.batch_size(), first().batch_size());
      sizes_[i] = block.event_size();
      parameters_[i] = block.params().size();
    });
    prepare();
  }

  Index event_size() const {
    Index d = 0;
    for (const Index size : sizes_) d += size;
    return d;
  }
  /// All blocks.
  const std::tuple<D...>& blocks() const { return blocks_; }
  /// Block I.
  template <std::size_t I>
  const auto& block() const {
    return std::get<I>(blocks_);
  }

  /// Takes new parameters. ShapeError if their number differs; what the blocks refuse; then nothing has changed.
  void set_params(const Vector<Scalar>& v) {
    detail::require_size("Product", "size of params", v.size(), this->theta_.size());
    std::tuple<D...> changed = blocks_;
    Index at = 0;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((std::get<I>(changed).set_params(v.segment(at, parameters_[I])), at += parameters_[I]), ...);
    }(std::index_sequence_for<D...>());
    blocks_ = std::move(changed);
    prepare();
  }

  /// n draws for each data point, d x nB.
  template <class Rng>
  Batch<Scalar> sample(Rng& rng, Index n) const {
    detail::columns_for("Product", n, this->batch_size());
    return gathered([&](const auto& block) { return block.sample(rng, n); });
  }
  /// n draws for each data point that remember how they were made. The draw borrows this distribution.
  template <class Rng>
    requires(Reparameterizable<D> && ...)
  ProductDraw<D...> rsample(Rng& rng, Index n) const& {
    detail::columns_for("Product", n, this->batch_size());
    return std::apply(
        [&](const auto&... block) {
          return ProductDraw<D...>(std::tuple<detail::DrawOf<D>...>{block.rsample(rng, n)...}, sizes_, this->batch_size());
        },
        blocks_);
  }
  template <class Rng>
  void rsample(Rng& rng, Index n) const&& = delete;

  /// log density of each column (1 x columns).
  Row<Scalar> log_prob(const Batch<Scalar>& x) const {
    const auto slices = sliced(x);
    Row<Scalar> value = Row<Scalar>::Zero(x.cols());
    each([&](const auto& block, std::size_t i) { value += block.log_prob(slices[i]); });
    return value;
  }
  /// log density with its ways back. The evaluation borrows this distribution, not x.
  ProductEvaluation<D...> evaluate(const Batch<Scalar>& x) const& { return {blocks_, sliced(x), this->batch_size()}; }
  ProductEvaluation<D...> evaluate(const Batch<Scalar>& x) const&& = delete;

  /// Every combination of the blocks' points, the last block's fastest. InvalidArgument beyond 2^20.
  Batch<Scalar> support() const
    requires(Enumerable<D> && ...)
  {
    Batch<Scalar> points(0, 1);
    each([&](const auto& block, std::size_t) { points = detail::every_pair<Scalar>("Product", points, block.support()); });
    return points;
  }

  /// Of each coordinate, d x B.
  Batch<Scalar> mean() const
    requires(detail::HasMoments<D> && ...)
  {
    return gathered([](const auto& block) { return block.mean(); });
  }
  Batch<Scalar> variance() const
    requires(detail::HasMoments<D> && ...)
  {
    return gathered([](const auto& block) { return block.variance(); });
  }
  Batch<Scalar> stddev() const
    requires(detail::HasMoments<D> && ...)
  {
    return variance().cwiseSqrt();
  }
  Batch<Scalar> mode() const
    requires(detail::HasMode<D> && ...)
  {
    return gathered([](const auto& block) { return block.mode(); });
  }

  /// The sum of the blocks' entropies, 1 x B, and sum_b w_b dH_b/dtheta, flat.
  Row<Scalar> entropy() const
    requires(HasEntropy<D> && ...)
  {
    Row<Scalar> h = Row<Scalar>::Zero(this->batch_size());
    each([&](const auto& block, std::size_t) { h += block.entropy(); });
    return h;
  }
  Vector<Scalar> entropy_pullback(const Row<Scalar>& w) const
    requires(HasEntropy<D> && ...)
  {
    detail::require_size("Product", "number of weights", w.size(), this->batch_size());
    return std::apply(
        [&](const auto&... block) { return detail::joined(std::array{Vector<Scalar>(block.entropy_pullback(w))...}); }, blocks_);
  }

  /// Itself: its own distribution behind the identity link.
  const Product& distribution() const { return *this; }

 private:
  const First& first() const { return std::get<0>(blocks_); }
  template <class F>
  void each(F f) const {
    std::size_t i = 0;
    std::apply([&](const auto&... block) { (f(block, i++), ...); }, blocks_);
  }
  template <class F>
  Batch<Scalar> gathered(F f) const {
    return std::apply([&](const auto&... block) { return detail::stacked(detail::Slices<Scalar, count>{f(block)...}); }, blocks_);
  }
  detail::Slices<Scalar, count> sliced(const Batch<Scalar>& x) const {
    detail::require_points("Product", x, event_size(), this->batch_size());
    return detail::sliced(x, sizes_);
  }
  void prepare() {
    this->theta_ = std::apply(
        [&](const auto&... block) {
          return detail::as_batch(detail::joined(std::array{Vector<Scalar>(block.params())...}), first().batch_size());
        },
        blocks_);
  }

  std::tuple<D...> blocks_;
  detail::Sizes<count> sizes_{}, parameters_{};
};

namespace detail {

/// Block by block. The blocks' events must be of the same sizes.
template <class... P, class... Q>
  requires(sizeof...(P) == sizeof...(Q)) && (HasClosedKl<P, Q> && ...)
auto closed_kl(const Product<P...>& p, const Product<Q...>& q, const Row<ScalarOf<Product<P...>>>* w) {
  using T = ScalarOf<Product<P...>>;
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    const std::array terms{closed_kl(p.template block<I>().distribution(), q.template block<I>().distribution(), w)...};
    KlTerms<T> sum = terms[0];
    if (w) sum.gradient = stacked(Slices<T, sizeof...(P)>{terms[I].gradient...});
    for (std::size_t i = 1; i < terms.size() && !w; ++i) sum.value += terms[i].value;
    return sum;
  }(std::index_sequence_for<P...>());
}

}  // namespace detail
}  // namespace variate
