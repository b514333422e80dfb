/// GMMVI as a stepper: what it learns, and what it does when numbers go bad.
#include "variate/mixtures/gmmvi.hpp"

#include <functional>
#include <stdexcept>

#include "support/catch.hpp"
#include "variate/inference/fit.hpp"
#include "variate/mixtures/any_modules.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
/// Any target, by value and gradient.
struct Target {
  std::function<Row<double>(const Batch<double>&, Batch<double>&)> f;
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& gradient) const { return f(x, gradient); }
};
using Stepped = GmmVi<Target, AnyModules<>>;
static_assert(Stepper<Stepped>);

/// log N(x; mean, deviation^2 I) without its constant.
Target normal(double mean, double deviation) {
  return {[=](const Batch<double>& x, Batch<double>& gradient) {
    gradient = (mean - x.array()) / (deviation * deviation);
    return Row<double>(-0.5 / (deviation * deviation) * (x.array() - mean).matrix().colwise().squaredNorm());
  }};
}
/// Two peaks at -4 and 4 in the first coordinate with weights 0.3 and 0.7, normalised; unit deviations.
Target two_peaks(Index d) {
  Batch<double> means = Batch<double>::Zero(d, 2);
  means(0, 0) = -4;
  means(0, 1) = 4;
  const Batch<double> identity = Batch<double>::Identity(d, d);
  const Gaussians<double> q(Vector<double>{{0.3, 0.7}}, means, {identity, identity});
  return {[q](const Batch<double>& x, Batch<double>& gradient) {
    const Batch<double> densities = q.component_log_densities(x);
    q.gradient(x, q.responsibilities_of(densities), gradient);
    return q.log_density_of(densities);
  }};
}
Gaussians<double> start(Index d, std::vector<double> firsts, double deviation = 2) {
  const auto components = static_cast<Index>(firsts.size());
  Batch<double> means = Batch<double>::Zero(d, components);
  for (Index k = 0; k < components; ++k) means(0, k) = firsts[static_cast<std::size_t>(k)];
  return {Vector<double>::Ones(components), means,
          std::vector<Batch<double>>(firsts.size(), Batch<double>(deviation * Batch<double>::Identity(d, d)))};
}
AnyModules<> few_samples() {
  AnyModules<> m;
  m.components = FixedComponents{};
  m.selector = ComponentBasedSelector{.desired_samples_per_component = 20, .ratio_reused_samples_to_desired = 1};
  m.component_stepsize = ImprovementComponentStepsize{.initial_stepsize = 0.1};
  return m;
}
bool same(const Stepped& a, const Stepped& b) {
  if (a.mixture().size() != b.mixture().size() || a.mixture().log_weights() != b.mixture().log_weights()) return false;
  for (Index k = 0; k < a.mixture().size(); ++k)
    if (a.mixture()[k].mean != b.mixture()[k].mean || a.mixture()[k].factor != b.mixture()[k].factor) return false;
  return a.database().size() == b.database().size() && a.states().reward_history == b.states().reward_history &&
         a.states().stepsizes == b.states().stepsizes && a.weight_stepsize() == b.weight_stepsize();
}
}  // namespace

TEST_CASE("two peaks are found from two components, by first and zero order", "[mixtures]") {
  for (const bool zero_order : {false, true}) {
    AnyModules<> m = few_samples();
    if (zero_order) m.natural_gradient = More{};
    const auto result = fit(Stepped(two_peaks(2), start(2, {-1, 1}), m), Rng(4), {.max_steps = 150, .draws = 2000});
    CHECK(result.status == Status::completed);
    // the target is a mixture of two normal distributions: nothing is left, however small the samples
    CHECK(std::abs(result.diagnosis.elbo) < 1e-6);
    CHECK(result.stepper.mixture().weights().minCoeff() == Approx(0.3).epsilon(1e-6));
    CHECK(result.q().components() == 2);
    CHECK(std::abs(result.history.back()) < 1e-6);
  }
}

