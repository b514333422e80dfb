#pragma once
/// Mixtures of normal distributions: second derivatives, and draws that can be differentiated.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/gaussian_component.hpp"
#include "variate/distributions/detail/theta.hpp"
#include "variate/distributions/mixture.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/log_sum_exp.hpp"
#include "variate/math/normal_cdf.hpp"

namespace variate {

template <class Component>
class GaussianMixture;

/// log p, its gradient and its Hessian in x, column by column.
template <class T>
struct GaussianMixtureCurvature {
  Row<T> value;       ///< 1 x columns
  Batch<T> gradient;  ///< d x columns
  Batch<T> hessian;   ///< d*d x columns: entry (i, j) in row i*d + j
};

/// A draw, differentiated implicitly: no component is remembered.
template <class Component>
class GaussianMixtureDraw {
 public:
  /// Of the numbers.
  using T = ScalarOf<Component>;
  Batch<T> value;  ///< d x SB

  /// K x B: for each data point, sum over its samples of (dvalue/dtheta)^T G; and the same, flat.
  Batch<T> theta_pullback(const Batch<T>& g) const {
    detail::require_slopes("GaussianMixture", g, value);
    return q_->implicit_pullback(value, g);
  }
  Vector<T> pullback(const Batch<T>& g) const { return detail::flattened(theta_pullback(g)); }

 private:
  friend class GaussianMixture<Component>;
  GaussianMixtureDraw(const GaussianMixture<Component>& q, Batch<T> x) : value(std::move(x)), q_(&q) {}

  const GaussianMixture<Component>* q_;
};

/// A `Mixture` of normal distributions, by their Cholesky factors (MultivariateNormal, the default) or standard deviations
/// (Normal). theta: K logits, then each component's theta.
///
/// `rsample` is reparameterized implicitly (Figurnov, Mohamed and Mnih 2018, section 3 and appendix; Graves 2016): the draw x
/// keeps the conditional distribution functions F_i(x_i | x_1 .. x_{i-1}) = u_i, so that dx/dtheta = -(dF/dx)^-1 dF/dtheta,
/// unbiased for any smooth f. Given x_1 .. x_{i-1}, component k's coordinate i is normal with standard deviation L_k(i, i) and
/// its z_i = (L_k^-1 (x - loc_k))_i, which makes F_i = sum_k r_k Phi(z_ki) with the responsibilities r_k of the coordinates
/// before: a pullback costs O(K d^2) a draw. The gradient depends on the order of the coordinates, its mean does not.
template <class Component = MultivariateNormal<double>>
class GaussianMixture : public Mixture<Component> {
  using Base = Mixture<Component>;
  using Normals = detail::GaussianComponent<Component>;

 public:
  using Scalar = ScalarOf<Component>;
  using Base::Base;

  /// n draws for each data point that can be pulled back. The draw borrows this distribution.
  template <class Rng>
  GaussianMixtureDraw<Component> rsample(Rng& rng, Index n) const& {
    return {*this, this->sample(rng, n)};
  }
  template <class Rng>
  GaussianMixtureDraw<Component> rsample(Rng& rng, Index n) const&& = delete;

  /// log density of each column and its gradient in x (resized): without the score of the parameters, so faster than `evaluate`.
  Row<Scalar> value_and_gradient(const Batch<Scalar>& x, Batch<Scalar>& gradient) const {
    detail::require_points("GaussianMixture", x, this->event_size(), this->batch_size());
    Row<Scalar> value(x.cols());
    gradient.resize(x.rows(), x.cols());
    by_block(x, [&](const Block& block) {
      block.put(block.gradient(), gradient);
      block.put(block.value, value);
    });
    return value;
  }

