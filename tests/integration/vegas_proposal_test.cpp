#include "variate/integration/vegas_proposal.hpp"

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/integration/integrands.hpp"
#include "variate/io/archive.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace vegas_proposal_tests {

using namespace variate;
using variate_tests::refused;

static_assert(Scoreable<VegasProposal> && Family<VegasProposal>);

TEST_CASE("A map as a distribution has the density it says, and learns", "[integration]") {
  Rng rng(1);
  VegasProposal q(2, {.bins = 20});
  CHECK(q.event_size() == 2);
  CHECK(q.log_prob(uniforms<double>(rng, 2, 5)).cwiseAbs().maxCoeff() < 1e-12);
  const GaussianPeak f{2, 0.1, 0.4};
  const Batch<double> y = uniforms<double>(rng, 2, 3000);
  q.learn(y, f(y));
  const auto drawn = q.sample_with_log_prob(rng, 2000);
  const Row<double> density = q.log_prob(drawn.value);
  CHECK((density - drawn.log_prob).cwiseAbs().maxCoeff() < 1e-9);
  // mean of f/q within four standard errors of the integral, at a tenth of the variance of uniform points (about 14)
  const Row<double> w = f(drawn.value).array() / density.array().exp();
  const double mean = w.mean(), variance = (w.array() - mean).square().mean();
  CHECK(std::abs(mean - f.integral()) < 4 * std::sqrt(variance / 2000));
  CHECK(variance < 1.4 * mean * mean);
  CHECK(q.evaluate(y).pullback(Row<double>::Ones(y.cols())).size() == 0);
  Batch<double> outside = Batch<double>::Constant(2, 1, 1.5);
  CHECK(q.log_prob(outside)[0] == -std::numeric_limits<double>::infinity());
}

TEST_CASE("A proposal is kept and given back, and refuses what it cannot use", "[integration]") {
  Rng rng(2);
  VegasProposal q(2, {.bins = 10}), other(2, {.bins = 10});
  const Batch<double> y = uniforms<double>(rng, 2, 500);
  q.learn(y, GaussianPeak{2, 0.2}(y));
  ArchiveWriter writer;
  writer(q);
  ArchiveReader reader(writer.text());
  reader(other);
  CHECK((other.log_prob(y).array() == q.log_prob(y).array()).all());
  q.set_params({});
  CHECK(refused<ShapeError>([&] { q.set_params(Vector<double>::Zero(1)); }, "number of parameters is 1, expected 0"));
  CHECK_THROWS_AS(VegasProposal(2, {.iterations = 0}), InvalidArgument);
  CHECK_THROWS_AS(VegasProposal(0), InvalidArgument);
}

}  // namespace vegas_proposal_tests
}  // namespace
