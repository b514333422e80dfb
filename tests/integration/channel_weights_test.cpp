#include "variate/integration/channel_weights.hpp"

#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/io/archive.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace channel_weights_tests {

using namespace variate;
using variate_tests::refused;

constexpr double nothing = -std::numeric_limits<double>::infinity();

struct Case {
  Rng rng{5};
  Batch<double> prior = normals<double>(rng, 3, 150);
  Batch<double> features = normals<double>(rng, 2, 150);
  ChannelWeights weights{3, 2, {5, 4}, rng};
};

TEST_CASE("Channel weights sum to one, start as the prior, and leave dropped channels out", "[integration]") {
  Case given;
  given.prior(1, 7) = nothing;
  const Batch<double> log_alpha = given.weights.log_weights(given.prior, given.features);
  CHECK((log_alpha.array().exp().colwise().sum() - 1).abs().maxCoeff() < 1e-12);
  CHECK(log_alpha(1, 7) == nothing);
  CHECK(log_alpha(0, 3) - log_alpha(2, 3) == Approx(given.prior(0, 3) - given.prior(2, 3)));
  CHECK((ChannelWeights(3).log_weights(given.prior, {}).array() == log_alpha.array()).all());

  given.weights.set_params(normals<double>(given.rng, given.weights.params().size(), 1));
  given.weights.standardise(3 + 10 * given.features.array());
  const Batch<double> moved = given.weights.log_weights(given.prior, given.features);
  CHECK((moved - log_alpha).cwiseAbs().col(0).maxCoeff() > 0.01);
  given.weights.drop(2);
  const Batch<double> two = given.weights.log_weights(given.prior, given.features);
  CHECK((two.row(2).array() == nothing).all());
  CHECK((two.array().exp().colwise().sum() - 1).abs().maxCoeff() < 1e-12);
  CHECK(two(0, 3) - two(1, 3) == Approx(moved(0, 3) - moved(1, 3)));
  // nobody comes to point 0, so that those who are left share it
  given.prior(0, 0) = given.prior(1, 0) = nothing;
  CHECK(given.weights.log_weights(given.prior, given.features)(0, 0) == Approx(std::log(0.5)));
  CHECK(refused<InvalidArgument>([&] { given.weights.drop(0), given.weights.drop(1); }, "channel 1 is the last one"));
}

TEST_CASE("The way back from channel weights is that of differences", "[integration]") {
  Case given;
  given.weights.set_params(0.5 * normals<double>(given.rng, given.weights.params().size(), 1));
  given.weights.standardise(2 * given.features);
  given.prior(1, 7) = nothing;
  const Batch<double> g = normals<double>(given.rng, 3, 150);
  const auto total = [&] {
    const Batch<double> log_alpha = given.weights.log_weights(given.prior, given.features);
    double sum = 0;
    for (Index c = 0; c < g.cols(); ++c)
      for (Index j = 0; j < 3; ++j)
        if (log_alpha(j, c) != nothing) sum += g(j, c) * log_alpha(j, c);
    return sum;
  };
  const Vector<double> slope = given.weights.evaluate(given.prior, given.features).pullback(g);
  const Vector<double> at = given.weights.params();
  REQUIRE(slope.size() == at.size());
  for (Index i = 0; i < at.size(); i += 3) {
    Vector<double> moved = at;
    constexpr double step = 1e-6;
    moved[i] = at[i] + step;
    given.weights.set_params(moved);
    const double up = total();
    moved[i] = at[i] - step;
    given.weights.set_params(moved);
    const double down = total();
    CHECK(slope[i] == Approx((up - down) / (2 * step)).epsilon(1e-5).margin(1e-5));
  }
}

TEST_CASE("Channel weights are kept, and refuse other sizes", "[integration]") {
  Case given;
  ChannelWeights other = given.weights;
  given.weights.set_params(normals<double>(given.rng, given.weights.params().size(), 1));
  given.weights.standardise(given.features);
  given.weights.drop(1);
  ArchiveWriter writer;
  writer(given.weights);
  ArchiveReader reader(writer.text());
  reader(other);
  const Batch<double> expected = given.weights.log_weights(given.prior, given.features);
  CHECK((other.log_weights(given.prior, given.features).array() == expected.array()).all());
  ChannelWeights fixed(3);
  ArchiveReader again(writer.text());
  CHECK_THROWS_AS(again(fixed), ShapeError);
  CHECK(refused<ShapeError>([&] { given.weights.log_weights(given.prior.topRows(2), given.features); },
                            "rows of the prior is 2, expected 3"));
  CHECK_THROWS_AS(given.weights.log_weights(given.prior, given.features.leftCols(2)), ShapeError);
  CHECK_THROWS_AS(ChannelWeights(0), InvalidArgument);
}

}  // namespace channel_weights_tests
}  // namespace
