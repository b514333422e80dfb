#pragma once
/// Optional header: needs MPI (CMake: find_package(variate COMPONENTS mpi), target variate::mpi). Not included by variate.hpp.
///
/// Every rank runs the same program with the same seed: the same draws, the same steps, the same decisions. What costs time, the
/// user's function on many samples, is cut into tasks; each rank runs its share and all get all results (`gather`). So a program
/// becomes distributed by naming another executor, ends with the same bits for any number of ranks, and stops on all of them at once.
#include <mpi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/parallel/gather.hpp"

namespace variate {

/// What a task threw in another process; the message names the rank and gives the words.
class RemoteError : public Error {
 public:
  using Error::Error;
};

/// MPI from here to the end of the scope: make one at the beginning of main, before any executor. If an exception passes through,
/// the other ranks are ended too: they might wait for this one for ever.
class MpiSession {
 public:
  /// Throws Error if MPI runs already or cannot start.
  MpiSession() {
    int running = 0;
    MPI_Initialized(&running);
    if (running != 0) throw Error("MpiSession: MPI runs already");
    int provided = 0;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS)
      throw Error("MpiSession: MPI cannot start");
  }
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;
  ~MpiSession() {
    if (std::uncaught_exceptions() > exceptions_) MPI_Abort(MPI_COMM_WORLD, 1);
    MPI_Finalize();
  }

 private:
  int exceptions_ = std::uncaught_exceptions();
};

/// Runs task i on rank i mod size, by an executor of that rank (`Inner`: here, or on threads). Results come to every rank, by index:
/// see `gather`. A task that throws does so on every rank: there, what it threw; elsewhere, a RemoteError. All ranks must gather the
/// same tasks in the same order; if they differ in number, all throw. Borrows `inner`; to be destroyed before the MpiSession.
template <Executor Inner = const SerialExecutor>
class MpiExecutor {
 public:
  /// On a copy of this communicator, made together by all its ranks.
  explicit MpiExecutor(Inner& inner, MPI_Comm communicator = MPI_COMM_WORLD) : inner_(&inner) {
    MPI_Comm_dup(communicator, &communicator_);
    MPI_Comm_rank(communicator_, &rank_);
    MPI_Comm_size(communicator_, &size_);
  }
  /// The same, one task at a time on each rank.
  MpiExecutor()
    requires std::is_same_v<Inner, const SerialExecutor>
      : MpiExecutor(serial) {}
  MpiExecutor(const MpiExecutor&) = delete;
  MpiExecutor& operator=(const MpiExecutor&) = delete;
  ~MpiExecutor() { MPI_Comm_free(&communicator_); }

  /// This process, from 0.
  int rank() const { return rank_; }
  /// How many there are.
  int size() const { return size_; }
  /// Is this rank 0, the one that writes files?
  bool root() const { return rank_ == 0; }
  /// How many tasks can run at a time, on all ranks together.
  Index threads() const { return static_cast<Index>(size_) * inner_->threads(); }

  /// All tasks, on each rank: for work that is not worth sending.
  template <class F>
  void for_each(Index tasks, F&& task) {
    inner_->for_each(tasks, std::forward<F>(task));
  }

