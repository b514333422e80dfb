/// What each bijector is, and what is made of it. Compiling is passing.
#include <concepts>
#include <type_traits>

#include "variate/bijectors/affine.hpp"
#include "variate/bijectors/bijector.hpp"
#include "variate/bijectors/blocks.hpp"
#include "variate/bijectors/chain.hpp"
#include "variate/bijectors/correlation_cholesky.hpp"
#include "variate/bijectors/covariance_cholesky.hpp"
#include "variate/bijectors/exp.hpp"
#include "variate/bijectors/identity.hpp"
#include "variate/bijectors/interval.hpp"
#include "variate/bijectors/inverse.hpp"
#include "variate/bijectors/lower_bound.hpp"
#include "variate/bijectors/ordered.hpp"
#include "variate/bijectors/permutation.hpp"
#include "variate/bijectors/power.hpp"
#include "variate/bijectors/sigmoid.hpp"
#include "variate/bijectors/simplex.hpp"
#include "variate/bijectors/softplus.hpp"
#include "variate/bijectors/tanh.hpp"
#include "variate/bijectors/transform_target.hpp"
#include "variate/bijectors/triangular.hpp"
#include "variate/bijectors/unit_vector.hpp"
#include "variate/bijectors/upper_bound.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/distributions/transformed.hpp"
#include "variate/random/rng.hpp"

namespace variate {
namespace {

template <template <class> class B>
inline constexpr bool is_bijector = Bijector<B<double>> && Bijector<B<float>> && std::copyable<B<double>> &&
                                    std::same_as<ScalarOf<B<float>>, float> && Bijector<Inverse<B<double>>> &&
                                    Bijector<Chain<B<double>, B<double>>> && Bijector<Blocks<B<double>, Exp<double>>>;
static_assert(is_bijector<Identity> && is_bijector<Affine> && is_bijector<Exp> && is_bijector<Softplus> && is_bijector<Sigmoid>);
static_assert(is_bijector<Interval> && is_bijector<LowerBound> && is_bijector<UpperBound> && is_bijector<Tanh> && is_bijector<Power>);
static_assert(is_bijector<Ordered> && is_bijector<Simplex> && is_bijector<UnitVector> && is_bijector<CovarianceCholesky>);
static_assert(is_bijector<CorrelationCholesky> && is_bijector<Permutation> && is_bijector<Triangular>);
static_assert(Bijector<Logit<double>> && Bijector<Logit<float>>);

static_assert(std::is_same_v<decltype(Affine(Vector<float>(), Vector<float>())), Affine<float>>);
static_assert(std::is_same_v<decltype(Interval(0.0f, 1.0f)), Interval<float>>);
static_assert(std::is_same_v<decltype(LowerBound(Vector<float>())), LowerBound<float>>);
static_assert(std::is_same_v<decltype(UpperBound(1.0)), UpperBound<double>>);
static_assert(std::is_same_v<decltype(Power(2.0f)), Power<float>>);
static_assert(std::is_same_v<decltype(Blocks(Block{1, Exp<>()}, Block{2, Simplex<>()})), Blocks<Exp<double>, Simplex<double>>>);

using LogNormalLike = Transformed<Normal<>, Exp<>>;
static_assert(Family<LogNormalLike> && Scoreable<LogNormalLike> && Reparameterizable<LogNormalLike> && std::copyable<LogNormalLike>);
static_assert(DifferentiableIntegrand<LogNormalLike, double> && !HasEntropy<LogNormalLike> && !Enumerable<LogNormalLike>);
static_assert(Family<Transformed<MultivariateNormal<float>, Simplex<float>>>);
static_assert(Family<Transformed<Bernoulli<>, Affine<>>> && !Reparameterizable<Transformed<Bernoulli<>, Affine<>>>);
static_assert(Reparameterizable<Transformed<LogNormalLike, Logit<>>>);

/// What would dangle does not compile.
template <class Q>
concept TemporaryEvaluates = requires(Q&& q, const Batch<ScalarOf<Q>>& x) { static_cast<Q&&>(q).evaluate(x); };
template <class Q>
concept TemporaryDraws = requires(Q&& q, Rng& rng) { static_cast<Q&&>(q).rsample(rng, 1); };
static_assert(!TemporaryEvaluates<LogNormalLike> && !TemporaryDraws<LogNormalLike>);
static_assert(!TemporaryEvaluates<TransformedTarget<Normal<>, Exp<>>>);

}  // namespace
}  // namespace variate
