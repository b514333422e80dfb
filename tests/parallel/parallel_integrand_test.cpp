#include "variate/parallel/parallel_integrand.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"
#include "variate/parallel/thread_pool.hpp"

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

namespace {

/// value_c = sum_i p_i sin(x_ic), with everything an evaluation can have; refers to its integrand and batch, and cannot be
/// copied.
template <class T>
struct Sines {
  using Scalar = T;
  Vector<T> p;
  Index points = 1;

  struct Piece {
    Row<T> value;
    const Sines* f;
    const Batch<T>* x;
    std::unique_ptr<int> not_copyable;
    Vector<T> pullback(const Row<T>& w) const {
      Vector<T> sum = Vector<T>::Zero(x->rows());
      for (Index i = 0; i < x->rows(); ++i)
        for (Index c = 0; c < x->cols(); ++c) sum(i) += w(c) * std::sin((*x)(i, c));
      return sum;
    }
    Vector<T> pullback(const Row<T>& w, Batch<T>& g) const {
      g.resize(x->rows(), x->cols());
      for (Index i = 0; i < x->rows(); ++i)
        for (Index c = 0; c < x->cols(); ++c) g(i, c) = w(c) * f->p(i) * std::cos((*x)(i, c));
      return pullback(w);
    }
    Vector<T> direct(const Row<T>& w) const { return Vector<T>::Constant(2, w.sum()); }
  };
  Piece evaluate(const Batch<T>& x) const& {
    if (points > 1 && x.cols() % points != 0) throw std::logic_error("a sample was cut");
    Row<T> value = Row<T>::Zero(x.cols());
    for (Index i = 0; i < x.rows(); ++i)
      for (Index c = 0; c < x.cols(); ++c) value(c) += p(i) * std::sin(x(i, c));
    return {value, this, &x, nullptr};
  }
  Vector<T> params() const { return p; }
  void set_params(const Vector<T>& v) { p = v; }
};
template <class T>
struct BoundSines : Sines<T> {
  Index batch_size() const { return this->points; }
};

template <class T>
Sines<T> sines() {
  Sines<T> f;
  f.p.resize(3);
  f.p << T(0.5), T(-1.25), T(2);
  return f;
}
template <class T>
Batch<T> points(Index cols) {
  Batch<T> x(3, cols);
  for (Index i = 0; i < 3; ++i)
    for (Index c = 0; c < cols; ++c) x(i, c) = std::cos(static_cast<T>(17 * i + 3 * c)) * 2;
  return x;
}
template <class T>
Row<T> weights(Index cols) {
  Row<T> w(cols);
  for (Index c = 0; c < cols; ++c) w(c) = std::sin(static_cast<T>(c)) + T(0.3);
  return w;
}

const auto plain = [](const Batch<double>& x) -> Row<double> { return x.colwise().squaredNorm(); };
using Pool = variate::ThreadPool;
using Parallel = variate::ParallelIntegrand<Sines<double>, Pool>;
using PlainParallel = variate::ParallelIntegrand<std::remove_const_t<decltype(plain)>, Pool>;

static_assert(variate::Parametric<Parallel> && variate::DifferentiableIntegrand<Parallel, double>);
static_assert(variate::DirectEvaluation<decltype(std::declval<const Parallel&>().evaluate(Batch<double>())), double>);
static_assert(variate::Integrand<PlainParallel, double> && !variate::DifferentiableIntegrand<PlainParallel, double>);
template <class P>
concept EvaluatesWhileDying = requires(P p, const Batch<double>& x) { std::move(p).evaluate(x); };
static_assert(!EvaluatesWhileDying<Parallel>);

}  // namespace

TEMPLATE_TEST_CASE("a parallel integrand gives what its integrand gives", "[parallel]", float, double) {
  using T = TestType;
  const Sines<T> f = sines<T>();
  Pool pool(2);
  for (Index cols : {1, 15, 16, 17, 100})
    for (Index chunk : {1, 7, 16, 1000}) {
      const Batch<T> x = points<T>(cols);
      const Row<T> w = weights<T>(cols);
      const auto wrapped = variate::parallel(f, pool, chunk);
      const auto all = f.evaluate(x);
      const auto pieces = variate::evaluate(wrapped, x);
      CHECK(pieces.value == all.value);
      Batch<T> g, expected_g;
      const Vector<T> expected = all.pullback(w, expected_g), with_points = pieces.pullback(w, g), without = pieces.pullback(w);
      CHECK(g == expected_g);
      CHECK(with_points == without);
      // The same numbers added in another order: a rounding for each of at most 100 columns.
      CHECK((with_points - expected).cwiseAbs().maxCoeff() <= 100 * std::numeric_limits<T>::epsilon());
      CHECK(std::abs(pieces.direct(w)(1) - w.sum()) <= 100 * std::numeric_limits<T>::epsilon());
    }
}

