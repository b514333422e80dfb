#pragma once
/// Everything after a node of a stochastic computation graph as an integrand of what is drawn before it.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/estimators/detail/nodes.hpp"

namespace variate::detail {

/// All there is to know, by type: R an engine, O a ByNode, Rest and Estimators tuples.
template <class R, class O, class First_, class Rest_, class Estimators_>
struct Graph {
  using T = ScalarOf<First_>;
  using Engine = R;
  using Objective = O;
  using Leaf = typename O::Leaf;
  using First = First_;
  using Rest = Rest_;
  using Estimators = Estimators_;
  static constexpr std::size_t count = 1 + std::tuple_size_v<Rest>;
  /// The types are looked at and nothing is called: no body is to be compiled, which might complain.
  static constexpr bool only_asked = std::is_same_v<R, AnyRng>;

  const Leaf& leaf;
  const Rest& rest;
  const Batch<T>* data;
  const Estimators& estimators;
  const std::array<Index, count>& samples;
  std::vector<NodeNoise<R>>& noise;  ///< of nodes 1, 2, ...
  Index& evaluations;
  Index& dropped;

  Index data_rows() const { return data ? data->rows() : 0; }
};

template <class G, std::size_t K, bool sloped, bool leaf = (K == G::count)>
class TailEvaluation;

/// Nodes K, K + 1, ... and the leaf as an integrand of all that is drawn before them (below the data): an estimate of its mean
/// given that, and of the slopes. K = count is the leaf. `sloped`: somebody wants slopes by the draws before.
template <class G, std::size_t K, bool sloped>
struct Tail {
  using T = typename G::T;
  const G& graph;
  TailEvaluation<G, K, sloped> evaluate(const Batch<T>& context) const {
    if constexpr (G::only_asked) std::abort();
    else return {graph, context};
  }
};

/// As the first node sees it: without the data above the points.
template <class G, bool sloped>
class OutermostEvaluation : private TailEvaluation<G, 1, sloped> {
  using T = typename G::T;
  using Base = TailEvaluation<G, 1, sloped>;

 public:
  using Base::value;
  OutermostEvaluation(const G& graph, const Batch<T>& x)
      : Base(graph, graph.data ? beneath(*graph.data, x) : x), rows_(x.rows()) {}
  Vector<T> pullback(const Row<T>& w) const { return Base::pullback(w); }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires DifferentiableEvaluation<Base, T>
  {
    Batch<T> all;
    Vector<T> own = Base::pullback(w, all);
    g = all.bottomRows(rows_);
    return own;
  }

 private:
  Index rows_;
};
template <class G, bool sloped>
struct Outermost {
  using T = typename G::T;
  const G& graph;
  OutermostEvaluation<G, sloped> evaluate(const Batch<T>& x) const {
    if constexpr (G::only_asked) std::abort();
    else return {graph, x};
  }
};

// ---- a node among the others ------------------------------------------------------------------------------------------

/// One evaluation of what comes after a node, kept until it is known what it counts.
template <class G, std::size_t K, bool sloped>
struct Entry {
  using T = typename G::T;
  TailEvaluation<G, K + 1, sloped> after;
  Row<T> values{};  ///< with what the objective adds
  mutable Row<T> swept{};
  mutable Vector<T> own{};
  mutable Batch<T> slopes{};

  Entry(const G& graph, Batch<T> all) : after(graph, std::move(all)) {}
  /// after.pullback(w [, slopes]), remembered: the node's own estimator and the one before it mostly ask for the same.
  void sweep(const Row<T>& w, bool with_slopes) const {
    if (swept.size() == w.size() && swept == w && (!with_slopes || slopes.size() != 0)) return;
    swept = w;
    slopes.resize(0, 0);
    if constexpr (sloped) {
      if (with_slopes) {
        own = after.pullback(w, slopes);
        return;
      }
    }
    own = after.pullback(w);
  }
};

/// What the estimator of node K is given for an evaluation. Its pullback says nothing of parameters, but how much each column
/// counts: the entry's number, then w. So Estimate::f of that estimator tells which evaluation made the value, and how.
template <class G, std::size_t K, bool sloped>
struct HeldEvaluation {
  using T = typename G::T;
  Row<T> value;
  const Entry<G, K, sloped>* entry;
  Index number, rows;

  Vector<T> pullback(const Row<T>& w) const {
    Vector<T> receipt(1 + w.size());
    receipt << static_cast<T>(number), w.transpose();
    return receipt;
  }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires sloped && DifferentiableEvaluation<TailEvaluation<G, K + 1, sloped>, T>
  {
    entry->sweep(w, true);
    g = entry->slopes.bottomRows(rows);
    return pullback(w);
  }
};
/// What comes after node K as an integrand of its draws, the context held.
template <class G, std::size_t K, bool sloped>
struct Held {
  using T = typename G::T;
  const G& graph;
  const Batch<T>& context;
  std::vector<std::unique_ptr<Entry<G, K, sloped>>>& entries;

