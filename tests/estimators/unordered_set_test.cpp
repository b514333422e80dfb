#include "variate/estimators/unordered_set.hpp"

#include <map>
#include <string>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/moments.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
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
/// An engine for which these classes ring first.
Recorded<double> choosing(const std::vector<Index>& set, Index classes) {
  Batch<double> u = Batch<double>::Constant(classes, 1, 1e-300);
  for (const Index s : set) u(s, 0) = 1 - 1e-12;
  return Recorded<double>({}, {u});
}
/// All sets of k of 0 .. classes-1.
std::vector<std::vector<Index>> all_sets(Index k, Index classes) {
  std::vector<std::vector<Index>> sets;
  for (unsigned bits = 0; bits < (1u << classes); ++bits) {
    std::vector<Index> set;
    for (Index i = 0; i < classes; ++i)
      if ((bits >> i) & 1u) set.push_back(i);
    if (static_cast<Index>(set.size()) == k) sets.push_back(set);
  }
  return sets;
}
detail::SetProbabilities probabilities_of(const Categorical<double>& q, const std::vector<Index>& set) {
  Vector<double> members(static_cast<Index>(set.size()));
  for (Index s = 0; s < members.size(); ++s) members(s) = q.log_probs()(set[static_cast<std::size_t>(s)], 0);
  const double outside =
      detail::log_sum_without(q.log_probs().col(0), [&](Index m) { return std::find(set.begin(), set.end(), m) != set.end(); });
  return {members, outside};
}

}  // namespace

TEST_CASE("unordered sets, every set against the recorded numbers", "[fixtures][estimators]") {
  std::map<std::string, double> worst;
  const auto cases = fixture("estimators/unordered_set.json").at("cases");
  REQUIRE(cases.size() > 0);
  for (const auto& item : cases) {
    const Categorical<double> q(Batch<double>(matrix(item.at("logits"))));
    const Table<> f{matrix(item.at("f"))};
    const Index k = item.at("k").get<Index>(), classes = q.classes();
    const auto compare = [&](const std::string& name, const auto& got, const auto& want) {
      worst[name] = std::max(worst[name], worst_relative_error(got, want, 1e-12));
    };
    Rng rng(1);
    compare("exact_grad", Exact{}(q, f, rng, 1).q, matrix(item.at("exact_grad")));
    Vector<double> with = Vector<double>::Zero(classes), without = with;
    double total = 0;
    for (const auto& entry : item.at("sets")) {
      const auto set = entry.at("set").get<std::vector<Index>>();
      const auto p = probabilities_of(q, set);
      auto first = choosing(set, classes), second = first;
      const auto plain = UnorderedSet{.baseline = false}(q, f, first, k), based = UnorderedSet{}(q, f, second, k);
      Batch<double> ratio(k, 1), ratios(k, k);
      for (Index s = 0; s < k; ++s) {
        ratio(s, 0) = std::exp(p.log_ratio(s));
        for (Index t = 0; t < k; ++t) ratios(s, t) = std::exp(p.log_second_ratio(s, t));
      }
      for (const auto& [name, want] : entry.items()) {
        if (name == "set") continue;
        else if (name == "p_set")
          compare(name, Batch<double>::Constant(1, 1, std::exp(p.log_set())), Batch<double>::Constant(1, 1, number(want)));
        else if (name == "leave_one_out_ratio") compare(name, ratio, matrix(want));
        else if (name == "second_order_ratio") compare(name, ratios, matrix(want));
        else if (name == "grad") compare(name, plain.q, matrix(want));
        else if (name == "grad_with_baseline") compare(name, based.q, matrix(want));
        else FAIL("unknown field " << name);
      }
      total += std::exp(p.log_set());
      without += std::exp(p.log_set()) * plain.q;
      with += std::exp(p.log_set()) * based.q;
    }
    CHECK(total == Approx(1));
    compare("mean over the sets", without, matrix(item.at("exact_grad")));
    compare("mean over the sets with baseline", with, matrix(item.at("exact_grad")));
  }
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < 1e-10);
  }
}

TEST_CASE("unordered sets: probabilities by subsets and by quadrature, for logits however far apart", "[estimators]") {
  Rng rng(2);
  for (const double size : {0.1, 1.0, 5.0, 40.0, 300.0})
    for (const Index k : {2, 3, 6}) {
      const Categorical<double> q(Batch<double>(size * normals<double>(rng, k + 3, 1)));
      const Vector<double> members = q.log_probs().col(0).head(k);
      const double outside = detail::log_sum_without(q.log_probs().col(0), [&](Index m) { return m < k; });
      const detail::SetProbabilities a(members, outside), b = detail::SetProbabilities::by_quadrature_only(members, outside);
      CHECK(std::abs(a.log_set() - b.log_set()) < 1e-11);
      for (Index s = 0; s < k; ++s) {
        CHECK(std::abs(a.log_ratio(s) - b.log_ratio(s)) < 1e-11);
        CHECK(a.log_second_ratio(s, s) == 0);
        for (Index t = 0; t < k; ++t) CHECK(std::abs(a.log_second_ratio(s, t) - b.log_second_ratio(s, t)) < 1e-11);
      }
    }
}

