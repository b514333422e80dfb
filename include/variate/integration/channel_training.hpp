#pragma once
/// Teaching proposals and channel weights together, from points of all channels.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/inference/detail/mover.hpp"
#include "variate/integration/channel_losses.hpp"
#include "variate/integration/channel_weights.hpp"
#include "variate/integration/detail/channel_buffer.hpp"
#include "variate/integration/survey_training.hpp"
#include "variate/optimizers/clip_gradient_norm.hpp"
#include "variate/random/permutation.hpp"

namespace variate {

/// What a multichannel survey teaches: the channel weights, and a proposal on the unit cube for each channel. One vector holds
/// all parameters, those of the network first.
template <class Q>
struct ChannelModel {
  using Scalar = ScalarOf<Q>;
  ChannelWeights weights;    ///< of all channels
  std::vector<Q> proposals;  ///< one a channel

  Vector<Scalar> params() const {
    std::vector<Vector<Scalar>> parts{weights.params().template cast<Scalar>()};
    Index size = parts.front().size();
    for (const Q& q : proposals) size += parts.emplace_back(q.params()).size();
    Vector<Scalar> all(size);
    Index at = 0;
    for (const Vector<Scalar>& part : parts) {
      all.segment(at, part.size()) = part;
      at += part.size();
    }
    return all;
  }
  /// ShapeError if there are fewer than `params()` has.
  void set_params(const Vector<Scalar>& all) {
    Index at = weights.params().size();
    weights.set_params(all.head(at).template cast<double>());
    for (Q& q : proposals) {
      const Index size = Vector<Scalar>(q.params()).size();
      q.set_params(Vector<Scalar>(all.segment(at, size)));
      at += size;
    }
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.weights);
    for (auto& q : self.proposals) a(q);
  }
};

namespace detail {

/// alpha of channel i at its rows.
inline Row<double> channel_share(const ChannelWeights& weights, Index i, const ChannelRows& rows) {
  return weights.log_weights(rows.log_prior, rows.features).row(i).array().exp();
}

/// The loss of a model at rows (one set a channel; an empty one leaves the channel out), relative to `integral`; its slope by all
/// parameters, for a step that lowers it, goes to `ascent` unless that is null.
template <class Q, class T = ScalarOf<Q>>
double model_loss(const ChannelModel<Q>& model, const std::vector<ChannelRows>& rows, double integral,
                  const SurveyTrainingOptions& options, Vector<T>* ascent) {
  using Density = decltype(std::declval<const Q&>().evaluate(std::declval<const Batch<T>&>()));
  std::vector<std::size_t> used;
  std::vector<Batch<T>> points;
  std::vector<ChannelWeightsEvaluation> weights;
  std::vector<Density> densities;
  std::vector<ChannelTerm> terms;
  std::vector<double> values;
  points.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ChannelRows& own = rows[i];
    if (own.size() == 0 || !model.weights.active(static_cast<Index>(i))) continue;
    points.push_back(own.y.template cast<T>());
    Row<double> log_weight, log_q;
    if (ascent) {
      weights.push_back(model.weights.evaluate(own.log_prior, own.features));
      densities.push_back(model.proposals[i].evaluate(points.back()));
      log_weight = weights.back().log_weights.row(static_cast<Index>(i));
      log_q = densities.back().value.template cast<double>();
    } else {
      log_weight = model.weights.log_weights(own.log_prior, own.features).row(static_cast<Index>(i));
      log_q = model.proposals[i].log_prob(points.back()).template cast<double>();
    }
    const Row<double> t = own.ratio.array() * (log_weight - own.log_s).array().exp() / integral;
    terms.push_back(channel_term(options.loss, t, log_q - own.log_s, own.share, options.most));
    values.push_back(terms.back().value);
    used.push_back(i);
  }
  const ChannelLoss loss = channel_loss(options.loss, values);
  if (!ascent) return loss.value;
  ascent->setZero(model.params().size());
  Index at = model.weights.params().size();
  std::size_t k = 0;
  for (std::size_t i = 0; i < model.proposals.size(); ++i) {
    const Index size = Vector<T>(model.proposals[i].params()).size();
    if (k < used.size() && used[k] == i) {
      const double slope = -loss.slopes[k];
      if (model.weights.learns()) {
        Batch<double> g = Batch<double>::Zero(model.weights.channels(), terms[k].of_weight.size());
        g.row(static_cast<Index>(i)) = slope * terms[k].of_weight;
        ascent->head(model.weights.params().size()) += weights[k].pullback(g).template cast<T>();
      }
      if (size > 0) ascent->segment(at, size) = densities[k].pullback((slope * terms[k].of_density).template cast<T>());
      ++k;
    }
    at += size;
  }
  return loss.value;
}

