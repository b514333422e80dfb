#pragma once
/// Wake-sleep with a memory of codes for every data point.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/inference/detail/particles.hpp"
#include "variate/inference/occasion.hpp"

namespace variate {

/// What the guide of `MemoisedWakeSleep` learns from.
enum class MemoisedPhi {
  sleep,   ///< dreams of the model
  memory,  ///< the codes in memory, by their weights
  mixed    ///< half and half
};

/// Options of `MemoisedWakeSleep`.
struct MemoisedOptions {
  Index codes = 5;                          ///< M, kept for each data point, all different
  Index proposals = 5;                      ///< R, drawn from q at each step for each data point
  MemoisedPhi phase_q = MemoisedPhi::sleep;
  Index dreams = 0;                         ///< of each step; 0: as many as there are proposals
};

/// Memoised wake-sleep (Hewitt, Le and Tenenbaum 2020) for discrete latents, for `Learner` with a conditional guide and a
/// generative model. Each data point keeps its M best distinct codes; a step proposes R more from q, scores all by log p(x,
/// code), and keeps the M best. The memory is a posterior of its own, weights softmax of the scores:
///
///     theta  ascends sum_c w_c grad log p(x, c),    phi  ascends sum_c w_c grad log q(c | x), or learns from dreams.
///
/// The value is the mean over the data points of log sum_c p(x, c), a lower bound of log p(x) that proposals can only raise. The
/// memory changes when a step is taken. A score that is NaN or infinite is no code, and is counted as dropped; a data point
/// without a good one makes the estimate not finite. The rule asks `Learner` for the columns of the data it sees.
template <class T = double>
class MemoisedWakeSleep {
 public:
  /// Codes for `points` data points from the model's prior: those of its dreams that differ. Throws InvalidArgument for counts
  /// below 1, and if a thousand dreams for each code do not give enough that differ.
  template <GenerativeModel P, class R>
  MemoisedWakeSleep(const P& p, Index points, R& rng, const MemoisedOptions& options = {}) : options_(options), points_(points) {
    check();
    for (Index i = 0; i < points; ++i) {
      Index have = 0;
      for (Index tries = 0; have < options.codes; ++tries) {
        if (tries == 1000)
          throw InvalidArgument(detail::complaint("MemoisedWakeSleep", "codes", options.codes,
                                                  "no more than the model dreams of: " + std::to_string(have)));
        const auto dream = p.dream(rng, options.codes);
        if (memory_.size() == 0) memory_.setZero(dream.h.rows(), options.codes * points);
        for (Index c = 0; c < dream.h.cols() && have < options.codes; ++c) {
          bool fresh = true;
          for (Index m = 0; m < have; ++m) fresh = fresh && memory_.col(m * points + i) != dream.h.col(c);
          if (fresh) memory_.col(have++ * points + i) = dream.h.col(c);
        }
      }
    }
  }
  /// These codes, d x (codes*points): code m of data point i in column m*points + i. Throws ShapeError unless there are as many.
  MemoisedWakeSleep(Batch<T> memory, Index points, const MemoisedOptions& options)
      : options_(options), points_(points), memory_(std::move(memory)) {
    check();
    detail::require_size("MemoisedWakeSleep", "columns of memory", memory_.cols(), options.codes * points);
  }

  /// The codes, d x (codes*points); best first, once seen.
  const Batch<T>& memory() const { return memory_; }
  const MemoisedOptions& options() const { return options_; }

  template <class Q, class P>
  static constexpr bool accepts = [] {
    if constexpr (Conditional<Q>) return GenerativeModel<P>;
    else return false;
  }();
  template <class Q, class P>
  static constexpr detail::Never explain() {
    static_assert(Conditional<Q>,
                  "MemoisedWakeSleep needs a guide that depends on the data: a Conditional, such as LayeredGuide.");
    static_assert(GenerativeModel<P>,
                  "MemoisedWakeSleep needs a model that dreams: at(x) is h -> log p(x, h), dream(rng, n) draws x and h together; "
                  "such as LayeredSbn, or WithDreams of a model.");
    return {};
  }

