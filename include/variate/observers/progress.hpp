#pragma once
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/observers/detail/terminal.hpp"

namespace variate {

/// Options of Progress.
struct ProgressOptions {
  std::string label{};          ///< what comes first on the line
  Index width = 79;             ///< longest line, in characters; at least 20
  Index bar = 24;               ///< cells of the bar; fewer where the line has no room for them; 0: no bar
  std::string value = "value";  ///< what the objective is called on the line
  Index smoothing = 100;        ///< steps over which the value is smoothed, at least 1
  double interval = 0.1;        ///< seconds between two drawings, not negative
  bool always = false;          ///< draw even where nobody looks: `file` is not a terminal
  bool clear = false;           ///< wipe the line at the end instead of leaving it
  std::FILE* file = stderr;     ///< where to
};

/// An observer that shows how far a run is: one line with bar, steps, steps per second, time left, and the smoothed objective.
/// Silent when the file is not a terminal. A drawing is one write that covers the line before it, so that nothing flickers.
///
///     variate::fit(learner, rng, {.max_steps = 2000}, variate::Progress{{.label = "mean field"}});
class Progress {
 public:
  /// Throws InvalidArgument or DomainError for options out of range.
  explicit Progress(ProgressOptions options = {}) : options_(std::move(options)) {
    detail::require_at_least("Progress", "width", options_.width, 20);
    detail::require_at_least("Progress", "bar", options_.bar, 0);
    detail::require_at_least("Progress", "smoothing", options_.smoothing, 1);
    if (!(options_.interval >= 0))
      throw DomainError(detail::complaint("Progress", "interval", options_.interval, "a number of seconds that is not negative"));
    if (!options_.file) throw InvalidArgument("Progress: file is null, expected an open file");
    shown_ = options_.always || detail::is_terminal(options_.file);
    begin_ = last_ = Clock::now();
  }
  Progress(Progress&& other) noexcept { *this = std::move(other); }
  Progress& operator=(Progress&& other) noexcept {
    if (this != &other) {
      end_line();
      options_ = std::move(other.options_);
      begin_ = other.begin_;
      last_ = other.last_;
      first_ = other.first_;
      total_ = other.total_;
      done_ = other.done_;
      value_ = other.value_;
      weight_ = other.weight_;
      drawn_ = std::exchange(other.drawn_, 0);
      shown_ = other.shown_;
    }
    return *this;
  }
  ~Progress() { end_line(); }

  /// A run from step `first` to step `max_steps` begins.
  void start(Index first, Index max_steps) {
    end_line();
    first_ = done_ = first;
    total_ = max_steps;
    value_ = weight_ = 0;
    begin_ = last_ = Clock::now();
  }

  /// A step was made.
  void operator()(const Step& step) {
    if (!shown_) return;
    done_ = step.index + 1;
    if (std::isfinite(step.value)) {
      const double forget = 1 / static_cast<double>(options_.smoothing);
      value_ += forget * (step.value - value_);
      weight_ += forget * (1 - weight_);
    }
    const auto now = Clock::now();
    if (drawn_ > 0 && seconds(last_, now) < options_.interval) return;
    last_ = now;
    draw(now, false);
  }

  /// The run is over: the last state of the line is left standing, or wiped if the options say so.
  void finish() {
    if (!shown_) return;
    if (options_.clear) {
      if (drawn_ > 0) write("\r" + std::string(static_cast<std::size_t>(drawn_), ' ') + "\r");
      drawn_ = 0;
    } else {
      draw(Clock::now(), true);
      end_line();
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double seconds(Clock::time_point from, Clock::time_point to) { return std::chrono::duration<double>(to - from).count(); }

  /// h:mm:ss, or m:ss below an hour.
  static std::string clock(double time) {
    const long long s = static_cast<long long>(std::min(std::max(std::ceil(time), 0.0), 3.6e6));
    char text[40];
    if (s >= 3600) {
      std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    } else {
      std::snprintf(text, sizeof text, "%lld:%02lld", s / 60, s % 60);
    }
    return text;
  }

  std::string line(Clock::time_point now, bool over) const {
    std::string front = options_.label, text;
    if (!front.empty()) front.append(" ");
    double part = 0;
    if (total_ > 0) {
      part = std::clamp(static_cast<double>(done_) / static_cast<double>(total_), 0.0, 1.0);
      char percent[16];
      std::snprintf(percent, sizeof percent, "%3d%% ", static_cast<int>(100 * part));
      text.append(percent).append(std::to_string(done_)).append("/").append(std::to_string(total_));
    } else {
      text.append(std::to_string(done_)).append(" steps");
    }
    const double elapsed = seconds(begin_, now);
    char piece[64];
    if (elapsed > 0 && done_ > first_) {
      const double rate = static_cast<double>(done_ - first_) / elapsed;
      std::snprintf(piece, sizeof piece, "  %.*f/s", rate < 10 ? 1 : 0, rate);
      text.append(piece);
      if (over || total_ == 0) {
        text.append("  took ").append(clock(elapsed));
      } else {
        text.append("  ETA ").append(clock(static_cast<double>(total_ - done_) / rate));
      }
    }
    if (weight_ > 0) {
      std::snprintf(piece, sizeof piece, " %.6g", value_ / weight_);
      text.append("  ").append(options_.value).append(piece);
    }
    // the bar takes what room is left, so that the numbers are never cut for its sake
    const Index room = options_.width - static_cast<Index>(front.size() + text.size()) - 3;
    const Index cells = std::min(options_.bar, room);
    if (total_ > 0 && cells >= 3) {
      const auto full = static_cast<std::size_t>(part * static_cast<double>(cells));
      front.append("[").append(full, '#').append(static_cast<std::size_t>(cells) - full, '.').append("] ");
    }
    text.insert(0, front);
    if (static_cast<Index>(text.size()) > options_.width) text.resize(static_cast<std::size_t>(options_.width));
    return text;
  }

  void draw(Clock::time_point now, bool over) {
    std::string text = line(now, over);
    const Index length = static_cast<Index>(text.size());
    if (length < drawn_) text.append(static_cast<std::size_t>(drawn_ - length), ' ');
    drawn_ = std::max<Index>(length, 1);
    write("\r" + text);
  }
  void end_line() noexcept {
    if (drawn_ > 0) {
      std::fputc('\n', options_.file);
      std::fflush(options_.file);
    }
    drawn_ = 0;
  }
  void write(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), options_.file);
    std::fflush(options_.file);
  }

  ProgressOptions options_;
  Clock::time_point begin_, last_;
  Index first_ = 0, total_ = 0, done_ = 0;
  double value_ = 0, weight_ = 0;  ///< exponential average and its sum of weights: their ratio has no bias towards 0
  Index drawn_ = 0;                ///< characters on the line that stands; 0: none
  bool shown_ = false;
};

}  // namespace variate
