#include <atomic>
#include <functional>

#include "support/catch.hpp"
#include "variate/distributions/gaussian_mixture.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/inference/generalized_vi.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/numbers.hpp"

using namespace variate;

namespace {
/// -log N(y; x, 1) of three data, so that the posterior is known.
struct OfThreeData {
  template <class X>
  X operator()(const Vector<X>& x, const Batch<double>& y) const {
    X sum(0.0);
    for (Index i = 0; i < y.cols(); ++i) sum += 0.5 * (x[0] - y(0, i)) * (x[0] - y(0, i));
    return sum;
  }
};
struct OfThreeDataPlainly {
  double operator()(const Vector<double>& x, const Batch<double>& y) const { return OfThreeData{}(x, y); }
};
Batch<double> three_data() { return Batch<double>{{1.0, 2.0, 1.5}}; }
auto unit_normal() { return MultivariateNormal<double>::standard(1); }
/// Any number at a point, with slope 1: one type for many losses, each of which would be compiled.
struct ByFunction {
  std::function<double(double)> f;
  template <class X>
  X operator()(const Vector<X>& theta) const {
    return with_slopes(f(value_of(theta[0])), 1.0, theta[0]);
  }
};
const GeneralizedViOptions<double> silent{.progress_bar = false, .progress_info = false};
}  // namespace

static_assert(GradientStepper<GeneralizedVi<OfThreeData, Normal<double>, MultivariateNormal<double>>>);

TEST_CASE("Generalised inference finds the Bayesian posterior", "[inference]") {
  // prior N(0, 1), three data: N(4.5 / 4, 1/4); with w: prior exp(-l / w), N(4.5 / (3 + w), w / (3 + w))
  for (const double w : {1.0, 2.0}) {
    auto options = silent;
    options.w = w;
    GeneralizedVi vi(OfThreeData{}, Normal<double>::standard(1), unit_normal(), options, Adam<double>{{.rate = 0.02}});
    Rng rng(1);
    const auto run = vi.run(rng, three_data(), 1200, 1200);
    CHECK(vi.averaged_q().loc()(0, 0) == Approx(4.5 / (3 + w)).margin(0.03));
    CHECK(vi.averaged_q().stddev()(0, 0) == Approx(std::sqrt(w / (3 + w))).epsilon(0.03));
    CHECK(run.status == Status::completed);
    CHECK(run.epochs() == 1200);
    CHECK(run.evaluations == 12000);
    CHECK(run.total[7] == Approx(run.loss[7] + run.regularisation[7]));
  }
}

TEST_CASE("A black box is fitted by its score", "[inference]") {
  auto options = silent;
  options.n_samples_per_epoch = 20;
  GeneralizedVi vi(OfThreeDataPlainly{}, Normal<double>::standard(1), unit_normal(), options, Adam<double>{{.rate = 0.02}}, Reinforce<LeaveOneOut>{});
  Rng rng(1);
  vi.run(rng, three_data(), 1500, 1500);
  CHECK(vi.averaged_q().loc()(0, 0) == Approx(1.125).margin(0.06));
  CHECK(vi.averaged_q().stddev()(0, 0) == Approx(0.5).epsilon(0.1));
}

TEST_CASE("A mixture as the posterior finds both modes", "[inference]") {
  // exp(-loss) has modes at -1.5 and 1.5, of equal weight
  const auto loss = [](const auto& theta) {
    const auto well = theta[0] * theta[0] - 2.25;
    return well * well;
  };
  const auto normal_at = [](double mean) {
    return MultivariateNormal<double>(Vector<double>::Constant(1, mean), Batch<double>::Identity(1, 1));
  };
  const GaussianMixture<> start(Batch<double>::Zero(2, 1), {normal_at(-0.5), normal_at(0.5)});
  auto options = silent;
  options.w = 1;
  options.n_samples_per_epoch = 20;
  options.n_samples_regularisation = 200;
  GeneralizedVi vi(loss, Normal<double>(Vector<double>::Zero(1), Vector<double>::Constant(1, 3.0)), start, options,
                   Adam<double>{{.rate = 0.03}});
  Rng rng(1);
  vi.run(rng, {}, 400, 400);
  Rng draws(2);
  const Batch<double> x = vi.averaged_q().sample(draws, 2000);
  CHECK((x.array() > 0).count() == Approx(1000).margin(600));  // weights come last
  CHECK(x.cwiseAbs().mean() == Approx(1.45).margin(0.15));
}

