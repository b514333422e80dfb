#pragma once
#include <cstdio>
#include <string>

#include "variate/core/concepts.hpp"

namespace variate_tests {

/// A temporary file to observe into.
class Capture {
 public:
  Capture() : file_(std::tmpfile()) {}
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() { std::fclose(file_); }
  std::FILE* file() const { return file_; }
  /// All that was written so far.
  std::string text() const {
    std::fflush(file_);
    std::string all;
    std::rewind(file_);
    for (int c; (c = std::fgetc(file_)) != EOF;) all.push_back(static_cast<char>(c));
    std::fseek(file_, 0, SEEK_END);
    return all;
  }

 private:
  std::FILE* file_;
};

inline variate::Step step(variate::Index index, double value) { return {.index = index, .value = value}; }

inline long count(const std::string& text, const std::string& what) {
  long found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

/// What a terminal shows in the end: after a carriage return, text covers what stood there.
inline std::string on_screen(const std::string& text) {
  std::string screen, row;
  std::size_t column = 0;
  for (const char c : text) {
    if (c == '\r') {
      column = 0;
    } else if (c == '\n') {
      screen.append(row).push_back('\n');
      row.clear();
      column = 0;
    } else {
      if (column < row.size()) {
        row[column] = c;
      } else {
        row.push_back(c);
      }
      ++column;
    }
  }
  return screen + row;
}

}  // namespace variate_tests