TEMPLATE_TEST_CASE("the number of threads does not change a bit", "[parallel]", float, double) {
  using T = TestType;
  const Batch<T> x = points<T>(203);
  const Row<T> w = weights<T>(203);
  variate::SerialExecutor serial;
  const auto expected = variate::parallel(sines<T>(), serial);
  const auto alone = expected.evaluate(x);
  Batch<T> g, expected_g;
  const Vector<T> expected_params = alone.pullback(w, expected_g);
  for (Index threads : {1, 2, 3}) {
    Pool pool(threads);
    const auto wrapped = variate::parallel(sines<T>(), pool);
    for (int repeat = 0; repeat < 20; ++repeat) {
      const auto pieces = wrapped.evaluate(x);
      REQUIRE(pieces.value == alone.value);
      REQUIRE(pieces.pullback(w, g) == expected_params);
      REQUIRE(g == expected_g);
    }
  }
}

TEST_CASE("what the integrand lacks is empty or not there", "[parallel]") {
  Pool pool(2);
  const auto wrapped = variate::parallel(plain, pool, 4);
  const Batch<double> x = points<double>(10);
  const auto pieces = wrapped.evaluate(x);
  CHECK(pieces.value == plain(x));
  CHECK(pieces.pullback(weights<double>(10)).size() == 0);
}

TEST_CASE("parameters pass through", "[parallel]") {
  Pool pool(2);
  auto wrapped = variate::parallel(sines<double>(), pool);
  CHECK(wrapped.params() == sines<double>().p);
  const Vector<double> ones = Vector<double>::Ones(3);
  wrapped.set_params(ones);
  CHECK(wrapped.integrand().p == ones);
  const auto copy = wrapped;
  CHECK(copy.params() == ones);
}

TEST_CASE("chunks count samples where an integrand is bound to several data points", "[parallel]") {
  Pool pool(2);
  BoundSines<double> f;
  f.p = sines<double>().p;
  f.points = 5;
  const Batch<double> x = points<double>(35);
  CHECK(variate::parallel(f, pool, 2).integrand().batch_size() == 5);
  const auto wrapped = variate::parallel(f, pool, 2);
  CHECK(wrapped.evaluate(x).value == f.evaluate(x).value);
}

TEST_CASE("an empty batch is the integrand's to answer", "[parallel]") {
  Pool pool(2);
  const auto wrapped = variate::parallel(sines<double>(), pool);
  const Batch<double> none(3, 0);
  const auto pieces = wrapped.evaluate(none);
  CHECK(pieces.value.size() == 0);
  Batch<double> g;
  CHECK(pieces.pullback(Row<double>(0), g) == Vector<double>::Zero(3));
  CHECK((g.rows() == 3 && g.cols() == 0));
}

TEST_CASE("what users throw comes out, bad arguments are named", "[parallel]") {
  Pool pool(3);
  const auto thrower = [](const Batch<double>& x) -> Row<double> {
    if (x(0, 0) >= 40) throw std::runtime_error("from column " + std::to_string(static_cast<int>(x(0, 0))));
    return x.row(0);
  };
  const auto wrapped = variate::parallel(thrower, pool, 10);
  Batch<double> x(1, 100);
  for (Index c = 0; c < 100; ++c) x(0, c) = static_cast<double>(c);
  std::string what;
  try {
    wrapped.evaluate(x);
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  CHECK(what == "from column 40");
  CHECK_THROWS_AS(variate::parallel(thrower, pool, 0), variate::InvalidArgument);
  const Batch<double> few = x.leftCols(30);
  const auto pieces = wrapped.evaluate(few);
  CHECK_THROWS_AS(pieces.pullback(Row<double>(29)), variate::ShapeError);
}
