#pragma once
/// Sigmoid belief nets, the generative half of a Helmholtz machine.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/generative/parameter_blocks.hpp"
#include "variate/generative/detail/bit_layers.hpp"
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
class LayeredSbnEvaluation {
 public:
  Row<T> value;  ///< 1 x SB

  LayeredSbnEvaluation(LayeredSbnEvaluation&&) = default;
  LayeredSbnEvaluation(const LayeredSbnEvaluation&) = delete;
  LayeredSbnEvaluation& operator=(const LayeredSbnEvaluation&) = delete;
  LayeredSbnEvaluation& operator=(LayeredSbnEvaluation&&) = delete;
  ~LayeredSbnEvaluation() {
    for (Batch<T>& layer : residuals_) detail::give_back(layer);
  }

  /// sum_c w_c grad log p(x_c, h_c).
  Vector<T> pullback(const Row<T>& w) const {
    Vector<T> gradient(model_->params().size());
    put(w, gradient, false);
    return gradient;
  }
  /// Adds it to a gradient. ShapeError unless there is a weight for each column.
  void accumulate(const Row<T>& w, Vector<T>& gradient) const {
    detail::require_size("LayeredSbn", "size of gradient", gradient.size(), model_->params().size());
    put(w, gradient, true);
  }

 private:
  friend class LayeredSbn<T>;
  LayeredSbnEvaluation(const LayeredSbn<T>& model, const Batch<T>& x, const Batch<T>& h)
      : value(Row<T>::Zero(h.cols())), model_(&model), h_(&h), top_(model.top()) {
    model.template rate<detail::BitsTask::rate>(x, h, top_, value, &residuals_);
  }
  void put(const Row<T>& w, Vector<T>& gradient, bool add) const {
    detail::require_size("LayeredSbn", "number of weights", w.size(), value.size());
    const auto& sizes = model_->sizes();
    const auto top = sizes.size() - 1;
    T* const to = gradient.data();
    const Row<T> of_top = detail::scaled_weights(w, model_->scale(top));
    Batch<T> root = top_.residuals(layer(top), value.size(), of_top);
    if (!add) std::fill_n(to, sizes[top], T(0));
    Eigen::Map<Vector<T>>(to, sizes[top]) += root.col(0);
    detail::give_back(root);
    for (std::size_t l = 0; l < top; ++l) {
      const Row<T> of_layer = detail::scaled_weights(w, model_->scale(l));
      detail::add_layer_gradient(residuals_[l], layer(l + 1), sizes[l + 1], of_layer.data(), to + model_->offset(l), add);
    }
  }
  /// Of the hidden layer that is number l counting the data as 0.
  const T* layer(std::size_t l) const { return h_->data() + model_->row(l) * h_->cols(); }

  const LayeredSbn<T>* model_;
  const Batch<T>* h_;
  detail::RootBits<T> top_;
  std::vector<Batch<T>> residuals_;
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
class LayeredSbn {
 public:
  using Scalar = S;

  /// InvalidArgument if there are fewer than two layers, one is empty or a parameter is not finite; ShapeError if params has
  /// another length than `parameters(sizes)`.
  LayeredSbn(std::vector<Index> sizes, const Vector<S>& params) : sizes_(std::move(sizes)), scales_(sizes_.size(), S(1)) {
    detail::require_layers("LayeredSbn", sizes_);
    offsets_.resize(sizes_.size() - 1);
    Index at = sizes_.back();
    for (std::size_t l = offsets_.size(); l-- > 0;) {
      offsets_[l] = at;
      at += sizes_[l] * (sizes_[l + 1] + 1);
    }
    params_.setZero(at);
    set_params(params);
  }
  /// How many parameters a net of these sizes has.
  static Index parameters(const std::vector<Index>& sizes) {
    detail::require_layers("LayeredSbn", sizes);
    Index count = sizes.back();
    for (std::size_t l = 0; l + 1 < sizes.size(); ++l) count += sizes[l] * (sizes[l + 1] + 1);
    return count;
  }
  /// All parameters normal with this standard deviation; but the data's biases, if x has columns, are the logits of x's means,
  /// kept within [0.01, 0.99].
  template <class R>
  static LayeredSbn random(std::vector<Index> sizes, R& rng, const Batch<S>& x = {}, S deviation = S(0.1)) {
    const Index count = parameters(sizes);
    LayeredSbn model(std::move(sizes), Vector<S>(deviation * normals<S>(rng, count, 1).col(0)));
    if (x.cols() > 0) {
      detail::require_size("LayeredSbn", "rows of x", x.rows(), model.sizes_[0]);
      for (Index r = 0; r < x.rows(); ++r) {
        const S mean = std::clamp(x.row(r).mean(), S(0.01), S(0.99));
        model.params_(model.params_.size() - x.rows() + r) = std::log(mean / (1 - mean));
      }
    }
    return model;
  }