TEST_CASE("Generalised inference in float", "[inference]") {
  const auto loss = [](const auto& theta) { return 0.5f * (theta[0] - 1.0f) * (theta[0] - 1.0f); };
  const auto q = MultivariateNormal<float>::standard(1);
  GeneralizedVi vi(loss, q, q, {.progress_bar = false}, Adam<float>{{.rate = 0.03f}});
  Rng rng(1);
  vi.run(rng, {}, 600, 600);
  CHECK(vi.averaged_q().loc()(0, 0) == Approx(0.5).margin(0.04));
}

TEST_CASE("The best posterior is the one that earned the best loss", "[inference]") {
  auto options = silent;
  options.n_samples_per_epoch = 1;
  options.w = 0;
  int epoch = 0;
  const double script[6] = {3, 1, 2, -1, 0, 5};
  const ByFunction loss{[&](double) { return script[epoch++]; }};
  GeneralizedVi vi(loss, Normal<double>::standard(1), unit_normal(), options, Adam<double>{{.rate = 0.1}});
  Rng rng(1);
  std::vector<Vector<double>> after;
  const auto run = vi.run(rng, {}, 6, 6, [&](const GeneralizedViStep&, const auto& stepper) {
    const auto& of = static_cast<const decltype(vi)&>(stepper);
    after.push_back(of.q().params());
  });
  CHECK(run.best_epoch == 3);
  CHECK(run.best_loss == Approx(-1).margin(1e-6));
  CHECK(run.best->params() == after[2]);
  CHECK(vi.q().params() == after[5]);
}

TEST_CASE("Epochs without a number are skipped and reported", "[inference]") {
  int epoch = 0;
  const ByFunction loss{[&](double x) { return epoch++ % 2 == 0 ? std::nan("") : x * x; }};
  auto options = silent;
  options.n_samples_per_epoch = 1;
  GeneralizedVi vi(loss, Normal<double>::standard(1), unit_normal(), options);
  Rng rng(1);
  const auto run = vi.run(rng, {}, 8, 100);
  CHECK(run.skipped == 4);
  CHECK(run.dropped == 4);
  CHECK(run.epochs() == 8);
  CHECK(std::isnan(run.total[0]));
  CHECK(std::isfinite(run.total[1]));
  const ByFunction never{[](double) { return std::nan(""); }};
  GeneralizedVi hopeless(never, Normal<double>::standard(1), unit_normal(), silent);
  const Vector<double> before = hopeless.q().params();
  const auto none = hopeless.run(rng, {}, 100, 7);
  CHECK(none.status == Status::stopped);
  CHECK(none.epochs() == 7);
  CHECK_FALSE(none.best.has_value());
  CHECK(hopeless.q().params() == before);
}

TEST_CASE("A loss that throws leaves everything as it was", "[inference]") {
  std::atomic<int> calls{0};
  const ByFunction loss{[&](double x) {
    if (++calls > 25) throw std::runtime_error("out of luck");
    return x * x;
  }};
  GeneralizedVi vi(loss, Normal<double>::standard(1), unit_normal(), silent);
  Rng rng(1);
  CHECK_THROWS_AS(vi.run(rng, {}, 10), std::runtime_error);
  CHECK(vi.index() == 2);
  const Vector<double> params = vi.q().params();
  CHECK_THROWS_AS(vi.step(rng), std::runtime_error);
  CHECK(vi.q().params() == params);
}

