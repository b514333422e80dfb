#pragma once
/// Whole files in, whole files out: what the readers and writers of this folder stand on.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "variate/core/error.hpp"
#include "variate/io/text.hpp"

namespace variate {

/// The whole file as text. Throws FileError if it cannot be read.
inline std::string read_file(const std::string& path) {
  const auto fail = [&](int reason) -> FileError {
    return FileError("read_file: cannot read " + path + ": " + std::strerror(reason));
  };
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) throw fail(errno);
  std::string text;
  char piece[16384];
  std::size_t got = 0;
  while ((got = std::fread(piece, 1, sizeof piece, file)) > 0) text.append(piece, got);
  const int reason = std::ferror(file) ? errno : 0;
  std::fclose(file);
  if (reason != 0) throw fail(reason);
  return text;
}

/// Writes `text` to `path` so that readers see the old file or the whole new one, never a part: to `path`.partial first, which
/// then takes the name. Throws FileError if that fails; the old file is then still there.
inline void write_file(const std::string& path, std::string_view text) {
  const std::string partial = path + ".partial";
  const auto fail = [&](const std::string& reason) {
    std::remove(partial.c_str());
    return FileError("write_file: cannot write " + path + ": " + reason);
  };
  std::FILE* file = std::fopen(partial.c_str(), "wb");
  if (!file) throw FileError("write_file: cannot write " + partial + ": " + std::strerror(errno));
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int reason = errno;
  if (std::fclose(file) != 0 || !written) throw fail(std::strerror(written ? errno : reason));
  std::error_code trouble;
  std::filesystem::rename(partial, path, trouble);
  if (trouble) throw fail(trouble.message());
}

}  // namespace variate
