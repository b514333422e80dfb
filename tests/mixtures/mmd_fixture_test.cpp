/// Maximum mean discrepancy against gmmvi 1.1.
#include "mixtures/fixture_cases.hpp"
#include "mixtures/fixture_model.hpp"
#include "variate/diagnostics/mmd.hpp"

using namespace variate;
using namespace variate_tests;

TEST_CASE("Maximum mean discrepancies", "[fixtures][gmmvi]") {
  Worst worst;
  for_gmmvi_cases("mmd", {"groundtruth", "model_samples", "alpha"},
                  [&](const nlohmann::json& given, const nlohmann::json& expected) {
                    require_known(expected, {"bandwidth_diagonal", "mmd"});
                    const Batch<double> truth = samples(given.at("groundtruth"));
                    worst.add("bandwidth", median_bandwidth(truth), column(expected.at("bandwidth_diagonal")));
                    worst.add("mmd", mean_discrepancy(truth, samples(given.at("model_samples")), number(given.at("alpha"))),
                              number(expected.at("mmd")));
                  });
  worst.check("mmd", 1e-9);
}
