#pragma once
/// Long vectors gone through in stretches on an executor. Stretches depend on the size alone: the bits are those of one thread.
#include <cmath>
#include <cstddef>
#include <vector>

#include "variate/core/finite.hpp"
#include "variate/core/types.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/executor.hpp"

namespace variate::detail {

/// Numbers in a stretch: some ten microseconds of work, so that to hand it out costs nothing beside it.
inline constexpr Index stretch_of_numbers = Index{1} << 14;

/// Something with an executor of its own.
template <class X>
concept HasExecutor = requires(const X& x) {
  { x.executor() } -> Executor;
};
inline constexpr SerialExecutor serially{};
/// That executor; or here, one task after the other.
template <class X>
auto& executor_of(const X& x) {
  if constexpr (HasExecutor<X>) return x.executor();
  else return serially;
}

/// f(begin, length) for every stretch of vectors of that size, at most so long. What f does in a stretch concerns it alone.
template <Executor E, class F>
void in_stretches(E& executor, Index size, F&& f, Index longest = stretch_of_numbers) {
  const Chunks stretches(size, longest);
  executor.for_each(stretches.count(), [&](Index i) { f(stretches.begin(i), stretches.length(i)); });
}

/// Columns that kernels with some registers of them work on together, some times over.
inline constexpr Index stretch_of_columns = 192;
/// f(begin, count) for stretches of that many columns.
template <Executor E, class F>
void for_stretches(E& executor, Index columns, F&& f) {
  in_stretches(executor, columns, f, stretch_of_columns);
}

/// Is every number of x finite?
template <Executor E, class T>
bool all_finite(E& executor, const Vector<T>& x) {
  if (x.size() <= stretch_of_numbers) return all_finite(x);
  return reduce_in_order(
      executor, Chunks(x.size(), stretch_of_numbers), true,
      [&](Index begin, Index length) { return all_finite(x.segment(begin, length)); },
      [](bool& all, bool part) { all = all && part; });
}

/// Are the squared lengths of a and b finite? Then so are their numbers.
template <class T, Executor E>
bool lengths_finite(E& executor, const Vector<T>& a, const Vector<T>& b) {
  if (a.size() + b.size() <= stretch_of_numbers) return std::isfinite(a.squaredNorm()) && std::isfinite(b.squaredNorm());
  const Chunks of_a(a.size(), stretch_of_numbers), of_b(b.size(), stretch_of_numbers);
  std::vector<T> squares(static_cast<std::size_t>(of_a.count() + of_b.count()));
  executor.for_each(of_a.count() + of_b.count(), [&](Index i) {
    const Index j = i - of_a.count();
    squares[static_cast<std::size_t>(i)] = j < 0 ? a.segment(of_a.begin(i), of_a.length(i)).squaredNorm()
                                                 : b.segment(of_b.begin(j), of_b.length(j)).squaredNorm();
  });
  T sums[2] = {T(0), T(0)};
  for (std::size_t i = 0; i < squares.size(); ++i) sums[static_cast<Index>(i) < of_a.count() ? 0 : 1] += squares[i];
  return std::isfinite(sums[0]) && std::isfinite(sums[1]);
}

}  // namespace variate::detail
