#pragma once
/// Samples that GMMVI has drawn so far, with the target's values and the normal distributions they came from.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/mixtures/detail/offset_log_sum_exp.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/random/permutation.hpp"

namespace variate {

/// Options of SampleDatabase.
struct SampleDatabaseOptions {
  Index max_samples = 10000000;  ///< more are thinned: every second row goes before the new ones come
  bool keep_samples = true;      ///< false: each batch replaces all that was there
  /// Rows before the newest batch whose normal distributions are kept. `newest` gives no row that has lost its own; in 300
  /// dimensions one takes more memory than 600 samples.
  Index reach = std::numeric_limits<Index>::max();
};

/// Rows of a database.
template <class T>
struct StoredSamples {
  Batch<T> x;                  ///< d x n
  Row<T> target;               ///< log p(x)
  Batch<T> gradient;           ///< of log p, d x n; empty where there is none
  std::vector<Index> mapping;  ///< number of the normal distribution each came from, in the database
};

/// The normal distributions that rows came from, each once, with how many: sum_g (c_g / sum c) N_g is what they were drawn from.
template <class T, Covariance C>
struct Background {
  std::vector<const Gaussian<T, C>*> gaussians;  ///< in the order of the rows; they belong to the database
  std::vector<Index> counts;
  /// log(c_g / sum c).
  Vector<T> log_weights() const {
    Vector<T> w(static_cast<Index>(counts.size()));
    T total = 0;
    for (const Index count : counts) total += static_cast<T>(count);
    for (Index g = 0; g < w.size(); ++g) w[g] = std::log(static_cast<T>(counts[static_cast<std::size_t>(g)]) / total);
    return w;
  }
  /// Log density at each column of x.
  Row<T> log_density(const Batch<T>& x) const {
    Batch<T> table(static_cast<Index>(gaussians.size()), x.cols());
    std::vector<T> room;
    for (std::size_t g = 0; g < gaussians.size(); ++g)
      gaussians[g]->log_density(x, 0, x.cols(), table.data() + static_cast<Index>(g) * x.cols(), room);
    Row<T> out;
    detail::offset_log_sum_exp(table, log_weights(), out);
    return out;
  }
};

/// Samples in the order they came, in batches; each batch numbers the K normal distributions it was drawn from anew, but those
/// with one version, which a rejected update leaves, are stored once, and those no sample came from not at all.
template <class T = double, Covariance C = Covariance::full>
class SampleDatabase {
 public:
  using Scalar = T;

  /// InvalidArgument if max_samples < 1 or reach < 0.
  explicit SampleDatabase(const SampleDatabaseOptions& options = {}) : options_(options) {
    detail::require_at_least("SampleDatabase", "max_samples", options.max_samples, 1);
    detail::require_at_least("SampleDatabase", "reach", options.reach, 0);
  }

  /// Rows held.
  Index size() const { return size_; }
  /// Rows ever added.
  Index written() const { return written_; }
  /// Numbers given to normal distributions so far (thinning counts them again).
  Index numbered() const { return static_cast<Index>(slots_.size()); }
  /// Normal distributions in memory.
  Index stored() const { return static_cast<Index>(gaussians_.size() - free_.size()); }
  const SampleDatabaseOptions& options() const { return options_; }

  /// Adds n columns of x with their target values and gradients (d x n, or empty), drawn from the model's components
  /// `component_of` (0 .. K - 1). ShapeError or InvalidArgument, and nothing has changed, if these do not fit together.
  void add(StoredSamples<T> batch, const Gaussians<T, C>& model) {
    check(batch, model.size());
    add_checked(std::move(batch), model.size(), [&](Index k) -> const Gaussian<T, C>& { return model[k]; });
  }
  /// The same from any normal distributions; those of version 0 are new.
  void add(StoredSamples<T> batch, const std::vector<Gaussian<T, C>>& gaussians) {
    const auto k = static_cast<Index>(gaussians.size());
    check(batch, k);
    add_checked(std::move(batch), k, [&](Index i) -> const Gaussian<T, C>& { return gaussians[static_cast<std::size_t>(i)]; });
  }

