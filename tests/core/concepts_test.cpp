#include "variate/core/concepts.hpp"

#include <string>

#include "support/catch.hpp"

using variate::Batch;
using variate::Row;
using variate::Vector;

namespace {

struct WithGradient {
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g = 2 * x;
    return x.colwise().squaredNorm();
  }
};
struct WithEvaluation {
  struct Evaluation {
    Row<double> value;
    Vector<double> pullback(const Row<double>& w) const { return Vector<double>::Constant(1, w.sum()); }
  };
  Evaluation evaluate(const Batch<double>& x) const { return {Row<double>::Ones(x.cols())}; }
  Row<double> operator()(const Batch<double>& x) const { return Row<double>::Constant(x.cols(), 7); }
};
struct Text {
  std::string operator()(const Batch<double>&) const { return ""; }
};
struct Once {
  Once() = default;
  Once(const Once&) = delete;
  Row<double> operator()(const Batch<double>& x) const { return x.row(0); }
};

const auto lambda = [](const Batch<double>& x) -> Row<double> { return x.row(0); };

}  // namespace

static_assert(variate::Integrand<decltype(lambda), double>);
static_assert(!variate::DifferentiableIntegrand<decltype(lambda), double>);
static_assert(!variate::ParametricIntegrand<decltype(lambda), double>);
static_assert(variate::DifferentiableIntegrand<WithGradient, double>);
static_assert(variate::ParametricIntegrand<WithEvaluation, double>);
static_assert(!variate::DifferentiableIntegrand<WithEvaluation, double>);
static_assert(!variate::Integrand<Text, double>);
static_assert(!variate::Integrand<int, double>);
static_assert(variate::Integrand<Once, double>);

TEST_CASE("evaluate takes the best an integrand has, values the cheapest", "[core]") {
  const Batch<double> x{{1, 2}, {3, 4}};
  CHECK(variate::evaluate(lambda, x).value == Row<double>{{1, 2}});
  CHECK(variate::evaluate(lambda, x).pullback(Row<double>::Ones(2)).size() == 0);

  const auto e = variate::evaluate(WithGradient{}, x);
  CHECK(e.value == Row<double>{{10, 20}});
  Batch<double> g;
  CHECK(e.pullback(Row<double>{{1, 0.5}}, g).size() == 0);
  CHECK(g == Batch<double>{{2, 2}, {6, 4}});

  CHECK(variate::evaluate(WithEvaluation{}, x).value == Row<double>{{1, 1}});
  CHECK(variate::values(WithEvaluation{}, x) == Row<double>{{7, 7}});
  CHECK(variate::values(WithGradient{}, x) == Row<double>{{10, 20}});
}

TEST_CASE("a model that does not give a number for each column is told so", "[core]") {
  const Batch<double> x = Batch<double>::Ones(2, 3);
  const auto one = [](const Batch<double>&) -> Row<double> { return Row<double>::Ones(1); };
  CHECK_THROWS_AS(variate::values(one, x), variate::ShapeError);
  try {
    variate::evaluate(one, x);
    FAIL("nothing was thrown");
  } catch (const variate::ShapeError& error) {
    CHECK(std::string(error.what()) == "evaluate: number of values of the model is 1, expected 3");
  }
  struct WrongGradient {
    Row<double> value_and_gradient(const Batch<double>& y, Batch<double>& g) const {
      g.setZero(1, y.cols());
      return Row<double>::Zero(y.cols());
    }
  };
  CHECK_THROWS_AS(variate::evaluate(WrongGradient{}, x), variate::ShapeError);
}

TEST_CASE("an estimate is finite only if all of it is", "[core]") {
  variate::Estimate<double> estimate;
  estimate.q = Vector<double>::Ones(2);
  CHECK(estimate.finite());
  estimate.f = Vector<double>::Constant(1, NAN);
  CHECK_FALSE(estimate.finite());
  estimate.f.resize(0);
  estimate.value = INFINITY;
  CHECK_FALSE(estimate.finite());
}
