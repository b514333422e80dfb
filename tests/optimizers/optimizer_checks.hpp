#pragma once
/// What every optimizer's test asks of it.
#include <string>
#include <type_traits>

#include "optimizers/torch_sequences.hpp"
#include "support/catch.hpp"
#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"

namespace variate_tests {

/// Replays the five gradients and compares with PyTorch's parameters; float to 2e-6, some thirty roundings of 6e-8.
template <class O>
void replay(O optimizer, const double (&expected)[5][3]) {
  using T = typename O::Scalar;
  static_assert(variate::Optimizer<O, T>);
  const double tolerance = std::is_same_v<T, float> ? 2e-6 : 1e-13;
  variate::Vector<T> params(3), gradient(3);
  for (int i = 0; i < 3; ++i) params(i) = static_cast<T>(torch_sequences::start[i]);
  for (int step = 0; step < 5; ++step) {
    REQUIRE(optimizer.count() == step);
    for (int i = 0; i < 3; ++i) gradient(i) = static_cast<T>(torch_sequences::gradients[step][i]);
    optimizer.update(params, gradient);
    for (int i = 0; i < 3; ++i) {
      INFO("update " << step << ", coefficient " << i);
      CHECK(static_cast<double>(params(i)) == Approx(expected[step][i]).epsilon(tolerance).margin(tolerance));
    }
  }
}

/// Climbs -(x - target)^T diag(1, 10) (x - target) / 2 from the origin; returns the distance left.
template <class O>
double climb(O optimizer, int steps) {
  using T = typename O::Scalar;
  variate::Vector<T> target(2), curvature(2), params = variate::Vector<T>::Zero(2);
  target << T(1), T(-2);
  curvature << T(1), T(10);
  for (int i = 0; i < steps; ++i) {
    const variate::Vector<T> gradient = curvature.cwiseProduct(target - params);
    optimizer.update(params, gradient);
  }
  return static_cast<double>((params - target).norm());
}

/// The size is fixed by the first update, a copy continues as its original does, and long vectors are moved to their end.
template <class O>
void holds_shape(const O& fresh) {
  using T = typename O::Scalar;
  using V = variate::Vector<T>;
  O optimizer = fresh;
  V params = V::Ones(3);
  CHECK_THROWS_AS(optimizer.update(params, V::Ones(2)), variate::ShapeError);
  CHECK((params.array() == T(1)).all());
  optimizer.update(params, V::Ones(3));
  V other = V::Ones(4);
  CHECK_THROWS_AS(optimizer.update(other, V::Ones(4)), variate::ShapeError);
  CHECK(optimizer.count() == 1);

  O copy = optimizer;
  V left = params, right = params;
  optimizer.update(left, V::Constant(3, T(-2)));
  copy.update(right, V::Constant(3, T(-2)));
  CHECK(left == right);

  O longer = fresh;  // several pieces of the sweep, the last one short
  V many = V::Zero(1537), one = V::Zero(1);
  O single = fresh;
  for (int i = 0; i < 3; ++i) {
    longer.update(many, V::Constant(1537, T(0.5)));
    single.update(one, V::Constant(1, T(0.5)));
  }
  const double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-14;
  CHECK(static_cast<double>((many.array() - one(0)).abs().maxCoeff()) <= tolerance);
  CHECK(one(0) > T(0));

  O empty = fresh;
  V nothing(0);
  empty.update(nothing, nothing);
  CHECK(empty.count() == 1);
}

/// The error `make` throws, of type E, as text.
template <class E, class F>
std::string complaint_of(F&& make) {
  try {
    make();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace variate_tests
