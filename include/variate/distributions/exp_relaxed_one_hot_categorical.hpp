#pragma once
/// The relaxed one-hot (Concrete) distribution by the logarithms of its points: nothing underflows.
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/concrete.hpp"

namespace variate {

/// d independent logarithms x = log y of what `RelaxedOneHotCategorical` draws, from the same noise: finite at any temperature,
/// and so are densities and gradients. theta is the logits, (d*K) x B: variable i's class k in row i*K + k, and so are the
/// points. The temperature is one number, given and not learned; slopes by it: `temperature_pullback` of draws and evaluations.
///
/// The density is that of C. J. Maddison, A. Mnih and Y. W. Teh, "The Concrete distribution", ICLR 2017, appendix C: with respect
/// to x less one of its numbers. `log_prob` is -inf where the e^x of a variable sum to something further than 1e-3 from 1.
template <class S = double>
class ExpRelaxedOneHotCategorical : public detail::Concrete<S, true> {
  using Base = detail::Concrete<S, true>;

 public:
  /// temperature positive, or DomainError; logits finite, one variable for each `classes` rows; 0 means a single variable with as
  /// many classes as there are rows.
  ExpRelaxedOneHotCategorical(S temperature, Batch<S> logits, Index classes = 0)
      : Base(temperature, std::move(logits), classes) {}
  static ExpRelaxedOneHotCategorical from_theta(Batch<S> logits, S temperature, Index classes = 0) {
    return ExpRelaxedOneHotCategorical(temperature, std::move(logits), classes);
  }

  /// Itself: a plain family is its own distribution behind the identity link.
  const ExpRelaxedOneHotCategorical& distribution() const { return *this; }
};

template <class A>
ExpRelaxedOneHotCategorical(typename A::Scalar, const Eigen::MatrixBase<A>&, Index = 0)
    -> ExpRelaxedOneHotCategorical<typename A::Scalar>;

}  // namespace variate
