#pragma once
#include <vector>

#include "variate/core/concepts.hpp"

namespace variate {

/// An observer that keeps the steps. Give it to `fit` by name and read `steps` afterwards.
struct Record {
  std::vector<Step> steps;  ///< in the order they were made
  void operator()(const Step& step) { steps.push_back(step); }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.steps);
  }
};

}  // namespace variate
