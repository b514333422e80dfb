#pragma once
/// Layered recognition networks of bits, the other half of a Helmholtz machine.
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/distributions/detail/enumerate.hpp"
#include "variate/generative/detail/bit_layers.hpp"
#include "variate/generative/layers_of_bits.hpp"

namespace variate {

template <class T>
class BoundLayeredGuide;
template <class T>
class LayeredGuide;

/// log q(h | x) of every column, with the residual of every bit; of points that are borrowed, or that it drew and owns.
template <class T>
class LayeredGuideEvaluation : public detail::BitsEvaluation<LayeredGuideEvaluation<T>, T> {
  using Base = detail::BitsEvaluation<LayeredGuideEvaluation<T>, T>;

 public:
  /// Where it was evaluated, latents x SB.
  const Batch<T>& points() const { return borrowed_ ? *borrowed_ : own_.all.front(); }

 private:
  friend Base;
  friend class BoundLayeredGuide<T>;
  LayeredGuideEvaluation(const BoundLayeredGuide<T>& q, const Batch<T>& borrowed)
      : Base(borrowed.cols()), q_(&q), borrowed_(&borrowed) {}
  LayeredGuideEvaluation(const BoundLayeredGuide<T>& q, Batch<T>&& own) : Base(own.cols()), q_(&q) {
    own_.all.push_back(std::move(own));
  }
  static constexpr const char* name = "LayeredGuide";
  const LayeredGuide<T>& net() const { return q_->guide(); }
  void put(const Row<T>& w, T* gradient, bool add) const {
    const auto& sizes = net().sizes();
    Batch<T> first = q_->root().residuals(points().data(), w.size(), detail::scaled_weights(w, net().scale(1)));
    detail::add_layer_gradient(first, q_->inputs().data(), sizes[0], static_cast<const T*>(nullptr), gradient, add);
    detail::give_back(first);
    for (std::size_t l = 1; l + 1 < sizes.size(); ++l) {
      const Row<T> of_layer = detail::scaled_weights(w, net().scale(l + 1));
      detail::add_layer_gradient(this->residuals_.all[l - 1], points().data() + net().row(l) * w.size(), sizes[l],
                                 of_layer.data(), gradient + net().offset(l), add);
    }
  }

  const BoundLayeredGuide<T>* q_;
  const Batch<T>* borrowed_ = nullptr;
  detail::BatchesToGiveBack<T> own_;
};

/// q(h | x) for B data points, the first layer's logits computed once for all their samples. Borrows the guide and the data;
/// move-only.
template <class T>
class BoundLayeredGuide {
 public:
  using Scalar = T;

  BoundLayeredGuide(BoundLayeredGuide&&) = default;
  BoundLayeredGuide(const BoundLayeredGuide&) = delete;
  BoundLayeredGuide& operator=(const BoundLayeredGuide&) = delete;
  BoundLayeredGuide& operator=(BoundLayeredGuide&&) = delete;
  ~BoundLayeredGuide() = default;

  Index event_size() const { return guide_->latents(); }
  Index batch_size() const { return x_->cols(); }
  /// The data this was bound to.
  const Batch<T>& inputs() const { return *x_; }
  const LayeredGuide<T>& guide() const { return *guide_; }
  /// The first hidden layer.
  const detail::RootBits<T>& root() const { return root_; }

  /// n draws for each data point, latents x nB; one request for uniforms for each layer. InvalidArgument if n < 1.
  template <class R>
  Batch<T> sample(R& rng, Index n) const {
    Batch<T> h = noise(rng, n);
    root_.draw(h.data(), h.cols());
    above<detail::BitsTask::draw>(h, nullptr, nullptr);
    return h;
  }
  /// The same draws with their log densities and the way back, for little more than the draws alone.
  template <class R>
  LayeredGuideEvaluation<T> sample_and_evaluate(R& rng, Index n) const& {
    Batch<T> h = noise(rng, n);
    root_.draw(h.data(), h.cols());
    LayeredGuideEvaluation<T> e(*this, std::move(h));
    rate<detail::BitsTask::draw_and_rate>(e.points(), e.value, &e.residuals_.all);
    return e;
  }
  /// log density of each column (1 x columns).
  Row<T> log_prob(const Batch<T>& h) const {
    check(h);
    Row<T> value = Row<T>::Zero(h.cols());
    rate<detail::BitsTask::value>(h, value, nullptr);
    return value;
  }
  /// With its way back. Borrows this and h.
  LayeredGuideEvaluation<T> evaluate(const Batch<T>& h) const& {
    check(h);
    LayeredGuideEvaluation<T> e(*this, h);
    rate<detail::BitsTask::rate>(h, e.value, &e.residuals_.all);
    return e;
  }
  LayeredGuideEvaluation<T> evaluate(const Batch<T>& h) const&& = delete;
  LayeredGuideEvaluation<T> evaluate(Batch<T>&& h) const& = delete;