  /// Also the Hessian, sum_k r_k (-P_k + (g_k - g)(g_k - g)^T) with the precisions P_k and gradients g_k of the components' log
  /// densities: O(K d^2) a column.
  GaussianMixtureCurvature<Scalar> curvature(const Batch<Scalar>& x) const {
    detail::require_points("GaussianMixture", x, this->event_size(), this->batch_size());
    const Index d = x.rows(), components = this->components();
    GaussianMixtureCurvature<Scalar> out{Row<Scalar>(x.cols()), Batch<Scalar>(d, x.cols()), Batch<Scalar>(d * d, x.cols())};
    std::vector<Batch<Scalar>> precisions;  // for each data point, d*d x K
    for (Index b = 0; b < this->batch_size(); ++b) {
      precisions.emplace_back(d * d, components);
      for (Index k = 0; k < components; ++k) {
        const Batch<Scalar> p = Normals(this->component(k), b).precision();
        for (Index i = 0; i < p.size(); ++i) precisions.back()(i, k) = -p.data()[i];
      }
    }
    by_block(x, [&](const Block& block) {
      const Batch<Scalar> g = block.gradient();
      Batch<Scalar> hessian = Batch<Scalar>::Zero(d * d, g.cols());
      detail::accumulate_product(hessian, precisions[static_cast<std::size_t>(block.b)],
                                 block.responsibilities.data());
      block.add_spread(g, hessian);
      block.put(hessian, out.hessian);
      block.put(g, out.gradient);
      block.put(block.value, out.value);
    });
    return out;
  }

  /// -sum_c ((dF/dx)^-1 dF/dtheta)^T G_c at any points x, K x B: what a draw's pullback is.
  Batch<Scalar> implicit_pullback(const Batch<Scalar>& x, const Batch<Scalar>& g) const {
    detail::require_points("GaussianMixture", x, this->event_size(), this->batch_size());
    const Index batch = this->batch_size();
    Batch<Scalar> gradient = Batch<Scalar>::Zero(this->theta().rows(), batch);
    for (Index b = 0; b < batch; ++b) {
      const std::vector<Normals> normals = normals_at(b);
      for (Index from = 0; from < x.cols() / batch; from += block_columns) {
        const Index n = std::min(block_columns, x.cols() / batch - from);
        add_implicit(normals, b, taken(x, b, from, n), taken(g, b, from, n), gradient);
      }
    }
    return gradient;
  }

  /// Itself: its own distribution behind the identity link.
  const GaussianMixture& distribution() const { return *this; }

 private:
  /// Columns that are worked on together: what there is of them stays in the cache.
  static constexpr Index block_columns = 64;

  struct Block {
    Index b, batch, from;
    Batch<Scalar> x;               ///< d x n columns of data point b
    std::vector<Batch<Scalar>> z;  ///< for each component -dlog p_k/dx, d x n
    Batch<Scalar> responsibilities;
    Row<Scalar> value;

    /// -sum_k r_k z_k.
    Batch<Scalar> gradient() const {
      Batch<Scalar> g = Batch<Scalar>::Zero(x.rows(), x.cols());
      for (std::size_t k = 0; k < z.size(); ++k) {
        const Scalar* r = responsibilities.data() + static_cast<Index>(k) * x.cols();
        for (Index i = 0; i < x.rows(); ++i)
          for (Index c = 0; c < x.cols(); ++c) g(i, c) -= r[c] * z[k](i, c);
      }
      return g;
    }
    /// h += sum_k r_k (-z_k - g)(-z_k - g)^T, a register of columns at a time.
    void add_spread(const Batch<Scalar>& g, Batch<Scalar>& h) const {
      using V = math::Lanes<Scalar>;
      const Index d = x.rows(), n = x.cols(), components = static_cast<Index>(z.size());
      std::vector<V> u(z.size() * static_cast<std::size_t>(d)), weighted = u;
      for (Index c = 0; c < n; c += V::size) {
        const Index some = std::min<Index>(V::size, n - c);
        const auto load = [&](const Batch<Scalar>& m, Index i) { return V::load(m.data() + i * n + c, some, Scalar(0)); };
        for (Index k = 0, at = 0; k < components; ++k)
          for (Index i = 0; i < d; ++i, ++at) {
            const V off = load(z[static_cast<std::size_t>(k)], i) + load(g, i);
            u[static_cast<std::size_t>(at)] = off;
            weighted[static_cast<std::size_t>(at)] = off * load(responsibilities, k);
          }
        for (Index i = 0; i < d; ++i)
          for (Index j = 0; j <= i; j += 4) {
            const Index count = std::min<Index>(4, i + 1 - j);
            V sum[4] = {V(Scalar(0)), V(Scalar(0)), V(Scalar(0)), V(Scalar(0))};
            for (Index k = 0; k < components; ++k) {
              const V* row = u.data() + k * d;
              const V left = weighted[static_cast<std::size_t>(k * d + i)];
              for (Index m = 0; m < 4; ++m) sum[m] = multiply_add(left, row[std::min(j + m, d - 1)], sum[m]);
            }
            for (Index m = 0; m < count; ++m) {
              const V entry = load(h, i * d + j + m) + sum[m];
              entry.store(h.data() + (i * d + j + m) * n + c, some);
              entry.store(h.data() + ((j + m) * d + i) * n + c, some);
            }
          }
      }
    }
    template <class M>
    void put(const M& part, M& all) const {
      for (Index i = 0; i < part.rows(); ++i)
        for (Index c = 0; c < part.cols(); ++c) all(i, (from + c) * batch + b) = part(i, c);
    }
  };

