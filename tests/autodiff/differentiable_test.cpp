#include "variate/autodiff/differentiable.hpp"

#include <type_traits>

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

struct LogisticRegression {
  Batch<double> x;
  auto operator()(const auto& w) const { return -sum(softplus(-(x * w))) - 0.5 * sum(square(w)); }
};
/// log N(x; 0, I) of what a network with one hidden layer of 3 makes of z (2 in, 2 out).
struct Network {
  static constexpr Index size = 3 * 2 + 3 + 2 * 3 + 2;
  auto operator()(const auto& z, const auto& theta) const {
    const auto hidden = tanh(reshape(theta, 0, 3, 2) * z + reshape(theta, 6, 3, 1));
    return -0.5 * sum(square(reshape(theta, 9, 2, 3) * hidden + reshape(theta, 15, 2, 1)));
  }
};
using F = Differentiable<LogisticRegression>;
using G = Differentiable<Network, Vector<double>>;
using Floats = Differentiable<Network, Vector<float>>;
static_assert(DifferentiableIntegrand<F, double> && !Parametric<F>);
static_assert(DifferentiableIntegrand<G, double> && ParametricIntegrand<G, double> && Parametric<G>);
static_assert(DifferentiableIntegrand<Floats, float> && Parametric<Floats>);
static_assert(!std::is_copy_constructible_v<TapeEvaluation<double>> &&
              std::is_nothrow_move_constructible_v<TapeEvaluation<double>>);
template <class X>
concept EvaluatesTemporary = requires(X f, const Batch<double>& x) { std::move(f).evaluate(x); };
static_assert(!EvaluatesTemporary<F>);  // the evaluation would outlive the model

}  // namespace

TEST_CASE("logistic regression against its closed form", "[autodiff]") {
  const Batch<double> x = scattered(57, 5);
  const auto f = differentiable(LogisticRegression{x});
  for (const Index s : {1, 8, 11, 64}) {
    const Batch<double> w = scattered(5, s, -2, 2);
    const auto e = f.evaluate(w);
    Batch<double> g;
    CHECK(e.pullback(Row<double>::Ones(s)).size() == 0);
    e.pullback(Row<double>::Ones(s), g);
    const Eigen::ArrayXXd scores = (x * w).array();
    const Row<double> value = -(1 + (-scores).exp()).log().colwise().sum() - 0.5 * w.array().square().colwise().sum();
    const Batch<double> slope = x.transpose() * (1 / (1 + scores.exp())).matrix() - w;
    CHECK(difference(e.value, value) < 1e-14);
    CHECK(difference(g, slope) < 1e-14);
    CHECK(difference(f(w), value) < 1e-14);
  }
  check_double(LogisticRegression{scattered(9, 1)}, 1);
}

TEST_CASE("a network written on the tape pulls back to its parameters", "[autodiff]") {
  const Vector<double> theta = scattered(Network::size, 1);
  const auto f = differentiable(Network{}, theta);
  CHECK(f.params() == theta);
  for (const Index s : {1, 6, 16}) {
    const Batch<double> z = scattered(2, s);
    const Row<double> w = scattered(1, s, 0.2, 1);
    const auto e = f.evaluate(z);
    Batch<double> g;
    const Vector<double> p = e.pullback(w, g);
    CHECK(difference(e.pullback(w), p) == 0);
    CHECK(difference(e.pullback(w, g), p) == 0);
    CHECK(difference(g, differences(f, z, w)) < 1e-8);
    Vector<double> expected(theta.size());
    auto moved = f;
    for (Index i = 0; i < theta.size(); ++i) {
      Vector<double> t = theta;
      t[i] += 1e-5;
      moved.set_params(t);
      const double up = moved(z).dot(w);
      t[i] -= 2e-5;
      moved.set_params(t);
      expected[i] = (up - moved(z).dot(w)) / 2e-5;
    }
    CHECK(difference(p, expected) < 1e-8);

    const auto narrow = differentiable(Network{}, Vector<float>(theta.cast<float>()));
    Batch<float> h;
    const Vector<float> q = narrow.evaluate(Batch<float>(z.cast<float>())).pullback(w.cast<float>(), h);
    CHECK(difference(q.cast<double>(), p) < 1e-5);
    CHECK(difference(h.cast<double>(), g) < 1e-5);
  }
}

