/// GMMVI on the threads of an executor: the target alone, and the whole step.
#include <algorithm>
#include <cmath>

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

/// Two hills, so that components are added.
struct Hills {
  Row<double> operator()(const Batch<double>& x) const {
    Batch<double> none;
    return value_and_gradient(x, none);
  }
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const {
    Row<double> value(x.cols());
    g.resize(x.rows(), x.cols());
    for (Index c = 0; c < x.cols(); ++c) {
      double near[2] = {0, 0};
      for (int h = 0; h < 2; ++h)
        for (Index j = 0; j < x.rows(); ++j) near[h] += (x(j, c) - 6 * h) * (x(j, c) - 6 * h) / 2;
      const double share = 1 / (1 + std::exp(near[1] - near[0]));
      value[c] = -std::min(near[0], near[1]) + std::log1p(std::exp(-std::abs(near[0] - near[1])));
      for (Index j = 0; j < x.rows(); ++j) g(j, c) = 6 * share - x(j, c);
    }
    return value;
  }
};

template <Codename name, class... Executor>
auto after_some_steps(Executor&... executor) {
  ModulesOf<name> modules;
  modules.components.add_iters = 4;
  modules.components.del_iters = 12;
  modules.components.num_database_samples = 2000;
  const Gaussians<double> start(Vector<double>::Ones(1), Batch<double>::Zero(3, 1), {Batch<double>::Identity(3, 3)});
  GmmViOptions<double> options;
  options.max_database_size = 9000;  // thinned on the way
  auto gmmvi = build<name>(Hills{}, start, modules, options, executor...);
  for (std::uint64_t i = 0; i < 28; ++i) {
    Rng rng(5, i);
    gmmvi.step(rng);
  }
  return gmmvi.mixture();
}

bool same(const Gaussians<double>& a, const Gaussians<double>& b) {
  bool all = a.size() == b.size() && a.log_weights() == b.log_weights();
  for (Index k = 0; all && k < a.size(); ++k) all = a[k].mean == b[k].mean && a[k].factor == b[k].factor;
  return all;
}

}  // namespace

TEST_CASE("A step of GMMVI on the threads of an executor has the same bits", "[mixtures]") {
  ThreadPool one(1), three(3);
  const auto stein = after_some_steps<"SAMTRUX">();
  CHECK(stein.size() > 4);
  CHECK(same(after_some_steps<"SAMTRUX">(one), stein));
  CHECK(same(after_some_steps<"SAMTRUX">(three), stein));
  const auto more = after_some_steps<"ZAPTRON">();
  CHECK(more.size() > 4);
  CHECK(same(after_some_steps<"ZAPTRON">(three), more));
}

TEST_CASE("GMMVI takes a target that an executor spreads, by gradient or by value, and gives the same bits", "[mixtures]") {
  ThreadPool threads(3);
  CHECK(after_five_steps<"SEMTFUX">(parallel(Hill{}, threads)) == after_five_steps<"SEMTFUX">(Hill{}));
  CHECK(after_five_steps<"ZEMTFUX">(parallel(HillByValue{}, threads)) == after_five_steps<"ZEMTFUX">(HillByValue{}));
}