  const Vector<S>& params() const { return params_; }
  void set_params(const Vector<S>& params) {
    detail::require_size("LayeredSbn", "number of parameters", params.size(), params_.size());
    detail::require_finite("LayeredSbn", "params", params);
    params_ = params;
  }
  /// Rows of the data and of each hidden layer, from below.
  const std::vector<Index>& sizes() const { return sizes_; }
  /// Rows of all hidden layers together.
  Index latents() const { return row(sizes_.size() - 1) + sizes_.back(); }
  /// The stretches of params, from below: W0, b0, W1, b1, ..., a.
  std::vector<ParameterBlock> blocks() const {
    std::vector<ParameterBlock> all;
    for (std::size_t l = 0; l < offsets_.size(); ++l) {
      const std::string number = std::to_string(l);
      all.push_back({"W" + number, offsets_[l], sizes_[l], sizes_[l + 1]});
      all.push_back({"b" + number, offsets_[l] + sizes_[l] * sizes_[l + 1], sizes_[l], 1});
    }
    all.push_back({"a", 0, sizes_.back(), 1});
    return all;
  }

  /// Factors on the log density of each layer, the data first: 1 unless set. With others the joint is no probability any more:
  /// for subsampled data and annealing.
  const std::vector<S>& scales() const { return scales_; }
  /// Throws ShapeError unless there is one for each layer, InvalidArgument if one is not finite.
  void set_scales(std::vector<S> scales) {
    detail::require_size("LayeredSbn", "number of scales", static_cast<Index>(scales.size()), static_cast<Index>(sizes_.size()));
    for (const S scale : scales) detail::require_finite("LayeredSbn", "scale", scale);
    scales_ = std::move(scales);
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
    detail::require_size("LayeredSbn", "rows of x", x.rows(), sizes_[0]);
    detail::require_at_least("LayeredSbn", "data points", x.cols(), 1);
    detail::require_bits("LayeredSbn", "x", x);
    return Joint(*this, x);
  }
  Joint at(const Batch<S>& x) const&& = delete;
  Joint at(Batch<S>&& x) const& = delete;

  /// P(x = 1 | h) of every column of latents, dx x columns: what a picture of a dream shows.
  Batch<S> means(const Batch<S>& h) const {
    require_latents(h, 1);
    Batch<S> p = detail::weighted_sums(weights(0), sizes_[0], sizes_[1], h.data(), h.cols());
    for (Index r = 0; r < p.rows(); ++r) p.row(r).array() += biases(0)[r];
    math::sigmoid(p.data(), p.data(), p.size());
    return p;
  }
  /// n draws from the joint, from the top down; one request for uniforms for each layer. InvalidArgument if n < 1.
  template <class R>
  Dream<S> dream(R& rng, Index n) const {
    detail::require_at_least("LayeredSbn", "dreams", n, 1);
    Dream<S> dream{detail::spare<S>(sizes_[0], n), detail::spare<S>(latents(), n)};
    const auto place = [&](std::size_t l) { return l == 0 ? dream.x.data() : dream.h.data() + row(l) * n; };
    const std::size_t last = sizes_.size() - 1;
    detail::uniforms_into(rng, place(last), sizes_[last], n);
    top().draw(place(last), n);
    for (std::size_t l = last; l-- > 0;) {
      detail::uniforms_into(rng, place(l), sizes_[l], n);
      Batch<S> logits = detail::weighted_sums(weights(l), sizes_[l], sizes_[l + 1], place(l + 1), n);
      const detail::GivesBack at_end(logits);
      detail::pass_over_bits<detail::BitsTask::draw>(logits.data(), biases(l), place(l), n, sizes_[l], n, S(1),
                                                     static_cast<S*>(nullptr));
    }
    return dream;
  }

 private:
  friend class LayeredSbnEvaluation<S>;

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
  detail::RootBits<S> top() const { return {Batch<S>::Zero(sizes_.back(), 1), params_.data()}; }
  void require_latents(const Batch<S>& h, Index points) const {
    detail::require_size("LayeredSbn", "rows of h", h.rows(), latents());
    detail::require_multiple("LayeredSbn", "columns of h", h.cols(), points);
  }
  /// Adds log p(x, h) to value; keeps the residuals if they are asked for.
  template <detail::BitsTask task>
  void rate(const Batch<S>& x, const Batch<S>& h, const detail::RootBits<S>& top, Row<S>& value,
            std::vector<Batch<S>>* residuals) const {
    const Index n = h.cols();
    const std::size_t last = sizes_.size() - 1;
    top.add_log_prob(h.data() + row(last) * n, n, scales_[last], value.data());
    if (residuals) residuals->resize(last);
    for (std::size_t l = 0; l < last; ++l) {
      Batch<S> logits = detail::weighted_sums(weights(l), sizes_[l], sizes_[l + 1], h.data() + row(l + 1) * n, n);
      // only drawing writes to the bits
      S* const bits = const_cast<S*>(l == 0 ? x.data() : h.data() + row(l) * n);
      detail::pass_over_bits<task>(logits.data(), biases(l), bits, l == 0 ? x.cols() : n, sizes_[l], n, scales_[l], value.data());
      if (residuals) (*residuals)[l] = std::move(logits);
      else detail::give_back(logits);
    }
  }

  std::vector<Index> sizes_, offsets_;
  std::vector<S> scales_;
  Vector<S> params_;
};

}  // namespace variate
