#include "variate/optimizers/schedules.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace variate;

static_assert(Schedule<ConstantRate> && Schedule<StepDecay> && Schedule<ExponentialDecay> && Schedule<InversePower>);
static_assert(Schedule<PolynomialDecay> && Schedule<CosineDecay> && Schedule<Warmup<CosineDecay>>);
static_assert(!Schedule<double>);

TEST_CASE("Schedules take their known values", "[optimizers]") {
  CHECK(ConstantRate{}(123456) == 1.0);

  const StepDecay stairs{.every = 10, .factor = 0.5};
  CHECK(stairs(0) == 1.0);
  CHECK(stairs(9) == 1.0);
  CHECK(stairs(10) == 0.5);
  CHECK(stairs(35) == 0.125);

  const ExponentialDecay smooth{.steps = 10, .factor = 0.25};
  CHECK(smooth(0) == 1.0);
  CHECK(smooth(5) == Approx(0.5).epsilon(1e-15));
  CHECK(smooth(20) == Approx(0.0625).epsilon(1e-15));

  const InversePower robbins{.power = 0.75, .offset = 4.0};
  CHECK(robbins(0) == 1.0);
  CHECK(robbins(12) == Approx(std::pow(4.0, -0.75)).epsilon(1e-15));

  const PolynomialDecay line{.steps = 4, .end = 0.2};
  CHECK(line(0) == 1.0);
  CHECK(line(1) == Approx(0.8).epsilon(1e-15));
  CHECK(line(4) == Approx(0.2).epsilon(1e-15));
  CHECK(line(1000) == Approx(0.2).epsilon(1e-15));
  CHECK(PolynomialDecay{.steps = 4, .power = 2.0}(2) == Approx(0.25).epsilon(1e-15));

  const CosineDecay cosine{.steps = 6, .end = 0.1};
  CHECK(cosine(0) == 1.0);
  CHECK(cosine(2) == Approx(0.1 + 0.9 * 0.75).epsilon(1e-14));
  CHECK(cosine(3) == Approx(0.55).epsilon(1e-14));
  CHECK(cosine(6) == Approx(0.1).epsilon(1e-14));
  CHECK(cosine(7) == Approx(0.1).epsilon(1e-14));
}

TEST_CASE("Warmup rises to one and hands over with the count at zero", "[optimizers]") {
  const Warmup warm{.steps = 4, .after = StepDecay{.every = 2, .factor = 0.5}};
  CHECK(warm(0) == 0.25);
  CHECK(warm(3) == 1.0);
  CHECK(warm(4) == 1.0);
  CHECK(warm(5) == 1.0);
  CHECK(warm(6) == 0.5);
  CHECK(Warmup<>{.steps = 0}(0) == 1.0);
}

TEST_CASE("Schedules refuse options out of range", "[optimizers]") {
  CHECK_THROWS_AS(StepDecay{.every = 0}.check(), InvalidArgument);
  CHECK_THROWS_AS(StepDecay{.factor = 0.0}.check(), DomainError);
  CHECK_THROWS_AS(StepDecay{.factor = 1.5}.check(), DomainError);
  CHECK_THROWS_AS(ExponentialDecay{.steps = 0}.check(), InvalidArgument);
  CHECK_THROWS_AS(ExponentialDecay{.factor = -0.5}.check(), DomainError);
  CHECK_THROWS_AS(InversePower{.power = -1.0}.check(), DomainError);
  CHECK_THROWS_AS(InversePower{.offset = 0.0}.check(), DomainError);
  CHECK_THROWS_AS(PolynomialDecay{.steps = 0}.check(), InvalidArgument);
  CHECK_THROWS_AS(PolynomialDecay{.power = 0.0}.check(), DomainError);
  CHECK_THROWS_AS(PolynomialDecay{.end = 2.0}.check(), DomainError);
  CHECK_THROWS_AS(CosineDecay{.steps = -1}.check(), InvalidArgument);
  CHECK_THROWS_AS(CosineDecay{.end = -0.1}.check(), DomainError);
  CHECK_THROWS_AS((Warmup<CosineDecay>{.steps = 3, .after = {.steps = 0}}.check()), InvalidArgument);
  CHECK_THROWS_AS(Warmup<>{.steps = -1}.check(), InvalidArgument);
  CHECK_NOTHROW((Warmup<CosineDecay>{.steps = 3, .after = {.steps = 1}}.check()));
}
