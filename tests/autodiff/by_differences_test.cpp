#include "variate/autodiff/by_differences.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/product.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/lax.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/relax.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
/// a tanh(b . z), its derivatives by hand.
template <class T>
class Hand {
 public:
  using Scalar = T;
  explicit Hand(Vector<T> theta) : theta_(std::move(theta)) {}
  const Vector<T>& params() const { return theta_; }
  void set_params(const Vector<T>& theta) { theta_ = theta; }

  struct At {
    const Hand* self;
    Batch<T> z;
    Row<T> value, t;
    Vector<T> pullback(const Row<T>& w) const {
      Batch<T> g;
      return pullback(w, g);
    }
    Vector<T> pullback(const Row<T>& w, Batch<T>& g) const {
      const T a = self->theta_(0);
      const Vector<T> b = self->theta_.tail(z.rows());
      g.resize(z.rows(), z.cols());
      Vector<T> out = Vector<T>::Zero(self->theta_.size());
      for (Index c = 0; c < z.cols(); ++c) {
        const T slope = w(c) * a * (1 - t(c) * t(c));
        out(0) += w(c) * t(c);
        out.tail(z.rows()) += slope * z.col(c);
        g.col(c) = slope * b;
      }
      return out;
    }
  };
  At evaluate(const Batch<T>& z) const {
    At at{this, z, Row<T>(z.cols()), Row<T>(z.cols())};
    for (Index c = 0; c < z.cols(); ++c) at.t(c) = std::tanh(theta_.tail(z.rows()).dot(z.col(c)));
    at.value = theta_(0) * at.t;
    return at;
  }

 private:
  Vector<T> theta_;
};
/// The same on a tape.
struct OnTape {
  auto operator()(const auto& z, const auto& theta) const { return reshape(theta, 0, 1, 1) * tanh(reshape(theta, 1, 1, 3) * z); }
};
struct Square {
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g = 2 * x;
    return x.array().square().colwise().sum();
  }
};
template <class T>
Vector<T> theta() {
  return Vector<T>{{T(0.7), T(-0.4), T(1.1), T(0.3)}};
}
}  // namespace

TEMPLATE_TEST_CASE("second derivatives by differences are those of a tape", "[autodiff]", float, double) {
  using T = TestType;
  const auto tape = differentiable(OnTape{}, theta<T>());
  const auto hand = second_order_by_differences(Hand<T>(theta<T>()));
  Rng rng(1);
  const Batch<T> x = normals<T>(rng, 3, 5);
  Batch<T> v = normals<T>(rng, 3, 5);
  v.col(1).setZero();
  v.col(2) *= T(100);
  const Row<T> w = normals<T>(rng, 1, 5);
  const auto want = tape.hessian_vector_product(x, v, w), got = hand.hessian_vector_product(x, v, w);
  const T tolerance = 100 * std::pow(std::numeric_limits<T>::epsilon(), T(2) / 3) * 100;  // the longest v
  CHECK((got.value - want.value).norm() < tolerance);
  CHECK((got.slope - want.slope).norm() < tolerance);
  CHECK((got.gradient - want.gradient).norm() < tolerance);
  CHECK((got.params - want.params).norm() < tolerance);
  CHECK((got.product - want.product).norm() < tolerance);
  CHECK((got.mixed - want.mixed).norm() < tolerance);
  CHECK(got.product.col(1).norm() == 0);
}

TEST_CASE("second derivatives by differences: estimators learn as with a tape", "[autodiff]") {
  const auto tape = differentiable(OnTape{}, theta<double>());
  const auto hand = second_order_by_differences(Hand<double>(theta<double>()));
  const auto f = [](const Batch<double>& x) -> Row<double> {
    return x.row(0).array().square() + x.row(1).array() * x.row(2).array();
  };
  const auto same = [&](const auto& a, const auto& b, const auto& q) {
    Rng first(4), second(4);
    const auto by_tape = a(q, f, first, 3), by_hand = b(q, f, second, 3);
    CHECK((by_tape.q - by_hand.q).norm() < 1e-12);
    CHECK((by_tape.own - by_hand.own).norm() < 1e-8);
  };
  same(Relax(tape), Relax(hand), Bernoulli<double>(Vector<double>{{0.3, -0.8, 0.1}}));
  same(Lax(tape), Lax(hand), Normal<double>(Vector<double>{{0.3, -0.8, 0.1}}, Vector<double>{{1.0, 0.6, 2.0}}));

  // REBAR finds the slope by its temperature
  const auto quadratic = second_order_by_differences(Square{});
  const auto by_tape = differentiable([](const auto& x) { return sum(square(x)); });
  const Bernoulli<double> q(Vector<double>{{0.3, -0.8}});
  Rng first(5), second(5);
  const auto one = Rebar<>()(q, quadratic, first, 2), other = Rebar<>()(q, by_tape, second, 2);
  CHECK((one.own - other.own).norm() < 1e-8);
  CHECK(one.own(2) != 0);
}

TEST_CASE("second derivatives by differences: shapes", "[autodiff]") {
  const auto f = second_order_by_differences(Square{});
  const Batch<double> x = Batch<double>::Ones(2, 3);
  CHECK_THROWS_AS(f.hessian_vector_product(x, Batch<double>(x.leftCols(2)), Row<double>(Row<double>::Ones(3))), ShapeError);
  CHECK_THROWS_AS(f.hessian_vector_product(x, x, Row<double>(Row<double>::Ones(2))), ShapeError);
}
