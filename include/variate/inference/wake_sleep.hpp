#pragma once
/// Wake-sleep and its reweighted kin as rules of the one `Learner`.
#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/estimators/detail/log_weights.hpp"
#include "variate/inference/detail/particles.hpp"
#include "variate/inference/occasion.hpp"

namespace variate {

/// phi learns from dreams (Hinton, Dayan, Frey and Neal 1995): (x, h) drawn together from the model, ascend log q(h | x).
/// Unbiased for -E_p(x) KL(p(h | x) || q(h | x)): for data the model dreams of, which early in training are not those of the
/// world.
struct Sleep {
  Index dreams = 0;  ///< of each step; 0: as many as the wake phase has particles
};
/// phi learns from the wake phase's own particles, weighted by p/q within each data point (Bornschein and Bengio 2015). Biased
/// towards q itself by O(1/n_samples), consistent; with one particle its mean is zero.
struct Wake {};
/// alpha times `Wake` and 1 - alpha times `Sleep`.
struct Mixed {
  double alpha = 0.5;  ///< share of the wake phase, in [0, 1]
  Index dreams = 0;    ///< as in Sleep
};
/// Bits that are 0 or 1 with equal probability: the escape of `Defensive`.
struct FairBits {};
/// As `Wake`, but with particles of its own from (1 - delta) q + delta other, weighted by p over that mixture (Le, Kosiorek,
/// Siddharth, Teh and Wood 2019, delta-WW): where q has forgotten a mode, others still go, and no weight exceeds p/(delta other).
/// `Other` is FairBits, or a distribution of one data point's latents.
template <class Other = FairBits>
struct Defensive {
  double delta = 0.2;  ///< share of the other, in (0, 1)
  Other other{};       ///< where q has forgotten to go
};
/// For `Defensive{.delta = 0.1}`.
Defensive() -> Defensive<FairBits>;

/// What the model's parameters (theta) learn from the particles of the wake phase.
enum class PhaseP {
  weighted,  ///< sum of self-normalised p/q times grad log p: the gradient of the importance-weighted bound
  plain      ///< the mean of grad log p: the gradient of the ELBO. With one particle the same
};

/// Which of the two learns at step t.
struct PhaseSchedule {
  enum Kind {
    simultaneous,  ///< both, from the same parameters, as in Edward
    alternating,   ///< theta at even steps, phi at odd ones
    interleaved    ///< theta always, phi at every n-th step (Bornschein and Bengio take n = 5)
  };
  Kind kind = simultaneous;
  Index every = 1;  ///< the n of `interleaved`

  bool theta(Index t) const { return kind != alternating || t % 2 == 0; }
  bool phi(Index t) const {
    return kind == simultaneous || (kind == alternating ? t % 2 == 1 : t % every == every - 1);
  }
};

namespace detail {

template <class Phase>
inline constexpr bool dreams_of = requires(const Phase& phase) { phase.dreams; };
template <class Phase>
inline constexpr bool is_defensive = requires(const Phase& phase) { phase.delta; };

}  // namespace detail

/// One step of wake-sleep for a guide q (a Conditional) and a model p, for `Learner`: theta learns from particles of q at the
/// data, phi as `phase_q` says. The two gradients are of the same parameters and the same particles; each part has its own
/// optimizer.
///
///     WakeSleep<>{}                                           textbook wake-sleep
///     WakeSleep<>{.n_samples = 5}                             theta from five weighted particles
///     WakeSleep<Wake>{.n_samples = 5}                         reweighted wake-sleep (wake-wake)
///     WakeSleep<Mixed>{.n_samples = 5}                        half and half
///     WakeSleep<Defensive<>>{.n_samples = 5}                  defensive wake-wake
///
/// The value is the mean over the data points of log mean_k p/q, or of the mean log p/q where phase_p is plain; of a step in
/// which phi alone learns from dreams, the mean log q of the dreams. What does not learn at a step has an empty gradient.
///
/// A particle of weight zero counts; one whose log weight is NaN or +inf is dropped and counted, and so is a dream that q cannot
/// explain; a data point without a good particle, or a step without a good dream, makes the estimate not finite, so that the step
/// is not taken. Throws InvalidArgument for counts below 1 and shares out of range, and what model and guide throw.
template <class PhaseQ = Sleep>
struct WakeSleep {
  Index n_samples = 1;                  ///< particles of q for each data point
  PhaseQ phase_q{};                     ///< what phi learns from: Sleep, Wake, Mixed, Defensive
  PhaseP phase_p = PhaseP::weighted;    ///< how theta weighs the particles
  PhaseSchedule schedule{};                  ///< which of the two learns when

  template <class Q, class P>
  static constexpr bool accepts = [] {
    if constexpr (!Conditional<Q> || !Model<P>) return false;
    else return !detail::dreams_of<PhaseQ> || GenerativeModel<P>;
  }();
  template <class Q, class P>
  static constexpr detail::Never explain() {
    static_assert(
        Conditional<Q>,
        "WakeSleep needs a guide that depends on the data: a Conditional, whose at(x) has sample, log_prob and evaluate; "
        "such as LayeredGuide or network_conditional.");
    static_assert(
        Model<P>,
        "WakeSleep needs a model with parameters, whose at(x) is h -> log p(x, h) with evaluate(h); such as LayeredSbn, "
        "Ancestral or differentiable_model.");
    if constexpr (Conditional<Q> && Model<P>)
      static_assert(GenerativeModel<P> || !detail::dreams_of<PhaseQ>,
                    "the sleep phase needs dreams: give the model dream(rng, n), which draws data x and latents h together; "
                    "WithDreams adds it to a model. Or use WakeSleep<Wake>.");
    return {};
  }