TEST_CASE("components are added where the target promises most", "[mixtures]") {
  AnyModules<> m = few_samples();
  m.components = AdaptiveComponents{.del_iters = 20, .add_iters = 10, .max_components = 4};
  Index added = 0, deleted = 0, most = 0;
  const auto result =
      fit(Stepped(two_peaks(1), start(1, {-4}, 1), m), Rng(2), {.max_steps = 300, .draws = 0}, [&](const GmmViStep& step) {
        added += step.added;
        deleted += step.deleted;
        most = std::max(most, step.components);
      });
  const auto& q = result.stepper.mixture();
  CHECK(added >= 3);
  CHECK(most <= 4);
  CHECK(q.size() == 1 + added - deleted);
  double right = 0;
  for (Index k = 0; k < q.size(); ++k)
    if (q[k].mean[0] > 0) right += q.weights()[k];
  CHECK(right == Approx(0.7).epsilon(0.01));
}

TEST_CASE("samples whose numbers are not finite are dropped, counted and not stored", "[mixtures]") {
  const Target holes{[f = normal(0, 1)](const Batch<double>& x, Batch<double>& gradient) {
    Row<double> value = f.value_and_gradient(x, gradient);
    for (Index c = 0; c < x.cols(); ++c) {
      if (x(0, c) > 1) value[c] = std::numeric_limits<double>::quiet_NaN();
      if (x(0, c) < -1) gradient(1, c) = std::numeric_limits<double>::infinity();
    }
    return value;
  }};
  Stepped stepped(holes, start(2, {0, 0.5}), few_samples());
  Rng rng(1);
  Index dropped = 0, evaluations = 0;
  for (int i = 0; i < 20; ++i) {
    const GmmViStep step = stepped.step(rng);
    CHECK(step.taken);
    dropped += step.dropped;
    evaluations += step.evaluations;
  }
  CHECK(dropped > 0);
  CHECK(stepped.database().written() == evaluations - dropped);
  const auto stored = stepped.database().newest(10000);
  CHECK(stored.x.row(0).cwiseAbs().maxCoeff() <= 1);
  CHECK(stored.target.allFinite());
  CHECK(stored.gradient.allFinite());
  CHECK(stepped.mixture().log_weights().allFinite());
}

TEST_CASE("a step without any good sample is not taken", "[mixtures]") {
  const Target nowhere{[](const Batch<double>& x, Batch<double>& gradient) {
    gradient.setZero();
    return Row<double>(Row<double>::Constant(x.cols(), -std::numeric_limits<double>::infinity()));
  }};
  Stepped stepped(nowhere, start(1, {0, 1}), few_samples());
  const Stepped before = stepped;
  Rng rng(1);
  const GmmViStep step = stepped.step(rng);
  CHECK_FALSE(step.taken);
  CHECK(step.dropped == step.evaluations);
  CHECK(same(stepped, before));
  CHECK(stepped.index() == 1);
  const auto result = fit(before, Rng(1), {.refused_limit = 5, .draws = 0});
  CHECK(result.status == Status::not_finite);
  CHECK(result.dropped == result.evaluations);
}

TEST_CASE("old samples go on serving when the new ones are bad", "[mixtures]") {
  int calls = 0;
  const Target tired{[&calls, f = normal(0, 1)](const Batch<double>& x, Batch<double>& gradient) {
    Row<double> value = f.value_and_gradient(x, gradient);
    if (++calls > 2) value.setConstant(std::numeric_limits<double>::quiet_NaN());
    return value;
  }};
  Stepped stepped(tired, start(1, {0, 1}), few_samples());
  Rng rng(1);
  for (int i = 0; i < 5; ++i) CHECK(stepped.step(rng).taken);
  CHECK(stepped.database().written() < 60);
  CHECK(stepped.mixture().log_weights().allFinite());
}

