#include "variate/integration/channels.hpp"

#include "integration/channel_lines.hpp"
#include "integration/refused.hpp"
#include "support/catch.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace channels_tests {

using namespace variate;
using variate_tests::line_channels;
using variate_tests::lines;
using variate_tests::refused;

using Function = Row<double> (*)(const Batch<double>&);
detail::ChannelProblem<Function> make(std::vector<Channel> channels, Function f = lines, double power = 1,
                                      ChannelPrior prior = {}, ChannelFeatures features = {}) {
  return detail::channel_problem(f, 2, std::move(channels), power, std::move(prior), std::move(features));
}

TEST_CASE("Ready-made channels say their density in both ways", "[integration]") {
  Rng rng(1);
  const Batch<double> y = uniforms<double>(rng, 2, 50);
  Box box(Vector<double>::Constant(2, -1), Vector<double>::Constant(2, 3));
  const Channel wide = map_channel(VegasMap(box)), unit = unit_channel(2);
  const ChannelPoints p = wide.map(y);
  CHECK(p.x(1, 3) == Approx(4 * y(1, 3) - 1));
  CHECK((p.log_density.array() + std::log(16.0)).abs().maxCoeff() < 1e-12);
  CHECK((wide.log_density(p.x) - p.log_density).cwiseAbs().maxCoeff() < 1e-12);
  CHECK(unit.map(y).x == y);
  CHECK(unit.log_density(Batch<double>::Constant(2, 1, -0.5))[0] == -std::numeric_limits<double>::infinity());
}

TEST_CASE("Points of a channel: f/g, the prior and the features where f is not zero", "[integration]") {
  Rng rng(2);
  Batch<double> y = uniforms<double>(rng, 2, 20);
  y(0, 4) = 1.5;  // outside: f is not called
  const auto problem = make(line_channels(), lines, 2);
  const detail::ChannelLook look = problem.look(1, y);
  CHECK(look.ratio[4] == 0);
  REQUIRE(look.where.size() == 19);
  const Index at = look.where[7];
  const ChannelPoints p = problem.map(1, y.col(at));
  CHECK(look.ratio[at] == Approx(lines(p.x)[0] * std::exp(-p.log_density[0])));
  CHECK(look.log_prior.col(7).isApprox(2 * variate_tests::line_densities(p.x)));
  CHECK(look.features.col(7) == p.x.col(0));

  const auto zero = make(line_channels(), [](const Batch<double>& x) -> Row<double> { return Row<double>::Zero(x.cols()); });
  CHECK(zero.look(0, y).where.empty());
  // what is not finite is told by the ratio, and nothing else is spoilt
  const auto broken = make(line_channels(), lines, 1, [](const Batch<double>& x) {
    Batch<double> prior = Batch<double>::Zero(2, x.cols());
    for (Index c = 0; c < x.cols(); ++c) prior(1, c) = x(0, c) < 0.5 ? std::nan("") : 0;
    return prior;
  });
  const detail::ChannelLook some = broken.look(1, uniforms<double>(rng, 2, 100));
  CHECK(some.log_prior.allFinite());
  Index bad = 0;
  for (const double v : some.ratio) bad += std::isnan(v);
  CHECK(bad > 20);
  CHECK(bad < 80);
}

TEST_CASE("Channels that lack something are refused by number", "[integration]") {
  std::vector<Channel> channels = line_channels();
  channels[1].log_density = {};
  CHECK(refused<InvalidArgument>([&] { make(channels); }, "channel 1 has no log_density and others have"));
  make(channels, lines, 0);  // no prior of densities is wanted
  channels[0].map = {};
  CHECK(refused<InvalidArgument>([&] { make(channels); }, "channel 0 has a log_density and no map"));
  CHECK(refused<InvalidArgument>([&] { make({}); }, "number of channels is 0, expected at least 1"));
  channels = line_channels();
  channels[1].map = [](const Batch<double>& y) -> ChannelPoints { return {y.topRows(1), Row<double>::Zero(y.cols())}; };
  CHECK(refused<ShapeError>([&] { make(channels, lines, 0); }, "rows of x of channel 1 is 1, expected 2"));
  channels[1].map = [](const Batch<double>& y) -> ChannelPoints { return {y, Row<double>::Zero(3)}; };
  CHECK(refused<ShapeError>([&] { make(channels, lines, 0); }, "number of log densities of channel 1 is 3, expected 1"));
  const ChannelPrior three = [](const Batch<double>& x) -> Batch<double> { return Batch<double>::Zero(3, x.cols()); };
  CHECK(refused<ShapeError>([&] { make(line_channels(), lines, 1, three); }, "rows of the prior is 3, expected 2"));
}

}  // namespace channels_tests
}  // namespace
