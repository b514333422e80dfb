#pragma once
/// VEGAS+: importance sampling by a map that learns one axis at a time, and strata that get points where the variance is.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/integration/box.hpp"
#include "variate/integration/detail/stratified_points.hpp"
#include "variate/integration/detail/stratum_sums.hpp"
#include "variate/integration/detail/tempering.hpp"
#include "variate/integration/detail/vegas_options.hpp"
#include "variate/integration/detail/workspaces.hpp"
#include "variate/integration/integral.hpp"
#include "variate/integration/strata.hpp"
#include "variate/integration/vegas_map.hpp"
#include "variate/math/exp.hpp"
#include "variate/math/log.hpp"
#include "variate/objectives/weighted_losses.hpp"
#include "variate/parallel/chunks.hpp"
#include "variate/parallel/executor.hpp"
#include "variate/random/fill.hpp"

namespace variate {

/// VEGAS+ (Lepage 2021) as vegas 6.4 has it, a stepper: a step is an iteration, which draws points in strata of the unit cube,
/// takes them through the map, and then moves the map and the strata's shares of the points.
///
/// f is a function of a batch or of a point (see box.hpp), called by the executor on several chunks at a time; results have the
/// same bits for any number of threads. A run that adapts combines its steps by inverse variance by default, as vegas does.
/// A value: a copy is a checkpoint, and the same engine gives the copy the same steps. If f throws, nothing has changed.
/// Variances are squares: keep |f| between 1e-140 and 1e140.
template <class F, Executor E = SerialExecutor>
class Vegas {
 public:
  using Scalar = double;

  /// Throws InvalidArgument or DomainError for options out of range.
  Vegas(F f, const Box& box, VegasOptions options = {}, detail::ExecutorHandle<E> executor = {})
      : Vegas(std::move(f), VegasMap(box), std::move(options), executor) {}
  /// From a map that has learned already.
  Vegas(F f, VegasMap map, VegasOptions options = {}, detail::ExecutorHandle<E> executor = {})
      : f_(std::move(f)), executor_(executor), options_(std::move(options)), map_(std::move(map)), strata_(plan()) {
    detail::require_at_least("Vegas", "chunk", options_.chunk, 1);
    detail::require_finite("Vegas", "alpha", options_.alpha);
    if (!(options_.least_effective >= 0))
      throw DomainError(detail::complaint("Vegas", "least_effective", options_.least_effective, "a number that is not negative"));
    sigma_.setOnes(strata_.count());
    map_.regrid(strata_.bins());
  }
  Vegas(F f, const Box& box, VegasOptions options, E& executor)
      : Vegas(std::move(f), box, std::move(options), detail::ExecutorHandle<E>(executor)) {}

  Index index() const { return index_; }  ///< steps finished, taken or not
  const VegasMap& map() const { return map_; }
  const Strata& strata() const { return strata_; }
  /// H numbers: the deviation of each stratum's estimate to the power beta.
  const Vector<double>& sigma() const { return sigma_; }
  const std::vector<IterationEstimate>& iterations() const { return iterations_; }
  const VegasOptions& options() const { return options_; }

  /// All steps since the start, or since `forget`.
  Integral result(Combination how = Combination::inverse_variance) const { return combine(iterations_, how); }
  /// Starts the estimate anew; the map and the strata keep what they have learned.
  void forget() { iterations_.clear(); }
  /// Whether steps teach the map (alpha > 0) and the strata. On by default.
  void adapt(bool on) { adapt_ = on; }
  /// Another pace of learning from now on: smaller numbers are slower, and lose less of what has hardly been seen. Throws
  /// DomainError unless 0 < beta <= 1 or beta is what it was.
  void set_pace(double alpha, double beta) {
    detail::require_finite("Vegas::set_pace", "alpha", alpha);
    if (beta != options_.beta && !(beta > 0 && beta <= 1 && options_.beta > 0))
      throw DomainError(detail::complaint("Vegas::set_pace", "beta", beta, "a number in (0, 1], or 0 if it was 0"));
    options_.alpha = alpha;
    options_.beta = beta;
  }
  /// Another number of calls in a step: new strata, the map staying as it is as far as it can.
  void set_calls(Index calls) {
    VegasOptions options = options_;
    options.calls = calls;
    std::swap(options_, options);
    try {
      Strata next = plan();
      std::swap(strata_, next);
    } catch (...) {
      std::swap(options_, options);
      throw;
    }
    map_.regrid(strata_.bins());
    sigma_.setOnes(strata_.count());
  }

