#include "variate/inference/occasion.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/inference/learner.hpp"
#include "variate/optimizers/sgd.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

/// Remembers what it was shown.
struct Shown {
  std::vector<Index>* sizes;
  std::vector<double>* seen;
  std::vector<Index>* steps;
  template <class P, class R>
  Estimate<double> operator()(const Normal<double>& q, const P&, const Batch<double>& x, R&, const Occasion& occasion) const {
    sizes->push_back(x.cols());
    steps->push_back(occasion.step);
    for (Index c = 0; c < x.cols(); ++c) {
      seen->push_back(x(0, c));
      if (occasion.columns) CHECK(static_cast<double>((*occasion.columns)[static_cast<std::size_t>(c)]) == x(0, c));
    }
    Estimate<double> e;
    e.q = Vector<double>::Zero(q.params().size());
    return e;
  }
};

}  // namespace

TEST_CASE("a pass over reshuffled data sees every column once, the last batch short", "[inference]") {
  std::vector<Index> sizes, steps;
  std::vector<double> seen;
  const auto nothing = [](const Batch<double>& x) { return Row<double>(Row<double>::Zero(x.cols())); };
  const Batch<double> data = Row<double>::LinSpaced(10, 0, 9);
  const auto learn = [&](const Batches& batches, int count) {
    sizes.clear();
    steps.clear();
    seen.clear();
    Learner learner(Normal<double>::standard(1), nothing, Shown{&sizes, &seen, &steps}, Sgd<double>({.rate = 0.1}), NoOptimizer{},
                    data, batches);
    Rng rng(1);
    for (int i = 0; i < count; ++i) learner.step(rng);
    return seen;
  };
  const auto two_passes = learn(Batches(4, Order::reshuffled, 7), 6);
  CHECK(sizes == std::vector<Index>{4, 4, 2, 4, 4, 2});
  CHECK(steps == std::vector<Index>{0, 1, 2, 3, 4, 5});
  std::vector<double> first(two_passes.begin(), two_passes.begin() + 10), second(two_passes.begin() + 10, two_passes.end());
  CHECK(first != second);
  for (auto* pass : {&first, &second}) {
    std::sort(pass->begin(), pass->end());
    for (std::size_t i = 0; i < 10; ++i) CHECK((*pass)[i] == static_cast<double>(i));
  }
  CHECK(learn(Batches(4, Order::reshuffled, 7), 6) == two_passes);
  CHECK(learn(Batches(4, Order::reshuffled, 8), 6) != two_passes);
  learn(Batches(4, Order::reshuffled, 7, true), 4);
  CHECK(sizes == std::vector<Index>{4, 4, 4, 4});
  learn(Batches(20, Order::reshuffled, 7), 2);
  CHECK(sizes == std::vector<Index>{10, 10});
  learn({}, 2);
  CHECK(sizes == std::vector<Index>{10, 10});
  CHECK(Batches(4).steps(10) == 3);
  CHECK(Batches(4, Order::reshuffled, 0, true).steps(10) == 2);
  CHECK(Batches().steps(10) == 1);
}
