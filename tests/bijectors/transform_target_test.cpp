#include "variate/bijectors/transform_target.hpp"

#include "bijectors/bijector_checks.hpp"
#include "variate/bijectors/blocks.hpp"
#include "variate/bijectors/chain.hpp"
#include "variate/bijectors/exp.hpp"
#include "variate/bijectors/interval.hpp"
#include "variate/bijectors/sigmoid.hpp"
#include "variate/bijectors/simplex.hpp"
#include "variate/bijectors/upper_bound.hpp"
#include "variate/distributions/normal.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
struct ConstantDensity {
  double log_value = 0;
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g.setZero();
    return Row<double>::Constant(x.cols(), log_value);
  }
};
/// The integral of exp(f) over [-60, 60]: the trapezoid rule converges faster than any power for these densities.
template <class F>
double integral(const F& f) {
  const Index n = 4801;
  const Batch<double> x = Row<double>::LinSpaced(n, -60, 60);
  return f(x).array().exp().sum() * 120 / static_cast<double>(n - 1);
}
}  // namespace

TEST_CASE("transform_target: densities keep their mass", "[bijectors]") {
  CHECK(near(integral(transform_target(ConstantDensity(), Sigmoid<>())), 1, 1e-12));
  CHECK(near(integral(transform_target(ConstantDensity(), Interval(2.0, 5.0))), 3, 1e-12));
  CHECK(near(integral(transform_target(ConstantDensity(), Simplex<>())), 1, 1e-12));
  const auto exponential = [](const Batch<double>& y) { return Row<double>(-y.row(0)); };
  CHECK(near(integral(transform_target(exponential, Exp<>())), 1, 1e-12));
  const auto mirrored = [](const Batch<double>& y) { return Row<double>((y.row(0).array() - 4).matrix()); };
  CHECK(near(integral(transform_target(mirrored, UpperBound(4.0))), 1, 1e-12));
}

TEST_CASE("transform_target: values and gradients", "[bijectors]") {
  Rng rng(1);
  const Normal f(Vector<double>{{1, 0.2, 0.3, 0.5}}, Vector<double>{{2, 1, 0.5, 0.4}});
  const auto target = transform_target(f, Blocks(Block{1, Exp<>()}, Block{2, Simplex<>()}));
  const Batch<double> x = normals<double>(rng, 3, 11);
  const Row<double> w = normals<double>(rng, 1, 11);
  const auto e = target.evaluate(x);
  const auto image = target.bijector().forward(x);
  CHECK((e.value - (f.log_prob(image.value) + image.log_det)).cwiseAbs().maxCoeff() < 1e-13);
  CHECK((target(x) - e.value).cwiseAbs().maxCoeff() < 1e-13);
  Batch<double> g;
  const Vector<double> own = e.pullback(w, g);
  CHECK(flat_gradient_error(g, x, [&](const Batch<double>& at) { return target(at).dot(w); }) < gradient_tolerance);
  CHECK(e.pullback(w) == own);
  CHECK(gradient_error(own, target.params(), [&](const Vector<double>& v) { return moved(target, v)(x).dot(w); }) < gradient_tolerance);
  CHECK(target.params() == f.params());
  CHECK(target.target().params() == f.params());

  // What refers to the image finds it also after a move.
  auto there = target.evaluate(x);
  const auto elsewhere = std::move(there);
  Batch<double> same;
  CHECK(elsewhere.pullback(w, same) == own);
  CHECK(same == g);
}

TEST_CASE("transform_target: whatever f can do, and no more", "[bijectors]") {
  const auto plain = [](const Batch<double>& y) { return Row<double>(-y.colwise().sum()); };
  const auto target = transform_target(plain, Exp<>());
  using Plain = decltype(target);
  STATIC_REQUIRE(Integrand<Plain, double>);
  STATIC_REQUIRE(!Integrand<Plain, float>);
  STATIC_REQUIRE(!DifferentiableIntegrand<Plain, double>);
  STATIC_REQUIRE(!Parametric<std::remove_const_t<Plain>>);
  STATIC_REQUIRE(DifferentiableIntegrand<TransformedTarget<ConstantDensity, Exp<>>, double>);
  STATIC_REQUIRE(Parametric<TransformedTarget<Normal<>, Exp<>>>);
  STATIC_REQUIRE(DifferentiableIntegrand<TransformedTarget<Normal<float>, Exp<float>>, float>);
  const Batch<double> x = (Batch<double>(1, 3) << -800, 0, 1).finished();
  CHECK(target.evaluate(x).value(0) == -800);  // f is finite at 0, and the log-determinant exact
  CHECK(target.evaluate(x).pullback(Row<double>::Ones(3)).size() == 0);
  CHECK(target.evaluate(x).value(2) == Approx(1 - std::exp(1.0)));

  const Normal<float> single = Normal<float>::standard(1);
  const auto in_float = transform_target(single, Exp<float>());
  CHECK(in_float(Batch<float>(Batch<float>::Zero(1, 1)))(0) == Approx(-1.41893853f));
}

TEST_CASE("transform_target: errors are those of its parts", "[bijectors]") {
  const auto target = transform_target(Normal<>::standard(2), Simplex<>());
  CHECK(says(message_of<ShapeError>([&] { const Batch<double> x = Batch<double>::Zero(3, 1); target.evaluate(x); }), "rows of x is 4"));
  const auto wrong = transform_target([](const Batch<double>&) { return Row<double>(Row<double>::Zero(5)); }, Exp<>());
  const Batch<double> x = Batch<double>::Zero(1, 2);
  CHECK(says(message_of<ShapeError>([&] { wrong.evaluate(x); }), "number of values of the model is 5, expected 2"));
}
