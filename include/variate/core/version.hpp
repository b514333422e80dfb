#pragma once

namespace variate {

/// The library's version, "major.minor.patch". CMake reads this line; nothing else states it.
inline constexpr const char* version = "0.1.0";

}  // namespace variate
