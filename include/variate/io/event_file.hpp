#pragma once
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "variate/core/types.hpp"
#include "variate/io/detail/crc32c.hpp"
#include "variate/io/file.hpp"

namespace variate {
namespace detail {

/// Little-endian bytes, whatever the machine.
template <class Word>
void append_word(std::string& text, Word word) {
  for (std::size_t i = 0; i < sizeof(Word); ++i) text.push_back(static_cast<char>((word >> (8 * i)) & 0xFFu));
}
/// The four kinds of field of the wire format of protocol buffers that an event needs (protobuf.dev, "Encoding").
inline void append_varint(std::string& text, std::uint64_t x) {
  for (; x >= 0x80u; x >>= 7) text.push_back(static_cast<char>((x & 0x7Fu) | 0x80u));
  text.push_back(static_cast<char>(x));
}
inline void append_integer(std::string& text, unsigned field, std::int64_t x) {
  append_varint(text, field << 3);
  append_varint(text, static_cast<std::uint64_t>(x));
}
inline void append_double(std::string& text, unsigned field, double x) {
  append_varint(text, (field << 3) | 1u);
  std::uint64_t word = 0;
  std::memcpy(&word, &x, sizeof word);
  append_word(text, word);
}
inline void append_float(std::string& text, unsigned field, float x) {
  append_varint(text, (field << 3) | 5u);
  std::uint32_t word = 0;
  std::memcpy(&word, &x, sizeof word);
  append_word(text, word);
}
inline void append_bytes(std::string& text, unsigned field, std::string_view bytes) {
  append_varint(text, (field << 3) | 2u);
  append_varint(text, bytes.size());
  text.append(bytes);
}

/// Numbers counted in 30 equal bins: a message of TensorFlow's HistogramProto (summary.proto).
inline std::string histogram_message(const double* values, Index n) {
  constexpr std::size_t bins = 30;
  double low = std::numeric_limits<double>::infinity(), high = -low, sum = 0, squares = 0;
  Index counted = 0;
  for (Index i = 0; i < n; ++i) {
    const double x = values[i];
    if (!std::isfinite(x)) continue;
    low = std::min(low, x);
    high = std::max(high, x);
    sum += x;
    squares += x * x;
    ++counted;
  }
  if (counted == 0) low = high = 0;
  const double width = high > low ? (high - low) / static_cast<double>(bins) : 1.0;
  std::array<double, bins> counts{};
  for (Index i = 0; i < n; ++i)
    if (std::isfinite(values[i]))
      counts[std::min(bins - 1, static_cast<std::size_t>(std::max(0.0, (values[i] - low) / width)))] += 1;
  std::string message, limits, buckets;
  append_double(message, 1, low);
  append_double(message, 2, high);
  append_double(message, 3, static_cast<double>(counted));
  append_double(message, 4, sum);
  append_double(message, 5, squares);
  const auto append_raw = [](std::string& text, double x) {
    std::uint64_t word = 0;
    std::memcpy(&word, &x, sizeof word);
    append_word(text, word);
  };
  for (std::size_t k = 0; k < bins; ++k) {
    append_raw(limits, k + 1 == bins && high > low ? high : low + width * static_cast<double>(k + 1));
    append_raw(buckets, counts[k]);
  }
  append_bytes(message, 6, limits);
  append_bytes(message, 7, buckets);
  return message;
}

}  // namespace detail

/// A log that TensorBoard reads: scalars and histograms by tag and step, in a file of TensorFlow events (event.proto, summary.proto)
/// framed as TFRecords. Needs neither TensorFlow nor protobuf.
class EventFile {
 public:
  /// A new file in `directory`, which is made if need be. Throws FileError if either cannot be made.
  explicit EventFile(const std::string& directory) {
    std::error_code trouble;
    std::filesystem::create_directories(directory, trouble);
    if (trouble) throw FileError("EventFile: cannot make " + directory + ": " + trouble.message());
    const auto second = static_cast<long long>(now());
    for (int k = 0;; ++k) {
      path_ = directory + "/events.out.tfevents." + std::to_string(second) + ".variate." + std::to_string(k);
      file_.reset(std::fopen(path_.c_str(), "wbx"));
      if (file_) break;
      if (errno != EEXIST) throw FileError("EventFile: cannot open " + path_ + ": " + std::strerror(errno));
    }
    std::string event;
    detail::append_double(event, 1, now());
    detail::append_bytes(event, 3, "brain.Event:2");
    write(event);
  }

  /// One number of a curve.
  void add_scalar(std::string_view tag, Index step, double value) {
    std::string one;
    detail::append_bytes(one, 1, tag);
    detail::append_float(one, 2, static_cast<float>(value));
    add(step, one);
  }
  /// How n numbers are spread. Those that are not finite are left out.
  void add_histogram(std::string_view tag, Index step, const double* values, Index n) {
    std::string one;
    detail::append_bytes(one, 1, tag);
    detail::append_bytes(one, 5, detail::histogram_message(values, n));
    add(step, one);
  }
  /// Everything is in the file from here on.
  void flush() { std::fflush(file_.get()); }
  /// False if something could not be written: a full disk does not end a run.
  bool good() const { return std::ferror(file_.get()) == 0; }
  /// Where it is.
  const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  static double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }
  static std::uint32_t masked(std::string_view text) {
    const std::uint32_t check = detail::crc32c(text);
    return ((check >> 15) | (check << 17)) + 0xA282EAD8u;
  }
  void add(Index step, const std::string& value) {
    std::string summary, event;
    detail::append_bytes(summary, 1, value);
    detail::append_double(event, 1, now());
    detail::append_integer(event, 2, static_cast<std::int64_t>(step));
    detail::append_bytes(event, 5, summary);
    write(event);
  }
  /// A TFRecord: length, its check, the bytes, their check.
  void write(const std::string& event) {
    std::string record;
    detail::append_word(record, static_cast<std::uint64_t>(event.size()));
    detail::append_word(record, masked(record));
    record.append(event);
    detail::append_word(record, masked(event));
    std::fwrite(record.data(), 1, record.size(), file_.get());
  }

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace variate
