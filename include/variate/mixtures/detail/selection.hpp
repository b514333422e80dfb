#pragma once
/// The samples of one step: what is reused, what is new, and the densities that all parts of the step share.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/mixtures/detail/offset_log_sum_exp.hpp"
#include "variate/mixtures/gaussians.hpp"
#include "variate/mixtures/natural_gradient.hpp"
#include "variate/mixtures/sample_database.hpp"
#include "variate/mixtures/sample_selectors.hpp"
#include "variate/parallel/detail/slots.hpp"

namespace variate::detail {

/// Log densities of distributions at the columns of a batch, each computed once: what a former step has seen of a distribution
/// (by its version) at a row of the database is copied.
template <class T, Covariance C>
class Selection {
 public:
  MixtureSamples<T> samples;  ///< of the step

  /// New draws; nothing but this workspace has changed.
  template <class Selector, class R, class E>
  SelectedDraws<T> draw(const Selector& selector, const Gaussians<T, C>& model, const SampleDatabase<T, C>& database, R& rng,
                        E& executor) {
    database.newest(selector.reused(model.size()), reused_);
    const Index n = reused_.target.size();
    densities_.resize(model.size(), n);
    model.component_log_densities(reused_.x, 0, n, densities_, executor);
    const Index known = std::min(n, table_.cols());  // the table's columns are the newest rows
    background(database.background(reused_.mapping), model, reused_.x, densities_, n - known, table_.cols() - known, known,
               reused_background_, executor);
    return selector.draw(model, densities_, reused_background_, rng);
  }

  /// Puts new samples into the database, and together with the reused ones into `samples`.
  template <class E>
  void store(StoredSamples<T> fresh, const Gaussians<T, C>& model, SampleDatabase<T, C>& database, E& executor) {
    const Index n = fresh.target.size(), before = database.size();
    database.add(std::move(fresh), model);
    database.newest(reused_.target.size() + n, samples.stored);
    const Index reused = reused_.target.size();
    // else thinned, or replaced: the reused rows are not those they were
    const bool same = database.size() == before + n && samples.stored.target.size() == reused + n;
    const Index known = same ? reused : 0;
    if (known == 0) forget();
    const Index total = samples.stored.target.size();
    samples.densities.resize(model.size(), total);
    if (known > 0) samples.densities.leftCols(known) = densities_;
    model.component_log_densities(samples.stored.x, known, total - known, samples.densities, executor);
    background(database.background(samples.stored.mapping), model, samples.stored.x, samples.densities, 0, 0,
               std::min(known, table_.cols()), samples.background, executor);
  }

 private:
  void forget() {
    table_.resize(0, 0);
    versions_.clear();
  }
  /// out = log density of a background at x, where `densities` are those of the model. The table holds what it needs of the last
  /// call: `known` of its columns from `there` on are those of x from `here` on.
  template <class E>
  void background(const Background<T, C>& from, const Gaussians<T, C>& model, const Batch<T>& x, const Batch<T>& densities,
                  Index here, Index there, Index known, Row<T>& out, E& executor) {
    constexpr T none = -std::numeric_limits<T>::infinity();
    const Vector<T> log_weights = from.log_weights();
    std::vector<Index> component(from.gaussians.size(), -1);
    Index others = 0;
    for (std::size_t g = 0; g < component.size(); ++g) {
      for (Index k = 0; k < model.size() && component[g] < 0; ++k)
        if (model[k].version == from.gaussians[g]->version) component[g] = k;
      others += component[g] < 0;
    }
    if (others == 0 && !component.empty()) {
      Vector<T> offset = Vector<T>::Constant(model.size(), none);
      for (std::size_t g = 0; g < component.size(); ++g) offset[component[g]] = log_weights[static_cast<Index>(g)];
      offset_log_sum_exp(densities, offset, out);
      forget();
      return;
    }
    const Index n = x.cols(), rows = static_cast<Index>(component.size());
    Batch<T> table(rows, n);
    std::vector<std::uint64_t> versions;
    for (const auto* gaussian : from.gaussians) versions.push_back(gaussian->version);
    rooms_.resize(static_cast<std::size_t>(executor.threads()));
    for_each_in_slots(executor, rows, [&](Index slot, Index g) {
      const Gaussian<T, C>& gaussian = *from.gaussians[static_cast<std::size_t>(g)];
      if (const Index k = component[static_cast<std::size_t>(g)]; k >= 0) {
        table.row(g) = densities.row(k);
        return;
      }
      std::vector<T>& room = rooms_[static_cast<std::size_t>(slot)];
      T* const row = table.data() + g * n;
      const auto found = std::find(versions_.begin(), versions_.end(), gaussian.version);
      if (found == versions_.end() || known == 0) {
        gaussian.log_density(x, 0, n, row, room);
        return;
      }
      gaussian.log_density(x, 0, here, row, room);
      std::copy_n(table_.data() + (found - versions_.begin()) * table_.cols() + there, known, row + here);
      gaussian.log_density(x, here + known, n - here - known, row + here + known, room);
    });
    offset_log_sum_exp(table, log_weights, out);
    table_.swap(table);
    versions_.swap(versions);
  }

  StoredSamples<T> reused_;
  Batch<T> densities_;  // of the model, at the reused rows
  Batch<T> table_;      // of what the newest rows came from, at these rows; a row for each version
  std::vector<std::uint64_t> versions_;
  Row<T> reused_background_;
  std::vector<std::vector<T>> rooms_;
};

/// The given columns.
template <class T>
StoredSamples<T> columns_of(const Batch<T>& x, const Row<T>& value, const Batch<T>& gradient, const std::vector<Index>& mapping,
                            const std::vector<Index>& columns) {
  const auto n = static_cast<Index>(columns.size());
  StoredSamples<T> out{Batch<T>(x.rows(), n), Row<T>(n), Batch<T>(gradient.rows(), n), {}};
  for (Index i = 0; i < n; ++i) {
    const Index c = columns[static_cast<std::size_t>(i)];
    out.x.col(i) = x.col(c);
    out.target[i] = value[c];
    if (gradient.rows() > 0) out.gradient.col(i) = gradient.col(c);
    out.mapping.push_back(mapping[static_cast<std::size_t>(c)]);
  }
  return out;
}

}  // namespace variate::detail
