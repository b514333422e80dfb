#pragma once
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/inference/occasion.hpp"

namespace variate {

/// No penalty.
struct NoPenalty {
  template <class T>
  T operator()(const Vector<T>&, Vector<T>&) const {
    return T(0);
  }
};
/// strength times the sum of squares: of all parameters, or of some stretches of them (anything with begin and size(), such as
/// `ParameterBlock`).
class Ridge {
 public:
  explicit Ridge(double strength) : strength_(strength) {}
  template <class Stretches>
  Ridge(double strength, const Stretches& stretches) : strength_(strength), all_(false) {
    for (const auto& stretch : stretches) parts_.push_back({stretch.begin, stretch.size()});
  }

  /// Adds the slopes to `slopes`, which has the size of params, and returns the penalty. ShapeError if a stretch ends behind
  /// them.
  template <class T>
  T operator()(const Vector<T>& params, Vector<T>& slopes) const {
    const T strength = static_cast<T>(strength_);
    T sum = 0;
    const auto add = [&](Index begin, Index size) {
      sum += strength * params.segment(begin, size).squaredNorm();
      slopes.segment(begin, size) += 2 * strength * params.segment(begin, size);
    };
    if (all_) add(0, params.size());
    for (const Part& part : parts_) {
      if (part.begin < 0 || part.begin + part.size > params.size())
        throw ShapeError(detail::complaint("Ridge", "end of a stretch", part.begin + part.size,
                                           "at most " + std::to_string(params.size())));
      add(part.begin, part.size);
    }
    return sum;
  }

 private:
  struct Part {
    Index begin, size;
  };
  double strength_;
  bool all_ = true;
  std::vector<Part> parts_;
};

/// A rule with penalties on the parameters of guide and model: both gradients, and the value, have them taken off. A penalty is
/// called as penalty(params, slopes), adds its slopes and returns its number: `Ridge`, or one's own.
///
///     Penalised{WakeSleep<>{}, Ridge(0.01), Ridge(0.01, named(model.blocks(), {"W0"}))}
template <class Rule, class OfQ = NoPenalty, class OfP = NoPenalty>
struct Penalised {
  Rule rule;
  [[no_unique_address]] OfQ of_q{};
  [[no_unique_address]] OfP of_p{};

  template <class Q, class P>
  static constexpr bool accepts = detail::accepts<Rule, Q, P>;
  template <class Q, class P>
  static constexpr detail::Never explain() {
    return Rule::template explain<Q, P>();
  }

  template <class Q, class P, class R>
  Estimate<ScalarOf<Q>> operator()(const Q& q, const P& p, const Batch<ScalarOf<Q>>& x, R& rng,
                                   const Occasion& occasion = {}) const {
    if constexpr (!accepts<Q, P>) {
      return explain<Q, P>();
    } else {
      using T = ScalarOf<Q>;
      Estimate<T> estimate = detail::under(rule, q, p, x, rng, occasion);
      const auto take_off = [&](const auto& part, const auto& penalty, Vector<T>& gradient) {
        const Vector<T> params = part.params();
        Vector<T> slopes = Vector<T>::Zero(params.size());
        estimate.value -= penalty(params, slopes);
        if (gradient.size() != 0) gradient -= slopes;
      };
      take_off(q, of_q, estimate.q);
      if constexpr (Parametric<P>) take_off(p, of_p, estimate.f);
      return estimate;
    }
  }

  template <class T>
    requires requires(Rule& r, const Vector<T>& own) { r.learn(own); }
  void learn(const Vector<T>& own) {
    rule.learn(own);
  }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.rule);
  }
};
template <class Rule, class OfQ = NoPenalty, class OfP = NoPenalty>
Penalised(Rule, OfQ = {}, OfP = {}) -> Penalised<Rule, OfQ, OfP>;

}  // namespace variate
