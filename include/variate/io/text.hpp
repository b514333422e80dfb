#pragma once
/// Numbers as text, and the error of files: what everything that writes stands on. Needs the standard library alone.
#include <charconv>
#include <cmath>
#include <string>

#include "variate/core/error.hpp"

namespace variate {

/// A file that cannot be opened, read or written; the message names it and gives the system's reason.
class FileError : public Error {
 public:
  using Error::Error;
};

namespace detail {

/// Appends x in the fewest digits that read back as the same number, whatever the locale: nan, inf and -inf for the others.
template <class T>
void append_number(std::string& text, T x) {
  if (std::isnan(x)) {
    text.append("nan");
    return;
  }
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, x);
  text.append(digits, end.ptr);
}

}  // namespace detail
}  // namespace variate
