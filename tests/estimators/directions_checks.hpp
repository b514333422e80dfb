#pragma once
/// What both estimators of black boxes must satisfy.
#include <limits>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/point.hpp"
#include "variate/random/fill.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Point;
using variate::Row;
using variate::Vector;

/// A quadratic of three parameters.
struct Bowl {
  template <class T>
  Row<T> operator()(const Batch<T>& x) const {
    return (x.row(0).array() - T(0.5)).square() + T(3) * x.row(0).array() * x.row(1).array() - x.row(2).array().square() +
           x.row(2).array();
  }
  static Vector<double> gradient(const Vector<double>& x) {
    return Vector<double>{{2 * (x(0) - 0.5) + 3 * x(1), 3 * x(0), -2 * x(2) + 1}};
  }
};
/// All coordinates are made of one number.
struct Tied {
  using Scalar = double;
  Point<double> inside;

  Index event_size() const { return inside.event_size(); }
  Index batch_size() const { return inside.batch_size(); }
  template <class R>
  Batch<double> sample(R& rng, Index n) const {
    return inside.sample(rng, n);
  }
  Row<double> log_prob(const Batch<double>& x) const { return inside.log_prob(x); }
  const Point<double>& distribution() const { return inside; }
  Vector<double> link_pullback(const Batch<double>& g) const { return Vector<double>::Constant(1, g.sum()); }
};

/// `noise(numbers)` is an engine that plays back what makes directions of the numbers.
template <class E, class Noise>
void check_directions(const E& estimator, Noise noise) {
  variate::Rng rng(5);
  const Vector<double> x{{0.4, -1.2, 2.0}};
  const Point<double> q(x);
  const Bowl f;
  Moments moments;
  for (int i = 0; i < 4000; ++i) {
    const auto e = estimator(q, f, rng, 4);
    CHECK(e.evaluations == 4);
    moments.add(e.q);
  }
  CHECK(moments.worst_z(Bowl::gradient(x)) < 4.5);

  // two data points are each alone
  const Batch<double> at = variate::normals<double>(rng, 3, 2), numbers = variate::uniforms<double>(rng, 3, 6);
  auto all = noise(numbers), again = all;
  const auto both = estimator(Point<double>(at), f, all, 6);
  for (Index b = 0; b < 2; ++b) {
    Batch<double> part(3, 3);
    for (Index s = 0; s < 3; ++s) part.col(s) = numbers.col(2 * s + b);
    auto own = noise(part);
    const auto alone = estimator(Point<double>(Batch<double>(at.col(b))), f, own, 6);
    for (Index i = 0; i < 3; ++i) CHECK(both.q(2 * i + b) == Approx(alone.q(i) / 2));
  }
  CHECK(estimator(Tied{Point<double>(at)}, f, again, 6).q(0) == Approx(both.q.sum()));

  const auto root = [](const Batch<double>& y) { return Row<double>((y.row(0).array() - 0.4).sqrt()); };
  const auto none = estimator(q, root, rng, 4);  // of a pair one is always on the wrong side
  CHECK_FALSE(none.finite());
  CHECK(none.dropped == 4);
  const auto some_bad = [](const Batch<double>& y) { return Row<double>((y.row(0) - y.row(1) + y.row(2)).array().sqrt()); };
  const auto some = estimator(Point<double>(Vector<double>{{1e-6, 0.0, 2 * estimator.width}}), some_bad, rng, 100);
  CHECK(some.finite());
  CHECK(some.dropped > 0);
  CHECK(some.dropped % 2 == 0);

  CHECK_THROWS_AS(estimator(q, f, rng, 0), variate::InvalidArgument);
  CHECK_THROWS_AS(estimator(q, f, rng, 3), variate::InvalidArgument);
  for (const double width : {0.0, -1.0, std::numeric_limits<double>::infinity()})
    CHECK_THROWS_AS(E{width}(q, f, rng, 2), variate::DomainError);
  CHECK(estimator(Point<float>(Vector<float>{{0.4F, -1.2F, 2.0F}}), f, rng, 4).finite());
  static_assert(variate::EstimatorFor<E, Point<double>, Bowl>);
  static_assert(!E::template accepts<int, Bowl>);
}

}  // namespace variate_tests
