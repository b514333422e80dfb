#pragma once
/// The cost and the surrogate of the estimator fixtures.
#include "support/fixtures.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/product.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

/// f(x) = mean_i (x_i - t_i)^2 + x'Ax + s sin(w.x), hard or relaxed x.
struct Cost {
  Vector<double> t, w;
  Batch<double> a;
  double s;

  explicit Cost(const nlohmann::json& f)
      : t(matrix(f.at("t"))), w(matrix(f.at("w"))), a(matrix(f.at("A"))), s(number(f.at("s"))) {}
  auto operator()(const auto& x) const {
    return mean(square(x - t)) + sum(cwise_product(x, a * x)) + s * sin(sum(cwise_product(w, x)));
  }
};

/// w2 . tanh(W1 z + b1) + b2; theta is W1 row by row, b1, w2, b2.
struct Net {
  Index hidden, inputs;

  auto operator()(const auto& z, const auto& theta) const {
    const Index b1 = hidden * inputs, w2 = b1 + hidden, b2 = w2 + hidden;
    return reshape(theta, w2, 1, hidden) * tanh(reshape(theta, 0, hidden, inputs) * z + reshape(theta, b1, hidden, 1)) +
           reshape(theta, b2, 1, 1);
  }
};
/// The numbers of a surrogate in the order of theta, whether parameters or slopes.
inline Vector<double> net_numbers(const nlohmann::json& j) {
  std::vector<double> all;
  for (const char* part : {"W1", "b1", "w2", "b2"}) {
    const Batch<double> m = matrix(j.at(part));
    all.insert(all.end(), m.data(), m.data() + m.size());
  }
  return Eigen::Map<const Vector<double>>(all.data(), static_cast<Index>(all.size()));
}
inline auto surrogate(const nlohmann::json& j) {
  const Batch<double> w1 = matrix(j.at("W1"));
  return variate::differentiable(Net{w1.rows(), w1.cols()}, net_numbers(j));
}

/// One column of uniforms for each batch that is asked for, in order.
inline variate::Recorded<double> recorded(std::vector<Batch<double>> uniforms) { return variate::Recorded<double>({}, std::move(uniforms)); }

}  // namespace variate_tests
