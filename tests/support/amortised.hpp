#pragma once
/// A two-layer network as a Conditional and a linear decoder as a Model, written by hand: proof that nothing on the floor stands in the
/// way of amortised inference.
#include <cmath>
#include <numbers>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/distributions/normal.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

/// q(z | x) = Normal with theta = W2 tanh(W1 x + b1) + b2. params: W1 (h x dx), b1 (h), W2 (2dz x h), b2 (2dz), each row by row.
class Encoder {
 public:
  using Scalar = double;

  Encoder(Index inputs, Index hidden, Index latents) : dx_(inputs), h_(hidden), k_(2 * latents) {
    params_.setZero(h_ * dx_ + h_ + k_ * h_ + k_);
    for (Index i = 0; i < params_.size(); ++i) params_(i) = 0.3 * std::sin(1.0 + 2.7 * static_cast<double>(i));
  }
  Vector<double> params() const { return params_; }
  void set_params(const Vector<double>& v) { params_ = v; }

  class Bound {
   public:
    using Scalar = double;
    Bound(const Encoder& encoder, const Batch<double>& x)
        : encoder_(&encoder), x_(&x), hidden_(encoder.hidden(x)), q_(variate::Normal<double>::from_theta(encoder.theta(hidden_))) {}
    Bound(const Bound&) = delete;
    Bound(Bound&&) = default;

    const variate::Normal<double>& distribution() const { return q_; }
    const Batch<double>& inputs() const { return *x_; }
    Index event_size() const { return q_.event_size(); }
    Index batch_size() const { return q_.batch_size(); }
    Batch<double> sample(auto& rng, Index n) const { return q_.sample(rng, n); }
    Row<double> log_prob(const Batch<double>& z) const { return q_.log_prob(z); }

    /// K x B, or K x SB summed over samples, to the network's parameters.
    Vector<double> link_pullback(const Batch<double>& g) const {
      Batch<double> sum = Batch<double>::Zero(g.rows(), batch_size());
      for (Index c = 0; c < g.cols(); c += batch_size()) sum += g.middleCols(c, batch_size());
      return encoder_->pullback(*x_, hidden_, sum);
    }

    template <class Inner>
    struct Evaluation {
      const Bound& bound;
      Inner inner;
      Row<double> value;
      Vector<double> pullback(const Row<double>& w) const { return bound.link_pullback(inner.theta_pullback(w)); }
      Vector<double> pullback(const Row<double>& w, Batch<double>& g) const {
        return bound.link_pullback(inner.theta_pullback(w, g));
      }
    };
    auto evaluate(const Batch<double>& z) const& {
      auto inner = q_.evaluate(z);
      Row<double> value = inner.value;
      return Evaluation<decltype(inner)>{*this, std::move(inner), std::move(value)};
    }
    auto evaluate(const Batch<double>& z) const&& = delete;

    template <class Inner>
    struct Draw {
      const Bound& bound;
      Inner inner;
      Batch<double> value;
      Vector<double> pullback(const Batch<double>& g) const { return bound.link_pullback(inner.theta_pullback(g)); }
    };
    auto rsample(auto& rng, Index n) const& {
      auto inner = q_.rsample(rng, n);
      Batch<double> value = inner.value;
      return Draw<decltype(inner)>{*this, std::move(inner), std::move(value)};
    }

   private:
    const Encoder* encoder_;
    const Batch<double>* x_;
    Batch<double> hidden_;
    variate::Normal<double> q_;
  };

  Bound at(const Batch<double>& x) const { return Bound(*this, x); }
  Bound at(Batch<double>&&) const = delete;

 private:
  using Weights = Eigen::Map<const Batch<double>>;
  using Biases = Eigen::Map<const Vector<double>>;
  Weights w1() const { return Weights(params_.data(), h_, dx_); }
  Biases b1() const { return Biases(params_.data() + h_ * dx_, h_); }
  Weights w2() const { return Weights(params_.data() + h_ * dx_ + h_, k_, h_); }
  Biases b2() const { return Biases(params_.data() + h_ * dx_ + h_ + k_ * h_, k_); }

  Batch<double> hidden(const Batch<double>& x) const {
    Batch<double> a = w1() * x;
    a.colwise() += b1();
    return a.array().tanh();
  }
  Batch<double> theta(const Batch<double>& hidden) const {
    Batch<double> t = w2() * hidden;
    t.colwise() += b2();
    return t;
  }
  Vector<double> pullback(const Batch<double>& x, const Batch<double>& hidden, const Batch<double>& g) const {
    const Batch<double> of_hidden = (w2().transpose() * g).cwiseProduct((1 - hidden.array().square()).matrix());
    const Batch<double> of_w1 = of_hidden * x.transpose(), of_w2 = g * hidden.transpose();
    Vector<double> v(params_.size());
    v << Eigen::Map<const Vector<double>>(of_w1.data(), of_w1.size()), of_hidden.rowwise().sum(),
        Eigen::Map<const Vector<double>>(of_w2.data(), of_w2.size()), g.rowwise().sum();
    return v;
  }

  Index dx_, h_, k_;
  Vector<double> params_;
};

/// z ~ N(0, I), x | z ~ N(A z + c, sd^2 I); params: A (dx x dz) row by row, then c.
class LinearDecoder {
 public:
  using Scalar = double;

  LinearDecoder(Index outputs, Index latents, double sd) : dx_(outputs), dz_(latents), sd_(sd) {
    params_.setConstant(dx_ * dz_ + dx_, 0.1);
  }
  Vector<double> params() const { return params_; }
  void set_params(const Vector<double>& v) { params_ = v; }
  Batch<double> a() const { return Eigen::Map<const Batch<double>>(params_.data(), dx_, dz_); }
  Vector<double> c() const { return params_.tail(dx_); }

  struct Evaluation {
    const LinearDecoder& p;
    const Batch<double>& z;
    Batch<double> residual;  // (x - A z - c) / sd^2, dx x SB
    Row<double> value;
    Vector<double> pullback(const Row<double>& w) const {
      Batch<double> g;
      return pullback(w, g);
    }
    Vector<double> pullback(const Row<double>& w, Batch<double>& g) const {
      const Batch<double> r = residual * w.asDiagonal();
      g = p.a().transpose() * r;
      g -= z * w.asDiagonal();
      const Batch<double> of_a = r * z.transpose();
      Vector<double> v(p.params_.size());
      v << Eigen::Map<const Vector<double>>(of_a.data(), of_a.size()), r.rowwise().sum();
      return v;
    }
  };
  struct Bound {
    const LinearDecoder& p;
    const Batch<double>& x;
    Evaluation evaluate(const Batch<double>& z) const {
      const Index points = x.cols();
      Batch<double> r = -(p.a() * z);
      r.colwise() -= p.c();
      for (Index col = 0; col < z.cols(); col += points) r.middleCols(col, points) += x;
      const double log_two_pi = std::log(2 * std::numbers::pi);
      Row<double> value = -0.5 * r.colwise().squaredNorm() / (p.sd_ * p.sd_) - 0.5 * z.colwise().squaredNorm();
      value.array() -= static_cast<double>(p.dx_) * std::log(p.sd_) + 0.5 * static_cast<double>(p.dx_ + p.dz_) * log_two_pi;
      return {p, z, r / (p.sd_ * p.sd_), value};
    }
  };
  Bound at(const Batch<double>& x) const { return {*this, x}; }

 private:
  Index dx_, dz_;
  double sd_;
  Vector<double> params_;
};

}  // namespace variate_tests