  std::vector<Normals> normals_at(Index b) const {
    std::vector<Normals> all;
    for (Index k = 0; k < this->components(); ++k) all.emplace_back(this->component(k), b);
    return all;
  }
  /// n samples of data point b from sample `from` on.
  Batch<Scalar> taken(const Batch<Scalar>& x, Index b, Index from, Index n) const {
    const Index batch = this->batch_size();
    Batch<Scalar> part(x.rows(), n);
    for (Index i = 0; i < x.rows(); ++i)
      for (Index c = 0; c < n; ++c) part(i, c) = x(i, (from + c) * batch + b);
    return part;
  }

  template <class F>
  void by_block(const Batch<Scalar>& x, F f) const {
    const Index batch = this->batch_size(), samples = x.cols() / batch, d = x.rows();
    const auto components = static_cast<std::size_t>(this->components());
    for (Index b = 0; b < batch; ++b) {
      const std::vector<Normals> normals = normals_at(b);
      for (Index from = 0; from < samples; from += block_columns) {
        const Index n = std::min(block_columns, samples - from);
        Block block{b, batch, from, taken(x, b, from, n), std::vector<Batch<Scalar>>(components), {}, {}};
        Batch<Scalar> joint(this->components(), n);
        for (std::size_t k = 0; k < components; ++k) {
          const auto row = static_cast<Index>(k);
          Batch<Scalar>& z = block.z[k];
          z = block.x;
          normals[k].whiten(z);
          Scalar constant = this->log_weights()(row, b) - static_cast<Scalar>(d) * half_log_two_pi;
          for (Index i = 0; i < d; ++i) constant -= std::log(normals[k].scale(i));
          Scalar* value = joint.data() + row * n;
          for (Index c = 0; c < n; ++c) value[c] = constant;
          for (Index i = 0; i < d; ++i)
            for (Index c = 0; c < n; ++c) value[c] -= Scalar(0.5) * z(i, c) * z(i, c);
          normals[k].solve_transposed(z);
        }
        block.value = math::log_sum_exp(joint);
        block.responsibilities = detail::weights_of(joint);
        f(std::as_const(block));
      }
    }
  }

