#include "variate/distributions/one_hot_categorical.hpp"

#include <cmath>
#include <limits>

#include "distributions/family_checks.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
OneHotCategorical<> random_choices(Index d, Index classes, Index batch, Rng& rng) {
  return OneHotCategorical<>(Batch<double>(normals<double>(rng, d * classes, batch)), classes);
}
}  // namespace

TEST_CASE("OneHotCategorical: gradients, data points, moments", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{2, 1, 30}, Shape{3, 2, 1}, Shape{2, 5, 7}}) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const OneHotCategorical<> q = random_choices(shape.d, 4, shape.batch, rng);
    check_score(q, q.sample(rng, shape.samples), rng);
    check_entropy(q, rng);
  }
  const OneHotCategorical<> q = random_choices(3, 5, 4, rng);
  check_by_point(q, q.sample(rng, 6), rng,
                 [](Batch<double> theta) { return OneHotCategorical<>::from_theta(std::move(theta), 5); });
  CHECK(worst_moment_z(q, 20000, rng) < 4.5);
}

TEST_CASE("OneHotCategorical is Categorical in other clothes", "[distributions]") {
  Rng rng(2), first(3), again(3);
  const OneHotCategorical<> q = random_choices(2, 3, 2, rng), p = random_choices(2, 3, 2, rng);
  const Batch<double> x = q.sample(first, 20), k = q.categorical().sample(again, 20);
  CHECK(x == q.vectors(k));
  CHECK(q.labels(x) == k);
  CHECK(q.log_prob(x) == q.categorical().log_prob(k));
  CHECK(q.entropy() == q.categorical().entropy());
  CHECK(q.mode() == q.vectors(q.categorical().mode()));
  CHECK(kl(q, p) == kl(q.categorical(), p.categorical()));
  const Row<double> w = normals<double>(rng, 1, 2);
  CHECK(kl_pullback(q, p, w) == kl_pullback(q.categorical(), p.categorical(), w));
  const OneHotCategorical<> alone(Batch<double>(q.theta().col(0)), 3);
  const Batch<double> support = alone.support();
  REQUIRE(support.rows() == 6);
  REQUIRE(support.cols() == 9);
  CHECK(support.colwise().sum() == Row<double>::Constant(9, 2.0));
  CHECK(alone.log_prob(support).array().exp().sum() == Approx(1).epsilon(1e-14));
  const double rare = OneHotCategorical<>((Vector<double>(2) << 40, 0).finished()).variance()(0, 0);
  CHECK(rare == Approx(std::exp(-40.0)).epsilon(1e-14));
  CHECK(OneHotCategorical<>::from_probs((Vector<double>(2) << 1, 3).finished()).mean()(1, 0) == Approx(0.75).epsilon(1e-15));
}

TEMPLATE_TEST_CASE("OneHotCategorical: forbidden classes and vectors that are none", "[distributions]", float, double) {
  using T = TestType;
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const OneHotCategorical<T> q((Vector<T>(3) << T(0), -inf, T(0.5)).finished());
  Batch<T> x(3, 8);
  x << 1, 0, 1, 0, T(0.5), nan, 2, inf,  //
      0, 1, 1, 0, T(0.5), 0, -1, 0,      //
      0, 0, 0, 0, 0, 1, 0, 1;
  const auto e = q.evaluate(x);
  CHECK(e.value(0) == Approx(-std::log1p(std::exp(0.5))).epsilon(1e-6));
  for (Index c = 1; c < 8; ++c) CHECK(e.value(c) == -inf);
  for (Index c = 2; c < 8; ++c) {
    Row<T> w = Row<T>::Zero(8);
    w(c) = 1;
    CHECK(e.pullback(w) == Vector<T>::Zero(3));
  }
}

TEST_CASE("OneHotCategorical: what is refused, and how", "[distributions]") {
  CHECK(says(message_of<InvalidArgument>([] { OneHotCategorical<>(Batch<double>(0, 1)); }), "rows of logits is 0"));
  check_bad_calls(OneHotCategorical<>(Batch<double>::Zero(3, 1)), "OneHotCategorical");
  check_bad_calls(OneHotCategorical<>(Batch<double>::Zero(4, 3), 2), "OneHotCategorical");
}