  /// How many rows `newest(n)` gives.
  Index available(Index n) const {
    Index rows = 0;
    for (std::size_t i = chunks_.size(); i-- > known_from_ && rows < n;) rows += cols(chunks_[i]);
    return std::min(rows, n);
  }
  /// The last n rows, or as many as there are, in their order.
  void newest(Index n, StoredSamples<T>& out) const {
    n = available(n);
    const Index d = chunks_.empty() ? 0 : chunks_.back().x.rows();
    out.x.resize(d, n);
    out.target.resize(n);
    out.gradient.resize(chunks_.empty() ? 0 : chunks_.back().gradient.rows(), n);
    out.mapping.resize(static_cast<std::size_t>(n));
    for (std::size_t i = chunks_.size(); n > 0;) {
      const StoredSamples<T>& chunk = chunks_[--i];
      const Index take = std::min(n, cols(chunk)), from = cols(chunk) - take;
      n -= take;
      out.x.middleCols(n, take) = chunk.x.rightCols(take);
      out.target.segment(n, take) = chunk.target.tail(take);
      if (out.gradient.rows() > 0) out.gradient.middleCols(n, take) = chunk.gradient.rightCols(take);
      std::copy(chunk.mapping.begin() + from, chunk.mapping.end(), out.mapping.begin() + n);
    }
  }
  StoredSamples<T> newest(Index n) const {
    StoredSamples<T> out;
    newest(n, out);
    return out;
  }
  /// What rows with this mapping came from. Valid until something is added.
  Background<T, C> background(const std::vector<Index>& mapping) const {
    Background<T, C> out;
    std::unordered_map<Index, std::size_t> place;
    for (const Index m : mapping) {
      const Index slot = slots_[static_cast<std::size_t>(m)];
      const auto [at, fresh] = place.try_emplace(slot, out.gaussians.size());
      if (fresh) {
        out.gaussians.push_back(&gaussians_[static_cast<std::size_t>(slot)].gaussian);
        out.counts.push_back(0);
      }
      ++out.counts[at->second];
    }
    return out;
  }

  /// Numbers of n rows of the whole database, or of all, without repetition: ascending, whatever order they were drawn in. An
  /// engine that plays back orders is asked for one of all rows.
  template <class Rng>
  std::vector<Index> random_rows(Rng& rng, Index n) const {
    const auto all = static_cast<std::size_t>(size_), some = static_cast<std::size_t>(std::min(std::max(n, Index{0}), size_));
    std::vector<Index> order;
    if constexpr (detail::GivesPermutations<Rng>) {
      order = permutation(rng, size_);
    } else {
      order.resize(all);
      for (std::size_t i = 0; i < all; ++i) order[i] = static_cast<Index>(i);
      if (some == all) return order;
      for (std::size_t i = 0; i < some; ++i)
        std::swap(order[i], order[i + static_cast<std::size_t>(index_below(rng, size_ - static_cast<Index>(i)))]);
    }
    std::vector<char> chosen(all, 0);
    for (std::size_t i = 0; i < some; ++i) chosen[static_cast<std::size_t>(order[i])] = 1;
    order.clear();
    for (std::size_t i = 0; i < all; ++i)
      if (chosen[i]) order.push_back(static_cast<Index>(i));
    return order;
  }
  /// Calls f(batch, columns, i) for each batch that some of `count` rows with ascending numbers are in, in their order: these are
  /// its columns, the first of them is the i-th row. Nothing is copied.
  template <class F>
  void for_each_batch(const Index* rows, Index count, F f) const {
    std::vector<Index> columns;
    Index first = 0, at = 0;  // row that a batch begins with; row that is next
    for (const StoredSamples<T>& chunk : chunks_) {
      const Index i = at;
      columns.clear();
      for (; at < count && rows[at] < first + cols(chunk); ++at) columns.push_back(rows[at] - first);
      if (!columns.empty()) f(chunk, columns, i);
      first += cols(chunk);
    }
  }
  /// The origin (see Gaussian) of the distribution that rows with this mapping came from; known when the distribution itself is
  /// forgotten already.
  std::uint64_t origin(Index mapping) const { return origins_[static_cast<std::size_t>(mapping)]; }
  /// Points and target values of `count` rows with ascending numbers.
  void points(const Index* rows, Index count, Batch<T>& x, Row<T>& target) const {
    const Index d = chunks_.empty() ? 0 : chunks_.back().x.rows();
    x.resize(d, count);
    target.resize(count);
    std::size_t i = 0;
    Index first = 0;  // row of chunk i
    for (Index c = 0; c < count;) {
      while (rows[c] >= first + cols(chunks_[i])) first += cols(chunks_[i++]);
      const StoredSamples<T>& chunk = chunks_[i];
      const Index from = rows[c] - first;
      Index run = 1;
      while (c + run < count && rows[c + run] == rows[c] + run && from + run < cols(chunk)) ++run;
      for (Index j = 0; j < d; ++j) std::copy_n(chunk.x.data() + j * cols(chunk) + from, run, x.data() + j * count + c);
      std::copy_n(chunk.target.data() + from, run, target.data() + c);
      c += run;
    }
  }