  HeldEvaluation<G, K, sloped> evaluate(const Batch<T>& x) const {
    if constexpr (G::only_asked) {
      std::abort();
    } else {
      entries.push_back(std::make_unique<Entry<G, K, sloped>>(graph, beneath(context, x)));
      const auto* entry = entries.back().get();
      return {entry->after.value, entry, static_cast<Index>(entries.size()) - 1, x.rows()};
    }
  }
  Row<T> operator()(const Batch<T>& x) const {
    if constexpr (G::only_asked) std::abort();
    else return Tail<G, K + 1, sloped>{graph}.evaluate(beneath(context, x)).value;
  }
};
/// An integrand that leaves its values with the entries.
template <class F, class Entries, bool only_asked>
struct Watched {
  const F& f;
  Entries& entries;
  template <class T>
  auto evaluate(const Batch<T>& x) const -> decltype(variate::evaluate(f, x)) {
    if constexpr (only_asked) {
      std::abort();
    } else {
      auto e = variate::evaluate(f, x);
      entries.back()->values = e.value;
      return e;
    }
  }
  template <class T>
    requires requires(const F& g, const Batch<T>& x) { { g(x) } -> std::convertible_to<Row<T>>; }
  Row<T> operator()(const Batch<T>& x) const {
    if constexpr (only_asked) std::abort();
    else return f(x);
  }
};

/// Node K by its types; `sloped` as of Tail<G, K, sloped>.
template <class G, std::size_t K>
struct NodeTypes {
  using T = typename G::T;
  using Estimator = std::tuple_element_t<K, typename G::Estimators>;
  using Conditional = std::tuple_element_t<K - 1, typename G::Rest>;
  using BoundQ = BoundTo<Conditional>;
  using Distribution = std::remove_cvref_t<decltype(std::declval<const BoundQ&>().distribution())>;
  using Q = Bound<Distribution, ThetaLink<T>>;
  template <bool next>
  using Entries = std::vector<std::unique_ptr<Entry<G, K, next>>>;
  template <bool next>
  using Objective = typename G::Objective::template Of<Q, Held<G, K, next>>;
  template <bool next>
  using Integrand = Watched<Objective<next>, Entries<next>, G::only_asked>;
  template <bool next>
  static constexpr bool objective_accepts = G::Objective::template accepts<Q, Held<G, K, next>>;
  static constexpr bool to_inputs = LinkedToInputs<BoundQ>;
};
template <class G>
struct NodeTypes<G, 0> {
  using Estimator = std::tuple_element_t<0, typename G::Estimators>;
  using Q = typename G::First;
  template <bool next>
  using Integrand = typename G::Objective::template Of<Q, Outermost<G, next>>;
  template <bool next>
  static constexpr bool objective_accepts = G::Objective::template accepts<Q, Outermost<G, next>>;
};
/// Its estimator is not content without slopes by its draws.
template <class G, std::size_t K>
inline constexpr bool needs_slopes = !accepts<typename NodeTypes<G, K>::Estimator, typename NodeTypes<G, K>::Q,
                                              typename NodeTypes<G, K>::template Integrand<false>>;

// ---- evaluations ------------------------------------------------------------------------------------------------------

/// The leaf.
template <class G, std::size_t K, bool sloped>
class TailEvaluation<G, K, sloped, true> {
  using T = typename G::T;
  using E = decltype(variate::evaluate(std::declval<const typename G::Leaf&>(), std::declval<const Batch<T>&>()));

 public:
  Row<T> value;

  TailEvaluation(const G& graph, Batch<T> context)
      : x_(std::make_unique<const Batch<T>>(latents(graph, std::move(context)))),
        e_(variate::evaluate(graph.leaf, *x_)),
        above_(graph.data_rows()) {
    value = e_.value;
    graph.evaluations += value.size();
  }
  Vector<T> pullback(const Row<T>& w) const { return e_.pullback(w); }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires sloped && DifferentiableEvaluation<E, T>
  {
    if (above_ == 0) return e_.pullback(w, g);
    Batch<T> of_latents;
    Vector<T> own = e_.pullback(w, of_latents);
    g.setZero(above_ + of_latents.rows(), of_latents.cols());
    g.bottomRows(of_latents.rows()) = of_latents;
    return own;
  }

