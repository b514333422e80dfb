#pragma once
/// The engine: random numbers addressed by (key, position), never by history.
#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/random/detail/pages.hpp"
#include "variate/random/detail/threefry.hpp"
#include "variate/random/detail/transforms.hpp"

namespace variate {

/// All there is to know about an `Rng`; write it down and restore from it.
struct RngState {
  /// What the seed, the stream and the splits have made.
  std::array<std::uint64_t, 4> key{};
  /// Where it stands in its stream.
  std::uint64_t position = 0;
  bool operator==(const RngState&) const = default;
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.key, self.position);
  }
};

/// Counter-based generator (Threefry-4x64-20): a value, cheap to copy, a std::uniform_random_bit_generator of 64-bit words.
///
/// The position counts 64-bit words. A call gives the word at the position and moves on by one. A fill starts at the next
/// multiple of 32 words (a page) and uses one page for each started 256 bytes of output, whatever it is filled with; filling
/// nothing moves nothing. Number j of a fill depends on the key, the starting page and j alone, so a longer fill begins with the
/// shorter one, and neither threads nor the width of the processor's registers matter. The words are the same on every compiler
/// and processor; floating-point numbers made of them agree to rounding (some processors fuse a multiplication and an addition).
///
/// `split(i)` is another stream, named by the key and i and not by the position: 2^64 of them, each of which can be split again.
class Rng {
 public:
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  /// Different (seed, stream) are different, independent sequences.
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0) : key_{seed, stream, 0, 0} {}
  /// Continues from a state written down before.
  explicit Rng(const RngState& state) : key_(state.key) { seek(state.position); }

  result_type operator()() {
    if (position_ % 4 == 0) encipher();
    return block_[position_++ % 4];
  }

  /// Stream i of this one. The child's key is the cipher of i: for one parent no two are equal, and over all generations two of
  /// the 2^256 keys meet by accident only.
  Rng split(std::uint64_t i) const {
    std::uint64_t x[4] = {i, 0, 0, static_cast<std::uint64_t>(detail::Purpose::split)};
    detail::threefry4x64(key_, x);
    return Rng(detail::Block{x[0], x[1], x[2], x[3]});
  }

  /// Where it stands in its stream, in 64-bit words.
  std::uint64_t position() const { return position_; }
  /// Goes to that position of the stream.
  void seek(std::uint64_t position) {
    position_ = position;
    if (position_ % 4 != 0) encipher();
  }
  /// Skips n words.
  void discard(std::uint64_t n) { seek(position_ + n); }
  /// Skips the page at which a fill would start, and returns its number: for algorithms that address the cipher themselves.
  std::uint64_t take_page() {
    const std::uint64_t page = next_page();
    position_ = (page + 1) * detail::words_per_page;
    return page;
  }
  /// Everything needed to go on from here.
  RngState state() const { return {key_, position_}; }
  bool operator==(const Rng& other) const { return state() == other.state(); }

  /// out[0, n) uniform in the open interval (0, 1), T float or double. Throws InvalidArgument if n < 0.
  /// (W is how many words are made at a time; leave it alone. It keeps builds for different processors apart when linked.)
  template <class T, class W = math::Lanes<std::uint64_t>>
  void fill_uniforms(T* out, Index n) {
    fill<W>("fill_uniforms", out, n, detail::UniformPage<detail::LanesLike<W, T>>{});
  }
  /// out[0, n) standard normal, by Box and Muller's method, T float or double. Throws InvalidArgument if n < 0.
  template <class T, class W = math::Lanes<std::uint64_t>>
  void fill_normals(T* out, Index n) {
    fill<W>("fill_normals", out, n, detail::NormalPage<detail::LanesLike<W, T>>{});
  }

 private:
  explicit Rng(const detail::Block& key) : key_(key) {}

  /// The first page no word of which has been given.
  std::uint64_t next_page() const {
    return position_ / detail::words_per_page + (position_ % detail::words_per_page != 0 ? 1u : 0u);
  }
  /// block_ = the block that holds the word at position_.
  void encipher() {
    std::uint64_t x[4] = {position_ / 4, 0, 0, static_cast<std::uint64_t>(detail::Purpose::numbers)};
    detail::threefry4x64(key_, x);
    block_ = {x[0], x[1], x[2], x[3]};
  }

  template <class W, class T, class Transform>
  void fill(const char* function, T* out, Index n, const Transform& transform) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>, "variate: an Rng fills arrays of float or double");
    detail::require_at_least(function, "n", n, 0);
    const std::uint64_t first = next_page();
    detail::fill_pages(out, n, detail::KeyedPages<W, T>(key_, first), transform);
    constexpr Index numbers = detail::numbers_per_page<T>;
    if (n > 0) position_ = (first + static_cast<std::uint64_t>((n + numbers - 1) / numbers)) * detail::words_per_page;
  }

  detail::Block key_;
  std::uint64_t position_ = 0;
  detail::Block block_{};  ///< used where position_ is not a multiple of 4
};

}  // namespace variate
