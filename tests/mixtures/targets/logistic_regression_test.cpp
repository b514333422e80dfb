#include "variate/mixtures/targets/logistic_regression.hpp"

#include "mixtures/targets/target_checks.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
struct Data {
  Batch<double> design;
  Vector<double> labels;
  Data(Index n, Index d) {
    Rng rng(7);
    design = normals<double>(rng, n, d);
    labels = (uniforms<double>(rng, n, 1).array() < 0.4).cast<double>();
  }
};
double log_sigmoid(double z) { return z < 0 ? z - std::log1p(std::exp(z)) : -std::log1p(std::exp(-z)); }
}  // namespace

TEST_CASE("Logistic regression", "[mixtures]") {
  const Data data(37, 4);
  Rng rng(1);
  const Batch<double> w = normals<double>(rng, 4, 101) * 3;
  for (const bool reflected : {true, false}) {
    const LogisticRegression<double> target(data.design, data.labels, {.prior_deviation = 2, .reflected = reflected});
    check_target(target, w);
    double want = -4 * std::log(2 * std::sqrt(2 * std::numbers::pi)) - w.col(5).squaredNorm() / 8;
    for (Index i = 0; i < 37; ++i)
      want +=
          log_sigmoid((data.labels[i] == 1) == reflected ? -data.design.row(i).dot(w.col(5)) : data.design.row(i).dot(w.col(5)));
    CHECK(target(w)[5] == Approx(want).epsilon(1e-12));
  }
  // More rows than a product of numbers up to 2 can hold, and weights that are far off.
  const Data many(2500, 2);
  const LogisticRegression<double> big(many.design, many.labels);
  check_target(big, Batch<double>(w.topRows(2)));
  CHECK(std::isfinite(big(Batch<double>(Batch<double>::Constant(2, 1, 1e5)))[0]));
  const LogisticRegression<float> small(many.design.cast<float>(), many.labels.cast<float>());
  const Batch<float> v = w.topRows(2).cast<float>();
  CHECK((small(v).cast<double>() - big(v.cast<double>())).norm() < 1e-5 * big(v.cast<double>()).norm());

  Batch<double> raw(4, 2);
  raw << 1, 10, 3, 10, 1, 20, 3, 20;
  const Batch<double> design = scaled_design(raw);
  CHECK(design.row(1) == Row<double>{{1, 3, 2}});
  raw.col(1).setConstant(3);
  CHECK_THROWS_AS(scaled_design(raw), DomainError);
  CHECK_THROWS_AS(LogisticRegression<double>(data.design, Vector<double>::Zero(36)), ShapeError);
  CHECK_THROWS_AS(LogisticRegression<double>(data.design, Vector<double>::Constant(37, 2)), InvalidArgument);
  CHECK_THROWS_AS(LogisticRegression<double>(data.design, data.labels, {.prior_deviation = 0}), DomainError);
  CHECK_THROWS_AS(big(w), ShapeError);
}

TEST_CASE("Logistic regression on minibatches", "[mixtures]") {
  const Data data(12, 3);
  Rng rng(1);
  const Batch<double> w = normals<double>(rng, 3, 5);
  // With all rows in each batch it is the whole.
  const LogisticRegression<double> all(data.design, data.labels);
  const MinibatchLogisticRegression<double> whole(data.design, data.labels, {.batch_size = 12});
  Batch<double> want, got;
  const Row<double> value = all.value_and_gradient(w, want);
  CHECK((whole.minibatch(rng).value_and_gradient(w, got) - value).norm() < 1e-12);
  CHECK((got - want).norm() < 1e-12);

  // Consecutive rows, from the start again when fewer than a batch are left: samples 0 and 2, 1 and 3 share theirs.
  const MinibatchLogisticRegression<double> some(data.design, data.labels, {.batch_size = 4, .size_test_set = 2});
  CHECK(some.rows() == 10);
  const Batch<double> same = w.col(0).replicate(1, 5);
  const Row<double> noisy = some.minibatch(rng)(same);
  CHECK(noisy[0] == noisy[2]);
  CHECK(noisy[1] == noisy[3]);
  CHECK(noisy[0] != noisy[1]);
  const MinibatchLogisticRegression<double> shared(data.design, data.labels,
                                                   {.batch_size = 4, .use_own_batch_per_sample = false});
  const Row<double> together = shared.minibatch(rng)(same);
  CHECK((together.array() - together[0]).abs().maxCoeff() < 1e-12);
  // The same rows for the same batch.
  const auto batch = some.minibatch(rng);
  CHECK(batch(w) == batch(w));
  check_target(batch, Batch<double>(w.leftCols(2)));
  // Right in the mean.
  const LogisticRegression<double> kept(data.design.topRows(10), data.labels.head(10));
  Row<double> sum = Row<double>::Zero(5);
  const int calls = 4000;
  double squares = 0;
  for (int i = 0; i < calls; ++i) {
    const Row<double> one = some.minibatch(rng)(w) - kept(w);
    sum += one;
    squares += one[0] * one[0];
  }
  CHECK(std::abs(sum[0]) < 4 * std::sqrt(squares));  // z below 4: a false alarm of 6e-5
  const LogisticRegression<double> test(data.design.bottomRows(2), data.labels.tail(2), {.prior_deviation = 1e9});
  const double prior = -3 * std::log(1e9 * std::sqrt(2 * std::numbers::pi));
  CHECK(some.held_out(w)[1] == Approx((test(w)[1] - prior) / 2));
  CHECK_THROWS_AS(whole.held_out(w), InvalidArgument);
  CHECK_THROWS_AS((MinibatchLogisticRegression<double>(data.design, data.labels, {.batch_size = 13})), InvalidArgument);
}
