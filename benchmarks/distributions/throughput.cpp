/// Every family at n = 100 and 1e6 points, double, one thread: log density, score (the gradient of its sum by the parameters), and draws with
/// the gradient of their sum (rsample; sample where there is no such thing). The counter `ns` is nanoseconds a point, the best of several
/// blocks. benchmarks/compare_distributions runs this beside PyTorch and SciPy at the same work and prints the ratios.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "variate/variate.hpp"

namespace {

using namespace variate;

double seconds(int repeats, auto&& call) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < repeats; ++i) call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / repeats;
}

template <class F>
void add(const std::string& family, const std::string& operation, Index n, F call) {
  benchmark::RegisterBenchmark((family + "/" + operation + "/" + std::to_string(n)).c_str(), [=](benchmark::State& state) mutable {
    double best = 1e9;
    const double once = seconds(1, call);
    const int block = std::max(1, static_cast<int>(0.002 / once));
    for (auto _ : state) best = std::min(best, seconds(block, call));
    state.counters["ns"] = 1e9 * best / static_cast<double>(n);
  });
}

template <class Q>
void family(const std::string& name, const Q& q) {
  for (const Index n : {Index(100), Index(1000000)}) {
    Rng rng(1);
    const Batch<double> x = q.sample(rng, n);
    const Row<double> w = Row<double>::Ones(n);
    add(name, "log_prob", n, [=] { benchmark::DoNotOptimize(q.log_prob(x).data()); });
    add(name, "score", n, [=] {
      const auto e = q.evaluate(x);
      benchmark::DoNotOptimize(e.pullback(w).data());
    });
    if constexpr (Reparameterizable<Q>) {
      const Batch<double> g = Batch<double>::Ones(x.rows(), x.cols());
      add(name, "rsample", n, [=]() mutable {
        const auto draw = q.rsample(rng, n);
        benchmark::DoNotOptimize(draw.pullback(g).data());
      });
    } else {
      add(name, "sample", n, [=]() mutable { benchmark::DoNotOptimize(q.sample(rng, n).data()); });
    }
  }
}

Batch<double> one(double v) { return Batch<double>::Constant(1, 1, v); }

void register_all() {
  const Vector<double> logits{{0.5, -0.2, 0.1, 1.0}};
  Batch<double> lower(4, 4), factor(4, 2);
  lower << 1, 0, 0, 0, 0.3, 0.9, 0, 0, -0.2, 0.1, 1.1, 0, 0.4, 0.2, -0.3, 0.8;
  factor << 0.5, 0.1, 0.2, -0.4, -0.3, 0.2, 0.1, 0.6;

  family("Normal", Normal<>(one(0.3), one(1.2)));
  family("LogNormal", LogNormal<>(one(0.3), one(0.5)));
  family("HalfNormal", HalfNormal<>(one(1.2)));
  family("LogitNormal", LogitNormal<>(one(0.3), one(0.8)));
  family("StudentT", StudentT<>(one(4), one(0.3), one(1.2)));
  family("Cauchy", Cauchy<>(one(0.3), one(1.2)));
  family("HalfCauchy", HalfCauchy<>(one(1.2)));
  family("Laplace", Laplace<>(one(0.3), one(1.2)));
  family("Logistic", Logistic<>(one(0.3), one(1.2)));
  family("Gumbel", Gumbel<>(one(0.3), one(1.2)));
  family("Uniform", Uniform<>(one(-1), one(2)));
  family("Exponential", Exponential<>(one(0.7)));
  family("Gamma", Gamma<>(one(2.5), one(0.7)));
  family("InverseGamma", InverseGamma<>(one(2.5), one(0.7)));
  family("Chi2", Chi2<>(one(3.5)));
  family("Beta", Beta<>(one(2), one(3)));
  family("Kumaraswamy", Kumaraswamy<>(one(2), one(3)));
  family("Weibull", Weibull<>(one(1.2), one(1.7)));
  family("Pareto", Pareto<>(one(1.2), one(2.5)));
  family("VonMises", VonMises<>(one(0.3), one(2)));
  family("ContinuousBernoulli", ContinuousBernoulli<>(one(0.3)));
  family("TruncatedNormal", TruncatedNormal<>(one(0.3), one(1.2), one(-0.9), one(2.1)));
  family("Bernoulli", Bernoulli<>(one(0.4)));
  family("Binomial", Binomial<>(one(20), one(0.4)));
  family("Geometric", Geometric<>(one(0.4)));
  family("NegativeBinomial", NegativeBinomial<>(one(5), one(0.4)));
  family("Poisson", Poisson<>(one(4)));
  family("Categorical", Categorical<>(logits));
  family("OneHotCategorical", OneHotCategorical<>(logits));
  family("Multinomial", Multinomial<>(10.0, logits));
  family("RelaxedBernoulli", RelaxedBernoulli<>(one(0.5), one(0.4)));
  family("RelaxedOneHotCategorical", RelaxedOneHotCategorical<>(0.5, logits));
  family("Dirichlet", Dirichlet<>(Vector<double>{{0.7, 1.5, 2.0, 3.0}}));
  family("MultivariateNormal", MultivariateNormal<>(Vector<double>::Zero(4), lower));
  family("LowRankMultivariateNormal", LowRankMultivariateNormal<>(Vector<double>::Zero(4), factor, Vector<double>::Ones(4)));
}
const bool registered = [] {
  register_all();
  return true;
}();

}  // namespace
