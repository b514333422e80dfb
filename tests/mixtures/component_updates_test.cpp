#include "variate/mixtures/component_updates.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace variate;

namespace {

template <class T>
struct Problem {
  Vector<T> mean, gradient;
  Batch<T> factor, hessian;
  /// Numbers of a formula: nothing special about them.
  explicit Problem(Index d, bool symmetric = true) : mean(d), gradient(d), factor(Batch<T>::Zero(d, d)), hessian(d, d) {
    for (Index i = 0; i < d; ++i) {
      mean[i] = std::cos(T(i) + 1);
      gradient[i] = std::sin(T(3 * i + 1));
      for (Index j = 0; j < d; ++j) {
        if (j <= i) factor(i, j) = i == j ? T(1) + T(0.1) * T(i) : T(0.3) * std::sin(T(i + 2 * j));
        hessian(i, j) = T(i == j ? 2 : 0) + T(0.2) * std::cos(T(symmetric ? i + j : 2 * i + j));
      }
    }
  }
  Batch<T> covariance() const { return factor * factor.transpose(); }
};

/// P' and mean' by the textbook, on small matrices.
Batch<double> inverse(Batch<double> a) {
  Batch<double> x = Batch<double>::Identity(a.rows(), a.cols());
  detail::eliminate(a, x);
  return x;
}

}  // namespace

TEST_CASE("Small dense algebra", "[mixtures]") {
  const Problem<double> p(7), q(7, false);
  CHECK((inverse(q.hessian) * q.hessian - Batch<double>::Identity(7, 7)).norm() < 1e-13);
  Batch<double> swap(2, 2);
  swap << 0, 1, 2, 0;
  CHECK((inverse(swap) * swap - Batch<double>::Identity(2, 2)).norm() == 0);

  CHECK(detail::is_symmetric(p.hessian));
  CHECK_FALSE(detail::is_symmetric(q.hessian));

  // The reduction keeps traces of powers, and c^T a c.
  Batch<double> a = p.hessian;
  Vector<double> c = p.gradient, diagonal, off, work;
  detail::tridiagonalise(a, c, diagonal, off, work);
  Batch<double> t = diagonal.asDiagonal();
  for (Index i = 0; i + 1 < 7; ++i) t(i, i + 1) = t(i + 1, i) = off[i];
  CHECK(t.trace() == Approx(p.hessian.trace()).epsilon(1e-13));
  CHECK((t * t * t).trace() == Approx((p.hessian * p.hessian * p.hessian).trace()).epsilon(1e-13));
  CHECK(c.dot(t * c) == Approx(p.gradient.dot(p.hessian * p.gradient)).epsilon(1e-12));
  CHECK(c.dot(t * t * c) == Approx(p.gradient.dot(p.hessian * p.hessian * p.gradient)).epsilon(1e-12));
}

TEST_CASE("Component updates are what their formulas say", "[mixtures]") {
  const double beta = 0.3;
  for (const bool symmetric : {true, false})
    for (const Index d : {1, 2, 5}) {
      const Problem<double> p(d, symmetric);
      ComponentWorkspace<double> work;
      const Batch<double> precision = inverse(p.covariance());
      const ComponentStep<double> step{.stepsize = beta};
      {
        Vector<double> mean = p.mean;
        Batch<double> factor = p.factor;
        ComponentUpdateState<double> state{.l2_regularizer = 8e-12};
        REQUIRE(DirectComponentUpdate{}(mean, factor, p.hessian, p.gradient, step, state, work));
        const Batch<double> covariance = inverse(precision + beta * p.hessian);
        const Vector<double> want = p.mean - beta * covariance * p.gradient;
        CHECK((mean - want).norm() < 1e-13);
        const Batch<double> got = factor * factor.transpose();
        for (Index i = 0; i < d; ++i)
          for (Index j = 0; j <= i; ++j) CHECK(got(i, j) == Approx(covariance(i, j)).epsilon(1e-11));
        CHECK(state.received_updates == 1);
        CHECK(state.l2_regularizer == 4e-12);
      }
      for (const Index before : {0, 1}) {
        Vector<double> mean = p.mean;
        Batch<double> factor = p.factor;
        ComponentUpdateState<double> state{.received_updates = before};
        REQUIRE(IblrComponentUpdate{}(mean, factor, p.hessian, p.gradient, step, state, work));
        const Batch<double> covariance =
            inverse(precision + beta * (p.hessian + beta / 2 * p.hessian * p.covariance() * p.hessian));
        const Vector<double> want = p.mean - (before ? beta : 0) * p.covariance() * p.gradient;
        CHECK((mean - want).norm() < 1e-13);
        const Batch<double> got = factor * factor.transpose();
        for (Index i = 0; i < d; ++i)
          for (Index j = 0; j <= i; ++j) CHECK(got(i, j) == Approx(covariance(i, j)).epsilon(1e-11));
        CHECK(state.l2_regularizer == 1e-12);
      }
    }
}

