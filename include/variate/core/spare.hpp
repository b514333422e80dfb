#pragma once
/// Big batches and vectors that nobody uses any more, kept for whoever needs one of that size next: a step then asks the system
/// for no memory. What is freed with some hundred kilobytes goes back to the system, and its pages cost more to get again than
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

/// How many are kept: of batches, which come in many sizes, and of vectors, which are gradients.
inline constexpr std::size_t spare_batches = 48, spare_vectors = 4;
template <class M>
inline constexpr std::size_t most_spare = M::ColsAtCompileTime == 1 ? spare_vectors : spare_batches;
/// Bytes: of the smallest to keep, and of all of them (for each number type, of batches and of vectors).
inline constexpr std::size_t spare_least = std::size_t{1} << 14, spare_most = std::size_t{1} << 26;

template <class M>
std::size_t bytes_of(Index size) {
  return static_cast<std::size_t>(size) * sizeof(typename M::Scalar);
}
/// Whether a batch or vector is of a size to keep.
template <class M>
bool worth_keeping(Index size) {
  return bytes_of<M>(size) >= spare_least && bytes_of<M>(size) <= spare_most / 4;
}

template <class M>
M spare_matrix(Index rows, Index cols) {
  if (worth_keeping<M>(rows * cols))
    if (auto* const kept = kept_by_thread<M, most_spare<M>>())
      for (std::size_t i = kept->size(); i-- > 0;)
        if (M& old = (*kept)[i]; old.size() == rows * cols) {
          M matrix = std::move(old);
          old = std::move(kept->back());
          kept->pop_back();
          matrix.resize(rows, cols);
          return matrix;
        }
  return M(rows, cols);
}
template <class M>
void keep_matrix(M& matrix) noexcept {
  if (!worth_keeping<M>(matrix.size())) return;
  auto* const kept = kept_by_thread<M, most_spare<M>>();
  if (!kept) return;
  std::size_t bytes = bytes_of<M>(matrix.size());
  for (const M& one : *kept) bytes += bytes_of<M>(one.size());
  while (!kept->empty() && (kept->size() == most_spare<M> || bytes > spare_most)) {
    bytes -= bytes_of<M>(kept->front().size());
    kept->erase(kept->begin());
  }
  kept->push_back(std::move(matrix));
}

/// A batch with numbers of no account in it.
template <class T>
Batch<T> spare(Index rows, Index cols) {
  return spare_matrix<Batch<T>>(rows, cols);
}
/// A vector with numbers of no account in it.
template <class T>
Vector<T> spare_vector(Index size) {
  return spare_matrix<Vector<T>>(size, 1);
}
/// Ends the use of a batch. Where there are too many already, the oldest go.
template <class T>
void give_back(Batch<T>& batch) noexcept {
  keep_matrix(batch);
}
/// The same for a vector.
template <class T>
void give_back(Vector<T>& vector) noexcept {
  keep_matrix(vector);
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

/// Batches that are given back by whoever has them last.
template <class T>
struct BatchesToGiveBack {
  std::vector<Batch<T>> all;

  BatchesToGiveBack() = default;
  BatchesToGiveBack(BatchesToGiveBack&&) = default;
  BatchesToGiveBack(const BatchesToGiveBack&) = delete;
  BatchesToGiveBack& operator=(const BatchesToGiveBack&) = delete;
  BatchesToGiveBack& operator=(BatchesToGiveBack&&) = delete;
  ~BatchesToGiveBack() {
    for (Batch<T>& one : all) give_back(one);
  }
};

}  // namespace variate::detail
