#pragma once
/// Threefry-4x64 with 20 rounds: the cipher behind `Rng`. J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random
/// numbers: as easy as 1, 2, 3", SC 2011; rotations and key schedule of Threefish-256 (N. Ferguson et al., "The Skein hash
/// function family", 2010). For a fixed key it is a bijection of the 256-bit counters.
#include <array>
#include <cstdint>

namespace variate::detail {

/// 256 bits: a key, a counter, or what the cipher makes of it.
using Block = std::array<std::uint64_t, 4>;

/// What is added to the words between the rounds. W is std::uint64_t, or Lanes of it for many counters at once.
template <class W>
struct ThreefryKey {
  W words[5];
  W last[6];  ///< for the fourth word, with the number of the addition

  [[gnu::always_inline]] explicit ThreefryKey(const Block& key) {
    const std::uint64_t k[5] = {key[0], key[1], key[2], key[3], 0x1BD11BDAA9FC1A22u ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
    for (unsigned i = 0; i < 5; ++i) words[i] = W(k[i]);
    for (unsigned s = 0; s < 6; ++s) last[s] = W(k[(s + 3) % 5] + s);
  }
};

/// Counters under way: `begin`, then part<0> to part<4>, four rounds each.
template <class W>
struct Threefry {
  W x[4];

  [[gnu::always_inline]] void begin(const ThreefryKey<W>& key) { add<0>(key); }
  template <unsigned number>
  [[gnu::always_inline]] void part(const ThreefryKey<W>& key) {
    if constexpr (number % 2 == 0) {
      mix<0, 1>(14), mix<2, 3>(16);
      mix<0, 3>(52), mix<2, 1>(57);
      mix<0, 1>(23), mix<2, 3>(40);
      mix<0, 3>(5), mix<2, 1>(37);
    } else {
      mix<0, 1>(25), mix<2, 3>(33);
      mix<0, 3>(46), mix<2, 1>(12);
      mix<0, 1>(58), mix<2, 3>(22);
      mix<0, 3>(32), mix<2, 1>(32);
    }
    add<number + 1>(key);
  }

 private:
  template <int a, int b>
  [[gnu::always_inline]] void mix(int rotation) {
    x[a] = x[a] + x[b];
    x[b] = ((x[b] << rotation) | (x[b] >> (64 - rotation))) ^ x[a];
  }
  template <unsigned s>
  [[gnu::always_inline]] void add(const ThreefryKey<W>& key) {
    for (unsigned i = 0; i < 3; ++i) x[i] = x[i] + key.words[(s + i) % 5];
    x[3] = x[3] + key.last[s];
  }
};

/// Enciphers x in place.
template <class W>
[[gnu::always_inline]] inline void threefry4x64(const ThreefryKey<W>& key, W (&x)[4]) {
  Threefry<W> c{{x[0], x[1], x[2], x[3]}};
  c.begin(key);
  c.template part<0>(key);
  c.template part<1>(key);
  c.template part<2>(key);
  c.template part<3>(key);
  c.template part<4>(key);
  for (int i = 0; i < 4; ++i) x[i] = c.x[i];
}
template <class W>
[[gnu::always_inline]] inline void threefry4x64(const Block& key, W (&x)[4]) {
  threefry4x64(ThreefryKey<W>(key), x);
}

}  // namespace variate::detail
