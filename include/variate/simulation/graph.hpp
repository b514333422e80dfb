#pragma once
/// Undirected graphs for agent-based simulators: who is next to whom.
#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// Nodes 0, ..., n - 1 and, for each, its neighbours.
class Graph {
 public:
  using Edge = std::array<Index, 2>;

  /// An edge counts once however often it is named. InvalidArgument for an edge from a node to itself or to one that is not there.
  Graph(Index nodes, const std::vector<Edge>& edges) : begins_(static_cast<std::size_t>(nodes < 0 ? 0 : nodes) + 1, 0) {
    detail::require_at_least("Graph", "nodes", nodes, 1);
    std::vector<Edge> both;
    both.reserve(2 * edges.size());
    for (const auto& [a, b] : edges) {
      for (const Index end : {a, b})
        if (end < 0 || end >= nodes)
          throw InvalidArgument(detail::complaint("Graph", "end of an edge", end, "a node from 0 to " + std::to_string(nodes - 1)));
      if (a == b) throw InvalidArgument(detail::complaint("Graph", "end of an edge", a, "another node than its beginning"));
      both.push_back({a, b});
      both.push_back({b, a});
    }
    std::sort(both.begin(), both.end());
    both.erase(std::unique(both.begin(), both.end()), both.end());
    for (const auto& [a, b] : both) {
      neighbours_.push_back(static_cast<int>(b));
      begins_[static_cast<std::size_t>(a) + 1] = neighbours_.size();
    }
    for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] = std::max(begins_[i], begins_[i - 1]);
  }
  Index size() const { return static_cast<Index>(begins_.size()) - 1; }
  /// The neighbours of a node, in order.
  const int* begin(Index node) const { return neighbours_.data() + begins_[static_cast<std::size_t>(node)]; }
  const int* end(Index node) const { return neighbours_.data() + begins_[static_cast<std::size_t>(node) + 1]; }
  /// How many a node has.
  Index degree(Index node) const { return end(node) - begin(node); }

 private:
  std::vector<std::size_t> begins_;
  std::vector<int> neighbours_;
};

/// A ring in which each node is joined to its `neighbours` nearest (even), each edge then moved to a random other end with
/// probability `rewire` (Watts and Strogatz 1998). InvalidArgument unless 2 <= neighbours < nodes is even, DomainError unless rewire
/// is in [0, 1].
template <class R>
Graph watts_strogatz(R& rng, Index nodes, Index neighbours, double rewire) {
  detail::require_at_least("watts_strogatz", "nodes", nodes, 3);
  if (neighbours < 2 || neighbours >= nodes || neighbours % 2 != 0)
    throw InvalidArgument(detail::complaint("watts_strogatz", "neighbours", neighbours, "an even number from 2, less than nodes"));
  if (!(rewire >= 0 && rewire <= 1))
    throw DomainError(detail::complaint("watts_strogatz", "rewire", rewire, "a probability in [0, 1]"));
  const auto n = static_cast<std::size_t>(nodes);
  std::vector<std::vector<char>> joined(n, std::vector<char>(n, 0));
  const auto join = [&](Index a, Index b, char value) {
    joined[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)] = value;
    joined[static_cast<std::size_t>(b)][static_cast<std::size_t>(a)] = value;
  };
  for (Index i = 0; i < nodes; ++i)
    for (Index k = 1; k <= neighbours / 2; ++k) join(i, (i + k) % nodes, 1);
  for (Index k = 1; k <= neighbours / 2; ++k)
    for (Index i = 0; i < nodes; ++i) {
      const Batch<double> u = uniforms<double>(rng, 1, 2);
      if (u(0, 0) >= rewire) continue;
      const Index to = std::min(nodes - 1, static_cast<Index>(u(0, 1) * static_cast<double>(nodes)));
      if (to == i || joined[static_cast<std::size_t>(i)][static_cast<std::size_t>(to)]) continue;
      join(i, (i + k) % nodes, 0);
      join(i, to, 1);
    }
  std::vector<Graph::Edge> edges;
  for (Index i = 0; i < nodes; ++i)
    for (Index j = i + 1; j < nodes; ++j)
      if (joined[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)]) edges.push_back({i, j});
  return Graph(nodes, edges);
}

}  // namespace variate
