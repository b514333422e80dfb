/// Importance weights and effective sample sizes against recorded numbers.
#include "variate/mixtures/importance_weights.hpp"

#include "mixtures/fixture_model.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("recorded importance weights", "[fixtures][gmmvi]") {
  Worst worst;
  for (const auto& test : cases_of("importance_weights.json")) {
    require_fields(test,
                   {"name", "component_log_densities", "mixture_log_density", "background_log_density", "desired", "expected"});
    INFO(test.at("name"));
    const Batch<double> components = matrix(test.at("component_log_densities"));
    const Batch<double> mixture = matrix(test.at("mixture_log_density")).transpose();
    const Row<double> background = matrix(test.at("background_log_density")).transpose();
    const auto desired = test.at("desired").get<Index>();
    const auto wanted = [&](const Vector<double>& sizes) {
      std::vector<Index> all;
      for (const double size : sizes) all.push_back(new_samples_wanted(desired, size));
      return all;
    };
    const Vector<double> each = effective_sample_sizes(components, background),
                         whole = effective_sample_sizes(mixture, background);
    for (const auto& [name, want] : test.at("expected").items()) {
      if (name == "effective_per_component") worst.add(name, each, matrix(want));
      else if (name == "effective_mixture") worst.add(name, whole, matrix(want));
      else if (name == "new_samples_per_component") CHECK(wanted(each) == want.get<std::vector<Index>>());
      else if (name == "new_samples_mixture") CHECK(wanted(whole) == want.get<std::vector<Index>>());
      else if (name == "self_normalized_weights")
        worst.add(name, importance_weights(components, background, true), matrix(want), 1e-300);
      else if (name == "standard_weights")
        worst.add(name, importance_weights(components, background, false), matrix(want), 1e-300);
      else FAIL("unknown field " << name);
    }
  }
  worst.check("importance_weights", 1e-9);
}

TEST_CASE("weights that underflow, and none", "[mixtures]") {
  Batch<double> far(2, 2);
  using variate_tests::infinity;
  far << -5000, -5001, -infinity, -infinity;
  const Row<double> background = Row<double>::Zero(2);
  const Vector<double> sizes = effective_sample_sizes(far, background);
  CHECK(sizes[0] == Approx(std::pow(1 + std::exp(-1), 2) / (1 + std::exp(-2))));
  CHECK(sizes[1] == 0);
  CHECK(importance_weights(far, background, true).row(0).sum() == Approx(1));
  CHECK(effective_sample_sizes(Batch<double>(3, 0), Row<double>(0)).isZero());
  CHECK(new_samples_wanted(10, 3.9) == 7);
  CHECK(new_samples_wanted(10, 30.0) == 1);
  CHECK_THROWS_AS(effective_sample_sizes(far, Row<double>(3)), ShapeError);
}
