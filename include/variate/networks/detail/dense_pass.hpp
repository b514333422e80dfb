#pragma once
/// Dense layers on a block of columns and their way back, by hand: what a flow runs many times a step, where a tape's nodes would
/// be most of the memory that is moved. The way back needs nothing but what each layer gave.
#include <algorithm>
#include <utility>
#include <vector>

#include "variate/autodiff/detail/multiply.hpp"
#include "variate/autodiff/detail/transpose.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/sigmoid.hpp"
#include "variate/math/softplus.hpp"
#include "variate/math/tanh.hpp"
#include "variate/networks/activation.hpp"
#include "variate/networks/dense.hpp"

namespace variate::detail {

/// The activation of n numbers (whole registers), in place.
template <Activation activation, class T>
void activate_in_place(T* x, Index n) {
  using L = math::Lanes<T>;
  for (Index i = 0; i < n; i += L::size) {
    const L a = L::load(x + i);
    L y = a;
    if constexpr (activation == Activation::tanh) y = math::tanh(a);
    else if constexpr (activation == Activation::relu) y = max(L(T(0)), a);
    else if constexpr (activation == Activation::leaky_relu) y = select(a > T(0), a, a * T(0.01));
    else if constexpr (activation == Activation::softplus) y = math::softplus(a);
    else if constexpr (activation == Activation::sigmoid) y = math::sigmoid(a);
    y.store(x + i);
  }
}
/// g *= the activation's slope where its value is y.
template <Activation activation, class T>
void multiply_by_slope(T* g, const T* y, Index n) {
  using L = math::Lanes<T>;
  for (Index i = 0; i < n; i += L::size) {
    const L value = L::load(y + i), of = L::load(g + i);
    L slope(T(1));
    if constexpr (something_after<AfterLayer<activation>>) slope = AfterLayer<activation>::slope_where(value);
    else if constexpr (activation == Activation::softplus) slope = T(1) - math::exp(-value);
    else if constexpr (activation == Activation::sigmoid) slope = value * (T(1) - value);
    (of * slope).store(g + i);
  }
}

/// Rows of all layers together, input and output included.
inline Index dense_rows(const std::vector<Dense>& layers) {
  Index rows = layers.front().inputs();
  for (const Dense& layer : layers) rows += layer.outputs();
  return rows;
}
/// Rows of the widest of them.
inline Index widest_rows(const std::vector<Dense>& layers) {
  Index rows = layers.front().inputs();
  for (const Dense& layer : layers) rows = std::max(rows, layer.outputs());
  return rows;
}

/// z holds the input (inputs x n, n whole registers); after it come the layers' values, the output last. theta as in Dense.
template <Activation activation, class T>
void dense_forward(const std::vector<Dense>& layers, const T* theta, T* z, Index n) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const Index in = layers[l].inputs(), out = layers[l].outputs();
    T* const y = z + in * n;
    for (Index i = 0; i < out; ++i) std::fill_n(y + i * n, n, theta[out * in + i]);
    multiply<T>(y, Strided<T>{theta, in, 1}, z, out, in, n);
    if (l + 1 < layers.size()) activate_in_place<activation>(y, out * n);
    z = y;
    theta += layers[l].size();
  }
}

/// Room `dense_backward` needs for n columns.
inline Index dense_scratch(const std::vector<Dense>& layers) { return 2 * widest_rows(layers); }

/// The way back: g, the slopes by the output in room for the widest layer, is overwritten; the slopes by the parameters are added
/// to of_theta. Returns where the slopes by the input stand, in `scratch` (dense_scratch rows of n); nullptr if they are not wanted.
template <Activation activation, class T>
const T* dense_backward(const std::vector<Dense>& layers, const T* theta, const T* z, T* g, T* of_theta, T* scratch, Index n,
                        bool to_input) {
  Index at = 0, row = 0;
  for (const Dense& layer : layers) {
    at += layer.size();
    row += layer.inputs();
  }
  T *const turned = scratch, *next = scratch + widest_rows(layers) * n;
  for (std::size_t l = layers.size(); l-- > 0;) {
    const Index in = layers[l].inputs(), out = layers[l].outputs();
    at -= layers[l].size();
    row -= in;
    T* const of_bias = of_theta + at + out * in;
    for (Index i = 0; i < out; ++i) of_bias[i] += Eigen::Map<const Row<T>>(g + i * n, n).sum();
    transpose(turned, z + row * n, in, n);
    multiply<T>(of_theta + at, Strided<T>{g, n, 1}, turned, out, n, in);
    if (l == 0 && !to_input) return nullptr;
    multiply<T>(next, Strided<T>{theta + at, in, 1}.transposed(), g, in, out, n, false);
    if (l > 0) multiply_by_slope<activation>(next, z + row * n, in * n);
    std::swap(g, next);
  }
  return g;
}

}  // namespace variate::detail
