#include "variate/integration/channel_events.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "variate/random/rng.hpp"

namespace {
namespace channel_events_tests {

using namespace variate;

/// Channel 0 draws x uniform with f = 2x, channel 1 f = -1 at half the points.
struct Source {
  ChannelEvents draw(Rng& rng, Index n) const {
    const Batch<double> u = uniforms<double>(rng, 2, n);
    ChannelEvents events;
    events.x = u.topRows(1);
    events.log_p.setConstant(n, std::log(0.5));
    events.f.resize(n);
    for (Index c = 0; c < n; ++c) {
      events.channel.push_back(u(1, c) < 0.5 ? 0 : 1);
      events.f[c] = u(1, c) < 0.5 ? 2 * u(0, c) : u(0, c) < 0.5 ? -1 : 0;
    }
    return events;
  }
};

TEST_CASE("Unweighted events know their channel", "[integration][statistical]") {
  Rng rng(4);
  const UnweightedChannelEvents events = unweighted_channel_events(Source{}, rng, 3000);
  REQUIRE(events.channel.size() == 3000);
  REQUIRE(events.x.rows() == 1);
  double second = 0, x = 0;
  for (Index c = 0; c < 3000; ++c) {
    const bool minus = events.channel[static_cast<std::size_t>(c)] == 1;
    CHECK(events.weight[c] * (minus ? -1 : 1) > 0);
    second += minus;
    x += minus ? 0 : events.x(0, c);
  }
  // parts of |f| are 1 and 1/2: a third, and a mean of 2/3 with variance 1/18, within four standard errors
  CHECK(std::abs(second / 3000 - 1.0 / 3) < 4 * std::sqrt(2.0 / 9 / 3000));
  CHECK(std::abs(x / (3000 - second) - 2.0 / 3) < 4 * std::sqrt(1.0 / 18 / 2000));
  CHECK(unweighted_channel_events(Source{}, rng, 0).channel.empty());
}

TEST_CASE("Channels are picked in proportion, and never one without a share", "[integration]") {
  Row<double> u(4);
  u << 0.1, 0.4, 0.9, 0.999999;
  const auto picked = detail::pick_channels({0, 1, 0, 3, 0}, u);
  CHECK(picked[1] == std::vector<Index>{0});
  CHECK(picked[3] == std::vector<Index>{1, 2, 3});
  CHECK(picked[0].size() + picked[2].size() + picked[4].size() == 0);
}

}  // namespace channel_events_tests
}  // namespace