 private:
  static constexpr Index nowhere = -1;
  struct Shared {
    Gaussian<T, C> gaussian;
    Index uses;
  };

  static Index cols(const StoredSamples<T>& chunk) { return chunk.target.size(); }

  void check(const StoredSamples<T>& batch, Index k) const {
    constexpr const char* name = "SampleDatabase::add";
    detail::require_size(name, "columns of x", batch.x.cols(), cols(batch));
    detail::require_size(name, "size of mapping", static_cast<Index>(batch.mapping.size()), cols(batch));
    if (batch.gradient.size() > 0) {
      detail::require_size(name, "columns of the gradient", batch.gradient.cols(), cols(batch));
      detail::require_size(name, "rows of the gradient", batch.gradient.rows(), batch.x.rows());
    }
    for (const Index m : batch.mapping)
      if (m < 0 || m >= k)
        throw InvalidArgument(detail::complaint(name, "an entry of mapping", m, "a number from 0 to " + std::to_string(k - 1)));
    if (!chunks_.empty() && cols(batch) > 0) {
      detail::require_size(name, "rows of x", batch.x.rows(), chunks_.back().x.rows());
      detail::require_size(name, "rows of the gradient", batch.gradient.rows(), chunks_.back().gradient.rows());
    }
  }

  template <class Find>
  void add_checked(StoredSamples<T> batch, Index k, Find gaussian) {
    const Index n = cols(batch);
    if (n + size_ > options_.max_samples) thin();
    if (!options_.keep_samples) clear();
    written_ += n;
    const Index base = numbered();
    slots_.resize(slots_.size() + static_cast<std::size_t>(k), nowhere);
    origins_.resize(slots_.size(), 0);
    for (Index& m : batch.mapping) {
      Index& slot = slots_[static_cast<std::size_t>(base + m)];
      if (slot == nowhere) {
        slot = stored_slot(gaussian(m));
        origins_[static_cast<std::size_t>(base + m)] = gaussian(m).origin;
      }
      m += base;
    }
    if (n == 0) return;
    size_ += n;
    chunks_.push_back(std::move(batch));
    forget();
  }

