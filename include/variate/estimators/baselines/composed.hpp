#pragma once
#include <algorithm>
#include <cmath>
#include <utility>

#include "variate/core/concepts.hpp"

namespace variate {

/// One baseline after another: the second recentres what the first has left. Each learns from what it sees. Compositions compose:
/// `Composed{Nvil(...), Composed{Constant(3.0), LeaveOneOut{}}}`.
///
/// Unbiased if both are and at most one of them looks at the other samples of a draw: what leave-one-out has left of a sample
/// holds all others, and taking their mean again would scale the gradient. Two such do not compile.
template <class First, class Second>
struct Composed {
  static_assert(First::least < 2 || Second::least < 2,
                "Composed: both baselines look at the other samples of a draw (least >= 2), which would scale the gradient; "
                "keep one.");
  static constexpr Index least = std::max(First::least, Second::least);  ///< samples needed for each data point

  /// Asked first.
  [[no_unique_address]] First first{};
  /// Asked of what the first leaves.
  [[no_unique_address]] Second second{};

  template <class T, class Q>
    requires BaselineFor<First, Q> && BaselineFor<Second, Q>
  Row<T> operator()(const Row<T>& values, const Row<T>& keep, const Q& q) const {
    return second(Row<T>(first(values, keep, q)), keep, q);
  }
  /// The length of the first's lesson, its lesson, the second's.
  template <class T, class Q>
    requires requires(const First& a, const Row<T>& v, const Q& q) { a.lesson(v, v, q); } ||
             requires(const Second& b, const Row<T>& v, const Q& q) { b.lesson(v, v, q); }
  Vector<T> lesson(const Row<T>& values, const Row<T>& keep, const Q& q) const {
    Vector<T> of_first, of_second;
    if constexpr (requires { first.lesson(values, keep, q); }) of_first = first.lesson(values, keep, q);
    if constexpr (requires { second.lesson(values, keep, q); })
      of_second = second.lesson(Row<T>(first(values, keep, q)), keep, q);
    Vector<T> all(1 + of_first.size() + of_second.size());
    all << static_cast<T>(of_first.size()), of_first, of_second;
    return all;
  }
  template <class T>
    requires LearningEstimator<First, T> || LearningEstimator<Second, T>
  void learn(const Vector<T>& lesson) {
    const auto of_first = static_cast<Index>(std::lround(lesson(0)));
    if constexpr (LearningEstimator<First, T>) first.learn(Vector<T>(lesson.segment(1, of_first)));
    if constexpr (LearningEstimator<Second, T>) second.learn(Vector<T>(lesson.tail(lesson.size() - 1 - of_first)));
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.first, self.second);
  }
};
template <class A, class B>
Composed(A, B) -> Composed<A, B>;

}  // namespace variate
