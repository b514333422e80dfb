#pragma once
/// Names for stretches of a parameter vector.
#include <string>
#include <string_view>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// A named stretch of a flat parameter vector: the weights or the biases of one layer.
struct ParameterBlock {
  std::string name;  ///< unique among the blocks of its owner
  Index begin = 0;   ///< of its first number
  Index rows = 0;    ///< as a row-major matrix
  Index cols = 1;    ///< as a row-major matrix; 1 for biases
  /// How many numbers it has.
  Index size() const { return rows * cols; }
};

/// The blocks with these names, in this order. Throws InvalidArgument for a name that is not among them.
inline std::vector<ParameterBlock> named(const std::vector<ParameterBlock>& blocks, const std::vector<std::string>& names) {
  std::vector<ParameterBlock> chosen;
  for (const std::string& name : names) {
    const ParameterBlock* found = nullptr;
    for (const ParameterBlock& block : blocks)
      if (block.name == name) found = &block;
    if (!found) {
      std::string all;
      for (const ParameterBlock& block : blocks) all += (all.empty() ? "" : ", ") + block.name;
      throw InvalidArgument(detail::complaint("named", "name", name, "one of " + all));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

}  // namespace variate