TEST_CASE("Diagonal component updates agree with full ones", "[mixtures]") {
  const Index d = 4;
  const Problem<double> p(d);
  const Vector<double> deviations = p.factor.diagonal(), hessian = p.hessian.diagonal();
  const Batch<double> full = Batch<double>(deviations.asDiagonal()), full_hessian = Batch<double>(hessian.asDiagonal());
  const ComponentStep<double> step{.stepsize = 0.4};
  ComponentWorkspace<double> work;
  const auto both = [&](const auto& policy) {
    Vector<double> mean = p.mean, other = p.mean, s = deviations;
    Batch<double> l = full;
    ComponentUpdateState<double> state{.received_updates = 1}, again = state;
    REQUIRE(policy(mean, s, hessian, p.gradient, step, state, work));
    REQUIRE(policy(other, l, full_hessian, p.gradient, step, again, work));
    CHECK((mean - other).norm() < 1e-14);
    CHECK((Batch<double>(s.asDiagonal()) - l).norm() < 1e-14);
  };
  both(DirectComponentUpdate{});
  both(IblrComponentUpdate{});
}

TEST_CASE("What cannot be a normal distribution is rejected", "[mixtures]") {
  Problem<double> p(3);
  ComponentWorkspace<double> work;
  const auto rejected = [&](const auto& policy, const Batch<double>& hessian, const Vector<double>& gradient) {
    Vector<double> mean = p.mean, deviations = p.factor.diagonal(), diagonal_mean = p.mean;
    Batch<double> factor = p.factor;
    ComponentUpdateState<double> state{.l2_regularizer = 3e-7}, diagonal_state;
    CHECK_FALSE(policy(mean, factor, hessian, gradient, {.stepsize = 1}, state, work));
    CHECK(mean == p.mean);
    CHECK(factor == p.factor);
    CHECK(state.received_updates == 1);
    CHECK(state.l2_regularizer == 1e-6);
    const Vector<double> diagonal = hessian.diagonal();
    CHECK_FALSE(policy(diagonal_mean, deviations, diagonal, gradient, {.stepsize = 1}, diagonal_state, work));
    CHECK(diagonal_mean == p.mean);
    CHECK(deviations == p.factor.diagonal());
    CHECK(diagonal_state.l2_regularizer == Approx(1e-11));
  };
  const Batch<double> negative = -50 * p.hessian;
  rejected(DirectComponentUpdate{}, negative, p.gradient);
  Batch<double> broken = p.hessian;
  broken(1, 1) = std::numeric_limits<double>::quiet_NaN();
  rejected(DirectComponentUpdate{}, broken, p.gradient);
  rejected(IblrComponentUpdate{}, broken, p.gradient);
  Vector<double> far = p.gradient;
  far[0] = std::numeric_limits<double>::infinity();
  rejected(DirectComponentUpdate{}, p.hessian, far);
  rejected(IblrComponentUpdate{}, p.hessian, far);
  // iBLR keeps the precision positive definite.
  Vector<double> mean = p.mean;
  Batch<double> factor = p.factor;
  ComponentUpdateState<double> state;
  CHECK(IblrComponentUpdate{}(mean, factor, negative, p.gradient, {.stepsize = 1}, state, work));

  CHECK_THROWS_AS(DirectComponentUpdate{}(mean, factor, negative, p.gradient, {.stepsize = -1}, state, work), DomainError);
  CHECK_THROWS_AS(IblrComponentUpdate{}(mean, factor, negative, Vector<double>(2), {.stepsize = 1}, state, work), ShapeError);
  CHECK_THROWS_AS(IblrComponentUpdate{}(mean, factor, Batch<double>(3, 2), p.gradient, {.stepsize = 1}, state, work), ShapeError);
}

TEST_CASE("Component updates in float", "[mixtures]") {
  const Problem<double> p(3);
  const Problem<float> f(3);
  ComponentWorkspace<double> work;
  ComponentWorkspace<float> small;
  Vector<double> mean = p.mean;
  Vector<float> other = f.mean;
  Batch<double> factor = p.factor;
  Batch<float> half = f.factor;
  ComponentUpdateState<double> state;
  ComponentUpdateState<float> less;
  REQUIRE(DirectComponentUpdate{}(mean, factor, p.hessian, p.gradient, {.stepsize = 0.5}, state, work));
  REQUIRE(DirectComponentUpdate{}(other, half, f.hessian, f.gradient, {.stepsize = 0.5f}, less, small));
  CHECK((mean - other.cast<double>()).norm() < 1e-6);
  CHECK((factor - half.cast<double>()).norm() < 1e-6);
}
