#pragma once
#include <string>

#include "support/catch.hpp"

namespace variate_tests {

/// Whether f throws an E whose text has these words in it.
template <class E, class F>
bool refused(F&& f, const std::string& words) {
  try {
    f();
  } catch (const E& e) {
    UNSCOPED_INFO(e.what());
    return says(e.what(), words);
  }
  return false;
}

}  // namespace variate_tests
