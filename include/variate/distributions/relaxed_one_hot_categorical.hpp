#pragma once
/// The relaxed one-hot (Concrete, Gumbel-softmax) distribution.
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/concrete.hpp"

namespace variate {

/// d independent points y on simplices of K classes: y = softmax((logits + g)/temperature) with g from `gumbels(rng, d*K, nB)`,
/// choices made smooth. theta is the logits, (d*K) x B: variable i's class k in row i*K + k, and so are the points. The
/// temperature is one number, given and not learned; slopes by it: `temperature_pullback` of draws and evaluations.
///
/// The largest of y is the class that `Categorical` draws from the same uniforms. At low temperatures numbers round to 0:
/// `log_prob` is then what the density tends to as these go to 0 together, often infinite, and the slope by y is 0;
/// `ExpRelaxedOneHotCategorical`, which draws log y, has no such edge. `log_prob` is -inf off the simplex (a negative number, a
/// sum further than 1e-3 from 1). C. J. Maddison, A. Mnih and Y. W. Teh, "The Concrete distribution", ICLR 2017; E. Jang, S. Gu
/// and B. Poole, "Categorical reparameterization with Gumbel-softmax", ICLR 2017.
template <class S = double>
class RelaxedOneHotCategorical : public detail::Concrete<S, false> {
  using Base = detail::Concrete<S, false>;

 public:
  /// temperature positive, or DomainError; logits finite, one variable for each `classes` rows; 0 means a single variable with as
  /// many classes as there are rows.
  RelaxedOneHotCategorical(S temperature, Batch<S> logits, Index classes = 0) : Base(temperature, std::move(logits), classes) {}
  static RelaxedOneHotCategorical from_theta(Batch<S> logits, S temperature, Index classes = 0) {
    return RelaxedOneHotCategorical(temperature, std::move(logits), classes);
  }

  /// Itself: a plain family is its own distribution behind the identity link.
  const RelaxedOneHotCategorical& distribution() const { return *this; }
};

template <class A>
RelaxedOneHotCategorical(typename A::Scalar, const Eigen::MatrixBase<A>&, Index = 0)
    -> RelaxedOneHotCategorical<typename A::Scalar>;

}  // namespace variate
