#pragma once
/// A distribution whose parameters come from somewhere else: what `at(x)` of a conditional gives.
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/detail/theta.hpp"

namespace variate {

/// A draw of the distribution inside, pulled back through the link as well.
template <class Inner, class Link>
class LinkedDraw : public Inner {
 public:
  LinkedDraw(Inner inner, const Link& link) : Inner(std::move(inner)), link_(&link) {}

  /// sum_c (dvalue_c/dparams)^T G_c for the parameters behind the link.
  template <class G>
  auto pullback(const G& g) const {
    return link_->pullback(this->theta_pullback(g));
  }

 private:
  const Link* link_;
};

/// An evaluation of the distribution inside, pulled back through the link as well.
template <class Inner, class Link>
class LinkedEvaluation : public Inner {
 public:
  LinkedEvaluation(Inner inner, const Link& link) : Inner(std::move(inner)), link_(&link) {}

  /// The weighted score for the parameters behind the link.
  template <class W>
  auto pullback(const W& w) const {
    return link_->pullback(this->theta_pullback(w));
  }
  /// The same, and G_c = w_c dvalue_c/dx_c.
  template <class W, class G>
    requires requires(const Inner& e, const W& w, G& g) { e.theta_pullback(w, g); }
  auto pullback(const W& w, G& g) const {
    return link_->pullback(this->theta_pullback(w, g));
  }

 private:
  const Link* link_;
};

/// Distribution D for B data points behind a link: its theta is the output of a network, an embedding, a shared parameter.
///
/// `Link` borrows or owns what made theta, and has `pullback(G)`: dL/dtheta (K x B) to a flat vector for the parameters behind
/// it; where data were bound, `inputs()`; and `pullback(G, of_inputs)`, which gives the slopes by the data as well, if the data
/// may be draws of another distribution (`Hierarchy`). A conditional's `at(x)` is then
/// `return Bound(Normal<T>::from_theta(theta), Link{...});`. It is move-only and owns no parameters. What it draws and evaluates borrows it.
template <class D, class Link>
class Bound {
  // E is D, but by a name that waits: a D without rsample is no error.
  template <class Rng, class E>
  using DrawOf = decltype(std::declval<const E&>().rsample(std::declval<Rng&>(), Index{1}));
  using EvaluationOf = decltype(std::declval<const D&>().evaluate(std::declval<const Batch<ScalarOf<D>>&>()));

 public:
  using Scalar = ScalarOf<D>;

  Bound(D distribution, Link link) : distribution_(std::move(distribution)), link_(std::move(link)) {}
  Bound(Bound&&) = default;
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;
  Bound& operator=(Bound&&) = delete;
  ~Bound() = default;

  Index event_size() const { return distribution_.event_size(); }
  Index batch_size() const { return distribution_.batch_size(); }
  /// The data this was bound to.
  decltype(auto) inputs() const
    requires requires(const Link& l) { l.inputs(); }
  {
    return link_.inputs();
  }
  /// The distribution inside, with its theta.
  const D& distribution() const { return distribution_; }
  /// From theta (K x B, or K x SB, which is summed over samples) to the parameters behind the link.
  Vector<Scalar> link_pullback(const Batch<Scalar>& g) const {
    detail::require_multiple("link_pullback", "columns", g.cols(), batch_size());
    if (g.cols() == batch_size()) return link_.pullback(g);
    return link_.pullback(detail::Lent<Batch<Scalar>>(detail::folded(g, batch_size())));
  }
  /// The same, and the slopes by what was bound, of the shape of inputs().
  template <class L = Link>
    requires requires(const L& l, const Batch<Scalar>& g, Batch<Scalar>& of_inputs) { l.pullback(g, of_inputs); }
  Vector<Scalar> link_pullback(const Batch<Scalar>& g, Batch<Scalar>& of_inputs) const {
    detail::require_multiple("link_pullback", "columns", g.cols(), batch_size());
    return static_cast<const L&>(link_).pullback(detail::folded(g, batch_size()), of_inputs);
  }

  template <class Rng>
  Batch<Scalar> sample(Rng& rng, Index n) const {
    return distribution_.sample(rng, n);
  }
  Row<Scalar> log_prob(const Batch<Scalar>& x) const { return distribution_.log_prob(x); }

  template <class Rng, class E = D>
    requires Reparameterizable<E>
  LinkedDraw<DrawOf<Rng, E>, Link> rsample(Rng& rng, Index n) const& {
    return {static_cast<const E&>(distribution_).rsample(rng, n), link_};
  }
  template <class Rng, class E = D>
    requires Reparameterizable<E>
  LinkedDraw<DrawOf<Rng, E>, Link> rsample(Rng& rng, Index n) const&& = delete;

  LinkedEvaluation<EvaluationOf, Link> evaluate(const Batch<Scalar>& x) const& { return {distribution_.evaluate(x), link_}; }
  LinkedEvaluation<EvaluationOf, Link> evaluate(const Batch<Scalar>& x) const&& = delete;
  LinkedEvaluation<EvaluationOf, Link> evaluate(Batch<Scalar>&& x) const& = delete;

  Batch<Scalar> support() const
    requires Enumerable<D>
  {
    return distribution_.support();
  }
  Row<Scalar> entropy() const
    requires HasEntropy<D>
  {
    return distribution_.entropy();
  }
  Vector<Scalar> entropy_pullback(const Row<Scalar>& w) const
    requires HasEntropy<D>
  {
    const Vector<Scalar> flat = distribution_.entropy_pullback(w);
    return link_.pullback(Eigen::Map<const Batch<Scalar>>(flat.data(), flat.size() / batch_size(), batch_size()));
  }

 private:
  D distribution_;
  Link link_;
};

}  // namespace variate
