#pragma once
#include "variate/core/concepts.hpp"

namespace variate {

/// Subtracts from each value the mean of the other samples of its data point (Salimans and Knowles 2014; Kool et al. 2019).
/// With k kept samples this is (v - mean) k / (k - 1). Unbiased; needs at least two samples.
struct LeaveOneOut {
  static constexpr Index least = 2;  ///< samples needed for each data point

  /// In place, with every sample kept, and divided by their number. `mean_of_all` is their mean.
  template <class T, class Q>
  void recentre(Row<T>& values, const Q& q, T mean_of_all) const {
    const Index points = q.batch_size(), samples = values.size() / points;
    const T factor = static_cast<T>(samples) / static_cast<T>((samples - 1) * values.size());
    if (points == 1) {
      values.array() = (values.array() - mean_of_all) * factor;
      return;
    }
    detail::Lent<Row<T>> mean = Row<T>::Zero(points);
    for (Index s = 0; s < samples; ++s) mean += values.segment(s * points, points);
    mean /= static_cast<T>(samples);
    for (Index s = 0; s < samples; ++s) {
      auto of_sample = values.segment(s * points, points);
      of_sample = (of_sample - mean) * factor;
    }
  }
  template <class T, class Q>
  detail::Lent<Row<T>> operator()(const Row<T>& values, const Row<T>& keep, const Q& q) const {
    const Index points = q.batch_size(), samples = values.size() / points;
    detail::Lent<Row<T>> kept = Row<T>::Zero(points), mean = Row<T>::Zero(points);
    for (Index s = 0; s < samples; ++s) {
      kept += keep.segment(s * points, points);
      mean += values.segment(s * points, points).cwiseProduct(keep.segment(s * points, points));
    }
    mean.array() /= kept.array();
    const detail::Lent<Row<T>> factor = kept.array() / (kept.array() - T(1));
    detail::Lent<Row<T>> centred = detail::spare_row<T>(values.size());
    for (Index s = 0; s < samples; ++s)
      centred.segment(s * points, points) =
          (values.segment(s * points, points) - mean).cwiseProduct(factor);
    return centred;
  }
};

}  // namespace variate