  /// Every pattern of the latents, latents x 2^latents. InvalidArgument if there are more than 20.
  Batch<T> support() const { return detail::all_points<T>("LayeredGuide", event_size(), 2); }

 private:
  friend class LayeredGuide<T>;
  BoundLayeredGuide(const LayeredGuide<T>& guide, const Batch<T>& x)
      : guide_(&guide),
        x_(&x),
        root_(detail::weighted_sums(guide.layer(0).weights, guide.sizes()[1], guide.sizes()[0], x.data(), x.cols()),
              guide.layer(0).biases()) {}

  void check(const Batch<T>& h) const {
    detail::require_size("LayeredGuide", "rows of h", h.rows(), event_size());
    detail::require_multiple("LayeredGuide", "columns of h", h.cols(), batch_size());
  }
  /// Uniforms where the bits will be.
  template <class R>
  Batch<T> noise(R& rng, Index n) const {
    detail::require_at_least("LayeredGuide", "number of samples", n, 1);
    const auto& sizes = guide_->sizes();
    const Index cols = n * x_->cols();
    Batch<T> h = detail::spare<T>(event_size(), cols);
    for (std::size_t l = 1; l < sizes.size(); ++l)
      detail::uniforms_into(rng, h.data() + guide_->row(l) * cols, sizes[l], cols);
    return h;
  }
  /// The task for every layer above the first.
  template <detail::BitsTask task>
  void above(const Batch<T>& h, T* value, std::vector<Batch<T>>* residuals) const {
    const Index cols = h.cols();
    for (std::size_t l = 1; l + 1 < guide_->sizes().size(); ++l) {
      T* const bits = const_cast<T*>(h.data() + guide_->row(l + 1) * cols);  // only drawing, of its own, writes to the bits
      guide_->layer(l).template pass<task>(h.data() + guide_->row(l) * cols, bits, cols, cols, value, residuals);
    }
  }
  template <detail::BitsTask task>
  void rate(const Batch<T>& h, Row<T>& value, std::vector<Batch<T>>* residuals) const {
    root_.add_log_prob(h.data(), h.cols(), guide_->scale(1), value.data());
    above<task>(h, value.data(), residuals);
  }

  const LayeredGuide<T>* guide_;
  const Batch<T>* x_;
  detail::RootBits<T> root_;
};

/// The recognition network of a `LayeredSbn` (Dayan, Hinton, Neal and Zemel 1995): bits from the data upwards,
///
///     h_0 | x ~ Bernoulli(sigmoid(R_0 x + c_0)),   h_l | h_{l-1} ~ Bernoulli(sigmoid(R_l h_{l-1} + c_l)).
///
/// A Conditional; sizes and latents as in `LayeredSbn`. params: from below each R_l (above x below, row by row) and c_l;
/// `blocks()` names them R0, c0, R1, c1 ... The data may be any finite numbers.
template <class S = double>
class LayeredGuide : public LayersOfBits<S, BitsDirection::upwards> {
  using Layers = LayersOfBits<S, BitsDirection::upwards>;

 public:
  using Scalar = S;

  /// InvalidArgument if there are fewer than two layers, one is empty or a parameter is not finite; ShapeError if params has
  /// another length than `parameters(sizes)`.
  LayeredGuide(std::vector<Index> sizes, const Vector<S>& params) : Layers(std::move(sizes), params) {}
  /// All parameters normal with this standard deviation.
  template <class R>
  static LayeredGuide random(std::vector<Index> sizes, R& rng, S deviation = S(0.1)) {
    const Index count = Layers::parameters(sizes);
    return LayeredGuide(std::move(sizes), Vector<S>(deviation * normals<S>(rng, count, 1).col(0)));
  }

  /// The distribution of the latents at the columns of x. Borrows this and x. InvalidArgument if x has no columns, ShapeError if
  /// its rows are not those of the guide.
  BoundLayeredGuide<S> at(const Batch<S>& x) const& {
    detail::require_size("LayeredGuide", "rows of x", x.rows(), this->sizes()[0]);
    detail::require_at_least("LayeredGuide", "data points", x.cols(), 1);
    return BoundLayeredGuide<S>(*this, x);
  }
  BoundLayeredGuide<S> at(const Batch<S>& x) const&& = delete;
  BoundLayeredGuide<S> at(Batch<S>&& x) const& = delete;

 private:
  friend class BoundLayeredGuide<S>;
  friend class LayeredGuideEvaluation<S>;
};

}  // namespace variate
