#pragma once
/// Threefry-4x64 with 20 rounds: the cipher behind `Rng`. J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random
/// numbers: as easy as 1, 2, 3", SC 2011; rotations and key schedule of Threefish-256 (N. Ferguson et al., "The Skein hash
/// function family", 2010). For a fixed key it is a bijection of the 256-bit counters.
#include <array>
#include <cstdint>

namespace variate::detail {

/// 256 bits: a key, a counter, or what the cipher makes of it.
using Block = std::array<std::uint64_t, 4>;

/// Enciphers x in place. W is std::uint64_t, or Lanes of it to encipher many counters at once.
template <class W>
[[gnu::always_inline]] inline void threefry4x64(const Block& key, W (&x)[4]) {
  const std::uint64_t k[5] = {key[0], key[1], key[2], key[3], 0x1BD11BDAA9FC1A22u ^ key[0] ^ key[1] ^ key[2] ^ key[3]};
  const auto mix = [](W& a, W& b, int rotation) {
    a = a + b;
    b = ((b << rotation) | (b >> (64 - rotation))) ^ a;
  };
  const auto inject = [&](unsigned s) {
    x[0] = x[0] + W(k[s % 5]);
    x[1] = x[1] + W(k[(s + 1) % 5]);
    x[2] = x[2] + W(k[(s + 2) % 5]);
    x[3] = x[3] + W(k[(s + 3) % 5] + s);
  };
  const auto first_four = [&] {
    mix(x[0], x[1], 14), mix(x[2], x[3], 16);
    mix(x[0], x[3], 52), mix(x[2], x[1], 57);
    mix(x[0], x[1], 23), mix(x[2], x[3], 40);
    mix(x[0], x[3], 5), mix(x[2], x[1], 37);
  };
  const auto last_four = [&] {
    mix(x[0], x[1], 25), mix(x[2], x[3], 33);
    mix(x[0], x[3], 46), mix(x[2], x[1], 12);
    mix(x[0], x[1], 58), mix(x[2], x[3], 22);
    mix(x[0], x[3], 32), mix(x[2], x[1], 32);
  };
  inject(0);
  first_four(), inject(1);
  last_four(), inject(2);
  first_four(), inject(3);
  last_four(), inject(4);
  first_four(), inject(5);
}

}  // namespace variate::detail
