#include "variate/estimators/sum_and_sample.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// A value for each class.
template <class T = double>
struct Table {
  Vector<T> values;
  Row<T> operator()(const Batch<T>& x) const {
    return x.row(0).unaryExpr([this](T k) { return values(static_cast<Index>(k)); });
  }
};
}  // namespace

TEST_CASE("sum and sample: exact over the draws, better than sampling, and Exact with all points", "[estimators][statistical]") {
  Rng rng(5);
  const Batch<double> logits = 1.5 * normals<double>(rng, 6, 1);
  const Categorical<double> q(logits);
  const Table<> f{Vector<double>{{0.3, -1.0, 2.0, 0.7, 0.1, -0.4}}};
  const auto exact = Exact{}(q, f, rng, 1);
  for (Index top = 1; top <= 7; ++top) {
    const auto first = detail::largest(Vector<double>(q.log_probs().col(0)), std::min<Index>(top, 6));
    double rest = 1;
    for (const Index m : first) rest -= q.probs()(m, 0);
    Vector<double> mean = Vector<double>::Zero(6);
    double value = 0;
    if (top >= 6) {
      const auto e = SumAndSample{top}(q, f, rng, 3);
      CHECK(e.evaluations == 6);
      mean = e.q;
      value = e.value;
    }
    for (Index k = 0; k < 6 && top < 6; ++k) {
      if (std::find(first.begin(), first.end(), k) != first.end()) continue;
      Batch<double> u = Batch<double>::Constant(6, 1, 1e-300);
      u(k, 0) = 1 - 1e-12;
      Recorded<double> rng_for_k({}, {u});
      const auto e = SumAndSample{top}(q, f, rng_for_k, 1);
      CHECK(e.evaluations == top + 1);
      mean += q.probs()(k, 0) / rest * e.q;
      value += q.probs()(k, 0) / rest * e.value;
    }
    CHECK((mean - exact.q).cwiseAbs().maxCoeff() < 1e-13);
    CHECK(value == Approx(exact.value));
  }
  Moments two, four, plain;
  for (int i = 0; i < 4000; ++i) {
    two.add(SumAndSample{2}(q, f, rng, 1).q);
    four.add(SumAndSample{4}(q, f, rng, 2).q);
    plain.add(Reinforce<NoBaseline>{}(q, f, rng, 1).q);
  }
  CHECK(two.worst_z(exact.q) < 4.5);
  CHECK(four.worst_z(exact.q) < 4.5);
  CHECK(four.variance().sum() < two.variance().sum());
  CHECK(two.variance().sum() < plain.variance().sum());
}

TEST_CASE("sum and sample: data points, other families, extremes, refusals", "[estimators][statistical]") {
  Rng rng(6);
  const Batch<double> logits = normals<double>(rng, 5, 2), u = uniforms<double>(rng, 5, 6);
  const Table<> f{Vector<double>{{0.3, -1.0, 2.0, 0.7, 0.1}}};
  Recorded<double> both({}, {u});
  const auto together = SumAndSample{2}(Categorical<double>(logits), f, both, 3);
  CHECK(together.evaluations == 10);
  for (Index b = 0; b < 2; ++b) {
    Batch<double> part(5, 3);
    for (Index s = 0; s < 3; ++s) part.col(s) = u.col(2 * s + b);
    Recorded<double> own({}, {part});
    const auto alone = SumAndSample{2}(Categorical<double>(Batch<double>(logits.col(b))), f, own, 3);
    for (Index i = 0; i < 5; ++i) CHECK(together.q(2 * i + b) == Approx(alone.q(i) / 2).margin(1e-14));
  }
  const auto sum = [](const Batch<double>& x) { return Row<double>((x.row(0) + 2 * x.row(1)).array().square()); };
  const OneHotCategorical<double> hot(Batch<double>(logits.col(0)));
  const Bernoulli<double> bits(Vector<double>{{0.3, -1.0, 0.2}});
  Moments of_hot, of_bits;
  for (int i = 0; i < 2000; ++i) {
    of_hot.add(SumAndSample{1}(hot, sum, rng, 1).q);
    of_bits.add(SumAndSample{3}(bits, sum, rng, 1).q);
  }
  CHECK(of_hot.worst_z(Exact{}(hot, sum, rng, 1).q) < 4.5);
  CHECK(of_bits.worst_z(Exact{}(bits, sum, rng, 1).q) < 4.5);

  const double inf = std::numeric_limits<double>::infinity();
  const Categorical<double> far(Batch<double>(Vector<double>{{700.0, -700.0, -inf, 650.0, -inf}}));
  for (Index top = 1; top <= 5; ++top) CHECK(SumAndSample{top}(far, f, rng, 2).finite());
  // a forbidden class is never asked for
  const Table<> pole{Vector<double>{{0.3, -1.0, inf, 0.7, inf}}};
  for (Index top = 1; top <= 5; ++top) CHECK(SumAndSample{top}(far, pole, rng, 2).finite());
  const Table<> bad{Vector<double>{{inf, -1.0, inf, 0.7, inf}}};
  const auto refused = SumAndSample{1}(far, bad, rng, 2);
  CHECK_FALSE(refused.finite());
  CHECK(refused.dropped > 0);
  CHECK_THROWS_AS(SumAndSample{0}(far, f, rng, 2), InvalidArgument);
  CHECK_THROWS_AS(SumAndSample{1}(far, f, rng, 0), InvalidArgument);
  CHECK(SumAndSample{2}(Categorical<float>(Batch<float>(logits.cast<float>())), Table<float>{f.values.cast<float>()}, rng, 3)
            .finite());
}
