#include "support/catch.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/random_walk.hpp"
#include "variate/simulation/simulator.hpp"

using namespace variate;

namespace {
/// x <- a x + b + noise from x = b: every derivative is known.
struct LinearRecursion {
  Index steps = 6;
  Index n_timesteps() const { return steps; }
  template <class X, class R>
  X initialize(const Vector<X>& theta, R&) const {
    return theta[1];
  }
  template <class X, class R>
  void step(const Vector<X>& theta, X& x, R& rng) const {
    x = theta[0] * x + theta[1] + 0.1 * normals<double>(rng, 1, 1)(0, 0);
  }
  template <class X>
  std::array<X, 2> observe(const X& x) const {
    return {x, 2.0 * x};
  }
};
/// Its state is nothing that `detach` knows.
template <class X>
struct Opaque {
  X x;
};
struct OpaqueModel {
  Index n_timesteps() const { return 3; }
  template <class X, class R>
  Opaque<X> initialize(const Vector<X>& theta, R&) const {
    return {theta[0]};
  }
  template <class X, class R>
  void step(const Vector<X>& theta, Opaque<X>& state, R&) const {
    state.x *= theta[0];
  }
  template <class X>
  X observe(const Opaque<X>& state) const {
    return state.x;
  }
};
using Pair = Dual<double, 2>;
Vector<Pair> pair_of(double a, double b) {
  Vector<Pair> theta(2);
  theta << Pair::variable(a, 0), Pair::variable(b, 1);
  return theta;
}
}  // namespace

static_assert(Simulator<LinearRecursion, double>);
static_assert(Simulator<LinearRecursion, Pair>);
static_assert(Simulator<LinearRecursion, Reverse<double>>);
static_assert(Simulator<RandomWalk<float>, float>);
static_assert(!Simulator<int, double>);

TEST_CASE("A run has a column for the first state and one for each step", "[simulation]") {
  Rng rng(1), again(1);
  Vector<double> theta(2);
  theta << 0.5, 1.0;
  const Batch<double> run = simulate_and_observe(LinearRecursion{}, theta, rng);
  CHECK(run.rows() == 2);
  CHECK(run.cols() == 7);
  CHECK(run(0, 0) == 1);
  CHECK(run.row(1) == 2 * run.row(0));
  const Batch<Pair> duals = simulate_and_observe(LinearRecursion{}, pair_of(0.5, 1.0), again);
  for (Index t = 0; t < 7; ++t) CHECK(duals(0, t).value == run(0, t));
}

TEST_CASE("A gradient horizon is a true truncation", "[simulation]") {
  const double a = 0.7, b = 0.4;
  Rng noise(2);
  Vector<double> theta(2);
  theta << a, b;
  Rng values_rng = noise;
  const Batch<double> values = simulate_and_observe(LinearRecursion{}, theta, values_rng);
  for (const int horizon : {-1, 0, 1, 2, 3, 5, 6}) {
    Rng rng = noise;
    const std::optional<Index> h = horizon < 0 ? std::nullopt : std::optional<Index>(horizon);
    const Batch<Pair> run = simulate_and_observe(LinearRecursion{}, pair_of(a, b), rng, h);
    for (Index t = 0; t < 7; ++t) {
      CHECK(run(0, t).value == values(0, t));
      // x_t is made by step t - 1, which sees the steps t - 1 - h, ..., t - 1
      const Index far = t == 0 ? 0 : h ? std::max<Index>(0, t - 1 - *h) : 0;
      double by_a = 0, by_b = far == 0 ? 1 : 0;
      for (Index s = far; s < t; ++s) {
        by_a = values(0, s) + a * by_a;
        by_b = 1 + a * by_b;
      }
      INFO("horizon " << horizon << " time " << t);
      CHECK(run(0, t).tangent[0] == Approx(by_a).margin(1e-12));
      CHECK(run(0, t).tangent[1] == Approx(by_b).margin(1e-12));
    }
  }
}

TEST_CASE("What is no run", "[simulation]") {
  Rng rng(1);
  const Vector<double> theta = Vector<double>::Ones(2);
  CHECK_THROWS_AS(simulate_and_observe(LinearRecursion{0}, theta, rng), InvalidArgument);
  CHECK_THROWS_AS(simulate_and_observe(LinearRecursion{}, theta, rng, 7), InvalidArgument);
  CHECK_THROWS_AS(simulate_and_observe(LinearRecursion{}, theta, rng, -1), InvalidArgument);
  CHECK(simulate_and_observe(OpaqueModel{}, pair_of(2, 1), rng)(0, 3).tangent[0] == 32);
  CHECK_THROWS_AS(simulate_and_observe(OpaqueModel{}, pair_of(2, 1), rng, 0), InvalidArgument);
  try {
    simulate_and_observe(LinearRecursion{}, theta, rng, 7);
  } catch (const InvalidArgument& e) {
    CHECK(variate_tests::says(e.what(), "gradient_horizon is 7, expected none, or from 0 to the 6 steps"));
  }
}
