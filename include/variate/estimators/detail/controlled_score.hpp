#pragma once
/// The score estimate with a relaxed cost as its control variate, and what its scale and temperature are tuned by.
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/cells.hpp"

namespace variate::detail {

/// For each column c, g = A + eta B with A = f_c score and B = difference - c_tilde_c score; by log temperature B moves by B' =
/// difference_by_tau - by_tau_c score.
template <class T>
struct ControlledScore {
  Batch<T> gradient;         ///< w_c g, K x columns
  T ab = 0, bb = 0, gb = 0;  ///< sums of w_c A.B, w_c B.B, w_c g.B'

  /// difference_by_tau may be empty; then gb is 0 and `by_tau` not looked at. `relaxed` and `by_tau` have a number a column.
  ControlledScore(const Batch<T>& score, const Batch<T>& difference, const Batch<T>& difference_by_tau, const Row<T>& f,
                  const T* relaxed, const T* by_tau, T eta, const Row<T>& w)
      : gradient(spare<T>(score.rows(), score.cols())) {
    using V = Packet<T>;
    const Index cols = score.cols();
    const bool moves = difference_by_tau.size() != 0;
    V sums[3] = {V(T(0)), V(T(0)), V(T(0))};
    const auto walk = [&](Index r, Index c, Index count) {
      const Index at = r * cols + c;
      const auto load = [&](const T* from) { return load_some(from, count, T(0)); };
      const V s = load(score.data() + at), weight = load(w.data() + c);
      const V a = s * load(f.data() + c), b = load(difference.data() + at) - s * load(relaxed + c);
      const V g = weight * (a + V(eta) * b);
      store_some(g, gradient.data() + at, count);
      sums[0] = multiply_add(weight * a, b, sums[0]);
      sums[1] = multiply_add(weight * b, b, sums[1]);
      if (moves) sums[2] = multiply_add(g, load(difference_by_tau.data() + at) - s * load(by_tau + c), sums[2]);
    };
    for (Index r = 0; r < score.rows(); ++r) {
      Index c = 0;
      for (; c + packet_size<T> <= cols; c += packet_size<T>) walk(r, c, packet_size<T>);
      if (c < cols) walk(r, c, cols - c);
    }
    ab = sum(sums[0]);
    bb = sum(sums[1]);
    gb = sum(sums[2]);
  }
};

}  // namespace variate::detail