TEST_CASE("nothing has changed if the target throws", "[mixtures]") {
  bool angry = false;
  const Target moody{[&angry, f = two_peaks(1)](const Batch<double>& x, Batch<double>& gradient) {
    if (angry) throw std::runtime_error("enough");
    return f.value_and_gradient(x, gradient);
  }};
  AnyModules<> m = few_samples();
  m.components = AdaptiveComponents{.del_iters = 3, .add_iters = 2, .num_prior_samples = 5};
  const GmmViOptions<double> options{.prior_mean = Vector<double>::Zero(1), .prior_variances = Vector<double>::Constant(1, 9)};
  Stepped stepped(moody, start(1, {-1, 1}), m, options);
  for (Index i = 0; i < 9; ++i) {
    const Stepped before = stepped;
    angry = true;
    Rng rng = Rng(5).split(static_cast<std::uint64_t>(i));
    CHECK_THROWS_AS(stepped.step(rng), std::runtime_error);
    CHECK(same(stepped, before));
    CHECK(stepped.index() == i);
    angry = false;
    rng = Rng(5).split(static_cast<std::uint64_t>(i));
    stepped.step(rng);
  }
  const auto unbroken = fit(Stepped(moody, start(1, {-1, 1}), m, options), Rng(5), {.max_steps = 9, .draws = 0});
  CHECK(same(stepped, unbroken.stepper));
}

TEST_CASE("the target may throw at the candidates too", "[mixtures]") {
  // two useless components are deleted when they are old enough, which makes room for a new one in that same step
  Index calls = 0, angry_at = -1;
  const Target moody{[&, f = normal(0, 1)](const Batch<double>& x, Batch<double>& gradient) {
    if (calls++ == angry_at) throw std::runtime_error("enough");
    return f.value_and_gradient(x, gradient);
  }};
  AnyModules<> m = few_samples();
  m.components = AdaptiveComponents{.del_iters = 3, .add_iters = 1, .max_components = 2, .num_prior_samples = 5};
  m.weight_stepsize = FixedWeightStepsize{.initial_stepsize = 10};
  const GmmViOptions<double> options{.prior_mean = Vector<double>::Zero(1), .prior_variances = Vector<double>::Constant(1, 9)};
  Stepped stepped(moody, start(1, {0, 1000}, 1), m, options);
  bool late = false;
  for (Index i = 0; i < 40 && !late; ++i) {
    Stepped again = stepped;
    calls = 0;
    Rng rng = Rng(5).split(static_cast<std::uint64_t>(i)), same_rng = rng;
    late = stepped.step(rng).deleted > 0 && calls == 2;
    if (!late) continue;
    const Gaussians<double> before = again.mixture();
    const Batch<double> rewards = again.states().reward_history;
    calls = 0;
    angry_at = 1;
    CHECK_THROWS_AS(again.step(same_rng), std::runtime_error);
    CHECK(again.index() == i);
    CHECK(again.states().reward_history == rewards);
    CHECK(again.mixture().log_weights() == before.log_weights());
    CHECK(again.mixture()[1].version == before[1].version);
  }
  CHECK(late);
}

TEST_CASE("a copy is a checkpoint", "[mixtures]") {
  AnyModules<> m = few_samples();
  m.components = AdaptiveComponents{.del_iters = 9, .add_iters = 5};
  const auto half = fit(Stepped(two_peaks(2), start(2, {-1, 1}), m), Rng(8), {.max_steps = 12, .draws = 0});
  const auto resumed = fit(half.stepper, Rng(8), {.max_steps = 30, .draws = 0});
  const auto whole = fit(Stepped(two_peaks(2), start(2, {-1, 1}), m), Rng(8), {.max_steps = 30, .draws = 0});
  CHECK(same(resumed.stepper, whole.stepper));
}

TEST_CASE("an update that leaves no covariance is rejected", "[mixtures]") {
  // log p bends upwards: the direct step makes the precision negative
  const Target saddle{[](const Batch<double>& x, Batch<double>& gradient) {
    gradient = 10 * x;
    return Row<double>(5 * x.colwise().squaredNorm());
  }};
  AnyModules<> m = few_samples();
  m.component_update = DirectComponentUpdate{};
  m.component_stepsize = FixedComponentStepsize{.initial_stepsize = 1};
  m.natural_gradient = More{.initial_l2_regularizer = 1e-12};
  Stepped stepped(saddle, start(2, {0, 1}), m);
  Rng rng(1);
  const GmmViStep step = stepped.step(rng);
  CHECK(step.taken);
  CHECK(step.rejected == 2);
  CHECK(stepped.mixture()[0].factor == start(2, {0, 1})[0].factor);
  CHECK(stepped.states().updates[0].l2_regularizer == Approx(1e-11));
  CHECK(stepped.states().updates[0].received_updates == 1);
}