 private:
  static Batch<T> latents(const G& graph, Batch<T> context) {
    if (graph.data_rows() == 0) return context;
    return context.bottomRows(context.rows() - graph.data_rows());
  }
  std::unique_ptr<const Batch<T>> x_;  // stays where it is: the evaluation may refer to it
  E e_;
  Index above_;
};

/// An estimate, by node K's estimator, of the mean of what comes after it given the context, for each column of that. Its
/// pullback gives, one after the other: how many numbers the estimator learned, these numbers, the gradient of the node's
/// parameters, and what the pullback of what comes after gives.
template <class G, std::size_t K, bool sloped>
class TailEvaluation<G, K, sloped, false> {
  using T = typename G::T;
  using Types = NodeTypes<G, K>;
  static constexpr bool next_sloped = sloped || needs_slopes<G, K>;
  using Next = Entry<G, K, next_sloped>;

 public:
  Row<T> value;

  TailEvaluation(const G& graph, Batch<T> context)
      : state_(std::make_unique<State>(std::get<K - 1>(graph.rest), std::move(context))) {
    State& s = *state_;
    typename Types::template Entries<next_sloped> entries;
    const Held<G, K, next_sloped> held{graph, s.context, entries};
    const auto& objective = G::Objective::apply(s.seen, held);
    const typename Types::template Integrand<next_sloped> integrand{objective, entries};
    auto& noise = graph.noise[K - 1];
    s.estimate = noise.with_stream(
        [&](auto& rng) { return std::get<K>(graph.estimators)(s.seen, integrand, rng, graph.samples[K]); });
    graph.dropped += s.estimate.dropped;
    const Index cols = s.context.cols();
    if (s.estimate.f.size() == 0) {  // refused: the columns to blame are not finite, so that the node before drops them
      noise.failed();
      value = blame(entries, cols);
      return;
    }
    s.weights = s.estimate.f.tail(s.estimate.f.size() - 1).transpose();
    s.entry = std::move(entries[static_cast<std::size_t>(s.estimate.f(0))]);
    value.setZero(cols);
    for (Index c = 0; c < s.weights.size(); c += cols)
      value += s.weights.segment(c, cols).cwiseProduct(s.entry->values.segment(c, cols));
    value *= static_cast<T>(cols);
  }

  Vector<T> pullback(const Row<T>& w) const {
    if (!state_->entry) return {};
    const State& s = *state_;
    s.entry->sweep(counted(w), false);
    return joined(std::array{learned(), Vector<T>(s.q.link_pullback(theta(w))), s.entry->own});
  }
  Vector<T> pullback(const Row<T>& w, Batch<T>& g) const
    requires sloped && (Types::to_inputs) && DifferentiableEvaluation<TailEvaluation<G, K + 1, true>, T>
  {
    const State& s = *state_;
    if (!s.entry) {
      g.setConstant(s.context.rows(), s.context.cols(), std::numeric_limits<T>::quiet_NaN());
      return {};
    }
    s.entry->sweep(counted(w), true);
    const Vector<T> of_node = s.q.link_pullback(theta(w), g);
    g += folded(Batch<T>(s.entry->slopes.topRows(s.context.rows())), s.context.cols());
    return joined(std::array{learned(), of_node, s.entry->own});
  }

 private:
  struct State {
    Batch<T> context;
    typename Types::BoundQ q;
    typename Types::Q seen;
    std::unique_ptr<Next> entry;
    Estimate<T> estimate;
    Row<T> weights;

    State(const typename Types::Conditional& conditional, Batch<T> before)
        : context(std::move(before)), q(conditional.at(context)), seen(q.distribution(), ThetaLink<T>{&context}) {}
  };

  static Row<T> blame(const typename Types::template Entries<next_sloped>& entries, Index cols) {
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    Row<T> value = Row<T>::Zero(cols);
    if (!entries.empty()) {
      const Row<T>& values = entries.back()->values;
      for (Index c = 0; c < values.size(); ++c)
        if (!std::isfinite(values(c))) value(c % cols) = nan;
    }
    if (value.allFinite()) value.setConstant(nan);
    return value;
  }
  /// The mean over all columns is what the estimator gave: nothing to be done.
  bool even(const Row<T>& w) const { return (w.array() == T(1) / static_cast<T>(w.size())).all(); }
  /// What each column after this node counts.
  Row<T> counted(const Row<T>& w) const {
    const State& s = *state_;
    if (even(w)) return s.weights;
    Row<T> all = s.weights;
    for (Index c = 0; c < all.size(); c += w.size())
      all.segment(c, w.size()).array() *= w.array() * static_cast<T>(w.size());
    return all;
  }
  Batch<T> theta(const Row<T>& w) const {
    Batch<T> g = as_batch(state_->estimate.q, w.size());
    if (!even(w)) g.array().rowwise() *= w.array() * static_cast<T>(w.size());
    return g;
  }
  Vector<T> learned() const {
    const Vector<T>& own = state_->estimate.own;
    Vector<T> all(1 + own.size());
    all << static_cast<T>(own.size()), own;
    return all;
  }

  std::unique_ptr<State> state_;
};

}  // namespace variate::detail
