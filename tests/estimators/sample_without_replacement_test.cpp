#include "variate/estimators/sample_without_replacement.hpp"

#include <cmath>
#include <algorithm>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("samples without replacement: every order has its probability, and every point its chance to be in",
          "[estimators][statistical]") {
  const Vector<double> logits{{0.3, -1.0, 1.2, 0.1}};
  const Categorical<double> q((Batch<double>(logits)));
  const Vector<double> p = q.probs().col(0);
  // by enumeration of the orders, one after the other in proportion to what is left
  std::map<std::vector<int>, double> of_order;
  Vector<double> chance = Vector<double>::Zero(4);
  double all = 0;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      if (i != j) {
        const double prob = p(i) * p(j) / (1 - p(i));
        of_order[{i, j}] = prob;
        chance(i) += prob;
        chance(j) += prob;
        all += prob;
      }
  CHECK(all == Approx(1));
  CHECK(chance.sum() == Approx(2));

  Rng rng(3);
  std::map<std::vector<int>, double> seen;
  Vector<double> in = Vector<double>::Zero(4);
  const int draws = 20000;
  for (int k = 0; k < draws; ++k) {
    const auto drawn = sample_without_replacement(q, rng, 2);
    const int i = static_cast<int>(drawn.value(0, 0)), j = static_cast<int>(drawn.value(0, 1));
    ++seen[{i, j}];
    in(i) += 1;
    in(j) += 1;
  }
  CHECK(seen.size() == of_order.size());
  const auto z = [&](double count, double prob) { return std::abs(count - draws * prob) / std::sqrt(draws * prob * (1 - prob)); };
  for (const auto& [order, prob] : of_order) CHECK(z(seen[order], prob) < 4.5);  // by chance once in 150 000 each
  for (int i = 0; i < 4; ++i) CHECK(z(in(i), chance(i)) < 4.5);
}

TEST_CASE("samples without replacement weighed by their inclusion are unbiased", "[estimators][statistical]") {
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  const auto f = [](const Batch<double>& x) -> Row<double> {
    return (x.row(0) - 2 * x.row(1)).array().square() + x.row(2).array();
  };
  const Batch<double> support = q.support();
  const double exact = f(support).dot(Row<double>(q.log_prob(support).array().exp()));
  Rng rng(4);
  Moments moments;
  for (int i = 0; i < 6000; ++i) {
    const auto drawn = sample_without_replacement(q, rng, 3);
    const Row<double> weight = drawn.log_prob.array().exp() / drawn.inclusion().array();
    moments.add(Vector<double>{{weight.dot(f(drawn.value))}});
  }
  CHECK(moments.worst_z(Vector<double>{{exact}}) < 4.5);
  const auto everything = sample_without_replacement(q, rng, 8);
  CHECK((everything.inclusion().array() == 1).all());
  CHECK(Row<double>(everything.log_prob.array().exp()).dot(f(everything.value)) == Approx(exact));
}

TEST_CASE("samples without replacement: by definition, data points, extremes, refusals", "[estimators]") {
  Rng rng(5);
  const Batch<double> logits = normals<double>(rng, 5, 2), u = uniforms<double>(rng, 5, 2);
  const Categorical<double> q(logits);
  Recorded<double> once({}, {u});
  const auto drawn = sample_without_replacement(q, once, 3);
  for (Index b = 0; b < 2; ++b) {
    std::vector<std::pair<double, double>> keys;
    for (Index k = 0; k < 5; ++k) keys.emplace_back(q.log_probs()(k, b) - std::log(-std::log(u(k, b))), static_cast<double>(k));
    std::sort(keys.rbegin(), keys.rend());
    for (Index s = 0; s < 3; ++s) {
      const auto& [key, label] = keys[static_cast<std::size_t>(s)];
      CHECK(drawn.value(0, 2 * s + b) == label);
      CHECK(drawn.keys(s, b) == Approx(key));
      CHECK(drawn.log_prob(2 * s + b) == Approx(q.log_probs()(static_cast<Index>(label), b)));
      CHECK(drawn.inclusion()(2 * s + b) == Approx(1 - std::exp(-std::exp(drawn.log_prob(2 * s + b) - keys[3].first))));
    }
    CHECK(drawn.threshold(b) == Approx(keys[3].first));
  }
  const double inf = std::numeric_limits<double>::infinity();
  const Categorical<double> far(Batch<double>(Vector<double>{{700.0, -700.0, 0.0, -inf}}));
  const auto three = sample_without_replacement(far, rng, 3);
  CHECK(three.inclusion().allFinite());
  CHECK((three.inclusion().array() > 0).all());
  CHECK(three.value(0, 0) == 0);
  CHECK_THROWS_AS(sample_without_replacement(far, rng, 4), InvalidArgument);
  CHECK_THROWS_AS(sample_without_replacement(far, rng, 0), InvalidArgument);
  CHECK(sample_without_replacement(Categorical<float>(Batch<float>(logits.cast<float>())), rng, 2).inclusion().allFinite());
}