  /// One iteration.
  template <class R>
  IntegrationStep step(R& rng) {
    strata_.allocate(sigma_, starts_);
    const Index n = starts_.back();
    evaluate(rng, n);
    const IterationEstimate estimate = add_up(n);
    if (keep_points_) finish_points(n);
    IntegrationStep step;
    step.index = index_++;
    step.value = estimate.mean;
    step.error = estimate.error();
    step.dropped = estimate.dropped;
    step.evaluations = n;
    step.relative_variance = static_cast<double>(n) * estimate.variance / (estimate.mean * estimate.mean);
    step.unweighting_efficiency = estimate.weights.unweighting_efficiency();
    step.taken = std::isfinite(estimate.mean) && std::isfinite(estimate.variance) &&
                 (estimate.dropped == 0 || options_.non_finite == NonFinite::drop);
    if (step.taken) {
      if (adapt_) learn(n);
      iterations_.push_back(estimate);
    }
    step.so_far = result();
    return step;
  }

  /// n independent points of the map's density (without strata), with f there.
  template <class R>
  WeightedPoints<double> draw(R& rng, Index n) const {
    detail::require_at_least("Vegas::draw", "n", n, 1);
    MappedPoints x = map_.forward(uniforms<double>(rng, map_.dimension(), n));
    auto&& executor = executor_.get();
    Row<double> f = detail::integrand_values(f_, x.points, executor, options_.chunk);
    return {std::move(x.points), -x.jacobian.array().log(), std::move(f)};
  }
  /// Whether the next steps keep their points, for `points()`. Off by default.
  void keep_points(bool on) { keep_points_ = on; }
  /// The points of the last step, if they were kept, with the density they were drawn from, and the values of f: to train on.
  const WeightedPoints<double>& points() const { return points_; }
  /// The weights of the last step's points, each an estimate of the integral, in the order of the strata.
  Row<double> weights() const {
    const double calls = static_cast<double>(starts_.empty() ? 0 : starts_.back());
    Row<double> w(starts_.empty() ? 0 : starts_.back());
    for (Index h = 0; h + 1 < static_cast<Index>(starts_.size()); ++h) {
      const Index begin = starts_[static_cast<std::size_t>(h)], count = starts_[static_cast<std::size_t>(h) + 1] - begin;
      w.segment(begin, count) = values_.segment(begin, count) * (calls / static_cast<double>(count));
    }
    return w;
  }

