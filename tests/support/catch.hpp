#pragma once
/// Catch2 3 where there is one, else Catch2 2 (Debian): the same test sources for both.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
#include <limits>
#include <string>

namespace variate_tests {
inline constexpr double infinity = std::numeric_limits<double>::infinity();
/// True if the text holds the words; for messages of errors.
inline bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }
}  // namespace variate_tests
