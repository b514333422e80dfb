#pragma once
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/io/text.hpp"

namespace variate {

/// Options of Trace.
struct TraceOptions {
  bool append = false;        ///< go on with a file that is there (a run that is continued) instead of writing it anew
  double flush_every = 1.0;   ///< seconds after which what was written is sure to be in the file, not negative
};

/// An observer that writes each step as a line of CSV: step,value,dropped,evaluations,taken,seconds. Values have all their
/// digits; seconds count from the start of the run. `tail -f` shows a run as it goes.
class Trace {
 public:
  /// Opens the file and writes the line of names. Throws FileError if it cannot be opened, DomainError for a bad `flush_every`.
  explicit Trace(const std::string& path, TraceOptions options = {}) : options_(options) {
    check();
    owned_.reset(std::fopen(path.c_str(), options_.append ? "ab" : "wb"));
    if (!owned_) throw FileError("Trace: cannot open " + path + ": " + std::strerror(errno));
    file_ = owned_.get();
    std::fseek(file_, 0, SEEK_END);
    if (std::ftell(file_) <= 0) names();
  }
  /// Writes to a file of the caller's, which stays open. Throws InvalidArgument if it is null.
  explicit Trace(std::FILE* file, TraceOptions options = {}) : options_(options), file_(file) {
    check();
    if (!file_) throw InvalidArgument("Trace: file is null, expected an open file");
    if (!options_.append) names();
  }

  /// A run begins: its seconds count from here.
  void start(Index, Index) { begin_ = flushed_ = Clock::now(); }

  /// Writes a line.
  void operator()(const Step& step) {
    const auto now = Clock::now();
    line_.clear();
    line_.append(std::to_string(step.index)).push_back(',');
    detail::append_number(line_, step.value);
    line_.append(",").append(std::to_string(step.dropped)).append(",").append(std::to_string(step.evaluations));
    line_.append(step.taken ? ",1," : ",0,");
    append_seconds(microseconds(begin_, now));
    line_.push_back('\n');
    std::fwrite(line_.data(), 1, line_.size(), file_);
    if (static_cast<double>(microseconds(flushed_, now)) >= 1e6 * options_.flush_every) {
      std::fflush(file_);
      flushed_ = now;
    }
  }

  /// Everything is in the file from here on.
  void finish() { std::fflush(file_); }
  /// False if something could not be written: a full disk does not end a run.
  bool good() const { return std::ferror(file_) == 0; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  static long long microseconds(Clock::time_point from, Clock::time_point to) {
    return static_cast<long long>(std::chrono::duration_cast<std::chrono::microseconds>(to - from).count());
  }
  void check() const {
    if (!(options_.flush_every >= 0))
      throw DomainError(detail::complaint("Trace", "flush_every", options_.flush_every, "seconds, not negative"));
  }
  void names() { std::fputs("step,value,dropped,evaluations,taken,seconds\n", file_); }
  /// Appends microseconds as seconds, with a point whatever the locale.
  void append_seconds(long long time) {
    std::string digits = std::to_string(time);
    if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
    line_.append(digits, 0, digits.size() - 6).append(".").append(digits, digits.size() - 6, 6);
  }

  TraceOptions options_;
  std::unique_ptr<std::FILE, Close> owned_;
  std::FILE* file_ = nullptr;
  Clock::time_point begin_ = Clock::now(), flushed_ = begin_;
  std::string line_;
};

}  // namespace variate