  /// For checkpoints: see io/archive.hpp. What the last step left for `points` and `weights` is not kept.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.options_.calls, self.options_.alpha, self.options_.beta, self.map_, self.adapt_, self.keep_points_, self.sigma_,
      self.iterations_, self.index_);
    if constexpr (A::reading) {
      self.strata_ = self.plan();
      detail::require_size("Vegas", "strata of the state", self.sigma_.size(), self.strata_.count());
    }
  }

 private:
  static constexpr Index strata_in_a_task = 2048;

  Strata plan() const {
    return Strata(map_.dimension(), {.calls = options_.calls,
                                     .beta = options_.beta,
                                     .adaptive_share = options_.adaptive_share,
                                     .max_bins = options_.max_bins,
                                     .max_calls_per_stratum = options_.max_calls_per_stratum,
                                     .per_axis = options_.strata});
  }

  /// values_ = J f/H at all points, bins_ = where they fell; dropped_ by chunk.
  template <class R>
  void evaluate(R& rng, Index n) {
    const Index d = map_.dimension();
    const Chunks chunks(n, options_.chunk);
    if (values_.size() != n) values_.resize(n);
    if (adapt_ && bins_.cols() != n) bins_.resize(d, n);
    dropped_.assign(static_cast<std::size_t>(chunks.count()), 0);
    if (keep_points_) points_ = {Batch<double>(d, n), Row<double>(n), Row<double>(n)};
    constexpr bool splits = requires {
      { rng.split(std::uint64_t{}) } -> std::uniform_random_bit_generator;
    };
    Batch<double> all;
    if constexpr (!splits) all = uniforms<double>(rng, d, n);
    // the numbers of a step come from one stream of this step, whatever stood in the engine before
    [[maybe_unused]] std::uint64_t stream = 0;
    if constexpr (splits) stream = static_cast<std::uint64_t>(rng());
    auto&& executor = executor_.get();
    rooms_.reserve(executor.threads());
    const double scale = 1 / static_cast<double>(strata_.count());
    executor.for_each(chunks.count(), [&](Index i) {
      rooms_.with([&](detail::StretchRoom& room) {
        const Index first = chunks.begin(i), count = chunks.length(i);
        if constexpr (splits) {
          room.u.resize(d, count);
          auto own = rng.split(stream + static_cast<std::uint64_t>(i));
          fill_uniforms(own, room.u);
        } else {
          room.u = all.middleCols(first, count);
        }
        detail::place_points(map_, strata_, starts_, first, room, adapt_ ? bins_.data() + first : nullptr, n);
        const Row<double> f = detail::integrand_values(f_, room.x);
        if (keep_points_) {
          points_.x.middleCols(first, count) = room.x;
          points_.log_p.segment(first, count) = room.jacobian;
          points_.f.segment(first, count) = f;
        }
        auto out = values_.segment(first, count).array();
        out = f.array() * room.jacobian.array() * scale;
        if ((out * 0).sum() == 0) return;
        for (Index c = 0; c < count; ++c)
          if (!std::isfinite(out[c])) {
            out[c] = 0;
            ++dropped_[static_cast<std::size_t>(i)];
          }
      });
    });
  }

  /// The Jacobians that stand in points_.log_p become log densities: of n_h strata/(n J).
  void finish_points(Index n) {
    const double unit = static_cast<double>(strata_.count()) / static_cast<double>(n);
    for (Index h = 0; h < strata_.count(); ++h) {
      const Index begin = starts_[static_cast<std::size_t>(h)], count = starts_[static_cast<std::size_t>(h) + 1] - begin;
      auto log_p = points_.log_p.segment(begin, count).array();
      log_p = std::log(unit * static_cast<double>(count)) - log_p.log();
    }
  }

  /// The estimate, and the variance of every stratum in next_sigma_.
  IterationEstimate add_up(Index n) {
    const Chunks chunks(strata_.count(), strata_in_a_task);
    parts_.assign(static_cast<std::size_t>(chunks.count()), detail::StratumSums{});
    next_sigma_.resize(strata_.count());
    auto&& executor = executor_.get();
    executor.for_each(chunks.count(), [&](Index i) {
      detail::StratumSums& part = parts_[static_cast<std::size_t>(i)];
      for (Index h = chunks.begin(i); h < chunks.begin(i) + chunks.length(i); ++h)
        next_sigma_[h] =
            part.add(values_.data(), starts_[static_cast<std::size_t>(h)], starts_[static_cast<std::size_t>(h) + 1], n);
    });
    IterationEstimate all;
    largest_ = 0;
    for (const detail::StratumSums& part : parts_) {
      all.mean += part.mean;
      all.variance += part.variance;
      all.weights.add(part.weights);
      largest_ = std::max(largest_, part.largest);
    }
    all.calls = n;
    for (const Index dropped : dropped_) all.dropped += dropped;
    const double good = std::max(1.0, static_cast<double>(n - all.dropped));
    const double missing = static_cast<double>(all.dropped) / static_cast<double>(n) * all.weights.sum / good;
    all.variance += missing * missing;
    if (all.dropped == n) all.variance = std::numeric_limits<double>::infinity();
    return all;
  }

  /// The map and the strata from this step's values.
  void learn(Index n) {
    auto&& executor = executor_.get();
    const double power = largest_ > 0 ? detail::temper(values_.data(), n, options_.least_effective, tempered_) : 1;
    if (options_.alpha != 0 && largest_ > 0) {
      // a power of two, so that squares neither overflow nor vanish: only proportions count
      const double scale = power < 1 ? 1 : std::ldexp(1.0, -std::clamp(std::ilogb(largest_), -1000, 1000));
      const double* const values = power < 1 ? tempered_.data() : values_.data();
      executor.for_each(map_.dimension(), [&](Index i) {
        map_.add_squares(i, bins_.data() + i * n, values, n, scale);
        map_.refine_axis(i, options_.alpha, map_.bins(i));
      });
    }
    if (options_.beta > 0) {
      // variance^(beta/2), tempered alike
      double* const s = next_sigma_.data();
      math::log(s, s, next_sigma_.size());
      next_sigma_ *= power * options_.beta / 2;
      math::exp(s, s, next_sigma_.size());
      std::swap(sigma_, next_sigma_);
    }
  }

  F f_;
  detail::ExecutorHandle<E> executor_;
  VegasOptions options_;
  VegasMap map_;
  Strata strata_;
  bool adapt_ = true, keep_points_ = false;
  Vector<double> sigma_;
  std::vector<IterationEstimate> iterations_;
  Index index_ = 0;
  // workspaces, of which values_ and starts_ are the last step's
  std::vector<Index> starts_;
  Row<double> values_;
  Eigen::Matrix<std::uint16_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> bins_;
  std::vector<Index> dropped_;
  std::vector<detail::StratumSums> parts_;
  Vector<double> next_sigma_;
  Row<double> tempered_;
  double largest_ = 0;
  WeightedPoints<double> points_;
  detail::Workspaces<detail::StretchRoom> rooms_;
};

template <class F>
Vegas(F, Box, VegasOptions = {}) -> Vegas<F, SerialExecutor>;
template <class F>
Vegas(F, VegasMap, VegasOptions = {}) -> Vegas<F, SerialExecutor>;
template <class F, Executor E>
Vegas(F, Box, VegasOptions, E&) -> Vegas<F, E>;

/// `survey` steps that only teach, then `refine` steps that count and teach on, as vegas is used. Steps are combined by counts.
/// Each step gets its own stream of the engine.
template <class F, Executor E, class R>
Integral survey_and_refine(Vegas<F, E>& vegas, R& rng, Index survey, Index refine) {
  for (Index i = 0; i < survey; ++i) vegas.step(rng);
  vegas.forget();
  for (Index i = 0; i < refine; ++i) vegas.step(rng);
  return vegas.result(Combination::counts);
}

}  // namespace variate
