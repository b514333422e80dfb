#pragma once
/// State as bytes, and back: what a checkpoint is made of.
///
/// A type says which of its members change from step to step:
///
///     template <class Self, class A>
///     static void archive(Self& self, A& a) { a(self.mean_, self.count_); }
///
/// and the same line writes (`ArchiveWriter`) and reads (`ArchiveReader`). Numbers, strings, Eigen matrices, the containers of the
/// standard library below, engines with a `state()`, and whatever owns `params()` need no such line. Any other type is taken to be
/// what does not change (options, data, the user's functions), and is not written: it is there already when a run is taken up;
/// but one that has `step`, `learn` or `update` does not compile without its `archive`.
#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/io/text.hpp"

namespace variate {

/// A state that cannot be read: cut short, changed, or of something else. The message names the file where there is one.
class ArchiveError : public FileError {
 public:
  using FileError::FileError;
};

namespace detail {

template <class X>
inline constexpr bool is_pair_or_tuple = false;
template <class A, class B>
inline constexpr bool is_pair_or_tuple<std::pair<A, B>> = true;
template <class... X>
inline constexpr bool is_pair_or_tuple<std::tuple<X...>> = true;
template <class X>
inline constexpr bool is_optional = false;
template <class X>
inline constexpr bool is_optional<std::optional<X>> = true;
template <class X>
inline constexpr bool is_vector = false;
template <class X, class A>
inline constexpr bool is_vector<std::vector<X, A>> = true;
template <class X>
inline constexpr bool is_array = false;
template <class X, std::size_t n>
inline constexpr bool is_array<std::array<X, n>> = true;

template <class X>
concept NumberLike = std::is_arithmetic_v<X> || std::is_enum_v<X>;
template <class X>
concept DenseMatrix = std::is_base_of_v<Eigen::PlainObjectBase<X>, X>;
template <class X>
concept StatefulEngine = requires(const X& x) { X(x.state()); };

template <class X>
concept Learns = requires(X& x, Vector<double>& v) { x.learn(v); } || requires(X& x, Vector<float>& v) { x.learn(v); } ||
                 requires(X& x, Vector<double>& v) { x.update(v, v); } || requires(X& x, Vector<float>& v) { x.update(v, v); } ||
                 requires(X& x, AnyRng& rng) { x.step(rng); };

/// One thing, in either direction.
template <class A, class X>
void archive_one(A& a, X& x);

}  // namespace detail

/// Takes a state down as bytes of this machine.
class ArchiveWriter {
 public:
  static constexpr bool reading = false;  ///< what an `archive` of two minds can ask
  /// Takes down the state of each, in order.
  template <class... X>
  void operator()(const X&... x) {
    (detail::archive_one(*this, x), ...);
  }
  /// Takes down n bytes.
  void bytes(const void* from, std::size_t n) { text_.append(static_cast<const char*>(from), n); }
  /// All that was taken down.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Gives back what a writer took down, in the same order, to things of the same types. Throws ArchiveError where that cannot be;
/// what was given back before is then changed already, so read into a copy.
class ArchiveReader {
 public:
  static constexpr bool reading = true;  ///< what an `archive` of two minds can ask
  /// The text must outlive the reader.
  explicit ArchiveReader(std::string_view text) : text_(text) {}
  /// Gives back the state of each, in order.
  template <class... X>
  void operator()(X&... x) {
    (detail::archive_one(*this, x), ...);
  }
  /// Gives back n bytes.
  void bytes(void* to, std::size_t n) {
    if (n > left()) throw ArchiveError("archive: the state ends too early");
    if (n != 0) std::memcpy(to, text_.data() + at_, n);
    at_ += n;
  }
  /// Bytes not given back yet.
  std::size_t left() const { return text_.size() - at_; }
  /// A count of things of at least `size` bytes each: checked before room is made for them.
  std::size_t count(std::size_t size) {
    Index n = 0;
    (*this)(n);
    if (n < 0 || (size != 0 && static_cast<std::size_t>(n) > left() / size))
      throw ArchiveError("archive: the state holds an impossible size");
    return static_cast<std::size_t>(n);
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

namespace detail {

template <class A, class X>
void archive_matrix(A& a, X& x) {
  using T = typename std::remove_const_t<X>::Scalar;
  if constexpr (A::reading) {
    Index rows = 0, cols = 0;
    a(rows, cols);
    const auto most = static_cast<Index>(a.left() / sizeof(T));
    if (rows < 0 || cols < 0 || (cols != 0 && rows > most / cols)) throw ArchiveError("archive: the state holds an impossible size");
    using Plain = std::remove_const_t<X>;
    if ((Plain::RowsAtCompileTime != Eigen::Dynamic && rows != Plain::RowsAtCompileTime) ||
        (Plain::ColsAtCompileTime != Eigen::Dynamic && cols != Plain::ColsAtCompileTime))
      throw ArchiveError("archive: the state holds a matrix of another shape");
    x.resize(rows, cols);
    a.bytes(x.data(), static_cast<std::size_t>(x.size()) * sizeof(T));
  } else {
    a(x.rows(), x.cols());
    a.bytes(x.data(), static_cast<std::size_t>(x.size()) * sizeof(T));
  }
}

template <class A, class X>
void archive_parameters(A& a, X& x) {
  Vector<ScalarOf<X>> params;
  if constexpr (A::reading) {
    const Index expected = Vector<ScalarOf<X>>(x.params()).size();
    a(params);
    if (params.size() != expected)
      throw ArchiveError("archive: the state holds " + std::to_string(params.size()) + " parameters, expected " +
                         std::to_string(expected));
    x.set_params(params);
  } else {
    params = x.params();
    a(params);
  }
}

template <class A, class X>
void archive_sequence(A& a, X& x) {
  using Plain = std::remove_const_t<X>;
  if constexpr (is_array<Plain>) {
    for (auto& one : x) a(one);
  } else if constexpr (A::reading) {
    using Value = typename Plain::value_type;
    x.resize(a.count(NumberLike<Value> ? sizeof(Value) : 0));
    for (auto& one : x) a(one);
  } else {
    a(static_cast<Index>(x.size()));
    for (const auto& one : x) a(one);
  }
}

template <class A, class X>
void archive_optional(A& a, X& x) {
  if constexpr (A::reading) {
    bool there = false;
    a(there);
    if (!there) {
      x.reset();
      return;
    }
    if (!x) x.emplace();
    a(*x);
  } else {
    a(x.has_value());
    if (x) a(*x);
  }
}

template <class A, class X>
void archive_one(A& a, X& x) {
  using Plain = std::remove_const_t<X>;
  if constexpr (requires { Plain::archive(x, a); }) {
    Plain::archive(x, a);
  } else if constexpr (NumberLike<Plain>) {
    a.bytes(&x, sizeof x);
  } else if constexpr (DenseMatrix<Plain>) {
    archive_matrix(a, x);
  } else if constexpr (is_vector<Plain> || is_array<Plain> || std::is_same_v<Plain, std::string>) {
    archive_sequence(a, x);
  } else if constexpr (is_optional<Plain>) {
    archive_optional(a, x);
  } else if constexpr (is_pair_or_tuple<Plain>) {
    std::apply([&a](auto&... one) { a(one...); }, x);
  } else if constexpr (StatefulEngine<Plain>) {
    auto state = x.state();
    a(state);
    if constexpr (A::reading) x = Plain(state);
  } else if constexpr (Parametric<Plain>) {
    archive_parameters(a, x);
  } else {
    static_assert(!Learns<Plain>,
                  "variate: what steps, learns or is updated needs `static void archive(self, a)` to be kept: see io/archive.hpp");
  }
}

}  // namespace detail
}  // namespace variate
