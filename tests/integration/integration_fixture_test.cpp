/// Integrands, boxes and the combination of iterations against recorded numbers.
#include <cmath>
#include <string>
#include <vector>

#include "integration/zunis_cases.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/integral.hpp"
#include "variate/integration/integrands.hpp"
#include "variate/integration/survey_control.hpp"

namespace {
namespace integration_fixtures {

using namespace variate;
using namespace variate_tests;

template <class F>
void compare(const F& f, const nlohmann::json& one, WorstOf& worst) {
  const auto name = one.at("name").get<std::string>();
  const Row<double> want = numbers(one.at("f"));
  // where exp(-large) is all there is, the exponent's rounding counts
  worst.add(name, f(points(one.at("x"))), want, 1e-300);
  if constexpr (requires { f.integral(); }) {
    if (!one.at("integral").is_null()) worst.add(name + " integral", f.integral(), number(one.at("integral")), 1e-300);
  } else {
    CHECK(one.at("integral").is_null());
  }
}

TEST_CASE("The benchmark integrands are those of zunis", "[fixtures][zunis]") {
  WorstOf worst("integrands");
  for_zunis_cases("integrands", [&](const nlohmann::json& one) {
    const auto name = one.at("name").get<std::string>();
    const auto d = one.at("d").get<Index>();
    const auto get = [&](const char* field) { return number(one.at(field)); };
    const auto fields = [&](std::set<std::string> more) {
      more.insert({"name", "d", "x", "f", "integral"});
      require_only(one, more);
    };
    if (name == "camel") {
      fields({"s"});
      compare(Camel{d, get("s")}, one, worst);
    } else if (name == "gaussian") {
      fields({"s", "mu"});
      compare(GaussianPeak{d, get("s"), get("mu")}, one, worst);
    } else if (name == "hypersphere") {
      fields({"r", "c", "reg"});
      compare(HyperSphere{d, get("r"), get("c"), get("reg")}, one, worst);
    } else if (name == "hypercamel") {
      fields({"r", "reg"});
      compare(HyperCamel{d, get("r"), get("reg")}, one, worst);
    } else if (name == "circle_line") {
      fields({"r", "sig"});
      compare(CircleLine{d, get("r"), get("sig")}, one, worst);
    } else if (name == "sine_line") {
      fields({"sig", "freq"});
      compare(SineLine{d, get("sig"), get("freq")}, one, worst);
    } else if (name == "sine") {
      fields({"freq", "offset"});
      compare(Sine{d, get("freq"), get("offset")}, one, worst);
    } else {
      FAIL("unknown integrand " << name);
    }
  });
  worst.check(1e-12);
}

TEST_CASE("A box and functions of a batch, a point or numbers", "[fixtures][zunis]") {
  WorstOf worst("wrappers");
  for_zunis_cases("wrappers", [&](const nlohmann::json& one) {
    require_only(one, {"dims", "x", "batch", "args"});
    const Batch<double> dims = matrix(one.at("dims")), x = points(one.at("x"));
    const Box box(dims.col(0), dims.col(1));
    const auto batch = [](const Batch<double>& at) -> Row<double> { return at.array().square().colwise().sum(); };
    const auto point = [](const Vector<double>& at) { return at.squaredNorm(); };
    worst.add("batch", on_box(batch, box)(x), numbers(one.at("batch")));
    worst.add("point", on_box(point, box)(x), numbers(one.at("args")));
    worst.add("pointwise", on_box(point_by_point(point), box)(x), numbers(one.at("args")));
    const auto square_sum = [](auto... v) { return (0.0 + ... + (v * v)); };
    if (x.rows() == 1) worst.add("args", on_box(by_arguments<1>(square_sum), box)(x), numbers(one.at("args")));
    if (x.rows() == 2) worst.add("args", on_box(by_arguments<2>(square_sum), box)(x), numbers(one.at("args")));
    if (x.rows() == 3) worst.add("args", on_box(by_arguments<3>(square_sum), box)(x), numbers(one.at("args")));
    if (x.rows() == 4) worst.add("args", on_box(by_arguments<4>(square_sum), box)(x), numbers(one.at("args")));
  });
  worst.check(1e-13);
}

TEST_CASE("Iterations are combined by counts as zunis does", "[fixtures][zunis]") {
  WorstOf worst("integral_combination");
  for_zunis_cases("integral_combination", [&](const nlohmann::json& one) {
    require_only(one, {"use_survey", "steps", "result", "error"});
    std::vector<IterationEstimate> kept;
    REQUIRE(one.at("steps").size() > 0);
    for (const auto& step : one.at("steps")) {
      require_only(step, {"phase", "n", "px", "fx", "integral", "var", "error", "unweighting_eff"});
      const auto phase = step.at("phase").get<std::string>();
      if (phase != "survey" && phase != "refine") FAIL("unknown phase " << phase);
      const Row<double> weights = numbers(step.at("fx")).array() / numbers(step.at("px")).array();
      const IterationEstimate e = iteration_estimate(weights);
      CHECK(e.calls == step.at("n").get<Index>());
      worst.add("integral", e.mean, number(step.at("integral")));
      worst.add("var", e.variance * static_cast<double>(e.calls), number(step.at("var")));
      worst.add("error of a step", e.error(), number(step.at("error")));
      worst.add("unweighting_eff", e.weights.unweighting_efficiency(), number(step.at("unweighting_eff")));
      if (phase == "refine" || one.at("use_survey").get<bool>()) kept.push_back(e);
    }
    const Integral all = combine(kept);
    worst.add("result", all.mean, number(one.at("result")));
    worst.add("error", all.error, number(one.at("error")));
  });
  worst.check(1e-12);
}

TEST_CASE("A survey keeps parameters and leaves uniform points when zunis does", "[fixtures][zunis]") {
  WorstOf worst("survey_control");
  for_zunis_cases("survey_control", [&](const nlohmann::json& one) {
    const auto kind = one.at("kind").get<std::string>();
    const auto queries = [&](const auto& leave) {
      REQUIRE(one.at("queries").size() > 0);
      for (const auto& query : one.at("queries")) {
        require_only(query, {"loss", "switch"});
        CHECK(leave(number(query.at("loss"))) == query.at("switch").get<bool>());
      }
    };
    if (kind == "record") {
      require_only(one, {"kind", "alpha", "losses", "trace"});
      SmoothedLoss smoothed(number(one.at("alpha")));
      REQUIRE(one.at("trace").size() == one.at("losses").size());
      for (std::size_t i = 0; i < one.at("losses").size(); ++i) {
        const auto& want = one.at("trace").at(i);
        require_only(want, {"loss", "best", "checkpoint"});
        CHECK(smoothed.add(number(one.at("losses").at(i))) == want.at("checkpoint").get<bool>());
        worst.add("loss", smoothed.value(), number(want.at("loss")));
        worst.add("best", smoothed.best(), number(want.at("best")));
      }
    } else if (kind == "adaptive_variance") {
      require_only(one, {"kind", "fx", "flat_loss", "flat_loss_std", "queries"});
      const VarianceSwitch leave(numbers(one.at("fx")));
      worst.add("flat_loss", leave.flat_loss(), number(one.at("flat_loss")));
      worst.add("flat_loss_std", leave.margin(), number(one.at("flat_loss_std")));
      queries(leave);
    } else if (kind == "adaptive_dkl") {
      require_only(one, {"kind", "queries"});
      queries(KlSwitch{});
    } else {
      FAIL("unknown kind " << kind);
    }
  });
  worst.check(1e-12);
}

}  // namespace integration_fixtures
}  // namespace
