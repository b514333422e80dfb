#pragma once
/// Layered recognition networks of bits, the other half of a Helmholtz machine.
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/distributions/detail/enumerate.hpp"
#include "variate/generative/parameter_blocks.hpp"
#include "variate/generative/detail/bit_layers.hpp"

namespace variate {

template <class T>
class BoundLayeredGuide;
template <class T>
class LayeredGuide;

/// log q(h | x) of every column, with the residual of every bit; of points that are borrowed, or that it drew and owns.
template <class T>
class LayeredGuideEvaluation {
 public:
  Row<T> value;  ///< 1 x SB

  LayeredGuideEvaluation(LayeredGuideEvaluation&&) = default;
  LayeredGuideEvaluation(const LayeredGuideEvaluation&) = delete;
  LayeredGuideEvaluation& operator=(const LayeredGuideEvaluation&) = delete;
  LayeredGuideEvaluation& operator=(LayeredGuideEvaluation&&) = delete;
  ~LayeredGuideEvaluation() {
    for (Batch<T>& layer : residuals_) detail::give_back(layer);
    detail::give_back(own_);
  }

  /// Where it was evaluated, latents x SB.
  const Batch<T>& points() const { return borrowed_ ? *borrowed_ : own_; }
  /// The weighted score, sum_c w_c grad log q(h_c | x_c).
  Vector<T> pullback(const Row<T>& w) const {
    Vector<T> gradient(q_->guide().params().size());
    put(w, gradient, false);
    return gradient;
  }
  /// Adds it to a gradient. ShapeError unless there is a weight for each column.
  void accumulate(const Row<T>& w, Vector<T>& gradient) const {
    detail::require_size("LayeredGuide", "size of gradient", gradient.size(), q_->guide().params().size());
    put(w, gradient, true);
  }

 private:
  friend class BoundLayeredGuide<T>;
  LayeredGuideEvaluation(const BoundLayeredGuide<T>& q, const Batch<T>* borrowed, Batch<T> own)
      : value(Row<T>::Zero(borrowed ? borrowed->cols() : own.cols())), q_(&q), borrowed_(borrowed), own_(std::move(own)) {}
  void put(const Row<T>& w, Vector<T>& gradient, bool add) const {
    detail::require_size("LayeredGuide", "number of weights", w.size(), value.size());
    const LayeredGuide<T>& guide = q_->guide();
    const auto& sizes = guide.sizes();
    T* const to = gradient.data();
    Batch<T> first = q_->root().residuals(points().data(), value.size(), detail::scaled_weights(w, guide.scale(1)));
    detail::add_layer_gradient(first, q_->inputs().data(), sizes[0], static_cast<const T*>(nullptr), to, add);
    detail::give_back(first);
    for (std::size_t l = 1; l + 1 < sizes.size(); ++l) {
      const Row<T> of_layer = detail::scaled_weights(w, guide.scale(l + 1));
      detail::add_layer_gradient(residuals_[l - 1], layer(l), sizes[l], of_layer.data(), to + guide.offset(l), add);
    }
  }
  const T* layer(std::size_t l) const { return points().data() + q_->guide().row(l) * value.size(); }