TEST_CASE("bounds of zero and of infinity", "[mixtures]") {
  for (const double bound : {0.0, std::numeric_limits<double>::infinity()}) {
    AnyModules<> m = few_samples();
    m.component_stepsize = FixedComponentStepsize{.initial_stepsize = bound};
    m.weight_stepsize = FixedWeightStepsize{.initial_stepsize = bound};
    const auto result = fit(Stepped(two_peaks(1), start(1, {-4, 4}), m), Rng(1), {.max_steps = 60, .draws = 0});
    const auto& q = result.stepper.mixture();
    if (bound == 0) {
      CHECK(q[0].mean[0] == -4);
      CHECK(q[0].factor(0, 0) == 2);
    } else {
      CHECK(q[0].factor(0, 0) == Approx(1).epsilon(1e-3));
    }
    CHECK(q.log_weights().allFinite());
  }
}

TEST_CASE("one component in one dimension, and components that are far from all samples", "[mixtures]") {
  const auto alone = fit(Stepped(normal(3, 0.5), start(1, {0}), few_samples()), Rng(1), {.max_steps = 60, .draws = 0});
  CHECK(alone.stepper.mixture()[0].mean[0] == Approx(3).epsilon(1e-6));
  CHECK(alone.stepper.mixture()[0].factor(0, 0) == Approx(0.5).epsilon(1e-6));
  CHECK(alone.history.back() == Approx(std::log(0.5 * std::sqrt(2 * 3.14159265358979323846))).epsilon(1e-6));
  AnyModules<> m = few_samples();
  m.selector = MixtureBasedSelector{.desired_samples_per_component = 10};
  auto far = start(1, {0, 1e8}, 1);
  far.set_log_weights(Vector<double>{{0, -60}});
  const auto result = fit(Stepped(normal(0, 1), far, m), Rng(1), {.max_steps = 30, .draws = 0});
  CHECK(result.stepper.mixture().log_weights().allFinite());
  CHECK(result.stepper.mixture()[0].mean[0] == Approx(0).margin(1e-6));
  CHECK(result.stepper.mixture()[1].factor.allFinite());
}

TEST_CASE("what makes no sense is refused", "[mixtures]") {
  const auto make = [](auto change, GmmViOptions<double> options = {}) {
    AnyModules<> m = few_samples();
    change(m);
    return Stepped(normal(0, 1), start(2, {0}), m, options);
  };
  const auto nothing = [](AnyModules<>&) {};
  CHECK_NOTHROW(make(nothing));
  CHECK_THROWS_AS(make(nothing, {.temperature = 0}), DomainError);
  CHECK_THROWS_AS(make(nothing, {.max_database_size = 0}), InvalidArgument);
  CHECK_THROWS_AS(make(nothing, {.prior_mean = Vector<double>::Zero(3)}), ShapeError);
  CHECK_THROWS_AS(make(nothing, {.prior_mean = Vector<double>::Zero(2)}), ShapeError);
  CHECK_THROWS_AS(make(nothing, {.prior_mean = Vector<double>::Zero(2), .prior_variances = Vector<double>::Zero(2)}),
                  DomainError);
  CHECK_THROWS_AS(make([](AnyModules<>& m) { m.selector = ComponentBasedSelector{.desired_samples_per_component = 0}; }),
                  InvalidArgument);
  CHECK_THROWS_AS(make([](AnyModules<>& m) { m.selector = MixtureBasedSelector{.ratio_reused_samples_to_desired = -1}; }),
                  DomainError);
  CHECK_THROWS_AS(make([](AnyModules<>& m) { m.component_stepsize = FixedComponentStepsize{-1}; }), DomainError);
  CHECK_THROWS_AS(make([](AnyModules<>& m) { m.weight_stepsize = FixedWeightStepsize{std::nan("")}; }), DomainError);
  CHECK_THROWS_AS(make([](AnyModules<>& m) { m.natural_gradient = More{.initial_l2_regularizer = -1}; }), DomainError);
  CHECK_THROWS_AS(make([](AnyModules<>& m) { m.components = AdaptiveComponents{.num_prior_samples = 1}; }), InvalidArgument);
  CHECK_THROWS_AS(make([](AnyModules<>& m) { m.components = AdaptiveComponents{.del_iters = 2}; }), InvalidArgument);
}