  /// f(0), ..., f(tasks - 1), each run on one rank, all given to all.
  template <class T, class F>
  std::vector<Vector<T>> gather(Index tasks, F&& f) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<Vector<T>> all(static_cast<std::size_t>(tasks));
    std::exception_ptr error;
    std::string words;
    try {
      inner_->for_each(share(tasks, rank_), [&](Index k) {
        const Index i = rank_ + k * size_;
        all[static_cast<std::size_t>(i)] = f(i);
      });
    } catch (const std::exception& thrown) {
      error = std::current_exception();
      words = thrown.what();
    } catch (...) {
      error = std::current_exception();
      words = "something that is not a std::exception";
    }
    const std::string mine = error ? words : packed(all, tasks);
    const std::vector<Notice> notices = exchange(Notice{tasks, error ? 1 : 0, static_cast<std::int64_t>(mine.size())});
    const std::vector<std::string> texts = exchange(mine, notices);
    for (int r = 0; r < size_; ++r)
      if (at(notices, r).tasks != at(notices, 0).tasks)
        throw Error("MpiExecutor: rank " + std::to_string(r) + " has " + std::to_string(at(notices, r).tasks) +
                    " tasks, expected the " + std::to_string(at(notices, 0).tasks) +
                    " of rank 0: all ranks must run the same program with the same seed");
    if (error) std::rethrow_exception(error);
    for (int r = 0; r < size_; ++r)
      if (at(notices, r).failed != 0) throw RemoteError("on rank " + std::to_string(r) + ": " + at(texts, r));
    for (int r = 0; r < size_; ++r)
      if (r != rank_) unpack(at(texts, r), all, tasks, r);
    return all;
  }

  /// True on every rank if it is true on all: for decisions that ranks might make differently (a signal, a clock).
  bool all(bool here) {
    int mine = here ? 1 : 0, together = 0;
    MPI_Allreduce(&mine, &together, 1, MPI_INT, MPI_MIN, communicator_);
    return together != 0;
  }

 private:
  struct Notice {
    std::int64_t tasks, failed, bytes;
  };
  static constexpr SerialExecutor serial{};

  template <class V>
  static auto& at(V& v, int r) {
    return v[static_cast<std::size_t>(r)];
  }
  Index share(Index tasks, int rank) const { return tasks > rank ? (tasks - rank - 1) / size_ + 1 : 0; }

  template <class T>
  std::string packed(const std::vector<Vector<T>>& all, Index tasks) const {
    std::string text;
    for (Index i = rank_; i < tasks; i += size_) {
      const Vector<T>& one = all[static_cast<std::size_t>(i)];
      const auto n = static_cast<std::int64_t>(one.size());
      text.append(reinterpret_cast<const char*>(&n), sizeof n);
      text.append(reinterpret_cast<const char*>(one.data()), static_cast<std::size_t>(n) * sizeof(T));
    }
    return text;
  }
  template <class T>
  void unpack(const std::string& text, std::vector<Vector<T>>& all, Index tasks, int rank) const {
    const char* from = text.data();
    for (Index i = rank; i < tasks; i += size_) {
      std::int64_t n = 0;
      std::memcpy(&n, from, sizeof n);
      Vector<T>& one = all[static_cast<std::size_t>(i)];
      one.resize(static_cast<Index>(n));
      const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(T);
      if (bytes != 0) std::memcpy(one.data(), from + sizeof n, bytes);
      from += sizeof n + bytes;
    }
  }

  std::vector<Notice> exchange(const Notice& mine) const {
    std::vector<Notice> notices(static_cast<std::size_t>(size_));
    MPI_Allgather(&mine, sizeof mine, MPI_BYTE, notices.data(), sizeof mine, MPI_BYTE, communicator_);
    return notices;
  }
  std::vector<std::string> exchange(const std::string& mine, const std::vector<Notice>& notices) const {
    std::vector<int> counts, starts;
    std::int64_t total = 0;
    for (const Notice& notice : notices) {
      counts.push_back(static_cast<int>(notice.bytes));
      starts.push_back(static_cast<int>(total));
      total += notice.bytes;
      if (total > std::numeric_limits<int>::max())
        throw Error("MpiExecutor: the results of one gather are over 2 GiB, more than MPI 3 sends at once");
    }
    std::string all(static_cast<std::size_t>(total), '\0');
    MPI_Allgatherv(mine.data(), static_cast<int>(mine.size()), MPI_BYTE, all.data(), counts.data(), starts.data(), MPI_BYTE,
                   communicator_);
    std::vector<std::string> texts;
    for (int r = 0; r < size_; ++r)
      texts.push_back(all.substr(static_cast<std::size_t>(at(starts, r)), static_cast<std::size_t>(at(counts, r))));
    return texts;
  }

  Inner* inner_;
  MPI_Comm communicator_ = MPI_COMM_NULL;
  int rank_ = 0, size_ = 1;
};
template <Executor Inner>
MpiExecutor(Inner&) -> MpiExecutor<Inner>;
template <Executor Inner>
MpiExecutor(Inner&, MPI_Comm) -> MpiExecutor<Inner>;
MpiExecutor() -> MpiExecutor<const SerialExecutor>;

/// An observer that ends the run on every rank as soon as the inner one ends it on any: for those that look at a clock or a signal.
template <class Distributed, class O>
class Agreed {
 public:
  /// Made by `agreed`.
  Agreed(Distributed& executor, O observer) : executor_(&executor), observer_(std::forward<O>(observer)) {}
  /// A run begins.
  void start(Index first, Index max_steps) {
    if constexpr (requires { observer_.start(first, max_steps); }) observer_.start(first, max_steps);
  }
  /// Does every rank go on?
  template <class StepType, class Stepper>
  bool operator()(const StepType& step, const Stepper& stepper) {
    if constexpr (std::is_invocable_v<O&, const StepType&, const Stepper&>)
      return executor_->all(static_cast<bool>(observer_(step, stepper)));
    else
      return executor_->all(static_cast<bool>(observer_(step)));
  }
  /// The run is over.
  void finish() {
    if constexpr (requires { observer_.finish(); }) observer_.finish();
  }

 private:
  Distributed* executor_;
  O observer_;
};
/// `agreed(executor, observer)`. A named observer is referred to, a temporary is kept.
template <class Distributed, class O>
Agreed<Distributed, O> agreed(Distributed& executor, O&& observer) {
  return Agreed<Distributed, O>(executor, std::forward<O>(observer));
}

}  // namespace variate