  template <class Q, class P, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const P& p, const Batch<ScalarOf<Q>>& x, R& rng,
                                   const Occasion& occasion = {}) const {
    if constexpr (!accepts<Q, P>) {
      return explain<Q, P>();
    } else {
      const Index points = x.cols(), codes = options_.codes;
      detail::require_at_least("MemoisedWakeSleep", "data points", points, 1);
      detail::require_size("MemoisedWakeSleep", "data points",
                           occasion.columns ? static_cast<Index>(occasion.columns->size()) : points_, points);
      const auto bound_q = q.at(x);
      const auto bound_p = p.at(x);
      const Index cols = (codes + options_.proposals) * points;
      Batch<T> h(memory_.rows(), cols);
      for (Index m = 0; m < codes; ++m)
        for (Index b = 0; b < points; ++b) h.col(m * points + b) = memory_.col(m * points_ + column(occasion, b));
      h.rightCols(options_.proposals * points) = bound_q.sample(rng, options_.proposals);

      Estimate<T> estimate;
      std::vector<char> bad(static_cast<std::size_t>(cols), 0);
      while (true) {
        const auto of_p = bound_p.evaluate(h);
        estimate.evaluations += cols;
        if (leave_out(of_p.value, bad, h, points, estimate.dropped)) {
          if (estimate.dropped < 0) return detail::refused<T>(cols, estimate.evaluations);
          continue;
        }
        Row<T> w = Row<T>::Zero(cols);
        estimate.own.resize(points * (1 + codes * h.rows()));
        for (Index b = 0; b < points; ++b) remember(h, of_p.value, bad, b, points, column(occasion, b), w, estimate);
        estimate.value /= static_cast<T>(points);
        estimate.f = of_p.pullback(w);
        if (options_.phase_q != MemoisedPhi::sleep) {
          const auto of_q = bound_q.evaluate(h);
          estimate.q = of_q.pullback(options_.phase_q == MemoisedPhi::mixed ? Row<T>(T(0.5) * w) : w);
        }
        break;
      }
      if (options_.phase_q != MemoisedPhi::memory) {
        const Index count = options_.dreams > 0 ? options_.dreams : options_.proposals * points;
        const T share = options_.phase_q == MemoisedPhi::mixed ? T(0.5) : T(1);
        const auto dreamt = detail::score_of_dreams(q, p, rng, count, share, estimate.q);
        estimate.dropped += dreamt.dropped;
        if (dreamt.dropped == count) return detail::refused<T>(estimate.dropped, estimate.evaluations);
      }
      return estimate;
    }
  }

  /// Takes the codes of a step that was taken.
  void learn(const Vector<T>& own) {
    const Index rows = memory_.rows(), size = 1 + options_.codes * rows;
    for (Index at = 0; at < own.size(); at += size)
      for (Index m = 0; m < options_.codes; ++m)
        memory_.col(m * points_ + static_cast<Index>(own(at))) = own.segment(at + 1 + m * rows, rows);
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.memory_);
  }

 private:
  void check() const {
    detail::require_at_least("MemoisedWakeSleep", "data points", points_, 1);
    detail::require_at_least("MemoisedWakeSleep", "codes", options_.codes, 1);
    detail::require_at_least("MemoisedWakeSleep", "proposals", options_.proposals, 1);
    detail::require_at_least("MemoisedWakeSleep", "dreams", options_.dreams, 0);
  }
  static Index column(const Occasion& occasion, Index b) {
    return occasion.columns ? (*occasion.columns)[static_cast<std::size_t>(b)] : b;
  }
  /// Overwrites columns whose score is not finite by a good one of their data point. True if there were any new ones; dropped is
  /// then negative if a data point has none that is good.
  static bool leave_out(const Row<T>& scores, std::vector<char>& bad, Batch<T>& h, Index points, Index& dropped) {
    bool again = false;
    for (Index c = 0; c < h.cols(); ++c)
      if (!std::isfinite(scores(c)) && !bad[static_cast<std::size_t>(c)]) {
        bad[static_cast<std::size_t>(c)] = 1;
        ++dropped;
        again = true;
      }
    if (!again) return false;
    for (Index b = 0; b < points; ++b) {
      Index good = -1;
      for (Index c = b; c < h.cols(); c += points)
        if (!bad[static_cast<std::size_t>(c)]) good = c;
      if (good < 0) {
        dropped = -1;
        return true;
      }
      for (Index c = b; c < h.cols(); c += points)
        if (bad[static_cast<std::size_t>(c)]) h.col(c) = h.col(good);
    }
    return true;
  }
  /// The best distinct codes of data point b: their weights, their evidence, and what is to be remembered.
  void remember(const Batch<T>& h, const Row<T>& scores, const std::vector<char>& bad, Index b, Index points, Index place,
                Row<T>& w, Estimate<T>& estimate) const {
    std::vector<Index> best;
    for (Index c = b; c < h.cols(); c += points) {
      bool fresh = !bad[static_cast<std::size_t>(c)];
      for (const Index other : best) fresh = fresh && h.col(c) != h.col(other);
      if (fresh) best.push_back(c);
    }
    std::sort(best.begin(), best.end(), [&](Index i, Index j) { return scores(i) != scores(j) ? scores(i) > scores(j) : i < j; });
    if (static_cast<Index>(best.size()) > options_.codes) best.resize(static_cast<std::size_t>(options_.codes));
    T total = 0;
    for (const Index c : best) total += std::exp(scores(c) - scores(best.front()));
    for (const Index c : best) w(c) = std::exp(scores(c) - scores(best.front())) / (total * static_cast<T>(points));
    estimate.value += scores(best.front()) + std::log(total);
    const Index rows = h.rows(), at = b * (1 + options_.codes * rows);
    estimate.own(at) = static_cast<T>(place);
    for (Index m = 0; m < options_.codes; ++m) {
      // where codes were dropped the memory keeps its old ones at the end
      if (m < static_cast<Index>(best.size()))
        estimate.own.segment(at + 1 + m * rows, rows) = h.col(best[static_cast<std::size_t>(m)]);
      else estimate.own.segment(at + 1 + m * rows, rows) = memory_.col(m * points_ + place);
    }
  }

  MemoisedOptions options_;
  Index points_;
  Batch<T> memory_;
};

}  // namespace variate
