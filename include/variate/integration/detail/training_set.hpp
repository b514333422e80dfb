#pragma once
/// Weighted points of the unit cube, batch after batch, as a proposal is trained on them.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/types.hpp"

namespace variate::detail {

/// Rows of training: points y with a weight r and what the loss is told by, the size of f there relative to its integral.
template <class T>
struct TrainingRows {
  Batch<T> y;            ///< d x n
  Row<double> r;         ///< |f|/(p I) times the share of the batch
  Row<double> log_size;  ///< log(|f|/I)
  double total = 0;      ///< of r

  Index size() const { return r.size(); }
};

/// All batches that were seen. Each counts by its effective size, so that a batch of few heavy points does not drown the others.
template <class T>
class TrainingSet {
 public:
  /// w = f/p at points y; those that are not finite or zero teach nothing, but count.
  void add(const Batch<T>& y, const Row<double>& w, const Row<double>& p) {
    Part part;
    part.points = y.cols();
    std::vector<Index> kept;
    for (Index c = 0; c < w.size(); ++c)
      if (std::isfinite(w[c]) && w[c] != 0 && p[c] > 0 && std::isfinite(p[c])) kept.push_back(c);
    const auto n = static_cast<Index>(kept.size());
    part.y.resize(y.rows(), n);
    part.w.resize(n);
    part.p.resize(n);
    for (Index to = 0; to < n; ++to) {
      const Index c = kept[static_cast<std::size_t>(to)];
      part.y.col(to) = y.col(c);
      part.w[to] = std::abs(w[c]);
      part.p[to] = p[c];
    }
    part.sum = part.w.sum();
    if (part.sum > 0) part.effective = part.sum * (part.sum / part.w.squaredNorm());
    if (part.effective > 0 && std::isfinite(part.effective)) parts_.push_back(std::move(part));
  }
  bool empty() const { return parts_.empty(); }
  /// Forgets the oldest batches until at most `most` are left.
  void keep_newest(Index most) {
    if (const Index extra = static_cast<Index>(parts_.size()) - most; extra > 0)
      parts_.erase(parts_.begin(), parts_.begin() + extra);
  }
  /// The running integral of |f|; not for an empty set.
  double integral() const {
    double sum = 0, total = 0;
    for (const Part& part : parts_) {
      sum += part.effective * (part.sum / static_cast<double>(part.points));
      total += part.effective;
    }
    return sum / total;
  }
  /// What is trained on, and every `hold_out`-th point to judge by (0: none).
  void split(Index hold_out, TrainingRows<T>& train, TrainingRows<T>& judge) const {
    const double mean = integral();
    Index all = 0, held = 0;
    double effective = 0, points = 0;
    for (const Part& part : parts_) {
      all += part.w.size();
      held += hold_out > 0 ? part.w.size() / hold_out : 0;
      effective += part.effective;
      points += static_cast<double>(part.points);
    }
    resize(train, parts_.front().y.rows(), all - held);
    resize(judge, parts_.front().y.rows(), held);
    Index at_train = 0, at_judge = 0;
    for (const Part& part : parts_) {
      const double share = part.effective / effective * points / static_cast<double>(part.points);
      for (Index c = 0; c < part.w.size(); ++c) {
        const bool aside = hold_out > 0 && c % hold_out == hold_out - 1;
        TrainingRows<T>& to = aside ? judge : train;
        Index& at = aside ? at_judge : at_train;
        to.y.col(at) = part.y.col(c);
        const double ratio = part.w[c] / mean;
        to.r[at] = ratio * share;
        to.log_size[at] = std::log(ratio * part.p[c]);
        to.total += to.r[at];
        ++at;
      }
    }
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.parts_);
  }

 private:
  struct Part {
    Batch<T> y;
    Row<double> w, p;
    Index points = 0;
    double sum = 0, effective = 0;
    template <class Self, class A>
    static void archive(Self& self, A& a) {
      a(self.y, self.w, self.p, self.points, self.sum, self.effective);
    }
  };
  static void resize(TrainingRows<T>& rows, Index d, Index n) {
    rows.y.resize(d, n);
    rows.r.resize(n);
    rows.log_size.resize(n);
    rows.total = 0;
  }
  std::vector<Part> parts_;
};

}  // namespace variate::detail
