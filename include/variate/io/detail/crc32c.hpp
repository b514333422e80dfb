#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace variate::detail {

inline constexpr std::array<std::uint32_t, 256> crc32c_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t x = i;
    for (int bit = 0; bit < 8; ++bit) x = (x >> 1) ^ ((x & 1u) != 0 ? 0x82F63B78u : 0u);
    table[i] = x;
  }
  return table;
}();

/// The cyclic redundancy check of Castagnoli, Braeuer and Herrmann (1993), bit-reflected, as in RFC 3720 appendix B.4.
inline std::uint32_t crc32c(std::string_view text) {
  std::uint32_t x = 0xFFFFFFFFu;
  for (const char c : text) x = (x >> 8) ^ crc32c_table[(x ^ static_cast<std::uint32_t>(static_cast<unsigned char>(c))) & 0xFFu];
  return x ^ 0xFFFFFFFFu;
}

}  // namespace variate::detail
