/// Targets whose samples an executor spreads.
#include "support/catch.hpp"
#include "variate/mixtures/codename.hpp"
#include "variate/mixtures/initial_mixture.hpp"
#include "variate/parallel/parallel_integrand.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

struct Hill {
  Row<double> operator()(const Batch<double>& x) const { return -(x.array() - 1).square().colwise().sum().matrix(); }
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    g = -2 * (x.array() - 1);
    return (*this)(x);
  }
};
struct HillByValue {
  Row<double> operator()(const Batch<double>& x) const { return Hill{}(x); }
};

template <Codename name, class Target>
Vector<double> after_five_steps(Target target) {
  const Gaussians<double> start(Vector<double>::Ones(1), Batch<double>::Zero(2, 1), {Batch<double>::Identity(2, 2)});
  auto gmmvi = build<name>(std::move(target), start);
  for (std::uint64_t i = 0; i < 5; ++i) {
    Rng rng(1, i);
    gmmvi.step(rng);
  }
  return gmmvi.mixture()[0].mean;
}

}  // namespace

TEST_CASE("GMMVI takes a target that an executor spreads, by gradient or by value, and gives the same bits", "[mixtures]") {
  ThreadPool threads(3);
  CHECK(after_five_steps<"SEMTFUX">(parallel(Hill{}, threads)) == after_five_steps<"SEMTFUX">(Hill{}));
  CHECK(after_five_steps<"ZEMTFUX">(parallel(HillByValue{}, threads)) == after_five_steps<"ZEMTFUX">(HillByValue{}));
}
