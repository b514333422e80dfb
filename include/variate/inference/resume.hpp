#pragma once
#include <filesystem>
#include <string>
#include <tuple>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/inference/fit.hpp"
#include "variate/io/state_file.hpp"

namespace variate {

/// The run that a `Checkpoint` has written to this file; where there is no file, a new run of this stepper. Hand it to `fit`.
///
/// The stepper is what the program starts with: it brings what a checkpoint does not hold (data, options, functions). The engine
/// and the observers named in `kept` are set to what they were, too; nothing is, if this throws. Throws ArchiveError if the file
/// is cut short, changed, or of a run of other types or sizes; FileError if it cannot be read.
template <Stepper S, class R, class... Kept>
Fit<S> resume(const std::string& path, S stepper, R& rng, Kept&... kept) {
  static_assert(detail::StatefulEngine<R>, "variate: resume needs an engine that can be written down by state(), as Rng can.");
  Fit<S> fresh{std::move(stepper)};
  if (!std::filesystem::exists(path)) return fresh;
  auto saved = load_state(path, std::tuple<Fit<S>, R, Kept...>(std::move(fresh), rng, kept...));
  std::tie(rng, kept...) = std::apply(
      [](auto&, auto&... rest) { return std::tuple<decltype(rest)...>(rest...); }, saved);
  return std::get<0>(std::move(saved));
}

}  // namespace variate
