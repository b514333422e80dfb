/// Nodewise: REBAR above bits, what is dropped, what is refused.
#include <limits>

#include "estimators/nodes_checks.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/nodewise.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/vimco.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using Layers = Hierarchy<Bernoulli<double>, ThenBits>;
Layers layers() { return Layers(Bernoulli<double>(Vector<double>{{0.4, -0.9}}), then<ThenBits>({2, 2})); }

// a bit has no path; a cost without slopes; too few estimators; one node; bounds of several samples
template <class E, class Q = Layers, class F = Wavy>
constexpr bool takes = detail::accepts<E, Q, F>;
struct ValuesOnly {
  Row<double> operator()(const Batch<double>& x) const { return x.row(0); }
};
static_assert(takes<Nodewise<Disarm, Disarm>>);
static_assert(!takes<Nodewise<Disarm, Pathwise>> && !takes<Nodewise<Pathwise, Disarm>>);
static_assert(takes<Nodewise<Disarm, Disarm>, Layers, ValuesOnly>);
static_assert(!takes<Nodewise<Rebar<>, Disarm>, Layers, ValuesOnly>);
static_assert(!takes<Nodewise<Disarm, Disarm, Disarm>> && !takes<Nodewise<Disarm, Disarm>, Bernoulli<double>>);
static_assert(!takes<Nodewise<Disarm, Vimco>, Layers, detail::ElboIntegrand<Layers, Wavy, SampledEntropy>>);
static_assert(takes<Nodewise<Disarm, Disarm>, Layers, detail::ElboIntegrand<Layers, Wavy, SampledEntropy>>);
static_assert(!takes<Nodewise<Disarm, Disarm>, Layers, int>);
}  // namespace

TEST_CASE("two layers of bits: REBAR above evaluates what comes after between the bits too", "[estimators][statistical]") {
  const Layers q = layers();
  const Wavy f;
  Rng rng(1);
  const auto exact = Exact{}(q, f, rng, 1);
  check_unbiased("Rebar, Disarm", Nodewise(Rebar<>{}, Repeated{Disarm{}, 2}), q, f, 2, exact.value, exact.q, exact.f);
}

TEST_CASE("what is not finite is dropped by the node that sees it, or by the one before", "[estimators]") {
  const Layers q = layers();
  // not finite for some second layers, whatever the first; for some first layers, whatever the second; everywhere
  const auto bad = [](Index row, double above) {
    return [row, above](const Batch<double>& x) -> Row<double> {
      const Row<double> none = Row<double>::Constant(x.cols(), std::numeric_limits<double>::quiet_NaN());
      return (x.row(row).array() > above).select(none, x.colwise().sum());
    };
  };
  Rng rng(7);
  for (const Index row : {0, 3}) {
    Index dropped = 0;
    for (int i = 0; i < 20; ++i) {
      const auto e = Nodewise(Reinforce{}, Repeated{Reinforce{}, 8})(q, bad(row, 0.5), rng, 16);
      CHECK(e.finite());
      CHECK(e.q.size() == 8);
      dropped += e.dropped;
    }
    CHECK(dropped > 0);
  }
  const auto refused = Nodewise(Reinforce{}, Repeated{Reinforce{}, 2})(q, bad(0, -1), rng, 4);
  CHECK_FALSE(refused.finite());
  CHECK(refused.dropped > 0);
}

TEST_CASE("too few draws are refused by the node that needs them", "[estimators]") {
  const Layers q = layers();
  const Wavy f;
  Rng rng(1);
  CHECK_THROWS_AS(Nodewise(Reinforce{}, Exact{})(q, f, rng, 1), InvalidArgument);
  CHECK_THROWS_AS(Nodewise(Exact{}, Disarm{})(q, f, rng, 1), InvalidArgument);
}
