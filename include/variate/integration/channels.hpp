#pragma once
/// Channels: several maps from the unit cube to where an integrand lives, each good at a part of it.
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/detail/proposal.hpp"
#include "variate/integration/vegas_map.hpp"
#include "variate/integration/vegas_proposal.hpp"

namespace variate {

/// Points of a channel, with the density a uniform y gives them.
struct ChannelPoints {
  Batch<double> x;          ///< D x n; D may differ from the dimension of the unit cube
  Row<double> log_density;  ///< 1 x n: log g(x), g the volume of y for a unit volume of x
};

/// One channel. Its functions take batches and must bear several const calls at a time where the executor has threads.
struct Channel {
  /// y in the unit cube (d x n) to x with its log density. Empty, without log_density: x = y.
  std::function<ChannelPoints(const Batch<double>& y)> map{};
  /// log g at any x (D x n to 1 x n), -infinity where the channel never comes. Needed only where prior weights are made of
  /// densities: then every channel must have it.
  std::function<Row<double>(const Batch<double>& x)> log_density{};
};

/// Logarithms of the channels' prior weights at points x (D x n), up to a common factor at each point: K x n. -infinity is a
/// weight of zero; a channel must have no other where it never comes.
using ChannelPrior = std::function<Batch<double>(const Batch<double>& x)>;
/// What the network of channel weights sees of points x (D x n): m x n.
using ChannelFeatures = std::function<Batch<double>(const Batch<double>& x)>;

/// A map of VEGAS, or a box as `VegasMap(box)`.
inline Channel map_channel(VegasMap map) {
  const VegasProposal proposal(std::move(map));
  return {.map = [proposal](const Batch<double>& y) -> ChannelPoints {
            SampleWithLogProb<double> x = proposal.from_latent(y);
            return {std::move(x.value), std::move(x.log_prob)};
          },
          .log_density = [proposal](const Batch<double>& x) -> Row<double> { return proposal.log_prob(x); }};
}
/// x = y, density 1, in d dimensions.
inline Channel unit_channel(Index d) { return map_channel(VegasMap(Box(d))); }

namespace detail {

/// Some columns of a batch.
inline Batch<double> columns(const Batch<double>& x, const std::vector<Index>& numbers) {
  Batch<double> some(x.rows(), static_cast<Index>(numbers.size()));
  for (Index i = 0; i < x.rows(); ++i)
    for (Index c = 0; c < some.cols(); ++c) some(i, c) = x(i, numbers[static_cast<std::size_t>(c)]);
  return some;
}

/// What is known of points of a channel, but for what is learned.
struct ChannelLook {
  Row<double> ratio;         ///< n: f/g; NaN where f, g, the prior or the features are not finite
  std::vector<Index> where;  ///< columns with a ratio that is not zero
  Batch<double> log_prior;   ///< K x where
  Batch<double> features;    ///< m x where
};

/// An integrand with its channels: what does not change in a run. F is called on batches or points (box.hpp).
template <class F>
struct ChannelProblem {
  F f;
  Index dimension;  ///< of the unit cube
  std::vector<Channel> channels;
  double prior_power;
  ChannelPrior prior;
  ChannelFeatures features;
  Index feature_count = 0;  ///< m