  /// With lambda = (dF/dx)^-T g, the gradient is that of -sum_i lambda_i F_i, x held; backwards through the coordinates. `y` is
  /// the slope that reaches each component's points, `a` the one that reaches the log weights before coordinate i.
  void add_implicit(const std::vector<Normals>& normals, Index b, const Batch<Scalar>& x, const Batch<Scalar>& g,
                    Batch<Scalar>& gradient) const {
    const Index d = x.rows(), n = x.cols(), components = this->components();
    const auto count = static_cast<std::size_t>(components);
    std::vector<Batch<Scalar>> z(count, x), y(count, Batch<Scalar>(d, n));
    for (std::size_t k = 0; k < count; ++k) normals[k].whiten(z[k]);
    const std::vector<Batch<Scalar>> before = responsibilities_before(normals, b, z);
    std::vector<Index> first(count);  // rows of theta
    for (std::size_t k = 0; k < count; ++k)
      first[k] = k == 0 ? components : first[k - 1] + this->component(static_cast<Index>(k) - 1).theta().rows();

    Batch<Scalar> a = Batch<Scalar>::Zero(components, n), shift(components, n), below(components, n), above(components, n),
                  density(components, n);
    Row<Scalar> left(n), total(n), cdf(n), upper(n);
    for (Index i = d - 1; i >= 0; --i) {
      const Batch<Scalar>&r = before[static_cast<std::size_t>(i)], &after = before[static_cast<std::size_t>(i) + 1];
      for (Index c = 0; c < n; ++c) left[c] = g(i, c);
      for (std::size_t k = 0; k < count; ++k) {
        const Index at = static_cast<Index>(k) * n;
        const Scalar *z_i = z[k].data() + i * n, inverse = 1 / normals[k].scale(i);
        Scalar *s = shift.data() + at, sum = 0;
        for (Index c = 0; c < n; ++c) {
          sum += a.data()[at + c];
          s[c] = -a.data()[at + c] * z_i[c];
          below.data()[at + c] = -std::abs(z_i[c]);
          density.data()[at + c] = Scalar(-0.5) * z_i[c] * z_i[c];
        }
        normals[k].subtract_below(i, y[k], s);
        for (Index c = 0; c < n; ++c) {
          s[c] *= inverse;
          left[c] -= s[c];
        }
        gradient(first[k] + normals[k].scale_row(i), b) += sum;
      }
      math::exp(density.data(), density.data(), density.size());
      math::normal_cdf(below.data(), below.data(), below.size());
      for (std::size_t k = 0; k < count; ++k) {  // the smaller tail was looked up, the larger is the rest
        const Scalar* z_i = z[k].data() + i * n;
        for (Index c = 0, at = static_cast<Index>(k) * n; c < n; ++c, ++at) {
          const Scalar tail = below.data()[at];
          below.data()[at] = z_i[c] < 0 ? tail : 1 - tail;
          above.data()[at] = z_i[c] < 0 ? 1 - tail : tail;
        }
      }
      total.setZero();
      cdf.setZero();
      upper.setZero();
      for (std::size_t k = 0; k < count; ++k) {
        const Scalar inverse = inverse_root_two_pi / normals[k].scale(i);
        for (Index c = 0, at = static_cast<Index>(k) * n; c < n; ++c, ++at) {
          const Scalar weight = r.data()[at];
          total[c] += weight * inverse * density.data()[at];
          cdf[c] += weight * below.data()[at];
          upper[c] += weight * above.data()[at];
        }
      }
      for (std::size_t k = 0; k < count; ++k)
        for (Index c = 0, at = static_cast<Index>(k) * n; c < n; ++c, ++at) {
          y[k](i, c) = shift.data()[at] + after.data()[at] * left[c];
          // Phi(z_ki) - F_i from the smaller tail
          const Scalar off = cdf[c] <= upper[c] ? below.data()[at] - cdf[c] : upper[c] - above.data()[at];
          a.data()[at] += left[c] / total[c] * r.data()[at] * off;
        }
    }
    for (std::size_t k = 0; k < count; ++k) {
      for (Index c = 0; c < n; ++c) gradient(static_cast<Index>(k), b) -= a(static_cast<Index>(k), c);
      normals[k].add_gradient(y[k], z[k], [&](Index row) -> Scalar& { return gradient(first[k] + row, b); });
    }
  }

  /// Entry i: the responsibilities given the coordinates before i, K x n; entry d given all.
  std::vector<Batch<Scalar>> responsibilities_before(const std::vector<Normals>& normals, Index b,
                                                     const std::vector<Batch<Scalar>>& z) const {
    const Index d = z[0].rows(), n = z[0].cols();
    Batch<Scalar> log_weight(this->components(), n);
    for (Index k = 0; k < log_weight.rows(); ++k) log_weight.row(k).setConstant(this->log_weights()(k, b));
    std::vector<Batch<Scalar>> all{detail::weights_of(log_weight)};
    for (Index i = 0; i < d; ++i) {
      for (std::size_t k = 0; k < z.size(); ++k) {
        const Scalar *z_i = z[k].data() + i * n, log_scale = std::log(normals[k].scale(i));
        Scalar* to = log_weight.data() + static_cast<Index>(k) * n;
        for (Index c = 0; c < n; ++c) to[c] -= Scalar(0.5) * z_i[c] * z_i[c] + log_scale;
      }
      all.push_back(detail::weights_of(log_weight));
    }
    return all;
  }

  static constexpr Scalar half_log_two_pi = Scalar(0.91893853320467274178032973640562L);
  static constexpr Scalar inverse_root_two_pi = Scalar(0.39894228040143267793994605993438L);
};

template <class D>
GaussianMixture(std::vector<D>) -> GaussianMixture<D>;
template <class A, class D>
GaussianMixture(const Eigen::MatrixBase<A>&, std::vector<D>) -> GaussianMixture<D>;

}  // namespace variate