TEST_CASE("pullbacks are linear in the weights and do not disturb each other", "[autodiff]") {
  const auto f = differentiable(Network{}, Vector<double>(scattered(Network::size, 1)));
  const Batch<double> z = scattered(2, 5);
  const Row<double> a = scattered(1, 5), b = scattered(1, 5, -1, 1, 1);
  const auto e = f.evaluate(z);
  Batch<double> ga, gb, gc;
  const Vector<double> pa = e.pullback(a, ga), pb = e.pullback(b, gb), pc = e.pullback(a + 2 * b, gc);
  CHECK(difference(pc, Vector<double>(pa + 2 * pb)) < 1e-14);
  CHECK(difference(gc, Batch<double>(ga + 2 * gb)) < 1e-14);
  Batch<double> again;
  CHECK(difference(e.pullback(a, again), pa) == 0);
  CHECK(difference(again, ga) == 0);
}

TEST_CASE("what does not depend on an argument has a gradient of zero", "[autodiff]") {
  const auto f = differentiable([](const auto& z, const auto& t) { return 0 * z[0] + t[0] * t[0]; },
                                Vector<double>(Vector<double>::Constant(2, 3.0)));
  const Batch<double> z = scattered(2, 3);
  Batch<double> g;
  const Vector<double> p = f.evaluate(z).pullback(Row<double>::Ones(3), g);
  CHECK(g == Batch<double>::Zero(2, 3));
  CHECK(p == column({18, 0}));
  const auto h = differentiable([](const auto& z2, const auto&) { return sum(z2); }, Vector<double>(Vector<double>::Ones(2)));
  CHECK(h.evaluate(z).pullback(Row<double>::Ones(3)) == Vector<double>::Zero(2));
}

TEST_CASE("no samples, and points without coordinates", "[autodiff]") {
  const auto f = differentiable(LogisticRegression{scattered(5, 3)});
  Batch<double> g;
  const auto none = f.evaluate(Batch<double>(3, 0));
  none.pullback(Row<double>(0), g);
  CHECK(none.value.size() == 0);
  CHECK(g.rows() == 3);
  CHECK(g.cols() == 0);
  const auto h =
      differentiable([](const auto& z, const auto& t) { return sum(exp(z) + square(z)) + t[0]; }, Vector<double>::Ones(1));
  const auto e = h.evaluate(Batch<double>(0, 4));
  CHECK(e.value == Row<double>::Ones(4));
  CHECK(e.pullback(Row<double>::Ones(4), g)[0] == 4);
  CHECK(g.rows() == 0);
}

TEST_CASE("any Eigen matrix will do as points", "[autodiff]") {
  const auto f = differentiable(LogisticRegression{scattered(5, 3)});
  const Eigen::MatrixXd columns = scattered(3, 4);
  const Batch<double> x = columns;
  CHECK(f(columns) == f(x));
  CHECK(f.evaluate(columns).value == f(x));
  CHECK(f(2 * columns - columns) == f(x));
  CHECK(f(Eigen::VectorXd(columns.col(1)))[0] == Approx(f(x)[1]).epsilon(1e-15));
}

TEST_CASE("sizes that do not fit are named", "[autodiff]") {
  auto f = differentiable(Network{}, Vector<double>(scattered(Network::size, 1)));
  const auto complaint = [](const auto& call) -> std::string {
    try {
      call();
    } catch (const ShapeError& e) {
      return e.what();
    }
    return {};
  };
  const Batch<double> x = scattered(2, 3);
  const auto e = f.evaluate(x);
  Batch<double> g;
  CHECK(complaint([&] { e.pullback(Row<double>::Ones(2), g); }) == "pullback: number of weights is 2, expected 3");
  CHECK(complaint([&] { e.pullback(Row<double>::Ones(4)); }) == "pullback: number of weights is 4, expected 3");
  CHECK(complaint([&] { f.set_params(Vector<double>::Ones(2)); }) == "set_params: number of parameters is 2, expected 17");
  CHECK(complaint([&] { f.hessian_vector_product(x, Batch<double>(scattered(2, 2)), Row<double>(Row<double>::Ones(3))); }) ==
        "hessian_vector_product: columns of v is 2, expected 3");
  CHECK(says(complaint([&] { f.evaluate(scattered(3, 2)); }), "matrix product: shapes are 3 x 2 and 3 x 2"));
}