  /// A sentence where the settings can teach phi nothing; empty where all is well. Observers and `WakeSleepInference` print it.
  std::string_view warning() const {
    if constexpr (std::is_same_v<PhaseQ, Wake>) {
      if (n_samples == 1)
        return "WakeSleep: n_samples is 1 in the wake phase of q, where the one weight is always 1 and the expected gradient "
               "zero; "
               "take two or more, or the sleep phase";
    }
    return {};
  }

  template <class Q, class P, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const P& p, const Batch<ScalarOf<Q>>& x, R& rng,
                                   const Occasion& occasion = {}) const {
    if constexpr (!accepts<Q, P>) {
      return explain<Q, P>();
    } else {
      using T = ScalarOf<Q>;
      check(x.cols());
      const bool theta = schedule.theta(occasion.step), phi = schedule.phi(occasion.step);
      const auto bound_q = q.at(x);
      const auto bound_p = p.at(x);
      Estimate<T> estimate;
      bool good = true;
      constexpr bool wakes = std::is_same_v<PhaseQ, Wake> || std::is_same_v<PhaseQ, Mixed>;
      const bool awake = theta || !phi || wakes || detail::is_defensive<PhaseQ>;
      if (awake) {
        detail::LogWeights<T> weights(n_samples, x.cols());
        good =
            detail::with_particles(bound_q, bound_p, rng, weights, estimate.evaluations, [&](const auto& of_q, const auto& of_p) {
              const Row<T> shares = weights.normalized();
              estimate.value = phase_p == PhaseP::weighted ? weights.bound() : weights.mean();
              if (theta) estimate.f = of_p.pullback(phase_p == PhaseP::weighted ? shares : weights.equal());
              if constexpr (wakes)
                if (phi) estimate.q = of_q.pullback(Row<T>(static_cast<T>(wake_share()) * shares));
            });
        estimate.dropped = weights.lost_columns();
      }
      if constexpr (detail::dreams_of<PhaseQ>)
        if (good && phi) good = sleep(q, p, x.cols(), rng, estimate, !awake);
      if constexpr (detail::is_defensive<PhaseQ>)
        if (good && phi) good = defend(bound_q, bound_p, rng, estimate);
      if (!good) return detail::refused<T>(estimate.dropped, estimate.evaluations);
      return estimate;
    }
  }

 private:
  void check(Index points) const {
    detail::require_at_least("WakeSleep", "n_samples", n_samples, 1);
    detail::require_at_least("WakeSleep", "data points", points, 1);
    detail::require_at_least("WakeSleep", "schedule.every", schedule.every, 1);
    if constexpr (detail::dreams_of<PhaseQ>) detail::require_at_least("WakeSleep", "dreams", phase_q.dreams, 0);
    if constexpr (std::is_same_v<PhaseQ, Mixed>)
      if (!(phase_q.alpha >= 0 && phase_q.alpha <= 1))
        throw InvalidArgument(detail::complaint("WakeSleep", "alpha", phase_q.alpha, "a number in [0, 1]"));
    if constexpr (detail::is_defensive<PhaseQ>)
      if (!(phase_q.delta > 0 && phase_q.delta < 1))
        throw InvalidArgument(detail::complaint("WakeSleep", "delta", phase_q.delta, "a number in (0, 1)"));
  }
  double wake_share() const {
    if constexpr (std::is_same_v<PhaseQ, Mixed>) return phase_q.alpha;
    else return 1;
  }

  /// Adds (1 - wake share) of the mean score of fresh dreams.
  template <class Q, class P, class R, class T>
  bool sleep(const Q& q, const P& p, Index points, R& rng, Estimate<T>& estimate, bool alone) const {
    T share = T(1);
    if constexpr (std::is_same_v<PhaseQ, Mixed>) share = static_cast<T>(1 - phase_q.alpha);
    const Index count = phase_q.dreams > 0 ? phase_q.dreams : n_samples * points;
    const detail::Dreamt<T> dreamt = detail::score_of_dreams(q, p, rng, count, share, estimate.q);
    estimate.dropped += dreamt.dropped;
    if (alone) estimate.value = dreamt.log_q;
    return dreamt.dropped < count;
  }

  /// The wake phase of particles from the defensive mixture.
  template <class Q, class P, class R, class T>
  bool defend(const Q& q, const P& p, R& rng, Estimate<T>& estimate) const {
    const Index cols = n_samples * q.batch_size();
    const T delta = static_cast<T>(phase_q.delta);
    Batch<T> h = detail::from_either(q, phase_q.other, rng, n_samples, delta);
    detail::LogWeights<T> weights(n_samples, q.batch_size());
    while (true) {
      const auto of_q = q.evaluate(h);
      const auto of_p = variate::evaluate(p, h);
      estimate.evaluations += cols;
      const Row<T> log_weights = of_p.value - detail::log_of_either(of_q.value, phase_q.other, h, delta);
      if (!weights.take(log_weights)) {
        estimate.q = of_q.pullback(weights.normalized());
        estimate.dropped += weights.lost_columns();
        return true;
      }
      if (!weights.patch([&](Index to, Index from) { h.col(to) = h.col(from); })) {
        estimate.dropped += weights.lost_columns();
        return false;
      }
    }
  }
};

}  // namespace variate