  const BoundLayeredGuide<T>* q_;
  const Batch<T>* borrowed_;
  Batch<T> own_;
  std::vector<Batch<T>> residuals_;
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
    return drawn<detail::BitsTask::draw>(rng, n, nullptr, nullptr);
  }
  /// The same draws with their log densities and the way back, for little more than the draws alone.
  template <class R>
  LayeredGuideEvaluation<T> sample_and_evaluate(R& rng, Index n) const& {
    Row<T> value;
    std::vector<Batch<T>> residuals;
    Batch<T> h = drawn<detail::BitsTask::draw_and_rate>(rng, n, &value, &residuals);
    LayeredGuideEvaluation<T> e(*this, nullptr, std::move(h));
    e.value = std::move(value);
    e.residuals_ = std::move(residuals);
    return e;
  }
  /// log density of each column (1 x columns).
  Row<T> log_prob(const Batch<T>& h) const {
    Row<T> value = Row<T>::Zero(h.cols());
    rate<detail::BitsTask::value>(h, value, nullptr);
    return value;
  }
  /// With its way back. Borrows this and h.
  LayeredGuideEvaluation<T> evaluate(const Batch<T>& h) const& {
    LayeredGuideEvaluation<T> e(*this, &h, {});
    rate<detail::BitsTask::rate>(h, e.value, &e.residuals_);
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
        root_(detail::weighted_sums(guide.weights(0), guide.sizes()[1], guide.sizes()[0], x.data(), x.cols()), guide.biases(0)) {}

  template <detail::BitsTask task, class R>
  Batch<T> drawn(R& rng, Index n, Row<T>* value, std::vector<Batch<T>>* residuals) const {
    detail::require_at_least("LayeredGuide", "number of samples", n, 1);
    const auto& sizes = guide_->sizes();
    const Index cols = n * x_->cols();
    Batch<T> h = detail::spare<T>(event_size(), cols);
    detail::uniforms_into(rng, h.data(), sizes[1], cols);
    root_.draw(h.data(), cols);
    if (value) {
      *value = Row<T>::Zero(cols);
      root_.add_log_prob(h.data(), cols, guide_->scale(1), value->data());
    }
    for (std::size_t l = 1; l + 1 < sizes.size(); ++l) {
      T* const bits = h.data() + guide_->row(l + 1) * cols;
      detail::uniforms_into(rng, bits, sizes[l + 1], cols);
      Batch<T> logits =
          detail::weighted_sums(guide_->weights(l), sizes[l + 1], sizes[l], h.data() + guide_->row(l) * cols, cols);
      detail::pass_over_bits<task>(logits.data(), guide_->biases(l), bits, cols, sizes[l + 1], cols, guide_->scale(l + 1),
                                   value ? value->data() : nullptr);
      if (residuals) residuals->push_back(std::move(logits));
      else detail::give_back(logits);
    }
    return h;
  }
  template <detail::BitsTask task>
  void rate(const Batch<T>& h, Row<T>& value, std::vector<Batch<T>>* residuals) const {
    detail::require_size("LayeredGuide", "rows of h", h.rows(), event_size());
    detail::require_multiple("LayeredGuide", "columns of h", h.cols(), batch_size());
    const auto& sizes = guide_->sizes();
    const Index cols = h.cols();
    root_.add_log_prob(h.data(), cols, guide_->scale(1), value.data());
    for (std::size_t l = 1; l + 1 < sizes.size(); ++l) {
      Batch<T> logits =
          detail::weighted_sums(guide_->weights(l), sizes[l + 1], sizes[l], h.data() + guide_->row(l) * cols, cols);
      T* const bits = const_cast<T*>(h.data() + guide_->row(l + 1) * cols);  // only drawing writes to the bits
      detail::pass_over_bits<task>(logits.data(), guide_->biases(l), bits, cols, sizes[l + 1], cols, guide_->scale(l + 1),
                                   value.data());
      if (residuals) residuals->push_back(std::move(logits));
      else detail::give_back(logits);
    }
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
class LayeredGuide {
 public:
  using Scalar = S;

  /// InvalidArgument if there are fewer than two layers, one is empty or a parameter is not finite; ShapeError if params has
  /// another length than `parameters(sizes)`.
  LayeredGuide(std::vector<Index> sizes, const Vector<S>& params) : sizes_(std::move(sizes)), scales_(sizes_.size(), S(1)) {
    detail::require_layers("LayeredGuide", sizes_);
    Index at = 0;
    for (std::size_t l = 0; l + 1 < sizes_.size(); ++l) {
      offsets_.push_back(at);
      at += sizes_[l + 1] * (sizes_[l] + 1);
    }
    params_.setZero(at);
    set_params(params);
  }
  /// How many parameters a guide of these sizes has.
  static Index parameters(const std::vector<Index>& sizes) {
    detail::require_layers("LayeredGuide", sizes);
    Index count = 0;
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) count += sizes[l + 1] * (sizes[l] + 1);
    return count;
  }
  /// All parameters normal with this standard deviation.
  template <class R>
  static LayeredGuide random(std::vector<Index> sizes, R& rng, S deviation = S(0.1)) {
    const Index count = parameters(sizes);
    return LayeredGuide(std::move(sizes), Vector<S>(deviation * normals<S>(rng, count, 1).col(0)));
  }

  const Vector<S>& params() const { return params_; }
  void set_params(const Vector<S>& params) {
    detail::require_size("LayeredGuide", "number of parameters", params.size(), params_.size());
    detail::require_finite("LayeredGuide", "params", params);
    params_ = params;
  }
  /// Rows of the data and of each hidden layer, from below.
  const std::vector<Index>& sizes() const { return sizes_; }
  /// Rows of all hidden layers together.
  Index latents() const { return row(sizes_.size()); }
  /// The stretches of params: R0, c0, R1, c1, ...
  std::vector<ParameterBlock> blocks() const {
    std::vector<ParameterBlock> all;
    for (std::size_t l = 0; l < offsets_.size(); ++l) {
      const std::string number = std::to_string(l);
      all.push_back({"R" + number, offsets_[l], sizes_[l + 1], sizes_[l]});
      all.push_back({"c" + number, offsets_[l] + sizes_[l] * sizes_[l + 1], sizes_[l + 1], 1});
    }
    return all;
  }

  /// Factors on the log density of each layer; the first, of the data, is not used. 1 unless set.
  const std::vector<S>& scales() const { return scales_; }
  /// Throws ShapeError unless there is one for each layer, InvalidArgument if one is not finite.
  void set_scales(std::vector<S> scales) {
    detail::require_size("LayeredGuide", "number of scales", static_cast<Index>(scales.size()),
                         static_cast<Index>(sizes_.size()));
    for (const S scale : scales) detail::require_finite("LayeredGuide", "scale", scale);
    scales_ = std::move(scales);
  }

  /// The distribution of the latents at the columns of x. Borrows this and x. InvalidArgument if x has no columns, ShapeError if
  /// its rows are not those of the guide.
  BoundLayeredGuide<S> at(const Batch<S>& x) const& {
    detail::require_size("LayeredGuide", "rows of x", x.rows(), sizes_[0]);
    detail::require_at_least("LayeredGuide", "data points", x.cols(), 1);
    return BoundLayeredGuide<S>(*this, x);
  }
  BoundLayeredGuide<S> at(const Batch<S>& x) const&& = delete;
  BoundLayeredGuide<S> at(Batch<S>&& x) const& = delete;

 private:
  friend class BoundLayeredGuide<S>;
  friend class LayeredGuideEvaluation<S>;

  const S* weights(std::size_t l) const { return params_.data() + offsets_[l]; }
  const S* biases(std::size_t l) const { return weights(l) + sizes_[l] * sizes_[l + 1]; }
  Index offset(std::size_t l) const { return offsets_[l]; }
  S scale(std::size_t l) const { return scales_[l]; }
  /// Of the first bit of layer l (1 is h_0) among the latents.
  Index row(std::size_t l) const {
    Index at = 0;
    for (std::size_t i = 1; i < l; ++i) at += sizes_[i];
    return at;
  }

  std::vector<Index> sizes_, offsets_;
  std::vector<S> scales_;
  Vector<S> params_;
};

}  // namespace variate