  Index stored_slot(const Gaussian<T, C>& g) {
    if (g.version != 0) {
      const auto found = by_version_.find(g.version);
      if (found != by_version_.end()) {
        ++gaussians_[static_cast<std::size_t>(found->second)].uses;
        return found->second;
      }
    }
    auto slot = static_cast<Index>(gaussians_.size());
    if (free_.empty()) {
      gaussians_.push_back({g, 1});
    } else {
      slot = free_.back();
      free_.pop_back();
      gaussians_[static_cast<std::size_t>(slot)] = {g, 1};
    }
    if (g.version != 0) by_version_[g.version] = slot;
    return slot;
  }
  void release(Index slot) {
    Shared& shared = gaussians_[static_cast<std::size_t>(slot)];
    if (--shared.uses > 0) return;
    by_version_.erase(shared.gaussian.version);
    shared.gaussian = {};
    free_.push_back(slot);
  }

  /// Lets go of the distributions of rows out of reach.
  void forget() {
    if (options_.reach >= size_) return;
    std::size_t keep = chunks_.size() - 1;  // distributions of batches from here on are kept
    for (Index rows = 0; keep > known_from_ && rows < options_.reach;) rows += cols(chunks_[--keep]);
    for (; known_from_ < keep; ++known_from_)
      for (const Index m : chunks_[known_from_].mapping) {
        Index& slot = slots_[static_cast<std::size_t>(m)];
        if (slot == nowhere) continue;
        release(slot);
        slot = nowhere;
      }
  }

  /// Rows 0, 2, 4, ...; what is left of the numbering is in the order of first occurrence.
  void thin() {
    std::vector<StoredSamples<T>> kept;
    std::unordered_map<Index, Index> number;
    std::vector<Index> slots;
    std::vector<std::uint64_t> origins;
    std::size_t known = 0;
    Index row = 0;
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      const StoredSamples<T>& chunk = chunks_[i];
      const Index first = row % 2, n = (cols(chunk) - first + 1) / 2;
      row += cols(chunk);
      if (n > 0) {
        StoredSamples<T> half{Batch<T>(chunk.x.rows(), n), Row<T>(n), Batch<T>(chunk.gradient.rows(), n), {}};
        for (Index c = 0; c < n; ++c) {
          const Index from = first + 2 * c, old = chunk.mapping[static_cast<std::size_t>(from)];
          half.x.col(c) = chunk.x.col(from);
          half.target[c] = chunk.target[from];
          if (chunk.gradient.rows() > 0) half.gradient.col(c) = chunk.gradient.col(from);
          const auto [at, fresh] = number.try_emplace(old, static_cast<Index>(slots.size()));
          if (fresh) {
            slots.push_back(slots_[static_cast<std::size_t>(old)]);
            origins.push_back(origins_[static_cast<std::size_t>(old)]);
            slots_[static_cast<std::size_t>(old)] = nowhere;
          }
          half.mapping.push_back(at->second);
        }
        kept.push_back(std::move(half));
      }
      if (i + 1 == known_from_) known = kept.size();
      chunks_[i] = {};
    }
    for (const Index slot : slots_)
      if (slot != nowhere) release(slot);
    slots_ = std::move(slots);
    origins_ = std::move(origins);
    chunks_ = std::move(kept);
    known_from_ = known;
    size_ = (size_ + 1) / 2;
  }
  void clear() {
    chunks_.clear();
    slots_.clear();
    origins_.clear();
    gaussians_.clear();
    free_.clear();
    by_version_.clear();
    known_from_ = 0;
    size_ = 0;
  }

  SampleDatabaseOptions options_;
  std::vector<StoredSamples<T>> chunks_;
  std::vector<Index> slots_;  // of each number: where its distribution is, or nowhere
  std::vector<std::uint64_t> origins_;  // of each number
  std::vector<Shared> gaussians_;
  std::vector<Index> free_;
  std::unordered_map<std::uint64_t, Index> by_version_;
  std::size_t known_from_ = 0;  // first batch whose distributions are kept
  Index size_ = 0, written_ = 0;
};

}  // namespace variate