TEST_CASE("Runs do not depend on the executor, nor on whether they are broken off", "[inference]") {
  const auto make = [](auto&&... executor) {
    return GeneralizedVi(OfThreeData{}, Normal<double>::standard(1), unit_normal(), silent, Adam<double>{}, Pathwise{}, Kl{}, executor...);
  };
  ThreadPool pool(2);
  auto serial = make();
  auto threads = make(pool);
  auto broken = make();
  Rng rng(4);
  serial.run(rng, three_data(), 30);
  threads.run(rng, three_data(), 30);
  broken.run(rng, three_data(), 11);
  auto copy = broken;
  copy.run(rng, three_data(), 19);
  CHECK(serial.q().params() == threads.q().params());
  CHECK(serial.q().params() == copy.q().params());
  auto fitted = make();
  fitted.observe(three_data());
  const auto by_fit = fit(fitted, rng, {.max_steps = 30});
  CHECK(by_fit.q().params() == serial.q().params());
}

TEST_CASE("Initialising to the prior", "[inference]") {
  const auto far = MultivariateNormal<double>::from_covariance(Vector<double>::Constant(1, 2.0), Batch<double>::Constant(1, 1, 0.3));
  auto options = silent;
  options.initialization_lr = 0.05;
  options.initialize_estimator_to_prior = true;
  GeneralizedVi vi(OfThreeData{}, Normal<double>::standard(1), far, options);
  Rng rng(1);
  const auto run = vi.run(rng, three_data(), 0);
  CHECK(run.initialization.stop == InitializationReport::Stop::close);
  CHECK(std::abs(run.initialization.losses.back()) < 0.01);
  CHECK(vi.q().loc()(0, 0) == Approx(0).margin(0.2));
  CHECK(vi.initialize_estimator(rng, 50, 0.0, 3).losses.size() == 3);
  CHECK(vi.initialize_estimator(rng, 50, 0.0, 3).stop == InitializationReport::Stop::limit);
  CHECK_THROWS_AS(vi.initialize_estimator(rng, 0), InvalidArgument);
  CHECK_THROWS_AS(vi.initialize_estimator(rng, 5, -1.0), DomainError);
}

TEST_CASE("Options that make no sense", "[inference]") {
  const auto with = [](auto change) {
    auto options = silent;
    change(options);
    return GeneralizedVi(OfThreeData{}, Normal<double>::standard(1), unit_normal(), options);
  };
  CHECK_THROWS_AS(with([](auto& o) { o.w = -1; }), DomainError);
  CHECK_THROWS_AS(with([](auto& o) { o.w = std::nan(""); }), DomainError);
  CHECK_THROWS_AS(with([](auto& o) { o.n_samples_per_epoch = 0; }), InvalidArgument);
  CHECK_THROWS_AS(with([](auto& o) { o.n_samples_regularisation = 0; }), InvalidArgument);
  CHECK_THROWS_AS(with([](auto& o) { o.gradient_clipping_norm = 0; }), DomainError);
  CHECK_THROWS_AS(with([](auto& o) { o.initialization_lr = 0; }), DomainError);
  CHECK_THROWS_AS(with([](auto& o) { o.jacobian_chunk_size = -1; }), InvalidArgument);
  CHECK_THROWS_AS(GeneralizedVi(OfThreeData{}, Normal<double>::standard(2), unit_normal()), ShapeError);
  auto vi = with([](auto&) {});
  Rng rng(1);
  CHECK_THROWS_AS(vi.run(rng, three_data(), -1), InvalidArgument);
  CHECK_THROWS_AS(vi.run(rng, three_data(), 1, 0), InvalidArgument);
  CHECK_THROWS_AS(vi.step(rng, Batch<double>::Constant(1, 1, std::nan(""))), InvalidArgument);
  try {
    with([](auto& o) { o.w = -1; });
  } catch (const DomainError& e) {
    CHECK(variate_tests::says(e.what(), "GeneralizedVi: w is -1, expected"));
  }
}
