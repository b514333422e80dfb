#include "variate/autodiff/expression.hpp"

#include <type_traits>

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("kinds: what is the same for every sample and what is not", "[autodiff]") {
  using L = GradientLanes<double>;
  LentTape<L> tape;
  const Batch<double> numbers = scattered(4, 3);
  const Variable<L, Kind::sample> z(tape->input(numbers.data(), 4, 3, true));
  const Variable<L, Kind::matrix> t(tape->input(numbers.data(), 4, 3, true));
  static_assert(decltype(z + 1)::kind == Kind::sample);
  static_assert(decltype(z + t)::kind == Kind::sample);
  static_assert(decltype(exp(t))::kind == Kind::matrix);
  static_assert(decltype(t[0])::kind == Kind::number);
  static_assert(decltype(z[0])::kind == Kind::sample);
  static_assert(decltype(t[0] * z)::kind == Kind::sample);
  static_assert(decltype(sum(z))::kind == Kind::sample);
  static_assert(!std::is_same_v<decltype(t * z), decltype(z * z)>);
  CHECK(z.rows() == 4);
  CHECK(z.cols() == 3);
  CHECK(z.value() == numbers);
  CHECK(z[2].value() == numbers.row(2));
  CHECK(t[5].value()(0, 0) == numbers(1, 2));
  CHECK((z + 1).rows() == 4);
  CHECK((z[0] * z).rows() == 4);
}

TEST_CASE("what is on a tape and what is not", "[autodiff]") {
  using V = Variable<GradientLanes<float>, Kind::sample>;
  static_assert(TapeExpression<V> && TapeExpression<const V&> && TapeExpression<decltype(exp(std::declval<V>()))>);
  static_assert(!TapeExpression<double> && !TapeExpression<Batch<double>>);
  static_assert(std::is_trivially_destructible_v<decltype(exp(std::declval<V>()) + 1)>);
  SUCCEED("static");
}

TEST_CASE("branches on values are followed", "[autodiff]") {
  const auto f = differentiable([](const auto& z) {
    if (z.value()(0, 0) > 0) return evaluated(sum(square(z)));
    return evaluated(sum(exp(z)));
  });
  Batch<double> g;
  f.evaluate(Batch<double>::Ones(2, 2)).pullback(Row<double>::Ones(2), g);
  CHECK(g == Batch<double>::Constant(2, 2, 2));
  f.evaluate(Batch<double>::Zero(2, 2)).pullback(Row<double>::Ones(2), g);
  CHECK(g == Batch<double>::Ones(2, 2));
}
