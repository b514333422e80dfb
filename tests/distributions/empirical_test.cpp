#include "variate/distributions/empirical.hpp"

#include "distributions/family_checks.hpp"

using namespace variate;
using namespace variate_tests;

static_assert(Distribution<Empirical<>> && Enumerable<Empirical<float>> && !Family<Empirical<>>);

namespace {
/// Points (1,2) with weight 3, (0,5) with 1, (1,0) with 2, and one of weight 0.
Empirical<> four() { return Empirical(Batch<double>{{1, 0, 1, 1, 7}, {2, 5, 0, 2, 7}}, Vector<double>{{1, 1, 2, 2, 0}}); }
}  // namespace

TEST_CASE("Empirical: atoms, moments and quantiles by hand", "[distributions]") {
  const Empirical<> q = four();
  CHECK(q.event_size() == 2);
  CHECK(q.batch_size() == 1);
  CHECK(q.support() == Batch<double>{{0, 1, 1}, {5, 0, 2}});
  CHECK((q.probs() - Vector<double>{{1 / 6.0, 2 / 6.0, 3 / 6.0}}).cwiseAbs().maxCoeff() < 1e-16);
  const Batch<double> x{{1, 0, 1, 7, NAN, 0}, {2, 5, 0, 7, 2, NAN}};
  const Row<double> value = q.log_prob(x);
  CHECK(value(0) == std::log(0.5));
  CHECK(value(1) == Approx(std::log(1 / 6.0)).epsilon(1e-15));
  CHECK(value(2) == Approx(std::log(1 / 3.0)).epsilon(1e-15));
  for (const Index c : {3, 4, 5}) CHECK(value(c) == -std::numeric_limits<double>::infinity());
  CHECK((q.mean() - Batch<double>{{5 / 6.0}, {11 / 6.0}}).cwiseAbs().maxCoeff() < 1e-15);
  CHECK((q.variance() - Batch<double>{{5 / 36.0}, {37 / 6.0 - 121 / 36.0}}).cwiseAbs().maxCoeff() < 1e-14);
  CHECK(q.stddev() == q.variance().cwiseSqrt());
  CHECK(q.mode() == Batch<double>{{1}, {2}});
  CHECK(q.entropy()(0) == Approx(std::log(6) / 6 + std::log(3) / 3 + std::log(2) / 2).epsilon(1e-14));
  const Batch<double> at{{-1, 0, 0.5, 1, 9, NAN}, {-1, 0, 1.9, 2, 5, 1}}, f = q.cdf(at);
  const Batch<double> want{{0, 1 / 6.0, 1 / 6.0, 1, 1, 0}, {0, 2 / 6.0, 2 / 6.0, 5 / 6.0, 1, 2 / 6.0}};
  CHECK((f.leftCols(5) - want.leftCols(5)).cwiseAbs().maxCoeff() < 1e-16);
  CHECK(std::isnan(f(0, 5)));
  const Batch<double> p{{0, 1 / 6.0, 0.2, 1, 1.5}, {0, 1 / 3.0, 0.5, 1, NAN}}, v = q.icdf(p);
  CHECK(v.leftCols(4) == Batch<double>{{0, 0, 1, 1}, {0, 0, 2, 5}});
  CHECK(std::isnan(v(0, 4)));
  CHECK(std::isnan(v(1, 4)));
}

TEST_CASE("Empirical: quantiles of equal weights are whole counts", "[distributions]") {
  Batch<double> points(1, 10);
  for (Index c = 0; c < 10; ++c) points(0, c) = static_cast<double>(10 - c);
  const Empirical q(points);
  for (Index k = 1; k <= 10; ++k)
    CHECK(q.icdf(Batch<double>::Constant(1, 1, static_cast<double>(k) / 10))(0, 0) == static_cast<double>(k));
  CHECK(q.icdf(Batch<double>::Constant(1, 1, 0.601))(0, 0) == 7);
}

TEST_CASE("Empirical: draws are the points, as often as they weigh", "[distributions][statistical]") {
  const Empirical<> q = four();
  Rng rng(1);
  const Index n = 60000;
  const Batch<double> x = q.sample(rng, n), atoms = q.support();
  const Vector<double> p = q.probs();
  CHECK(q.log_prob(x).allFinite());
  for (Index a = 0; a < 3; ++a) {
    Index count = 0;
    for (Index c = 0; c < n; ++c) count += x.col(c) == atoms.col(a) ? 1 : 0;
    CHECK(std::abs(static_cast<double>(count) - p(a) * n) < 4.5 * std::sqrt(n * p(a) * (1 - p(a))));
  }
  CHECK(worst_moment_z(q, n, rng) < 4.5);
  CHECK(q.evaluate(x).pullback(Row<double>::Ones(n)).size() == 0);
}

TEST_CASE("Empirical: float, and one point", "[distributions]") {
  const Empirical<float> q(Batch<float>::Constant(3, 1, 0.25F));
  Rng rng(2);
  CHECK(q.sample(rng, 4) == Batch<float>::Constant(3, 4, 0.25F));
  CHECK(q.log_prob(Batch<float>::Constant(3, 1, 0.25F))(0) == 0);
  CHECK(q.variance().cwiseAbs().maxCoeff() == 0);
  CHECK(q.entropy()(0) == 0);
}

TEST_CASE("Empirical: what is refused, and how", "[distributions]") {
  const Batch<double> two = Batch<double>::Ones(1, 2);
  const auto message = [&](Vector<double> w) { return message_of<Error>([&] { Empirical(two, w); }); };
  CHECK(message(Vector<double>{{1, -1}}) == "Empirical: weights(1) is -1, expected a finite number >= 0");
  CHECK(message(Vector<double>{{0, 0}}) == "Empirical: all weights are 0, expected a positive one");
  CHECK(message(Vector<double>::Ones(3)) == "Empirical: number of weights is 3, expected 2");
  CHECK(message_of<InvalidArgument>([] { Empirical(Batch<double>(2, 0)); }) ==
        "Empirical: number of points is 0, expected at least 1");
  CHECK(says(message_of<InvalidArgument>([] { Empirical(Batch<double>::Constant(1, 1, NAN)); }), "Empirical: points(0) is nan"));
  Rng rng(3);
  CHECK(says(message_of<InvalidArgument>([&] { four().sample(rng, 0); }), "Empirical: number of samples is 0"));
  CHECK(
      says(message_of<ShapeError>([] { four().log_prob(Batch<double>::Zero(1, 1)); }), "Empirical: rows of x is 1, expected 2"));
}
