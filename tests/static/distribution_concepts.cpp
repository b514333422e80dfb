/// What each family is, and what it must not be. Compiling is passing.
#include <type_traits>

#include "variate/core/concepts.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/kl.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/random/rng.hpp"

namespace variate {
namespace {

template <class Q>
concept Plain = Family<Q> && Scoreable<Q> && Linked<Q> && HasEntropy<Q> && std::copyable<Q> && HasKl<Q, Q>;
template <class Q>
concept Continuous = Plain<Q> && Reparameterizable<Q> && DifferentiableIntegrand<Q, ScalarOf<Q>> && !Enumerable<Q>;
template <class Q>
concept Discrete = Plain<Q> && Enumerable<Q> && !Reparameterizable<Q> && !DifferentiableIntegrand<Q, ScalarOf<Q>>;

static_assert(Continuous<Normal<double>> && Continuous<Normal<float>>);
static_assert(Continuous<MultivariateNormal<double>> && Continuous<MultivariateNormal<float>>);
static_assert(Discrete<Bernoulli<double>> && Discrete<Bernoulli<float>>);
static_assert(Discrete<Categorical<double>> && Discrete<Categorical<float>>);

static_assert(HasKl<Normal<>, MultivariateNormal<>> && HasKl<MultivariateNormal<>, Normal<>>);
static_assert(!HasKl<Normal<>, Bernoulli<>> && !HasKl<Normal<float>, Normal<double>> && !HasKl<Bernoulli<>, Categorical<>>);

/// What would dangle does not compile.
template <class Q>
concept EvaluatesFromTemporary = requires(const Q& q) { q.evaluate(Batch<ScalarOf<Q>>(1, 1)); };
template <class Q>
concept TemporaryEvaluates = requires(Q&& q, const Batch<ScalarOf<Q>>& x) { static_cast<Q&&>(q).evaluate(x); };
template <class Q>
concept TemporaryDraws = requires(Q&& q, Rng& rng) { static_cast<Q&&>(q).rsample(rng, 1); };
template <class Q>
inline constexpr bool borrows_safely = !EvaluatesFromTemporary<Q> && !TemporaryEvaluates<Q> && !TemporaryDraws<Q>;
static_assert(borrows_safely<Normal<>> && borrows_safely<MultivariateNormal<>> && borrows_safely<Bernoulli<>> &&
              borrows_safely<Categorical<>>);

/// The scalar type is found from vectors of it.
static_assert(std::is_same_v<decltype(Normal(Vector<float>(), Vector<float>())), Normal<float>>);
static_assert(std::is_same_v<decltype(Bernoulli(Vector<double>())), Bernoulli<double>>);
static_assert(std::is_same_v<decltype(Categorical(Vector<float>())), Categorical<float>>);
static_assert(std::is_same_v<decltype(MultivariateNormal(Vector<double>(), Batch<double>())), MultivariateNormal<double>>);

}  // namespace
}  // namespace variate