/// The rows of minibatch b of `batches` from a channel's rows in random order: its share, but at least `least` if there are as
/// many, going round.
inline std::vector<Index> rows_of_minibatch(const std::vector<Index>& order, Index b, Index batches, Index least) {
  const auto n = static_cast<Index>(order.size());
  const Index first = n * b / batches, count = std::max(n * (b + 1) / batches - first, std::min(n, least));
  std::vector<Index> some;
  for (Index c = 0; c < count; ++c) some.push_back(order[static_cast<std::size_t>((first + c) % n)]);
  return some;
}

}  // namespace detail

/// Trains a model in place on the points of all channels, and leaves it the best parameters: those with the lowest loss on points
/// held out. Proposals with a `learn(y, f)`, such as VegasProposal, follow the channel's points by that instead. Minibatches with
/// numbers that are not finite are skipped. f may have any sign.
template <class Q, class Optimizer, class R>
TrainingReport train_channels(ChannelModel<Q>& model, Optimizer& optimizer, const std::vector<detail::ChannelBuffer>& buffers,
                              const SurveyTrainingOptions& options, R& rng) {
  using T = ScalarOf<Q>;
  constexpr Index least = 16;
  TrainingReport report;
  const std::size_t channels = buffers.size();
  double integral = 0;
  Index all = 0, held = 0;
  std::vector<detail::ChannelRows> train(channels), judge(channels), some(channels);
  for (std::size_t i = 0; i < channels; ++i) {
    if (!model.weights.active(static_cast<Index>(i)) || buffers[i].empty()) continue;
    integral += buffers[i].integral();
    buffers[i].split(options.hold_out, train[i], judge[i]);
    all += train[i].size();
    held += judge[i].size();
  }
  if (all == 0 || !(integral > 0) || !std::isfinite(integral)) return report;
  Vector<T> best = model.params(), params = best, average = best, ascent;
  if (best.size() > 0) {
    const std::vector<detail::ChannelRows>& by = held > 0 ? judge : train;
    report.before = detail::model_loss<Q, T>(model, by, integral, options, nullptr);
    double best_loss = std::isfinite(report.before) ? report.before : std::numeric_limits<double>::infinity();
    detail::Mover<Optimizer, T> mover(optimizer);
    Index idle = 0;
    for (Index epoch = 0; epoch < options.epochs && idle < options.patience; ++epoch) {
      std::vector<std::vector<Index>> orders;
      for (const detail::ChannelRows& rows : train) orders.push_back(permutation(rng, rows.size()));
      const Index batches = std::max<Index>(1, all / options.minibatch);
      for (Index b = 0; b < batches; ++b) {
        for (std::size_t i = 0; i < channels; ++i)
          if (train[i].size() > 0) some[i] = train[i].part(detail::rows_of_minibatch(orders[i], b, batches, least));
        const double loss = detail::model_loss<Q, T>(model, some, integral, options, &ascent);
        const double length = static_cast<double>(clip_gradient_norm(ascent, static_cast<T>(options.largest_step)));
        bool good = std::isfinite(loss) && std::isfinite(length);
        if (good) {
          mover.prepare(model, ascent);
          good = mover.prepared().allFinite();
        }
        if (!good) {
          ++report.skipped;
          continue;
        }
        mover.place(model);
        mover.keep();
        const double t = static_cast<double>(report.updates++);
        average += static_cast<T>(1 - std::min(options.averaging, t / (t + 10))) * (mover.placed(model) - average);
      }
      ++idle;
      params = model.params();
      for (const Vector<T>* candidate : {&average, &params}) {
        model.set_params(*candidate);
        const double loss = detail::model_loss<Q, T>(model, by, integral, options, nullptr);
        if (!(loss < best_loss)) continue;
        best_loss = loss;
        best = *candidate;
        idle = 0;
      }
    }
    model.set_params(best);
    optimizer = mover.optimizer();
    report.loss = best_loss;
  }
  if constexpr (requires(Q& q, const Batch<double>& y, const Row<double>& f) { q.learn(y, f); })
    for (std::size_t i = 0; i < channels; ++i) {
      if (train[i].size() == 0) continue;
      const detail::ChannelRows rows = buffers[i].all();
      model.proposals[i].learn(rows.y,
                               rows.ratio.cwiseProduct(detail::channel_share(model.weights, static_cast<Index>(i), rows)));
    }
  return report;
}

}  // namespace variate
