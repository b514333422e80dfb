#pragma once
/// A survey step of a multichannel integration: points of every channel, what they say, and which channels may go.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/integration/channel_training.hpp"
#include "variate/integration/channel_weights.hpp"
#include "variate/integration/channels.hpp"
#include "variate/integration/detail/channel_buffer.hpp"
#include "variate/integration/detail/integrator_options.hpp"
#include "variate/integration/detail/proposal.hpp"
#include "variate/integration/integral.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/executor.hpp"

namespace variate::detail {

/// One step's estimates: of all, and of each channel.
struct ChannelRecord {
  IterationEstimate all{};
  std::vector<IterationEstimate> channels{};  ///< no calls: dropped
  /// Adds a channel's estimate.
  void add(Index i, const IterationEstimate& one) {
    channels[static_cast<std::size_t>(i)] = one;
    if (all.calls == 0) all = one;
    else add_part(all, one);
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.all, self.channels);
  }
};

/// calls[i] points of each channel's proposal, with `share` of uniform ones, and all that is known of them. f is called by the
/// executor, `chunk` points at a time.
template <class F, class Q, class R, class E>
std::vector<ChannelRows> draw_channels(const ChannelProblem<F>& problem, const std::vector<Q>& proposals,
                                       const std::vector<Index>& calls, double share, Index chunk, Index features, R& rng,
                                       E& executor) {
  struct Task {
    std::size_t channel;
    Index first, count;
  };
  std::vector<ChannelRows> drawn(calls.size());
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const Index n = calls[i];
    if (n == 0) continue;
    ChannelRows& rows = drawn[i];
    double own_share = share;
    rows.y = mixture_points(proposals[i], problem.dimension, n, own_share, rng);
    rows.log_s = mixture_densities(proposals[i], rows.y, own_share).array().log();
    rows.features.setZero(features, n);
    rows.log_prior.setZero(problem.size(), n);
    rows.ratio.resize(n);
    rows.share.setOnes(n);
    const Chunks chunks(n, chunk);
    for (Index k = 0; k < chunks.count(); ++k) tasks.push_back({i, chunks.begin(k), chunks.length(k)});
  }
  executor.for_each(static_cast<Index>(tasks.size()), [&](Index k) {
    const Task& task = tasks[static_cast<std::size_t>(k)];
    ChannelRows& rows = drawn[task.channel];
    const ChannelLook look = problem.look(static_cast<Index>(task.channel), rows.y.middleCols(task.first, task.count));
    rows.ratio.segment(task.first, task.count) = look.ratio;
    for (std::size_t c = 0; c < look.where.size(); ++c) {
      const Index to = task.first + look.where[c], from = static_cast<Index>(c);
      if (features > 0) rows.features.col(to) = look.features.col(from);
      rows.log_prior.col(to) = look.log_prior.col(from);
    }
  });
  return drawn;
}

/// Shifts and scales what the network sees to where f is not zero.
inline void standardise(ChannelWeights& weights, const std::vector<ChannelRows>& drawn) {
  if (!weights.learns()) return;
  std::vector<Batch<double>> seen;
  Index n = 0;
  for (const ChannelRows& rows : drawn) {
    std::vector<Index> where;
    for (Index c = 0; c < rows.size(); ++c)
      if (std::isfinite(rows.ratio[c]) && rows.ratio[c] != 0) where.push_back(c);
    if (where.empty()) continue;
    n += seen.emplace_back(columns(rows.features, where)).cols();
  }
  Batch<double> all(weights.features(), n);
  Index at = 0;
  for (const Batch<double>& one : seen) {
    all.middleCols(at, one.cols()) = one;
    at += one.cols();
  }
  weights.standardise(all);
}

/// w = alpha f/(g s) of each channel's points.
inline std::vector<Row<double>> weights_of_points(const ChannelWeights& weights, const std::vector<ChannelRows>& drawn) {
  std::vector<Row<double>> w(drawn.size());
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const ChannelRows& rows = drawn[i];
    if (rows.size() == 0) continue;
    w[i] = rows.ratio.cwiseProduct(channel_share(weights, static_cast<Index>(i), rows));
    for (Index c = 0; c < w[i].size(); ++c)
      if (w[i][c] != 0) w[i][c] *= std::exp(-rows.log_s[c]);
  }
  return w;
}

/// The smallest channels that together have at most `most` of the integral of |f|, as far as another one comes to each of their
/// points where f is not zero.
inline std::vector<Index> channels_to_drop(const ChannelWeights& weights, const std::vector<ChannelRows>& drawn,
                                           const ChannelRecord& record, double most) {
  std::vector<Index> order;
  std::vector<double> part(drawn.size(), 0);
  double total = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    if (!weights.active(static_cast<Index>(i))) continue;
    const WeightSums& sums = record.channels[i].weights;
    part[i] = sums.count > 0 ? sums.sum / static_cast<double>(sums.count) : 0;
    total += part[i];
    order.push_back(static_cast<Index>(i));
  }
  const auto part_of = [&](Index i) { return part[static_cast<std::size_t>(i)]; };
  if (!(total > 0)) return {};
  std::sort(order.begin(), order.end(), [&](Index a, Index b) { return std::pair(part_of(a), a) < std::pair(part_of(b), b); });
  ChannelWeights left = weights;
  std::vector<Index> dropped;
  double sum = 0;
  for (const Index i : order) {
    sum += part_of(i);
    if (!(sum <= most * total) || left.active_count() == 1) break;
    const ChannelRows& rows = drawn[static_cast<std::size_t>(i)];
    bool alone = false;
    for (Index c = 0; c < rows.size() && !alone; ++c) {
      if (rows.ratio[c] == 0) continue;
      alone = true;
      for (Index j = 0; j < left.channels(); ++j)
        alone = alone && !(j != i && left.active(j) && std::isfinite(rows.log_prior(j, c)));
    }
    if (alone) continue;
    left.drop(i);
    dropped.push_back(i);
  }
  return dropped;
}

}  // namespace variate::detail
