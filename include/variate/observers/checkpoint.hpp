#pragma once
#include <chrono>
#include <string>
#include <tuple>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/io/state_file.hpp"

namespace variate {

/// Options of Checkpoint.
struct CheckpointOptions {
  Index every_steps = 0;       ///< a checkpoint after steps n, 2n, ...; 0: by time alone
  double every_seconds = 10;   ///< and when so many seconds have passed since the last one; infinity: by steps alone
  bool write = true;           ///< false on all ranks but one of a distributed run: they share the file
};

/// An observer that writes all of a run (parameters, optimizer, averages, what estimators have learned, engine, history) to a
/// file, from which `resume` takes it up: killed at any moment and resumed, a run ends with the same bits as an unbroken one. The
/// file is replaced as a whole, so there is always a good one; it is written when the run ends too.
///
///     EarlyStopping stop;
///     Checkpoint checkpoint("run.state", {}, stop);
///     auto result = fit(resume("run.state", learner, rng, stop), rng, options, stop, checkpoint);
///
/// Observers that a run depends on are named after the options, in the order in which `resume` is given them. A file that cannot
/// be written ends the run with a FileError. Needs an engine that can be written down, as `Rng` can, and a stepper whose types
/// have `archive`: see io/archive.hpp.
template <class... Kept>
class Checkpoint {
 public:
  /// Throws InvalidArgument if `every_steps` < 0, DomainError if `every_seconds` is negative or NaN.
  explicit Checkpoint(std::string path, CheckpointOptions options = {}, Kept&... kept)
      : path_(std::move(path)), options_(options), kept_(kept...) {
    detail::require_at_least("Checkpoint", "every_steps", options_.every_steps, 0);
    if (!(options_.every_seconds >= 0))
      throw DomainError(detail::complaint("Checkpoint", "every_seconds", options_.every_seconds, "seconds, not negative"));
  }

  /// A run begins: the clock starts.
  void start(Index, Index) { last_ = Clock::now(); }
  /// Nothing to say to a step alone.
  void operator()(const Step&) const {}
  /// Writes if it is time, or if the run is over.
  template <class Run, class R>
  void keep(const Run& run, const R& rng, bool over) {
    const bool due = options_.every_steps > 0 && run.stepper.index() % options_.every_steps == 0;
    if (!options_.write || !(over || due || std::chrono::duration<double>(Clock::now() - last_).count() >= options_.every_seconds))
      return;
    save_state<std::tuple<Run, R, Kept...>>(path_, std::tuple_cat(std::tuple<const Run&, const R&>(run, rng), kept_));
    last_ = Clock::now();
    ++written_;
  }

  /// Checkpoints written.
  Index written() const { return written_; }
  /// Where.
  const std::string& path() const { return path_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::string path_;
  CheckpointOptions options_;
  std::tuple<Kept&...> kept_;
  Clock::time_point last_ = Clock::now();
  Index written_ = 0;
};

}  // namespace variate
