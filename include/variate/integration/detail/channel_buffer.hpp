#pragma once
/// Points of channels, batch after batch, as proposals and channel weights are trained on them: f is not called again.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/integration/channels.hpp"

namespace variate::detail {

/// Points of one channel.
struct ChannelRows {
  Batch<double> y;          ///< d x n, in the unit cube
  Batch<double> features;   ///< m x n
  Batch<double> log_prior;  ///< K x n
  Row<double> ratio;        ///< n: f/g
  Row<double> log_s;        ///< n: log density y was drawn with
  Row<double> share;        ///< n: how much a point counts in a mean

  Index size() const { return ratio.size(); }
  ChannelRows part(const std::vector<Index>& numbers) const {
    return {columns(y, numbers),     columns(features, numbers), columns(log_prior, numbers),
            columns(ratio, numbers), columns(log_s, numbers),    columns(share, numbers)};
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.y, self.features, self.log_prior, self.ratio, self.log_s, self.share);
  }
};

/// Everything one channel has seen. A batch counts by its effective size, so that one of few heavy points does not drown others.
class ChannelBuffer {
 public:
  /// w: each point's weight alpha f/(g s) when it was drawn. Points whose ratio or density is not finite are left out.
  void add(ChannelRows rows, const Row<double>& w) {
    std::vector<Index> kept;
    double sum = 0, squares = 0;
    for (Index c = 0; c < rows.size(); ++c) {
      if (!std::isfinite(rows.ratio[c]) || !std::isfinite(rows.log_s[c]) || !std::isfinite(w[c])) continue;
      kept.push_back(c);
      sum += std::abs(w[c]);
      squares += w[c] * w[c];
    }
    if (!(squares > 0) || !std::isfinite(squares)) return;
    const double points = static_cast<double>(kept.size());
    if (static_cast<Index>(kept.size()) < rows.size()) rows = rows.part(kept);
    parts_.push_back({std::move(rows), sum * (sum / squares), sum / points});
  }
  bool empty() const { return parts_.empty(); }
  /// Forgets the oldest batches until at most `most` are left.
  void keep_newest(Index most) {
    if (const Index extra = static_cast<Index>(parts_.size()) - most; extra > 0)
      parts_.erase(parts_.begin(), parts_.begin() + extra);
  }
  /// The running integral of |alpha f|; 0 for none.
  double integral() const {
    double sum = 0, total = 0;
    for (const Part& part : parts_) {
      sum += part.effective * part.mean;
      total += part.effective;
    }
    return total > 0 ? sum / total : 0;
  }
  /// What is trained on, and every `hold_out`-th point to judge by (0: none).
  void split(Index hold_out, ChannelRows& train, ChannelRows& judge) const {
    double effective = 0, points = 0;
    for (const Part& part : parts_) {
      effective += part.effective;
      points += static_cast<double>(part.rows.size());
    }
    std::vector<ChannelRows> kept[2];
    for (const Part& part : parts_) {
      std::vector<Index> numbers[2];
      for (Index c = 0; c < part.rows.size(); ++c) numbers[hold_out > 0 && c % hold_out == hold_out - 1].push_back(c);
      const double share = part.effective / effective * points / static_cast<double>(part.rows.size());
      for (const int aside : {0, 1}) {
        kept[aside].push_back(part.rows.part(numbers[aside]));
        kept[aside].back().share.setConstant(share);
      }
    }
    train = joined(kept[0]);
    judge = joined(kept[1]);
  }
  /// All of it.
  ChannelRows all() const {
    ChannelRows rows, none;
    split(0, rows, none);
    return rows;
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.parts_);
  }

 private:
  struct Part {
    ChannelRows rows;
    double effective = 0, mean = 0;
    template <class Self, class A>
    static void archive(Self& self, A& a) {
      a(self.rows, self.effective, self.mean);
    }
  };
  static ChannelRows joined(const std::vector<ChannelRows>& some) {
    ChannelRows all;
    if (some.empty()) return all;
    Index n = 0;
    for (const ChannelRows& one : some) n += one.size();
    all.y.resize(some.front().y.rows(), n);
    all.features.resize(some.front().features.rows(), n);
    all.log_prior.resize(some.front().log_prior.rows(), n);
    all.ratio.resize(n);
    all.log_s.resize(n);
    all.share.resize(n);
    Index at = 0;
    const auto put = [&](const auto& part, auto& whole) {
      if (part.size() > 0) whole.middleCols(at, part.cols()) = part;
    };
    for (const ChannelRows& one : some) {
      put(one.y, all.y);
      put(one.features, all.features);
      put(one.log_prior, all.log_prior);
      put(one.ratio, all.ratio);
      put(one.log_s, all.log_s);
      put(one.share, all.share);
      at += one.size();
    }
    return all;
  }
  std::vector<Part> parts_;
};

}  // namespace variate::detail
