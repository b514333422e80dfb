#include "variate/diagnostics/gradient_noise.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "support/catch.hpp"

using namespace variate;

namespace {
/// Gives gradients N(mean, sd^2) per coordinate; nothing to step.
template <class T>
struct Noisy {
  using Scalar = T;
  Vector<T> mean, sd;
  template <class R>
  Estimate<T> estimate(R& rng) const {
    std::normal_distribution<double> normal;
    Estimate<T> e;
    e.q = mean;
    for (Index i = 0; i < mean.size(); ++i) e.q(i) += sd(i) * static_cast<T>(normal(rng));
    return e;
  }
};
struct Splitting {
  using result_type = std::uint64_t;
  std::uint64_t stream = 0;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 100; }
  result_type operator()() { return stream; }
  Splitting split(std::uint64_t i) const { return {i}; }
};
struct Counting {
  using Scalar = double;
  Estimate<double> estimate(Splitting& rng) const {
    Estimate<double> e;
    e.q = Vector<double>::Constant(1, static_cast<double>(rng()));
    return e;
  }
};
}  // namespace

TEMPLATE_TEST_CASE("GradientNoise of three gradients by hand", "[diagnostics]", float, double) {
  using T = TestType;
  GradientNoise<T> noise;
  CHECK(std::isnan(noise.signal_to_noise()));
  Vector<T> g(3);
  g << T(1), T(2), T(0);
  noise.add(g);
  CHECK(std::isnan(noise.total_variance()));
  g << T(3), T(2), T(0);
  noise.add(g);
  g << T(5), T(2), T(0);
  noise.add(g);
  CHECK(noise.count() == 3);
  CHECK(noise.mean()(0) == Approx(3.0));
  CHECK(noise.variance()(0) == Approx(4.0));
  CHECK(noise.variance()(1) == 0.0);
  CHECK(noise.total_variance() == Approx(4.0));
  CHECK(noise.signal_to_noise_each()(0) == Approx(1.5));
  CHECK(noise.signal_to_noise_each()(1) == std::numeric_limits<double>::infinity());
  CHECK(noise.signal_to_noise_each()(2) == 0.0);
  CHECK(noise.signal_to_noise() == Approx(std::sqrt((13 - 4.0 / 3) / 4)));
}

TEST_CASE("GradientNoise leaves out bad gradients, merges, and checks sizes", "[diagnostics]") {
  GradientNoise<double> all, left, right;
  for (int i = 0; i < 8; ++i) {
    const Vector<double> g = Vector<double>::Constant(2, std::sin(i));
    all.add(g);
    (i < 5 ? left : right).add(g);
  }
  left.add(Vector<double>::Constant(2, std::numeric_limits<double>::quiet_NaN()));
  CHECK(left.dropped() == 1);
  CHECK(left.count() == 5);
  left.merge(right);
  CHECK(left.count() == 8);
  CHECK(left.dropped() == 1);
  CHECK(left.variance()(0) == Approx(all.variance()(0)).epsilon(1e-13));
  CHECK_THROWS_AS(left.add(Vector<double>::Ones(3)), ShapeError);

  GradientNoise<double> still;
  still.add(Vector<double>::Zero(2));
  still.add(Vector<double>::Zero(2));
  CHECK(still.signal_to_noise() == 0.0);
  still.merge(still);
  CHECK(still.count() == 4);
}

// True ratio |mean| / sqrt(sum of variances) = 1 / sqrt(4 + 1) = 0.447. With K = 4000 gradients the sd of the squared ratio's
// estimate is about 2 |mean| sd / sqrt(K) / 5 = 0.01; the check allows 0.05 in the ratio itself, more than four sd.
TEMPLATE_TEST_CASE("gradient_noise looks at a stepper's gradients", "[diagnostics][statistical]", float, double) {
  using T = TestType;
  Noisy<T> stepper;
  stepper.mean.setZero(2);
  stepper.mean(0) = T(1);
  stepper.sd.resize(2);
  stepper.sd << T(2), T(1);
  std::mt19937_64 rng{9};
  const GradientNoise<T> noise = gradient_noise(stepper, rng, 4000);
  CHECK(noise.count() == 4000);
  CHECK(noise.signal_to_noise() == Approx(0.447).margin(0.05));
  CHECK(noise.variance()(0) == Approx(4.0).epsilon(0.12));  // relative sd sqrt(2 / 4000) = 2.2 %
  CHECK(noise.variance()(1) == Approx(1.0).epsilon(0.12));
  CHECK_THROWS_AS(gradient_noise(stepper, rng, 1), InvalidArgument);
}

TEST_CASE("gradient_noise uses streams where the engine splits", "[diagnostics]") {
  Splitting rng;
  const auto noise = gradient_noise(Counting{}, rng, 5);
  CHECK(noise.mean()(0) == Approx(2.0));
  CHECK(noise.variance()(0) == Approx(2.5));
}