  Index size() const { return static_cast<Index>(channels.size()); }
  ChannelPoints map(Index i, const Batch<double>& y) const {
    ChannelPoints p = channels[static_cast<std::size_t>(i)].map(y);
    require_size("Multichannel", "columns of x of channel " + std::to_string(i), p.x.cols(), y.cols());
    require_size("Multichannel", "number of log densities of channel " + std::to_string(i), p.log_density.size(), y.cols());
    return p;
  }
  /// K x n.
  Batch<double> log_prior(const Batch<double>& x) const {
    if (prior) {
      Batch<double> given = prior(x);
      require_size("Multichannel", "rows of the prior", given.rows(), size());
      require_size("Multichannel", "columns of the prior", given.cols(), x.cols());
      return given;
    }
    Batch<double> log_g = Batch<double>::Zero(size(), x.cols());
    if (prior_power == 0 || !channels.front().log_density) return log_g;
    for (Index i = 0; i < size(); ++i) {
      const Row<double> one = channels[static_cast<std::size_t>(i)].log_density(x);
      require_size("Multichannel", "size of log_density of channel " + std::to_string(i), one.size(), x.cols());
      log_g.row(i) = prior_power * one;
    }
    return log_g;
  }
  /// m x n.
  Batch<double> features_of(const Batch<double>& x) const {
    if (!features) return x;
    Batch<double> seen = features(x);
    require_size("Multichannel", "columns of the features", seen.cols(), x.cols());
    return seen;
  }
  /// f is not called for columns outside of the unit cube: zero.
  ChannelLook look(Index i, const Batch<double>& y) const {
    ChannelLook all;
    all.ratio.setZero(y.cols());
    std::vector<Index> inside, nonzero;
    const bool whole = inside_unit_cube(y, inside);
    if (inside.empty()) return all;
    const ChannelPoints p = map(i, whole ? y : columns(y, inside));
    const Row<double> value = integrand_values(f, p.x);
    for (Index c = 0; c < value.size(); ++c) {
      if (value[c] == 0) continue;
      const Index at = inside[static_cast<std::size_t>(c)];
      const double ratio = value[c] * std::exp(-p.log_density[c]);
      all.ratio[at] = std::isfinite(ratio) ? ratio : std::numeric_limits<double>::quiet_NaN();
      if (!std::isfinite(ratio)) continue;
      all.where.push_back(at);
      nonzero.push_back(c);
    }
    const Batch<double> x = columns(p.x, nonzero);
    all.log_prior = log_prior(x);
    all.features = features_of(x);
    for (Index c = 0; c < x.cols(); ++c) {
      bool good = true;
      for (Index k = 0; k < size(); ++k) good = good && all.log_prior(k, c) < std::numeric_limits<double>::infinity();
      for (Index k = 0; k < all.features.rows(); ++k) good = good && std::isfinite(all.features(k, c));
      if (good) continue;
      all.ratio[all.where[static_cast<std::size_t>(c)]] = std::numeric_limits<double>::quiet_NaN();
      all.log_prior.col(c).setZero();
      all.features.col(c).setZero();
    }
    return all;
  }
};

/// Throws InvalidArgument for no channel or one that lacks something, ShapeError where sizes do not fit; calls each channel's
/// functions at one point.
template <class F>
ChannelProblem<F> channel_problem(F f, Index d, std::vector<Channel> channels, double prior_power, ChannelPrior prior,
                                  ChannelFeatures features) {
  require_at_least("Multichannel", "number of channels", static_cast<Index>(channels.size()), 1);
  std::size_t with_density = 0;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (!channels[i].map && channels[i].log_density)
      throw InvalidArgument("Multichannel: channel " + std::to_string(i) + " has a log_density and no map, expected both");
    if (!channels[i].map) channels[i] = unit_channel(d);
    with_density += channels[i].log_density ? 1 : 0;
  }
  if (!prior && prior_power > 0 && with_density > 0)
    for (std::size_t i = 0; i < channels.size(); ++i)
      if (!channels[i].log_density)
        throw InvalidArgument("Multichannel: channel " + std::to_string(i) +
                              " has no log_density and others have, expected one for all or none, a prior, or prior_power 0");
  ChannelProblem<F> problem{std::move(f), d, std::move(channels), prior_power, std::move(prior), std::move(features)};
  const Batch<double> middle = Batch<double>::Constant(d, 1, 0.5);
  const Batch<double> x = problem.map(0, middle).x;
  for (Index i = 1; i < problem.size(); ++i)
    require_size("Multichannel", "rows of x of channel " + std::to_string(i), problem.map(i, middle).x.rows(), x.rows());
  problem.log_prior(x);
  problem.feature_count = problem.features_of(x).rows();
  return problem;
}

}  // namespace detail
}  // namespace variate
