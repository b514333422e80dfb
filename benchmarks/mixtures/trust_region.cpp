/// A trust-region component update, searched from scratch, whose divergences cost O(d) each after one reduction, against a
/// Cholesky factor for each multiplier (what gmmvi 1.1 does), here by Eigen.
#include <benchmark/benchmark.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <variate/mixtures/trust_region.hpp>

namespace {

using variate::Batch;
using variate::Index;
using variate::Vector;
using Clock = std::chrono::steady_clock;
using Matrix = Eigen::MatrixXd;

struct Problem {
  Vector<double> mean, gradient;
  Batch<double> factor, hessian;
  explicit Problem(Index d) : mean(d), gradient(d), factor(Batch<double>::Zero(d, d)), hessian(d, d) {
    for (Index i = 0; i < d; ++i) {
      const auto x = static_cast<double>(i);
      mean[i] = std::cos(x);
      gradient[i] = 20 * std::sin(3 * x + 1);
      for (Index j = 0; j < d; ++j) {
        const auto y = static_cast<double>(j);
        if (j <= i) factor(i, j) = i == j ? 1 : 0.1 * std::sin(x + 2 * y);
        hessian(i, j) = (i == j ? 3 * static_cast<double>(d) : 0) + std::cos(x + y) + std::cos(x - y);
      }
    }
  }
};

/// mean and covariance factor after the update, the textbook way.
struct ByFactors {
  Matrix p, inverse, hessian, covariance;
  Vector<double> linear, shift, mean;
  double log_determinant = 0;
  int multipliers = 0;

  explicit ByFactors(const Problem& q) : hessian(q.hessian), mean(q.mean) {
    const Matrix l = q.factor;
    inverse = l.triangularView<Eigen::Lower>().solve(Matrix::Identity(l.rows(), l.rows()));
    p = inverse.transpose() * inverse;
    linear = p * mean;
    shift = hessian * mean - q.gradient;
    log_determinant = 2 * l.diagonal().array().log().sum();
  }
  double kl(double eta) {
    ++multipliers;
    const Eigen::LLT<Matrix> factor((eta * p + hessian) / eta);
    if (factor.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
    const Vector<double> moved = factor.solve((eta * linear + shift) / eta);
    const Matrix b = factor.matrixL().solve(Matrix(inverse.transpose()));
    const double change = 2 * Matrix(factor.matrixL()).diagonal().array().log().sum() + log_determinant;
    return 0.5 * (change - static_cast<double>(p.rows()) + b.squaredNorm() + (inverse * (mean - moved)).squaredNorm());
  }
  Matrix finish(double eta) {
    const Eigen::LLT<Matrix> factor((eta * p + hessian) / eta);
    const Matrix b = factor.matrixL().solve(Matrix::Identity(p.rows(), p.rows()));
    return Eigen::LLT<Matrix>(b.transpose() * b).matrixL();
  }
};

void component_update(benchmark::State& state) {
  const Index d = state.range(0);
  const Problem problem(d);
  const int repeats = static_cast<int>(std::max<Index>(1, 100000 / (d * d)));
  double ours = 1e9, theirs = 1e9;
  int multipliers = 0;
  variate::ComponentWorkspace<double> work;
  for (auto _ : state) {
    auto begin = Clock::now();
    for (int i = 0; i < repeats; ++i) {
      Vector<double> mean = problem.mean;
      Batch<double> factor = problem.factor;
      variate::ComponentUpdateState<double> old;
      variate::TrustRegionComponentUpdate{}(mean, factor, problem.hessian, problem.gradient, {.stepsize = 0.1}, old, work);
      benchmark::DoNotOptimize(factor.data());
    }
    ours = std::min(ours, std::chrono::duration<double>(Clock::now() - begin).count() / repeats);
    begin = Clock::now();
    for (int i = 0; i < repeats; ++i) {
      ByFactors path(problem);
      const auto found = variate::detail::bracketed_multiplier<double>([&](double eta) { return path.kl(eta); }, 0.1, -1.0, 1.0);
      benchmark::DoNotOptimize(path.finish(found.eta).data());
      multipliers = path.multipliers;
    }
    theirs = std::min(theirs, std::chrono::duration<double>(Clock::now() - begin).count() / repeats);
  }
  state.counters["us"] = 1e6 * ours;
  state.counters["us_by_factors"] = 1e6 * theirs;
  state.counters["multipliers"] = multipliers;
  state.counters["ratio"] = theirs / ours;
}
BENCHMARK(component_update)->Arg(2)->Arg(10)->Arg(20)->Arg(31)->Arg(100)->Arg(300)->MinTime(0.3);

}  // namespace
