#pragma once
/// Big batches that nobody uses any more, kept for whoever needs one of that size next: a step then asks the system for no
/// memory. A batch of some hundred kilobytes that is freed goes back to the system, and its pages cost more to get again than
/// most of what is done with them.
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/types.hpp"

namespace variate::detail {

/// What this thread keeps for later, at most `most` things; nullptr once the thread is ending, for something may outlive the
/// list. Hidden, and without an effect on any result.
template <class X, std::size_t most>
std::vector<X>* kept_by_thread() {
  static thread_local bool gone = false;
  struct List {
    std::vector<X> things;
    bool& ended;
    explicit List(bool& e) : ended(e) { things.reserve(most); }
    ~List() { ended = true; }
    List(const List&) = delete;
    List& operator=(const List&) = delete;
  };
  if (gone) return nullptr;
  static thread_local List list(gone);
  return &list.things;
}

inline constexpr std::size_t spare_batches = 48;
/// Bytes: of the smallest batch to keep, and of all of them (for each number type).
inline constexpr std::size_t spare_least = std::size_t{1} << 14, spare_most = std::size_t{1} << 26;

/// Whether a batch is of a size to keep.
template <class T>
bool worth_keeping(Index size) {
  const std::size_t bytes = static_cast<std::size_t>(size) * sizeof(T);
  return bytes >= spare_least && bytes <= spare_most / 4;
}

/// A batch with numbers of no account in it.
template <class T>
Batch<T> spare(Index rows, Index cols) {
  if (worth_keeping<T>(rows * cols))
    if (auto* const kept = kept_by_thread<Batch<T>, spare_batches>())
      for (std::size_t i = kept->size(); i-- > 0;)
        if (Batch<T>& old = (*kept)[i]; old.size() == rows * cols) {
          Batch<T> batch = std::move(old);
          old = std::move(kept->back());
          kept->pop_back();
          batch.resize(rows, cols);
          return batch;
        }
  return Batch<T>(rows, cols);
}

/// Ends the use of a batch. Where there are too many already, the oldest go.
template <class T>
void give_back(Batch<T>& batch) noexcept {
  if (!worth_keeping<T>(batch.size())) return;
  auto* const kept = kept_by_thread<Batch<T>, spare_batches>();
  if (!kept) return;
  std::size_t bytes = 0;
  for (const Batch<T>& one : *kept) bytes += static_cast<std::size_t>(one.size()) * sizeof(T);
  bytes += static_cast<std::size_t>(batch.size()) * sizeof(T);
  while (!kept->empty() && (kept->size() == spare_batches || bytes > spare_most)) {
    bytes -= static_cast<std::size_t>(kept->front().size()) * sizeof(T);
    kept->erase(kept->begin());
  }
  kept->push_back(std::move(batch));
}

/// Gives batches back at the end of its scope, but for what was moved away.
template <class T, std::size_t count>
class GivesBack {
 public:
  template <class... B>
  explicit GivesBack(B&... batches) : batches_{&batches...} {}
  GivesBack(const GivesBack&) = delete;
  GivesBack& operator=(const GivesBack&) = delete;
  ~GivesBack() {
    for (Batch<T>* batch : batches_) give_back(*batch);
  }

 private:
  Batch<T>* batches_[count];
};
template <class T, class... Rest>
GivesBack(Batch<T>&, Rest&...) -> GivesBack<T, 1 + sizeof...(Rest)>;

}  // namespace variate::detail
