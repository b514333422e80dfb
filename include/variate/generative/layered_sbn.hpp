#pragma once
/// Sigmoid belief nets, the generative half of a Helmholtz machine.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/generative/detail/bit_layers.hpp"
#include "variate/generative/layers_of_bits.hpp"
#include "variate/math/sigmoid.hpp"

namespace variate {

/// What a generative model dreams: data and the latents they came from, a column each.
template <class T>
struct Dream {
  Batch<T> x;  ///< data, dx x n
  Batch<T> h;  ///< latents, dh x n
};

template <class T>
class LayeredSbn;

/// log p(x, h) of every column, with the residual of every bit: all that a weighted score needs.
template <class T>
class LayeredSbnEvaluation : public detail::BitsEvaluation<LayeredSbnEvaluation<T>, T> {
  using Base = detail::BitsEvaluation<LayeredSbnEvaluation<T>, T>;
  friend Base;
  friend class LayeredSbn<T>;

  LayeredSbnEvaluation(const LayeredSbn<T>& model, const Batch<T>& x, const Batch<T>& h)
      : Base(h.cols()), model_(&model), h_(&h), top_(model.top()) {
    model.template rate<detail::BitsTask::rate>(x, h, top_, this->value, &this->residuals_.all);
  }
  static constexpr const char* name = "LayeredSbn";
  const LayeredSbn<T>& net() const { return *model_; }
  void put(const Row<T>& w, T* gradient, bool add) const {
    const auto& sizes = model_->sizes();
    const auto top = sizes.size() - 1;
    const Row<T> of_top = detail::scaled_weights(w, model_->scale(top));
    Batch<T> root = top_.residuals(layer(top), w.size(), of_top);
    if (!add) std::fill_n(gradient, sizes[top], T(0));
    Eigen::Map<Vector<T>>(gradient, sizes[top]) += root.col(0);
    detail::give_back(root);
    for (std::size_t l = 0; l < top; ++l) {
      const Row<T> of_layer = detail::scaled_weights(w, model_->scale(l));
      detail::add_layer_gradient(this->residuals_.all[l], layer(l + 1), sizes[l + 1], of_layer.data(),
                                 gradient + model_->offset(l), add);
    }
  }
  /// Of the hidden layer that is number l counting the data as 0.
  const T* layer(std::size_t l) const { return h_->data() + model_->row(l) * h_->cols(); }

  const LayeredSbn<T>* model_;
  const Batch<T>* h_;
  detail::RootBits<T> top_;
};

/// A sigmoid belief net (Neal 1992) of any depth: layers of bits, each with logits that are a linear map of the layer above,
///
///     h_top ~ Bernoulli(sigmoid(a)),   h_{l-1} | h_l ~ Bernoulli(sigmoid(W_l h_l + b_l)),
///     x | h_0 ~ Bernoulli(sigmoid(W_0 h_0 + b_0)).
///
/// A GenerativeModel. sizes are {dx, of h_0, of h_1, ...}; latents are the layers stacked, h_0 first. params: a, then from the
/// top down each W_l (below x above, row by row) and b_l; `blocks()` names them a, W0, b0, W1, b1 ... Every column of a batch
/// goes through one matrix product per layer, and the score of any weights through one more.
template <class S = double>
class LayeredSbn : public LayersOfBits<S, BitsDirection::downwards> {
  using Layers = LayersOfBits<S, BitsDirection::downwards>;

 public:
  using Scalar = S;

  /// InvalidArgument if there are fewer than two layers, one is empty or a parameter is not finite; ShapeError if params has
  /// another length than `parameters(sizes)`.
  LayeredSbn(std::vector<Index> sizes, const Vector<S>& params) : Layers(std::move(sizes), params) {}
  /// All parameters normal with this standard deviation; but the data's biases, if x has columns, are the logits of x's means,
  /// kept within [0.01, 0.99].
  template <class R>
  static LayeredSbn random(std::vector<Index> sizes, R& rng, const Batch<S>& x = {}, S deviation = S(0.1)) {
    const Index count = Layers::parameters(sizes);
    Vector<S> params = deviation * normals<S>(rng, count, 1).col(0);
    if (x.cols() > 0) {
      detail::require_size("LayeredSbn", "rows of x", x.rows(), sizes[0]);
      for (Index r = 0; r < x.rows(); ++r) {
        const S mean = std::clamp(x.row(r).mean(), S(0.01), S(0.99));
        params(count - x.rows() + r) = std::log(mean / (1 - mean));
      }
    }
    return LayeredSbn(std::move(sizes), params);
  }

