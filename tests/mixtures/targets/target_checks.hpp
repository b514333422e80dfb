#pragma once
#include "support/catch.hpp"
#include "variate/core/concepts.hpp"

namespace variate_tests {

/// Values and gradients agree with one another, for any number of columns; central differences are good to about 1e-7 of the
/// size.
template <class F, class T>
void check_target(const F& f, const variate::Batch<T>& x) {
  using namespace variate;
  static_assert(DifferentiableIntegrand<F, T>);
  Batch<T> gradient, part;
  const Row<T> value = f.value_and_gradient(x, gradient);
  REQUIRE(value.size() == x.cols());
  REQUIRE(gradient.rows() == x.rows());
  REQUIRE(gradient.cols() == x.cols());
  CHECK((f(x) - value).norm() <= 1e-12 * value.norm());
  const T h = T(1e-5);
  for (Index i = 0; i < x.rows(); ++i) {
    Batch<T> up = x, down = x;
    up.row(i).array() += h;
    down.row(i).array() -= h;
    const Row<T> slope = (f(up) - f(down)) / (2 * h);
    for (Index c = 0; c < x.cols(); ++c) CHECK(gradient(i, c) == Approx(slope[c]).epsilon(1e-5).margin(1e-5));
  }
  for (const Index n : {Index{1}, x.cols() / 2}) {
    const Batch<T> some = x.leftCols(n);
    CHECK((f.value_and_gradient(some, part) - value.head(n)).norm() <= 1e-12 * value.norm());
    CHECK((part - gradient.leftCols(n)).norm() <= 1e-11 * gradient.norm());
  }
}

}  // namespace variate_tests
