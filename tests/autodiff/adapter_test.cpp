#include "variate/autodiff/adapter.hpp"

#include "autodiff/model_checks.hpp"
#include "variate/autodiff/gradient.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// A scalar function of a point, generic in the scalar.
struct Chain {
  template <class V>
  auto operator()(const V& x) const {
    using std::exp;
    typename V::Scalar total = -x[0] * x[0];
    for (Index i = 1; i < x.size(); ++i) {
      if (x[i] > x[i - 1]) total -= exp(x[i] - x[i - 1]);
      else total += x[i] * x[i - 1] / 2;
    }
    return total;
  }
};
}  // namespace

TEST_CASE("functions generic in their scalar, by forward mode", "[autodiff]") {
  const auto f = forward_integrand(Chain{});
  const auto narrow = forward_integrand<3>(Chain{});
  static_assert(DifferentiableIntegrand<decltype(f), double> && DifferentiableIntegrand<decltype(f), float>);
  for (const Index d : {1, 2, 3, 8, 11}) {
    const Batch<double> x = scattered(d, 6);
    const Row<double> w = scattered(1, 6, 0.5, 2);
    Batch<double> g;
    const auto e = evaluate(f, x);
    CHECK(e.pullback(w, g).size() == 0);
    CHECK(difference(e.value, f(x)) < 1e-15);
    CHECK(difference(g, differences(f, x, w)) < 1e-8);
    CHECK(difference(gradient(narrow, x), gradient(f, x)) < 1e-15);
    CHECK(difference(gradient(f, Batch<float>(x.cast<float>())).cast<double>(), gradient(f, x)) < 1e-5);
  }
}

TEST_CASE("functions that write their own gradient", "[autodiff]") {
  const auto f = pointwise([](const Vector<double>& x, Vector<double>& g) {
    g = 2 * x;
    return x.squaredNorm();
  });
  static_assert(DifferentiableIntegrand<decltype(f), double>);
  const Batch<double> x = scattered(3, 4);
  CHECK(difference(gradient(f, x), Batch<double>(2 * x)) == 0);
  CHECK(difference(f(x), Row<double>(x.colwise().squaredNorm())) < 1e-15);

  const auto wrong = pointwise([](const Vector<double>&, Vector<double>& g) {
    g = Vector<double>::Zero(7);
    return 0.0;
  });
  std::string complaint;
  try {
    wrong(x);
  } catch (const ShapeError& e) {
    complaint = e.what();
  }
  CHECK(complaint == "pointwise: size of the gradient is 7, expected 3");
}
