#pragma once
/// Batches, rows and vectors that nobody uses any more, kept for whoever needs one of that size next: a step then asks the system
/// for no memory. What is freed with some hundred kilobytes goes back to the system, and its pages cost more to get again than
/// most of what is done with them; of small models, asking for memory would be most of a step.
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/types.hpp"

namespace variate::detail {

/// This thread's X; nullptr once the thread is ending, for something may outlive it. Hidden, and without an effect on any result.
template <class X>
X* of_thread() {
  static thread_local bool gone = false;
  struct Holder {
    X x;
    bool& ended;
    explicit Holder(bool& e) : ended(e) {}
    ~Holder() { ended = true; }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
  };
  if (gone) return nullptr;
  static thread_local Holder holder(gone);
  return &holder.x;
}

/// What this thread keeps for later, at most `most` things.
template <class X, std::size_t most>
std::vector<X>* kept_by_thread() {
  struct List {
    std::vector<X> things;
    List() { things.reserve(most); }
  };
  List* const list = of_thread<List>();
  return list ? &list->things : nullptr;
}

/// Small matrices of type M, the last one given found first. Where there are too many, the oldest goes.
template <class M>
class SmallSpares {
 public:
  static constexpr std::size_t most = 32;

  /// Gives `out`, which is empty, the memory of one of that size, if there is one.
  void take(Index size, M& out) {
    for (std::size_t i = count_; i-- > 0;)
      if (kept_[i].size() == size) {
        out.swap(kept_[i]);
        if (i != --count_) kept_[i].swap(kept_[count_]);
        return;
      }
  }
  void give(M& matrix) {
    if (count_ < most) kept_[count_++].swap(matrix);
    else replace_oldest(matrix);
  }

 private:
  [[gnu::noinline]] void replace_oldest(M& matrix) {
    kept_[oldest_].swap(matrix);
    oldest_ = (oldest_ + 1) % most;
    matrix = M();
  }

