#pragma once
/// What Nodewise takes, and why not.
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "variate/estimators/detail/tail.hpp"

namespace variate::detail {

/// It reads an integrand's columns as log weights, so that its value is no mean of them.
template <class E>
inline constexpr bool of_several_samples = requires { requires E::of_several_samples; };

/// Of the estimators E.
template <class... E>
struct NodewiseRules {
  static constexpr std::size_t count = sizeof...(E);
  template <class Q, class F, class R = AnyRng>
  using GraphOf = Graph<R, ByNode<F>, typename NodesOf<Q>::First, typename NodesOf<Q>::Rest, std::tuple<E...>>;
  /// Slopes by the draws of node K, and so of all before it, are wanted.
  template <class G, std::size_t K>
  static constexpr bool sloped_after() {
    if constexpr (needs_slopes<G, K>) return true;
    else if constexpr (K == 0) return false;
    else return sloped_after<G, K - 1>();
  }
  template <class G, std::size_t K>
  static constexpr bool accepts_node() {
    using Types = NodeTypes<G, K>;
    constexpr bool sloped = sloped_after<G, K>();
    if constexpr (of_several_samples<typename Types::Estimator>) return false;
    else if constexpr (!Types::template objective_accepts<sloped>) return false;
    else return accepts<typename Types::Estimator, typename Types::Q, typename Types::template Integrand<sloped>>;
  }
  template <class Q, class F>
  static constexpr bool leaf_is_good = [] {
    using T = ScalarOf<Q>;
    using Leaf = typename ByNode<F>::Leaf;
    if constexpr (!Integrand<Leaf, T>) return false;
    else
      return !DirectEvaluation<decltype(variate::evaluate(std::declval<const Leaf&>(), std::declval<const Batch<T>&>())), T>;
  }();
  template <class Q, class F>
  static constexpr bool accepts_nodes() {
    if constexpr (!NodesOf<Q>::exist) return false;
    else if constexpr (!NodesOf<Q>::made) return false;
    else if constexpr (1 + std::tuple_size_v<typename NodesOf<Q>::Rest> != count) return false;
    else if constexpr (!leaf_is_good<Q, F>) return false;
    else
      return []<std::size_t... I>(std::index_sequence<I...>) {
        return (accepts_node<GraphOf<Q, F>, count - 1 - I>() && ...);
      }(std::index_sequence_for<E...>());
  }

  template <class Q, class F>
  static constexpr void explain_nodes() {
    using Nodes = NodesOf<Q>;
    static_assert(Nodes::exist,
                  "Nodewise is for distributions of several nodes, a Hierarchy (bound or not) or a Product: for one node call "
                  "its estimator.");
    if constexpr (Nodes::exist) {
      static_assert(Nodes::made, "the blocks of a Product after the first must be made by from_theta(theta) alone.");
      constexpr bool as_many = 1 + std::tuple_size_v<typename Nodes::Rest> == count;
      static_assert(as_many, "Nodewise takes as many estimators as the distribution has nodes, in their order.");
      using Leaf = typename ByNode<F>::Leaf;
      static_assert(Integrand<Leaf, ScalarOf<Q>>,
                    "the model must be callable on a batch and return one number a column: "
                    "Row<T> operator()(const Batch<T>& x) const (or evaluate(x), or value_and_gradient(x, gradient)).");
      static_assert(!Integrand<Leaf, ScalarOf<Q>> || leaf_is_good<Q, F>,
                    "the only objective that Nodewise knows how to divide among the nodes is Elbo.");
      if constexpr (Nodes::made && as_many && leaf_is_good<Q, F>) explain_node<GraphOf<Q, F>, count - 1>();
    }
  }
  template <class G, std::size_t K>
  static constexpr void explain_node() {
    using Types = NodeTypes<G, K>;
    constexpr bool sloped = sloped_after<G, K>();
    if constexpr (!accepts_node<G, K>()) {
      static_assert(!of_several_samples<typename Types::Estimator>,
                    "bounds of several samples are of all nodes together: give such an estimator the whole distribution.");
      if constexpr (!of_several_samples<typename Types::Estimator>) {
        constexpr bool back = sends_back<G, K + 1>();
        static_assert(!sloped || back,
                      "the path of a node goes through what depends on its draws: the link of each conditional after it must send "
                      "slopes to what it was bound to, pullback(g, of_inputs), as NetworkConditional's does.");
        static_assert(Types::template objective_accepts<sloped>,
                      "a node has no closed entropy: use Elbo<StickingTheLanding> or Elbo<SampledEntropy>.");
        if constexpr (back && Types::template objective_accepts<sloped>)
          Types::Estimator::template explain<typename Types::Q, typename Types::template Integrand<sloped>>();
      }
    } else if constexpr (K > 0) {
      explain_node<G, K - 1>();
    }
  }
  /// Nodes from K on send slopes to what they were bound to.
  template <class G, std::size_t K>
  static constexpr bool sends_back() {
    if constexpr (K == G::count) return true;
    else return NodeTypes<G, K>::to_inputs && sends_back<G, K + 1>();
  }
};

}  // namespace variate::detail