TEST_CASE("unordered sets: unbiased over all sets of seven, exact with all points", "[estimators]") {
  Rng rng(4);
  const Categorical<double> q(Batch<double>(normals<double>(rng, 9, 1)));
  const Table<> f{Vector<double>(normals<double>(rng, 9, 1))};
  const auto exact = Exact{}(q, f, rng, 1);
  for (const bool baseline : {false, true}) {
    Vector<double> mean = Vector<double>::Zero(9);
    double value = 0;
    for (const auto& set : all_sets(7, 9)) {
      auto chosen = choosing(set, 9);
      const double p = std::exp(probabilities_of(q, set).log_set());
      const auto e = UnorderedSet{baseline}(q, f, chosen, 7);
      mean += p * e.q;
      value += p * e.value;
    }
    CHECK((mean - exact.q).cwiseAbs().maxCoeff() < 1e-13);
    CHECK(value == Approx(exact.value));
    const auto all = UnorderedSet{baseline}(q, f, rng, 9);
    CHECK((all.q - exact.q).cwiseAbs().maxCoeff() < 1e-14);
    CHECK(all.value == Approx(exact.value));
    CHECK(all.evaluations == 9);
  }
}

TEST_CASE("unordered sets: draws, data points, other families, extremes, refusals", "[estimators][statistical]") {
  Rng rng(5);
  const Batch<double> logits = normals<double>(rng, 6, 2);
  const Table<> f{Vector<double>{{0.3, -1.0, 2.0, 0.7, 0.1, -0.4}}};
  const auto exact = Exact{}(Categorical<double>(logits), f, rng, 1);
  Moments with, without, loo;
  for (int i = 0; i < 4000; ++i) {
    with.add(UnorderedSet{}(Categorical<double>(logits), f, rng, 3).q);
    without.add(UnorderedSet{.baseline = false}(Categorical<double>(logits), f, rng, 3).q);
    loo.add(Reinforce{}(Categorical<double>(logits), f, rng, 3).q);
  }
  CHECK(with.worst_z(exact.q) < 4.5);
  CHECK(without.worst_z(exact.q) < 4.5);
  CHECK(with.variance().sum() < loo.variance().sum());

  // two data points are each alone
  const Batch<double> u = uniforms<double>(rng, 6, 2);
  Recorded<double> both({}, {u});
  const auto together = UnorderedSet{}(Categorical<double>(logits), f, both, 4);
  CHECK(together.evaluations == 8);
  for (Index b = 0; b < 2; ++b) {
    Recorded<double> own({}, {Batch<double>(u.col(b))});
    const auto alone = UnorderedSet{}(Categorical<double>(Batch<double>(logits.col(b))), f, own, 4);
    for (Index i = 0; i < 6; ++i) CHECK(together.q(2 * i + b) == Approx(alone.q(i) / 2).margin(1e-14));
  }

  // one-hot vectors, and bits together
  const auto sum = [](const Batch<double>& x) { return Row<double>((x.row(0) + 2 * x.row(1)).array().square()); };
  const OneHotCategorical<double> hot(Batch<double>(logits.col(0)));
  const Bernoulli<double> bits(Vector<double>{{0.3, -1.0, 0.2}});
  Moments of_hot, of_bits;
  for (int i = 0; i < 2000; ++i) {
    of_hot.add(UnorderedSet{}(hot, sum, rng, 3).q);
    of_bits.add(UnorderedSet{}(bits, sum, rng, 4).q);
  }
  CHECK(of_hot.worst_z(Exact{}(hot, sum, rng, 1).q) < 4.5);
  CHECK(of_bits.worst_z(Exact{}(bits, sum, rng, 1).q) < 4.5);

  const double inf = std::numeric_limits<double>::infinity();
  for (Index k = 2; k <= 4; ++k)
    CHECK(UnorderedSet{}(Categorical<double>(Batch<double>(Vector<double>{{700.0, -700.0, 0.0, -inf, 650.0}})), f, rng, k)
              .finite());
  CHECK_THROWS_AS(UnorderedSet{}(Categorical<double>(Batch<double>(Vector<double>{{0.0, -inf, 1.0}})), f, rng, 3),
                  InvalidArgument);
  CHECK_THROWS_AS(UnorderedSet{}(hot, sum, rng, 1), InvalidArgument);
  CHECK_THROWS_AS(UnorderedSet{.baseline = false}(hot, sum, rng, 0), InvalidArgument);
  const auto bad = UnorderedSet{}(hot, [](const Batch<double>& x) { return Row<double>(x.row(0) / 0.0); }, rng, 6);
  CHECK_FALSE(bad.finite());
  CHECK(bad.dropped > 0);
  CHECK(UnorderedSet{}(Categorical<float>(Batch<float>(logits.cast<float>())), Table<float>{f.values.cast<float>()}, rng, 3)
            .finite());
}
