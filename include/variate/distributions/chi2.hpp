#pragma once
/// The chi-squared distribution: gamma of concentration df/2 and rate 1/2.
#include <utility>

#include "variate/core/types.hpp"
#include "variate/distributions/detail/factorized.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/distributions/gamma.hpp"

namespace variate {
namespace detail {

/// Everything as the gamma law has it; theta is (log df), and d/dlog df = d/dlog a.
template <class S>
struct Chi2Law : GammaLaw<S> {
  using Gamma = GammaLaw<S>;
  using V = Packet<S>;
  static constexpr const char* name = "Chi2";
  static constexpr int parameters = 1;
  static constexpr Arguments<parameters> arguments{{{"df"}}};
  using C = typename Gamma::C;
  using Theta = Numbers<S, parameters>;
  static constexpr S log_two = S(0.693147180559945309417232121458176568L);

  static C prepare(const Theta& theta) { return Gamma::prepare({theta[0] - log_two, V(-log_two)}); }
  static V score(V x, const C& c, Theta& s) {
    typename Gamma::Theta both;
    const V slope = Gamma::score(x, c, both);
    s[0] = both[0];
    return slope;
  }
  static void path_by(const Numbers<S, Gamma::smooth>& slopes, V e, V x, const C& c, Theta& s) {
    typename Gamma::Theta both;
    Gamma::path_by(slopes, e, x, c, both);
    s[0] = both[0];
  }
  static void path(V e, V x, const C& c, Theta& s) { path_by(Gamma::smooth_slopes(e, c), e, x, c, s); }
  static void entropy_gradient(const C& c, Theta& s) { s[0] = GammaCore<S>::entropy_slope(c[Gamma::shape]); }
  static void kl_gradient(const C& p, const C& q, Theta& s) {
    typename Gamma::Theta both;
    Gamma::kl_gradient(p, q, both);
    s[0] = both[0];
  }
};

}  // namespace detail

/// d independent chi-squared coordinates of df > 0 degrees of freedom, a real number. theta: d rows log df; one column a data
/// point. Reparameterised, moments and accuracy as `Gamma`.
template <class S = double>
class Chi2 : public detail::Family<Chi2<S>, detail::Chi2Law<S>> {
  using Base = detail::Family<Chi2<S>, detail::Chi2Law<S>>;

 public:
  using Base::Base;
  /// df positive, d x B (a vector for B = 1); else InvalidArgument or DomainError. Kept as its logarithm.
  explicit Chi2(const Batch<S>& df) : Base(std::in_place, df) {}

  /// Degrees of freedom, d x B.
  Batch<S> df() const { return this->parameter(0); }
};

template <class A>
Chi2(const Eigen::MatrixBase<A>&) -> Chi2<typename A::Scalar>;

}  // namespace variate
