#pragma once
/// What Nodewise takes apart: a hierarchy or a product into nodes, an objective into what each node adds.
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/distributions/hierarchy.hpp"
#include "variate/distributions/conditional.hpp"
#include "variate/distributions/product.hpp"
#include "variate/objectives/elbo.hpp"
#include "variate/random/detail/stream.hpp"

namespace variate::detail {

// ---- nodes ------------------------------------------------------------------------------------------------------------

/// Theta stands for itself: gradients stay K x B.
template <class T>
struct ThetaLink {
  const Batch<T>* x;
  const Batch<T>& inputs() const { return *x; }
  Vector<T> pullback(const Batch<T>& g) const { return flattened(g); }
};

/// The same family with another theta.
template <class D, class T>
auto with_theta(const D& d, Batch<T> theta) {
  if constexpr (requires { d.classes(); }) return D::from_theta(std::move(theta), d.classes());
  else return D::from_theta(std::move(theta));
}

/// A family of which with_theta makes another.
template <class D>
concept MadeOfTheta = Linked<D> && (requires(const D& d, Batch<ScalarOf<D>> theta) { D::from_theta(theta, d.classes()); } ||
                                    requires(Batch<ScalarOf<D>> theta) { D::from_theta(theta); });

/// A family as a conditional that does not look at what it is bound to: a block of a product. Borrows it.
template <class D>
struct Unconditional {
  using Scalar = ScalarOf<D>;
  const D* family;

  struct Link {
    const Batch<Scalar>* x;
    Index points;
    const Batch<Scalar>& inputs() const { return *x; }
    Vector<Scalar> pullback(const Batch<Scalar>& g) const { return flattened(folded(g, points)); }
    Vector<Scalar> pullback(const Batch<Scalar>& g, Batch<Scalar>& of_inputs) const {
      of_inputs.setZero(x->rows(), x->cols());
      return pullback(g);
    }
  };
  Vector<Scalar> params() const { return family->params(); }
  Bound<D, Link> at(const Batch<Scalar>& x) const {
    const Batch<Scalar>& theta = family->theta();
    Batch<Scalar> each(theta.rows(), x.cols());
    for (Index c = 0; c < x.cols(); c += theta.cols()) each.middleCols(c, theta.cols()) = theta;
    return {with_theta(*family, std::move(each)), Link{&x, theta.cols()}};
  }
};

/// The nodes of q: the first, a tuple of the conditionals after it, and the data the hierarchy was bound to. `made`: each node
/// after the first can be bound.
template <class Q>
struct NodesOf {
  static constexpr bool exist = false;
};
template <class F, class... C>
struct NodesOf<Hierarchy<F, C...>> {
  static constexpr bool exist = true, made = true;
  using First = F;
  using Rest = std::tuple<C...>;
  static const F& first(const Hierarchy<F, C...>& q) { return q.first(); }
  static const Rest& rest(const Hierarchy<F, C...>& q) { return q.rest(); }
  static const Batch<ScalarOf<F>>* data(const Hierarchy<F, C...>&) { return nullptr; }
};
template <class F, class... C>
struct NodesOf<BoundHierarchy<F, C...>> {
  static constexpr bool exist = true, made = true;
  using First = std::remove_cvref_t<F>;
  using Rest = std::tuple<C...>;
  static const First& first(const BoundHierarchy<F, C...>& q) { return q.first(); }
  static const Rest& rest(const BoundHierarchy<F, C...>& q) { return q.rest(); }
  static const Batch<ScalarOf<First>>* data(const BoundHierarchy<F, C...>& q) { return q.data(); }
};
template <class F, class... D>
struct NodesOf<Product<F, D...>> {
  static constexpr bool exist = true, made = (MadeOfTheta<D> && ...);
  using First = F;
  using Rest = std::tuple<Unconditional<D>...>;
  static const F& first(const Product<F, D...>& q) { return q.template block<0>(); }
  static Rest rest(const Product<F, D...>& q) {
    return std::apply([](const F&, const D&... block) { return Rest{Unconditional<D>{&block}...}; }, q.blocks());
  }
  static const Batch<ScalarOf<F>>* data(const Product<F, D...>&) { return nullptr; }
};

// ---- objectives -------------------------------------------------------------------------------------------------------

/// What is estimated, taken apart: the integrand of all draws, and what each node adds to it.
template <class F>
struct ByNode {
  using Leaf = F;
  template <class Q, class G>
  using Of = G;
  template <class Q, class G>
  static constexpr bool accepts = true;
  static const F& leaf(const F& f) { return f; }
  template <class Q, class G>
  static const G& apply(const Q&, const G& g) {
    return g;
  }
};
/// Each node brings its own entropy.
template <class Whole, class F, class Entropy>
struct ByNode<ElboIntegrand<Whole, F, Entropy>> {
  using Leaf = F;
  template <class Q, class G>
  using Of = ElboIntegrand<Q, G, Entropy>;
  template <class Q, class G>
  static constexpr bool accepts = Elbo<Entropy>::template accepts<Q, G>;
  static const F& leaf(const ElboIntegrand<Whole, F, Entropy>& f) { return f.f; }
  template <class Q, class G>
  static Of<Q, G> apply(const Q& q, const G& g) {
    return Elbo<Entropy>{}(q, g);
  }
};

// ---- noise ------------------------------------------------------------------------------------------------------------

/// The noise of one node: the same numbers for each evaluation of what comes after the node before it, so that differences of
/// evaluations (REBAR's) are not buried in it; others after a failure. Engines that cannot split go on with what they have.
template <class R>
class NodeNoise {
  static constexpr bool splits = requires(R& rng) { rng.split(std::uint64_t{}); };

 public:
  explicit NodeNoise(R& rng) : engine_(start(rng)) {}
  template <class Use>
  auto with_stream(Use use) {
    if constexpr (splits) {
      auto stream = engine_.split(failures_);
      return use(stream);
    } else {
      return use(*engine_);
    }
  }
  void failed() { ++failures_; }

 private:
  using Engine = std::conditional_t<splits, R, R*>;
  static Engine start(R& rng) {
    if constexpr (splits) {
      const std::uint64_t name = rng();
      return rng.split(name);
    } else {
      return &rng;
    }
  }

  Engine engine_;
  std::uint64_t failures_ = 0;
};

}  // namespace variate::detail
