#pragma once
/// Events of a multichannel integration, each with the channel it came from.
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/events.hpp"
#include "variate/objectives/weighted_losses.hpp"

namespace variate {

/// Weighted points: f is alpha_i f at x, log_p the log density of drawing channel i and then x. The integral is the mean of f/p.
struct ChannelEvents : WeightedPoints<double> {
  std::vector<Index> channel{};  ///< of each
};
/// Points distributed as |f|.
struct UnweightedChannelEvents : UnweightedEvents {
  std::vector<Index> channel{};  ///< of each
};

namespace detail {

/// Draws with the channel as a last row of x.
template <class Source>
struct WithChannelRow {
  const Source& source;

  template <class R>
  WeightedPoints<double> draw(R& rng, Index n) const {
    ChannelEvents events = source.draw(rng, n);
    const Index rows = events.x.rows();
    events.x.conservativeResize(rows + 1, Eigen::NoChange);
    for (Index c = 0; c < events.x.cols(); ++c)
      events.x(rows, c) = static_cast<double>(events.channel[static_cast<std::size_t>(c)]);
    return {std::move(events.x), std::move(events.log_p), std::move(events.f)};
  }
};

/// The numbers of the events of each channel, where u (uniform) decides with probabilities in proportion to `size`.
inline std::vector<std::vector<Index>> pick_channels(const std::vector<double>& size, const Row<double>& u) {
  double total = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < size.size(); ++i) {
    total += size[i];
    if (size[i] > 0) last = i;
  }
  std::vector<std::vector<Index>> events(size.size());
  for (Index c = 0; c < u.size(); ++c) {
    double rest = u[c] * total - size[0];
    std::size_t i = 0;
    while (i < last && !(rest < 0)) rest -= size[++i];
    events[i].push_back(c);
  }
  return events;
}

}  // namespace detail

/// n events by rejection, as `unweighted_events` makes them, with their channels. `source.draw(rng, m)` gives ChannelEvents (a
/// Multichannel).
template <class Source, class R>
UnweightedChannelEvents unweighted_channel_events(const Source& source, R& rng, Index n, const UnweightingOptions& options = {}) {
  UnweightedChannelEvents events{unweighted_events(detail::WithChannelRow<Source>{source}, rng, n, options), {}};
  if (events.x.rows() == 0) return events;
  const Index rows = events.x.rows() - 1;
  for (Index c = 0; c < events.x.cols(); ++c) events.channel.push_back(static_cast<Index>(events.x(rows, c)));
  events.x.conservativeResize(rows, Eigen::NoChange);
  return events;
}

}  // namespace variate
