#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/io/event_file.hpp"

namespace variate {

/// Options of TensorBoard.
struct TensorBoardOptions {
  std::string tag = "value";    ///< of the objective, where a step has no names of its own for what it reports
  Index histograms_every = 0;   ///< a histogram of the guide's parameters after steps n, 2n, ...; 0: none
  double flush_every = 1.0;     ///< seconds after which what was written is sure to be in the file, not negative
  bool write = true;            ///< false on all ranks but one of a distributed run: no file is made
};

/// An observer that writes a log for TensorBoard: `tensorboard --logdir <directory>` shows the run as it goes. Each run makes a file
/// of its own. A step may say what it wants shown by `report(f)`, which calls f(tag, number) for each; else it is the objective.
/// Steps that were not taken are passed over.
class TensorBoard {
 public:
  /// Makes the directory and the file. Throws FileError if that fails, InvalidArgument or DomainError for options out of range.
  explicit TensorBoard(const std::string& directory, TensorBoardOptions options = {})
      : options_((check(options), std::move(options))) {
    if (options_.write) file_.emplace(directory);
  }

  /// A run begins.
  void start(Index, Index) { flushed_ = Clock::now(); }
  /// Writes what the step reports, and a histogram if it is time.
  template <class StepType, class Stepper>
  void operator()(const StepType& step, const Stepper& stepper) {
    if (!file_) return;
    if (step.taken) {
      if constexpr (requires { step.report([](const char*, double) {}); })
        step.report([&](const char* tag, double value) { file_->add_scalar(tag, step.index, value); });
      else
        file_->add_scalar(options_.tag, step.index, step.value);
    }
    if constexpr (requires { stepper.q().params(); })
      if (options_.histograms_every > 0 && (step.index + 1) % options_.histograms_every == 0) {
        const Vector<double> params = Vector<ScalarOf<decltype(stepper.q())>>(stepper.q().params()).template cast<double>();
        file_->add_histogram("parameters", step.index, params.data(), params.size());
      }
    if (std::chrono::duration<double>(Clock::now() - flushed_).count() >= options_.flush_every) {
      file_->flush();
      flushed_ = Clock::now();
    }
  }
  /// Everything is in the file from here on.
  void finish() {
    if (file_) file_->flush();
  }

  /// False if something could not be written: a full disk does not end a run.
  bool good() const { return !file_ || file_->good(); }
  /// The file; empty if none is written.
  std::string path() const { return file_ ? file_->path() : std::string(); }

 private:
  using Clock = std::chrono::steady_clock;
  static void check(const TensorBoardOptions& options) {
    detail::require_at_least("TensorBoard", "histograms_every", options.histograms_every, 0);
    if (!(options.flush_every >= 0))
      throw DomainError(detail::complaint("TensorBoard", "flush_every", options.flush_every, "seconds, not negative"));
  }

  TensorBoardOptions options_;
  std::optional<EventFile> file_;
  Clock::time_point flushed_ = Clock::now();
};

}  // namespace variate
