#pragma once
/// The map of VEGAS as a distribution: what a flow is where nothing is trained by gradients.
#include <limits>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/flows/flow.hpp"
#include "variate/flows/latent.hpp"
#include "variate/integration/vegas_map.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// How the map of a VegasProposal follows weighted points.
struct VegasProposalOptions {
  Index bins = 64;       ///< on each axis
  double alpha = 0.5;    ///< how fast the map moves
  Index iterations = 5;  ///< of the map's refinement on the points it is given
};

/// x = map(u) with u uniform in the unit cube: a Family without parameters, for whoever wants a proposal that learns by VEGAS's
/// own rule (`learn`, which a Multichannel calls; an Integrator does not) and not by a gradient. Its score is empty.
class VegasProposal {
 public:
  using Scalar = double;
  /// The log density of a batch; there is nothing to pull back to.
  struct Evaluation {
    Row<double> value;  ///< 1 x n
    Vector<double> pullback(const Row<double>& w) const {
      detail::require_size("VegasProposal", "number of weights", w.size(), value.size());
      return {};
    }
  };

  /// The uniform density of the unit cube. InvalidArgument for d < 1 or options out of range.
  explicit VegasProposal(Index d, VegasProposalOptions options = {}) : VegasProposal(VegasMap(Box(d), options.bins), options) {}
  /// From a map that has learned; its box is where the points lie. `options.bins` is not looked at.
  explicit VegasProposal(VegasMap map, VegasProposalOptions options = {}) : map_(std::move(map)), options_(options) {
    detail::require_at_least("VegasProposal", "iterations", options_.iterations, 1);
    detail::require_finite("VegasProposal", "alpha", options_.alpha);
  }

  Index event_size() const { return map_.dimension(); }
  Index batch_size() const { return 1; }
  const VegasMap& map() const { return map_; }  ///< from the unit cube to the points
  Vector<double> params() const { return {}; }  ///< none
  /// ShapeError unless v is empty.
  void set_params(const Vector<double>& v) { detail::require_size("VegasProposal", "number of parameters", v.size(), 0); }
  /// Where points start.
  Latent<double> latent() const { return Latent<double>::uniform(); }

  /// Moves the map to where |f| is large, f at points x (d x n) of any origin.
  void learn(const Batch<double>& x, const Row<double>& f) {
    if (x.cols() > 0) map_.adapt_to_samples(x, f, options_.iterations, options_.alpha);
  }

  /// Points of the unit cube moved, and their log densities.
  SampleWithLogProb<double> from_latent(const Batch<double>& u) const {
    MappedPoints x = map_.forward(u);
    return {std::move(x.points), -x.jacobian.array().log()};
  }
  /// n points and their log densities in one pass; the points are those of `sample`.
  template <class R>
  SampleWithLogProb<double> sample_with_log_prob(R& rng, Index n) const {
    return from_latent(uniforms<double>(rng, event_size(), n));
  }
  /// n points, d x n.
  template <class R>
  Batch<double> sample(R& rng, Index n) const {
    return sample_with_log_prob(rng, n).value;
  }
  /// Log density of each column; -infinity outside of the box.
  Row<double> log_prob(const Batch<double>& x) const {
    Row<double> value = -map_.inverse(x).jacobian.array().log();
    for (Index i = 0; i < x.rows(); ++i) {
      const Vector<double>& nodes = map_.nodes(i);
      for (Index c = 0; c < x.cols(); ++c)
        if (x(i, c) < nodes[0] || x(i, c) > nodes[nodes.size() - 1]) value[c] = -std::numeric_limits<double>::infinity();
    }
    return value;
  }
  /// The same, as what is trained by gradients wants it.
  Evaluation evaluate(const Batch<double>& x) const { return {log_prob(x)}; }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.map_);
  }

 private:
  VegasMap map_;
  VegasProposalOptions options_;
};

}  // namespace variate
