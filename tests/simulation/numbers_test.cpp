#include "support/catch.hpp"
#include "variate/simulation/numbers.hpp"

using namespace variate;

namespace {
struct OwnState {
  Dual<double, 2> x{1.0};
  int steps = 3;
  void detach() { variate::detach(x); }
};
}  // namespace

TEST_CASE("Numbers with given slopes", "[simulation]") {
  using D = Dual<double, 2>;
  const D x = D::variable(2.0, 0), y = D::variable(3.0, 1);
  const D both = with_slopes(7.0, 0.5, x, -2.0, y);
  CHECK(both.value == 7);
  CHECK(both.tangent[0] == 0.5);
  CHECK(both.tangent[1] == -2);
  CHECK(with_slopes(7.0, 0.5, x).tangent[0] == 0.5);
  CHECK(with_slopes(7.0, 0.5, 1.0) == 7);
  CHECK(with_slopes(7.0, 0.5, 1.0, 2.0, 3.0) == 7);
  const double weights[3] = {2, 0, -1};
  const D sources[3] = {x, y, x * y};
  const D sum = with_slopes(1.0, weights, sources, 3);
  CHECK(sum.value == 1);
  CHECK(sum.tangent[0] == 2 - 3);
  CHECK(sum.tangent[1] == -2);

  ScalarTape<double> tape;
  const auto a = tape.variable(2.0), b = tape.variable(3.0);
  const Reverse<double> of_tape[3] = {a, b, a * b};
  const auto result = with_slopes(1.0, weights, of_tape, 3) + with_slopes(7.0, 0.5, a, -2.0, b);
  tape.sweep(result);
  CHECK(result.value == 8);
  CHECK(tape.adjoint(a) == 2 - 3 + 0.5);
  CHECK(tape.adjoint(b) == -2 - 2);
  CHECK(value_of(a) == 2);
  CHECK(value_of(4.0) == 4);
}

TEST_CASE("Derivatives are forgotten everywhere", "[simulation]") {
  using D = Dual<double, 2>;
  const D x = D::variable(2.0, 0);
  D one = x;
  detach(one);
  CHECK(one.value == 2);
  CHECK(one.tangent[0] == 0);
  std::array<std::vector<D>, 2> nested{{{x, x}, {x}}};
  detach(nested);
  CHECK(nested[0][1].tangent[0] == 0);
  CHECK(nested[1][0].value == 2);
  Batch<D> matrix = Batch<D>::Constant(2, 2, x);
  detach(matrix);
  CHECK(matrix(1, 1).tangent[0] == 0);
  OwnState own{x};
  detach(own);
  CHECK(own.x.tangent[0] == 0);
  CHECK(own.steps == 3);
  double plain = 3;
  detach(plain);
  CHECK(plain == 3);
  ScalarTape<double> tape;
  Reverse<double> r = tape.variable(5.0);
  detach(r);
  CHECK(r.value == 5);
  CHECK(r.tape == nullptr);
}