  std::array<M, most> kept_;
  std::size_t count_ = 0, oldest_ = 0;
};

/// How many large ones are kept: of batches, which come in many sizes, and of vectors, which are gradients.
inline constexpr std::size_t spare_batches = 48, spare_vectors = 16;
template <class M>
inline constexpr std::size_t most_spare = M::ColsAtCompileTime == 1 ? spare_vectors : spare_batches;
/// Bytes: of the smallest that is called large, and of all of them (for each number type, of batches and of vectors).
inline constexpr std::size_t spare_least = std::size_t{1} << 14, spare_most = std::size_t{1} << 26;

template <class M>
std::size_t bytes_of(Index size) {
  return static_cast<std::size_t>(size) * sizeof(typename M::Scalar);
}
template <class M>
bool is_small(Index size) {
  return bytes_of<M>(size) < spare_least;
}
/// There are some that are too large to keep.
template <class M>
bool worth_keeping(Index size) {
  return bytes_of<M>(size) <= spare_most / 4;
}

/// Another shape. Not inlined: g++ 12 would see the memory freed twice if there were none.
template <class M>
[[gnu::noinline]] void reshape_spare(M& matrix, Index rows, Index cols) {
  matrix.resize(rows, cols);
}
/// Gives `out`, which is empty, the memory of a large one of that size, if there is one. Out of line: the way to the small ones
/// is short.
template <class M>
[[gnu::noinline]] void take_large(M& out, Index size) {
  if (!worth_keeping<M>(size)) return;
  if (auto* const kept = kept_by_thread<M, most_spare<M>>())
    for (std::size_t i = kept->size(); i-- > 0;)
      if (M& old = (*kept)[i]; old.size() == size) {
        out = std::move(old);
        old = std::move(kept->back());
        kept->pop_back();
        return;
      }
}
/// A large one of that size from those that this thread keeps; empty if there is none. For another thread, which will end its use
/// here once more.
template <class M>
M kept_matrix(Index size) {
  M matrix;
  if (!is_small<M>(size)) take_large(matrix, size);
  return matrix;
}
template <class M>
[[gnu::noinline]] void keep_large(M& matrix) noexcept {
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

/// Gives `out`, which is empty, that shape, with numbers of no account in it.
template <class M>
[[gnu::noinline]] void take_spare(M& out, Index rows, Index cols) {
  const Index size = rows * cols;
  if (!is_small<M>(size)) take_large(out, size);
  else if (SmallSpares<M>* const small = size != 0 ? of_thread<SmallSpares<M>>() : nullptr) small->take(size, out);
  if (out.rows() != rows || out.cols() != cols) [[unlikely]]
    reshape_spare(out, rows, cols);
}
template <class M>
M spare_matrix(Index rows, Index cols) {
  M matrix;
  take_spare(matrix, rows, cols);
  return matrix;
}
template <class M>
void keep_matrix(M& matrix) noexcept {
  if (!is_small<M>(matrix.size())) keep_large(matrix);
  else if (SmallSpares<M>* const small = matrix.size() != 0 ? of_thread<SmallSpares<M>>() : nullptr) small->give(matrix);
}

/// A batch with numbers of no account in it.
template <class T>
Batch<T> spare(Index rows, Index cols) {
  return spare_matrix<Batch<T>>(rows, cols);
}
/// A row with numbers of no account in it.
template <class T>
Row<T> spare_row(Index size) {
  return spare_matrix<Row<T>>(1, size);
}
/// A vector with numbers of no account in it.
template <class T>
Vector<T> spare_vector(Index size) {
  return spare_matrix<Vector<T>>(size, 1);
}
/// Gives it that shape, with numbers of no account in it; it keeps its memory where the size is right.
template <class M>
void fit(Eigen::PlainObjectBase<M>& matrix, Index rows, Index cols) {
  if (matrix.size() != rows * cols) matrix.derived() = spare_matrix<M>(rows, cols);
  matrix.resize(rows, cols);
}
/// Ends the use of a batch, row or vector. Where there are too many already, the oldest go.
template <class M>
void give_back(Eigen::PlainObjectBase<M>& matrix) noexcept {
  keep_matrix(matrix.derived());
}

/// A batch, row or vector M in spare memory, which is given back at its end. What it is moved to takes the memory along.
template <class M>
class Lent : public M {
 public:
  Lent() = default;
  Lent(M&& matrix) noexcept : M(std::move(matrix)) {}  // NOLINT: it is one
  template <class E>
  Lent(const Eigen::DenseBase<E>& e) {  // NOLINT: as M itself
    take_spare(static_cast<M&>(*this), e.rows(), e.cols());
    fill(e.derived());
  }
  Lent(const Lent& other) : Lent(static_cast<const Eigen::DenseBase<M>&>(other)) {}
  Lent(Lent&& other) noexcept : M(std::move(static_cast<M&>(other))) {}
  ~Lent() { give_back(static_cast<M&>(*this)); }

  Lent& operator=(M&& matrix) noexcept {
    M::swap(matrix);
    return *this;
  }
  template <class E>
  Lent& operator=(const Eigen::DenseBase<E>& e) {
    if (e.rows() == M::rows() && e.cols() == M::cols()) {
      fill(e.derived());
    } else {
      Lent other(e);
      M::swap(static_cast<M&>(other));
    }
    return *this;
  }
  Lent& operator=(const Lent& other) { return *this = static_cast<const Eigen::DenseBase<M>&>(other); }
  Lent& operator=(Lent&& other) noexcept {
    M::swap(static_cast<M&>(other));
    return *this;
  }

 private:
  /// As an assignment to M, but without the way to another size.
  template <class E>
  void fill(const E& e) {
    Eigen::Map<M, Eigen::AlignedMax>(M::data(), M::rows(), M::cols()) = e;
  }
};

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
