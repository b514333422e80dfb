#pragma once
/// Several random nodes, each with its own estimator: stochastic computation graphs.
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/estimators/detail/kept.hpp"
#include "variate/estimators/detail/nodewise_rules.hpp"

namespace variate {

/// An estimator for a node of Nodewise, with the number of draws for each draw of the nodes before it.
template <class E>
struct Repeated {
  E estimator;        ///< of the node
  Index samples = 1;  ///< at least as many as it needs
};
template <class E>
Repeated(E, Index) -> Repeated<E>;

namespace detail {

template <class E>
struct WithoutCount {
  using Type = E;
  static constexpr bool counted = false;
  static const E& estimator(const E& e) { return e; }
  static Index samples(const E&) { return 1; }
};
template <class E>
struct WithoutCount<Repeated<E>> {
  using Type = E;
  static constexpr bool counted = true;
  static const E& estimator(const Repeated<E>& e) { return e.estimator; }
  static Index samples(const Repeated<E>& e) { return e.samples; }
};

/// A product behind a link.
template <class Q>
concept LinkedProduct = Linked<Q> && NodesOf<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>>::exist &&
                        !NodesOf<Q>::exist;

}  // namespace detail

/// The gradient of E f over a stochastic computation graph (Schulman, Heess, Weber and Abbeel 2015), an estimator for each node:
/// `Nodewise(Reinforce{}, Pathwise{})` for a Hierarchy of two nodes, `Nodewise(Pathwise{}, Repeated{Disarm{}, 2})` for a Product.
///
/// What comes after a node is, given the draws so far, an integrand of them: the next node's estimator makes its value, the
/// gradient of its parameters and, where an earlier node is reparameterised, its slopes. So the first node's estimator is called
/// on n draws; for each of them the next node's on as many as its `Repeated` says (one, if it stands alone); f is evaluated on
/// the product of these numbers. Scores weigh the mean of what comes after their node, so do baselines; paths go through all
/// that depends on a draw.
///
/// Unbiased if all its estimators are. q is a Hierarchy, bound or not, or a Product, behind a link or not, whose blocks are made
/// by from_theta; f sees the nodes' draws stacked. An Elbo is taken apart: each node has its own log q, so that each node's
/// estimator leaves out what it may. Samples that are not finite are dropped by the estimator that sees them; a node that has
/// none left makes the draws before it not finite. Throws what the estimators throw.
template <class... E>
class Nodewise {
  using Rules = detail::NodewiseRules<E...>;
  static constexpr std::size_t count = sizeof...(E);
  static_assert(count > 1, "Nodewise takes an estimator for each node, and there are at least two");

 public:
  /// Estimators, those after the first in `Repeated` if they need more than one draw.
  template <class... A>
    requires(sizeof...(A) == sizeof...(E) && (std::is_same_v<typename detail::WithoutCount<A>::Type, E> && ...))
  explicit Nodewise(A... nodes)
      : estimators_(detail::WithoutCount<A>::estimator(nodes)...), samples_{detail::WithoutCount<A>::samples(nodes)...} {
    static_assert(!detail::WithoutCount<std::tuple_element_t<0, std::tuple<A...>>>::counted,
                  "the first node's number of draws is the n of the call");
  }

  /// The estimators as they stand.
  const std::tuple<E...>& estimators() const { return estimators_; }

  template <class Q, class F>
  static constexpr bool accepts = [] {
    if constexpr (detail::LinkedProduct<Q>) {
      return Rules::template accepts_nodes<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>, F>();
    } else {
      return Rules::template accepts_nodes<Q, F>();
    }
  }();
  template <class Q, class F>
  static constexpr detail::Never explain() {
    if constexpr (detail::LinkedProduct<Q>)
      Rules::template explain_nodes<std::remove_cvref_t<decltype(std::declval<const Q&>().distribution())>, F>();
    else
      Rules::template explain_nodes<Q, F>();
    return {};
  }

  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const F& f, R& rng, Index n) const {
    if constexpr (!accepts<Q, F>) {
      return explain<Q, F>();
    } else if constexpr (detail::LinkedProduct<Q>) {
      auto estimate = run(q.distribution(), f, rng, n);
      if (estimate.q.size() != 0) estimate.q = q.link_pullback(detail::as_batch(estimate.q, q.batch_size()));
      return estimate;
    } else {
      return run(q, f, rng, n);
    }
  }

  /// Hands each node's estimator what it was to learn from an estimate whose step was taken.
  template <class T>
  void learn(const Vector<T>& own) {
    Index at = 0;
    const auto teach = [&](auto& estimator) {
      const auto size = static_cast<Index>(own(at));
      const Vector<T> part = own.segment(at + 1, size);
      at += 1 + size;
      if constexpr (requires { estimator.learn(part); })
        if (size != 0) estimator.learn(part);
    };
    std::apply([&](auto&... estimator) { (teach(estimator), ...); }, estimators_);
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.estimators_);
  }

 private:
  template <class Q, class F, class R>
  Estimate<ScalarOf<Q>> run(const Q& q, const F& f, R& rng, Index n) const {
    using T = ScalarOf<Q>;
    using Nodes = detail::NodesOf<Q>;
    using G = typename Rules::template GraphOf<Q, F, R>;
    using Objective = detail::ByNode<F>;
    constexpr bool sloped = detail::needs_slopes<G, 0>;
    const auto& first = Nodes::first(q);
    const auto& rest = Nodes::rest(q);
    std::vector<detail::NodeNoise<R>> noise;
    for (std::size_t k = 1; k < count; ++k) noise.emplace_back(rng);
    Estimate<T> all;
    const G graph{Objective::leaf(f), rest, Nodes::data(q), estimators_, samples_, noise, all.evaluations, all.dropped};
    const detail::Outermost<G, sloped> after{graph};
    const auto& integrand = Objective::apply(first, after);
    const Estimate<T> estimate = std::get<0>(estimators_)(first, integrand, rng, n);
    all.value = estimate.value;
    all.dropped += estimate.dropped;
    if (estimate.f.size() == 0) return detail::refused<T>(all.dropped, all.evaluations);

    // what the nodes' pullbacks put one after the other
    std::array<Vector<T>, count> parts, own;
    parts[0] = estimate.q;
    own[0] = estimate.own;
    Index at = 0;
    const auto take = [&](Index size) {
      at += size;
      return Vector<T>(estimate.f.segment(at - size, size));
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((own[I + 1] = take(static_cast<Index>(take(1)(0))),
        parts[I + 1] = take(Vector<T>(std::get<I>(rest).params()).size())),
       ...);
    }(std::make_index_sequence<count - 1>());
    all.f = take(estimate.f.size() - at);
    all.q = detail::joined(parts);
    Index learned = 0;
    for (const Vector<T>& part : own) learned += part.size();
    if (learned != 0) {
      all.own.resize(learned + static_cast<Index>(count));
      Index to = 0;
      for (const Vector<T>& part : own) {
        all.own(to) = static_cast<T>(part.size());
        all.own.segment(to + 1, part.size()) = part;
        to += 1 + part.size();
      }
    }
    return all;
  }

  std::tuple<E...> estimators_;
  std::array<Index, count> samples_;
};
template <class... A>
Nodewise(A...) -> Nodewise<typename detail::WithoutCount<A>::Type...>;

}  // namespace variate