  /// h -> log p(x, h), bound to data. Borrows both.
  class Joint {
   public:
    using Scalar = S;
    /// log p(x, h) of every column of h (latents x SB), with its way back. Borrows h.
    LayeredSbnEvaluation<S> evaluate(const Batch<S>& h) const& {
      model_->require_latents(h, x_->cols());
      return {*model_, *x_, h};
    }
    LayeredSbnEvaluation<S> evaluate(Batch<S>&& h) const& = delete;
    /// The values alone.
    Row<S> operator()(const Batch<S>& h) const {
      model_->require_latents(h, x_->cols());
      Row<S> value = Row<S>::Zero(h.cols());
      model_->template rate<detail::BitsTask::value>(*x_, h, model_->top(), value, nullptr);
      return value;
    }
    /// Data points.
    Index batch_size() const { return x_->cols(); }

   private:
    friend class LayeredSbn;
    Joint(const LayeredSbn& model, const Batch<S>& x) : model_(&model), x_(&x) {}
    const LayeredSbn* model_;
    const Batch<S>* x_;
  };
  /// InvalidArgument if x has no columns, ShapeError if its rows are not those of the net, DomainError unless all are 0 or 1.
  Joint at(const Batch<S>& x) const& {
    detail::require_size("LayeredSbn", "rows of x", x.rows(), this->sizes()[0]);
    detail::require_at_least("LayeredSbn", "data points", x.cols(), 1);
    detail::require_bits("LayeredSbn", "x", x);
    return Joint(*this, x);
  }
  Joint at(const Batch<S>& x) const&& = delete;
  Joint at(Batch<S>&& x) const& = delete;

  /// P(x = 1 | h) of every column of latents, dx x columns: what a picture of a dream shows.
  Batch<S> means(const Batch<S>& h) const {
    require_latents(h, 1);
    const detail::BitLayer<S> below = this->layer(0);
    Batch<S> p = detail::weighted_sums(below.weights, below.rows, below.inputs, h.data(), h.cols());
    for (Index r = 0; r < p.rows(); ++r) p.row(r).array() += below.biases()[r];
    math::sigmoid(p.data(), p.data(), p.size());
    return p;
  }
  /// n draws from the joint, from the top down; one request for uniforms for each layer. InvalidArgument if n < 1.
  template <class R>
  Dream<S> dream(R& rng, Index n) const {
    detail::require_at_least("LayeredSbn", "dreams", n, 1);
    Dream<S> dream{detail::spare<S>(this->sizes()[0], n), detail::spare<S>(this->latents(), n)};
    const auto place = [&](std::size_t l) { return l == 0 ? dream.x.data() : dream.h.data() + this->row(l) * n; };
    const std::size_t last = this->sizes().size() - 1;
    detail::uniforms_into(rng, place(last), this->sizes()[last], n);
    top().draw(place(last), n);
    for (std::size_t l = last; l-- > 0;) {
      detail::uniforms_into(rng, place(l), this->sizes()[l], n);
      this->layer(l).template pass<detail::BitsTask::draw>(place(l + 1), place(l), n, n, nullptr, nullptr);
    }
    return dream;
  }

 private:
  friend class LayeredSbnEvaluation<S>;

  detail::RootBits<S> top() const { return {Batch<S>::Zero(this->sizes().back(), 1), this->params().data()}; }
  void require_latents(const Batch<S>& h, Index points) const {
    detail::require_size("LayeredSbn", "rows of h", h.rows(), this->latents());
    detail::require_multiple("LayeredSbn", "columns of h", h.cols(), points);
  }
  /// Adds log p(x, h) to value; keeps the residuals if they are asked for.
  template <detail::BitsTask task>
  void rate(const Batch<S>& x, const Batch<S>& h, const detail::RootBits<S>& top, Row<S>& value,
            std::vector<Batch<S>>* residuals) const {
    const Index n = h.cols();
    const std::size_t last = this->sizes().size() - 1;
    top.add_log_prob(h.data() + this->row(last) * n, n, this->scale(last), value.data());
    for (std::size_t l = 0; l < last; ++l) {
      // only drawing writes to the bits
      S* const bits = const_cast<S*>(l == 0 ? x.data() : h.data() + this->row(l) * n);
      const S* const above = h.data() + this->row(l + 1) * n;
      this->layer(l).template pass<task>(above, bits, l == 0 ? x.cols() : n, n, value.data(), residuals);
    }
  }
};

}  // namespace variate
