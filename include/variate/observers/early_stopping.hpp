#pragma once
#include <cmath>
#include <limits>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/diagnostics/running_mean.hpp"

namespace variate {

/// Options of EarlyStopping.
struct EarlyStoppingOptions {
  Index window = 100;      ///< steps whose values are averaged before they are judged, at least 2
  Index patience = 1000;   ///< steps without an improvement that end the run, at least `window`
  double tolerance = 0.0;  ///< gains up to this many units of the objective do not count, not negative
  double z = 2.0;          ///< standard errors a gain must exceed besides, not negative
};

/// An observer that ends a run whose objective has stopped rising, judged by a test and not by a relative change: nothing depends
/// on the objective's size or on constants in it, and values near 0 are like any others.
///
/// Values are averaged over windows. A window is an improvement over the reference (the last improvement) if
///
///     mean - mean_ref > tolerance + z sqrt(se^2 + se_ref^2),      se = sd / sqrt(window),
///
/// and then becomes the reference. The reference stays where it is otherwise, so that a slow rise adds up until it shows. The run
/// ends when the windows of `patience` steps bring no improvement. What can be missed is a rise of less than the right-hand side
/// over `patience` steps: make `window` larger to see finer ones. Steps whose value is not finite are not looked at.
class EarlyStopping {
 public:
  /// Throws InvalidArgument or DomainError for options out of range.
  explicit EarlyStopping(EarlyStoppingOptions options = {}) : options_(options) {
    detail::require_at_least("EarlyStopping", "window", options_.window, 2);
    detail::require_at_least("EarlyStopping", "patience", options_.patience, options_.window);
    require("tolerance", options_.tolerance);
    require("z", options_.z);
  }

  /// A run begins: forgets the one before, unless it is continued.
  void start(Index first, Index) {
    if (first == 0) *this = EarlyStopping(options_);
    if (stopped_) since_ = 0;
    stopped_ = false;
  }

  /// Looks at a step; false ends the run.
  bool operator()(const Step& step) {
    if (!std::isfinite(step.value)) return true;
    current_.add(step.value);
    if (current_.count() < options_.window) return true;
    const bool first = reference_.count() == 0;
    const double gain = first ? 0 : current_.mean() - reference_.mean();
    const double error = first ? 0 : std::hypot(current_.error(), reference_.error());
    if (first || gain > options_.tolerance + options_.z * error) {
      reference_ = current_;
      since_ = 0;
    } else {
      since_ += current_.count();
    }
    current_ = {};
    stopped_ = since_ >= options_.patience;
    return !stopped_;
  }

  /// Did this observer end the run?
  bool stopped() const { return stopped_; }
  /// Mean objective of the last window that was an improvement; NaN before the first full window.
  double best() const { return reference_.mean(); }
  /// Its standard error.
  double best_error() const { return reference_.error(); }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.current_, self.reference_, self.since_, self.stopped_);
  }

 private:
  static void require(const char* option, double value) {
    if (!(value >= 0) || !std::isfinite(value))
      throw DomainError(detail::complaint("EarlyStopping", option, value, "a finite number that is not negative"));
  }

  EarlyStoppingOptions options_;
  RunningMean current_, reference_;
  Index since_ = 0;  ///< steps in full windows since the reference
  bool stopped_ = false;
};

}  // namespace variate
