#pragma once
/// The distribution of b(x), where x has a distribution and b is a bijector.
#include <concepts>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

#include "variate/bijectors/bijector.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/random/rng.hpp"

namespace variate {

/// A draw of D, mapped.
template <class D, class B>
class TransformedDraw {
 public:
  /// Of the numbers.
  using T = ScalarOf<D>;
  /// The draw before the map.
  using BaseDraw = decltype(std::declval<const D&>().rsample(std::declval<detail::AnyRng&>(), Index()));
  Batch<T> value;  ///< d' x SB

  /// To D's parameters, flat.
  Vector<T> pullback(const Batch<T>& g) const {
    return draw_.pullback(Batch<T>(image_.pullback(g, Row<T>::Zero(value.cols()))));
  }

 private:
  template <class, class> friend class Transformed;
  TransformedDraw(BaseDraw draw, const B& b) : draw_(std::move(draw)), image_(b.forward(draw_.value)) { value = image_.value; }
  BaseDraw draw_;
  ForwardOf<B> image_;
};

/// log p(y) = log p_D(x) + log |det dx/dy|, x = b^-1(y), and the ways back.
template <class D, class B>
class TransformedEvaluation {
 public:
  /// Of the numbers.
  using T = ScalarOf<D>;
  /// The evaluation before the map.
  using Piece = decltype(variate::evaluate(std::declval<const D&>(), std::declval<const Batch<T>&>()));
  Row<T> value;  ///< 1 x SB

  /// The weighted score, to D's parameters.
  Vector<T> pullback(const Row<T>& w) const { return piece_.pullback(weights(w)); }
  /// Also g_c = w_c dvalue_c/dy_c; zero outside the support. Where the image of b is a surface, only its tangential part means
  /// anything.
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires DifferentiableEvaluation<Piece, T>
  {
    const Row<T> kept = weights(w);
    Batch<T> slope;
    Vector<T> params = piece_.pullback(kept, slope);
    g = image_->pullback(slope, kept);
    for (Index c = 0; c < g.cols(); ++c)
      if (inside_[c] == 0) g.col(c).setZero();
    return params;
  }

 private:
  template <class, class> friend class Transformed;
  TransformedEvaluation(const D& base, const B& b, const Batch<T>& y, Row<T> inside)
      : inside_(std::move(inside)),
        image_(std::make_unique<const InverseOf<B>>(b.inverse(y))),
        piece_(variate::evaluate(base, std::as_const(image_->value))) {
    value = piece_.value + image_->log_det;
  }
  Row<T> weights(const Row<T>& w) const {
    detail::require_size("Transformed", "number of weights", w.size(), value.size());
    return w.cwiseProduct(inside_);
  }

  Row<T> inside_;
  std::unique_ptr<const InverseOf<B>> image_;  // stays where it is: the evaluation of D refers to its value
  Piece piece_;
};

/// x ~ D, y = b(x). Its parameters are D's; it is a Family if D is, and Reparameterizable if D is. Densities are by the measure
/// that b counts volume with (see `Bijector`).
///
/// Points that are not strictly inside the image of b, its boundary included, have log density -infinity and gradient zero; NaN
/// gives NaN. A draw may round onto the boundary (a sigmoid of 40 is 1): to fit a constrained model, `transform_target` has no
/// such edge.
template <class D, class B>
class Transformed {
 public:
  using Scalar = ScalarOf<D>;
  static_assert(std::same_as<Scalar, ScalarOf<B>>, "a distribution and its bijector have one scalar type");

  /// ShapeError if b cannot take D's points.
  Transformed(D base, B bijector)
      : base_(std::move(base)), bijector_(std::move(bijector)), size_(bijector_.output_size(base_.event_size())) {}

  Index event_size() const { return size_; }
  Index batch_size() const { return base_.batch_size(); }

  /// D's parameters, where it owns some.
  Vector<Scalar> params() const
    requires Parametric<D>
  {
    return base_.params();
  }
  void set_params(const Vector<Scalar>& v)
    requires Parametric<D>
  {
    base_.set_params(v);
  }

  /// n draws for each data point, d' x nB.
  template <class Rng>
  Batch<Scalar> sample(Rng& rng, Index n) const {
    return bijector_.value(base_.sample(rng, n));
  }
  /// The same draws, remembering how they were made. Borrows this distribution.
  template <class Rng>
    requires Reparameterizable<D>
  TransformedDraw<D, B> rsample(Rng& rng, Index n) const& {
    return {base_.rsample(rng, n), bijector_};
  }
  template <class Rng>
    requires Reparameterizable<D>
  TransformedDraw<D, B> rsample(Rng& rng, Index n) const&& = delete;

  /// log density of each column (1 x columns).
  Row<Scalar> log_prob(const Batch<Scalar>& y) const {
    return weighed(y, [this](const Batch<Scalar>& good, const Row<Scalar>&) {
      const InverseOf<B> x = bijector_.inverse(good);
      return Row<Scalar>(base_.log_prob(x.value) + x.log_det);
    });
  }
  /// log density with its ways back. Borrows this distribution, not y.
  TransformedEvaluation<D, B> evaluate(const Batch<Scalar>& y) const&
    requires Scoreable<D>
  {
    return weighed(y, [this](const Batch<Scalar>& good, const Row<Scalar>& inside) {
      return TransformedEvaluation<D, B>(base_, bijector_, good, inside);
    });
  }
  TransformedEvaluation<D, B> evaluate(const Batch<Scalar>& y) const&& = delete;

  /// The distribution of x.
  const D& base() const { return base_; }
  /// The map from the base distribution's space.
  const B& bijector() const { return bijector_; }

 private:
  /// f(y, inside), where columns outside have been overwritten, and then get their value.
  template <class F>
  auto weighed(const Batch<Scalar>& y, F f) const {
    detail::require_size("Transformed", "rows of x", y.rows(), size_);
    detail::require_multiple("Transformed", "columns of x", y.cols(), batch_size());
    const Row<Scalar> inside = bijector_.in_image(y);
    if ((inside.array() != 0).all()) return f(y, inside);
    auto result = f(overwritten(y, inside), inside);
    const auto value_of = [&](Index c) -> Scalar& {
      if constexpr (std::is_same_v<decltype(result), Row<Scalar>>) return result[c];
      else return result.value[c];
    };
    for (Index c = 0; c < y.cols(); ++c)
      if (inside[c] == 0)
        value_of(c) = y.col(c).hasNaN() ? std::numeric_limits<Scalar>::quiet_NaN() : -std::numeric_limits<Scalar>::infinity();
    return result;
  }

  /// Columns outside replaced by draws of the same data point that are inside, so that a weight of zero keeps them out of
  /// gradients.
  Batch<Scalar> overwritten(Batch<Scalar> y, const Row<Scalar>& inside) const {
    constexpr Index tries = 16;
    Rng rng(0);
    const Batch<Scalar> spare = sample(rng, tries);
    const Row<Scalar> usable = bijector_.in_image(spare);
    for (Index c = 0; c < y.cols(); ++c) {
      if (inside[c] != 0) continue;
      Index from = c % batch_size();
      while (usable[from] == 0 && from + batch_size() < spare.cols()) from += batch_size();
      y.col(c) = spare.col(from);
    }
    return y;
  }

  D base_;
  B bijector_;
  Index size_;
};

}  // namespace variate
