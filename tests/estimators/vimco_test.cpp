#include "variate/estimators/vimco.hpp"

#include <cmath>

#include "estimators/multi_sample_checks.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// log p of two bits, unnormalised.
struct Bits {
  Row<double> operator()(const Batch<double>& b) const {
    return (1.3 * b.row(0).array() - 0.7 * b.row(1).array() + 1.1 * b.row(0).array() * b.row(1).array()).matrix();
  }
};
/// The exact bound of k samples by all their values.
double bound(const Vector<double>& logits, int k) {
  const Bernoulli<double> q(logits);
  const Batch<double> all = q.support();
  const Row<double> log_q = q.log_prob(all), l = Bits{}(all)-log_q;
  const int points = static_cast<int>(all.cols());
  int total = 1;
  for (int i = 0; i < k; ++i) total *= points;
  double sum = 0;
  for (int i = 0; i < total; ++i) {
    double probability = 0, weight = 0;
    for (int j = 0, rest = i; j < k; ++j, rest /= points) {
      probability += log_q(rest % points);
      weight += std::exp(l(rest % points)) / k;
    }
    sum += std::exp(probability) * std::log(weight);
  }
  return sum;
}
}  // namespace

TEST_CASE("VIMCO is unbiased for the bound, with every baseline and with none", "[estimators][statistical]") {
  const Vector<double> logits{{0.4, -0.6}};
  const Bernoulli<double> q(logits);
  const Bits f;
  const auto l = Elbo<SampledEntropy>{}(q, f);
  for (const int k : {2, 4}) {
    Vector<double> exact(2);
    for (Index i = 0; i < 2; ++i) {
      Vector<double> up = logits, down = logits;
      up(i) += 1e-5;
      down(i) -= 1e-5;
      exact(i) = (bound(up, k) - bound(down, k)) / 2e-5;
    }
    double noise = 0;
    for (const LeftOut left_out : {LeftOut::nothing, LeftOut::arithmetic, LeftOut::geometric}) {
      Rng rng(3);
      Moments moments;
      double value = 0;
      for (int i = 0; i < 8000; ++i) {
        const auto e = Vimco{left_out}(q, l, rng, k);
        moments.add(e.q);
        value += e.value / 8000;
      }
      CHECK(moments.worst_z(exact) < 4.5);
      CHECK(value == Approx(bound(logits, k)).epsilon(0.02));
      if (left_out == LeftOut::nothing) noise = moments.variance().sum();
      else CHECK(moments.variance().sum() < 0.5 * noise);
    }
  }
}

TEST_CASE("VIMCO: data points, holes, too few samples", "[estimators]") {
  check_two_data_points(Vimco{});
  check_holes(Vimco{});
  check_holes(Vimco{LeftOut::arithmetic});
  const Normal<> q(Vector<double>{{0.0}}, Vector<double>{{1.0}});
  const Bump f;
  Rng rng(1);
  CHECK_THROWS_AS(Vimco{}(q, Elbo<SampledEntropy>{}(q, f), rng, 1), InvalidArgument);
  CHECK(Vimco{LeftOut::nothing}(q, Elbo<SampledEntropy>{}(q, f), rng, 1).finite());
}
