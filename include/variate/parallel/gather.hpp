#pragma once
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/types.hpp"
#include "variate/parallel/executor.hpp"

namespace variate {

/// An executor whose tasks may run in other processes, which see nothing of what a task writes here: `gather<T>(tasks, f)` brings
/// back what the tasks return, to every process. Its `for_each` runs all tasks in each process.
template <class E>
concept DistributedExecutor = Executor<E> && requires(E& executor, Index tasks, Vector<double> (*f)(Index)) {
  executor.template gather<double>(tasks, f);
};

/// f(0), ..., f(tasks - 1), vectors of any length, by index: the same whoever runs the tasks, however many there are. What a sum
/// over tasks is made from: add them up in order. Throws what f throws, of the lowest task that is known to have failed.
template <class T, Executor E, class F>
std::vector<Vector<T>> gather(E& executor, Index tasks, F&& f) {
  if constexpr (DistributedExecutor<E>) {
    return executor.template gather<T>(tasks, std::forward<F>(f));
  } else {
    std::vector<Vector<T>> all(static_cast<std::size_t>(tasks));
    executor.for_each(tasks, [&](Index i) { all[static_cast<std::size_t>(i)] = f(i); });
    return all;
  }
}

}  // namespace variate
