#include "variate/integration/integrate.hpp"

#include <chrono>
#include <limits>
#include <thread>

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/integration/integrands.hpp"

namespace {
namespace integrate_tests {

using namespace variate;
using variate_tests::refused;

/// One type of integrand for all tests: a flow's instantiation is paid for by the compiler.
struct Any {
  enum class Kind { camel, zero, broken, line, slow } kind;
  Row<double> operator()(const Batch<double>& x) const {
    switch (kind) {
      case Kind::zero:
        return Row<double>::Zero(x.cols());
      case Kind::broken:
        return Row<double>::Constant(x.cols(), std::numeric_limits<double>::quiet_NaN());
      case Kind::line:
        return 2 * x.row(0);
      case Kind::slow:
        std::this_thread::sleep_for(std::chrono::microseconds(100 * x.cols()));
        break;
      case Kind::camel:
        break;
    }
    return Camel{x.rows(), 0.15}(x);
  }
};
const FlowOptions small{.bins = 6, .hidden = {16}, .rate = 0.02, .training = {.epochs = 8, .minibatch = 256}, .teach_again = 0};

TEST_CASE("A cheap integrand is left to VEGAS+, and the reason is told", "[integration]") {
  const Any f{Any::Kind::camel};
  const IntegrateResult r = integrate(f, 3, {.relative_error = 2e-3, .max_calls = 300000, .flow = small});
  INFO(r.reason);
  CHECK(r.method == IntegrationMethod::vegas);
  CHECK(r.reached);
  CHECK(r.error <= 2e-3 * r.mean);
  CHECK(std::abs(r.pull(Camel{3, 0.15}.integral())) < 4);
  CHECK(r.all_calls < 300000);
  CHECK(r.reason.find("VEGAS+") != std::string::npos);
  CHECK(std::isnan(r.flow_relative_variance));
}

TEST_CASE("A flow on top of VEGAS's map, with strata in its uniform numbers, beats VEGAS+ on two peaks", "[integration]") {
  const Any f{Any::Kind::camel};
  IntegrateOptions options{
      .relative_error = 0, .max_calls = 30000, .survey_calls = 10000, .method = IntegrationMethod::flow, .flow = small};
  const IntegrateResult flow = integrate(f, 3, options);
  options.method = IntegrationMethod::vegas;
  const IntegrateResult plus = integrate(f, 3, options);
  INFO(flow.reason << "; " << plus.reason << ": " << flow.relative_variance() << " against " << plus.relative_variance());
  CHECK(flow.method == IntegrationMethod::flow);
  CHECK(flow.flow_steps == 5);
  CHECK(std::abs(flow.pull(Camel{3, 0.15}.integral())) < 4);
  CHECK(std::abs(plus.pull(Camel{3, 0.15}.integral())) < 4);
  CHECK(flow.relative_variance() < 0.5 * plus.relative_variance());
  CHECK(flow.all_calls <= 30000);
  CHECK(flow.seconds > 0);
}

TEST_CASE("An expensive integrand is worth a flow", "[integration]") {
  // 100 microseconds a call, a second in all; training for a survey step takes a hundredth, and a third under sanitizers.
  const Any f{Any::Kind::slow};
  const FlowOptions tiny{.bins = 2, .hidden = {4}, .training = {.epochs = 1, .minibatch = 600}, .teach_again = 0};
  const IntegrateResult r = integrate(f, 3, {.relative_error = 0, .max_calls = 10000, .survey_calls = 3000, .flow = tiny});
  INFO(r.reason);
  CHECK(r.seconds_per_call > 9e-5);
  CHECK(r.flow_steps > 0);
  CHECK(r.flow_relative_variance > 0);
}

TEST_CASE("One dimension, nothing, nothing finite", "[integration]") {
  const IntegrateResult line = integrate(Any{Any::Kind::line}, 1, {.max_calls = 20000});
  CHECK(line.mean == Approx(1).epsilon(0.005));
  CHECK(line.reached);
  CHECK(line.reason.find("one dimension") != std::string::npos);
  const IntegrateResult zero = integrate(Any{Any::Kind::zero}, 2, {.max_calls = 5000});
  CHECK(zero.mean == 0);
  CHECK(zero.reached);
  const IntegrateResult stopped = integrate(Any{Any::Kind::broken}, 2, {.max_calls = 5000, .non_finite = NonFinite::stop});
  CHECK(stopped.stopped);
  CHECK(stopped.all_calls < 1000);
  const IntegrateResult dropped = integrate(Any{Any::Kind::broken}, 2, {.max_calls = 5000});
  CHECK(dropped.stopped);  // nothing at all can be said
  CHECK(std::isnan(dropped.mean));
}

TEST_CASE("integrate refuses options out of range", "[integration]") {
  const Any f{Any::Kind::camel};
  CHECK(refused<InvalidArgument>([&] { (void)(integrate(f, 2, {.max_calls = 1})); }, "max_calls is 1, expected at least 100"));
  CHECK_THROWS_AS(integrate(f, 2, {.relative_error = -1}), DomainError);
  CHECK_THROWS_AS(integrate(f, 2, {.max_calls = 1000, .survey_calls = 600}), InvalidArgument);
  CHECK_THROWS_AS(integrate(f, 0), InvalidArgument);
}

}  // namespace integrate_tests
}  // namespace
