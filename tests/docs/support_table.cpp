/// Prints docs/distributions_table.md: what each family can do, asked of the concepts and the members themselves.
///     build/test/tests/docs/variate_support_table > docs/distributions_table.md
#include <cstdio>

#include "variate/variate.hpp"

namespace {

using namespace variate;

template <class Q>
void row(const char* name) {
  using T = ScalarOf<Q>;
  const auto mark = [](bool has) { std::printf(" %s |", has ? "yes" : ""); };
  std::printf("| `%s` |", name);
  mark(Distribution<Q>);
  mark(Scoreable<Q>);
  mark(Reparameterizable<Q>);
  mark(DifferentiableIntegrand<Q, T>);
  mark(requires(const Q& q) { q.mean(); });
  mark(requires(const Q& q) { q.variance(); });
  mark(requires(const Q& q) { q.mode(); });
  mark(HasEntropy<Q>);
  mark(requires(const Q& q, const Batch<T>& x) { q.cdf(x); });
  mark(requires(const Q& q, const Batch<T>& x) { q.log_cdf(x); });
  mark(requires(const Q& q, const Batch<T>& p) { q.icdf(p); });
  mark(requires(const Q& q) { q.lowest(); });
  mark(Enumerable<Q>);
  mark(HasKl<Q, Q>);
  mark(Linked<Q>);
  std::printf("\n");
}

}  // namespace

int main() {
  std::printf(
      "# What each family supports\n\n"
      "Written by `tests/docs/support_table.cpp`, which asks the concepts; a test compares. Families are those of double. "
      "*score*: "
      "`evaluate(x)` and its way back to the parameters; *slope*: and to the points; *ends*: `lowest()` and `highest()`, the "
      "ends of the "
      "support; *points*: `support()`, every point of a finite one; *KL*: a closed form of the divergence between two of the "
      "family (for "
      "other pairs see [divergences](distributions.md#divergences)); *link*: `Bound` lets a network drive it.\n\n"
      "| family | sample | score | rsample | slope | mean | variance | mode | entropy | cdf | log_cdf | icdf | ends | points | "
      "KL | link |\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  row<Normal<>>("Normal");
  row<LogNormal<>>("LogNormal");
  row<HalfNormal<>>("HalfNormal");
  row<TruncatedNormal<>>("TruncatedNormal");
  row<LogitNormal<>>("LogitNormal");
  row<StudentT<>>("StudentT");
  row<Cauchy<>>("Cauchy");
  row<HalfCauchy<>>("HalfCauchy");
  row<Laplace<>>("Laplace");
  row<Logistic<>>("Logistic");
  row<Gumbel<>>("Gumbel");
  row<Uniform<>>("Uniform");
  row<Exponential<>>("Exponential");
  row<Gamma<>>("Gamma");
  row<InverseGamma<>>("InverseGamma");
  row<Chi2<>>("Chi2");
  row<Beta<>>("Beta");
  row<Kumaraswamy<>>("Kumaraswamy");
  row<Weibull<>>("Weibull");
  row<Pareto<>>("Pareto");
  row<VonMises<>>("VonMises");
  row<ContinuousBernoulli<>>("ContinuousBernoulli");
  row<Dirichlet<>>("Dirichlet");
  row<Bernoulli<>>("Bernoulli");
  row<Binomial<>>("Binomial");
  row<Geometric<>>("Geometric");
  row<NegativeBinomial<>>("NegativeBinomial");
  row<Poisson<>>("Poisson");
  row<Categorical<>>("Categorical");
  row<OneHotCategorical<>>("OneHotCategorical");
  row<Multinomial<>>("Multinomial");
  row<RelaxedBernoulli<>>("RelaxedBernoulli");
  row<LogitRelaxedBernoulli<>>("LogitRelaxedBernoulli");
  row<RelaxedOneHotCategorical<>>("RelaxedOneHotCategorical");
  row<ExpRelaxedOneHotCategorical<>>("ExpRelaxedOneHotCategorical");
  row<MultivariateNormal<>>("MultivariateNormal");
  row<LowRankMultivariateNormal<>>("LowRankMultivariateNormal");
  row<Mixture<Gamma<>>>("Mixture<Gamma<>>");
  row<Mixture<Poisson<>>>("Mixture<Poisson<>>");
  row<GaussianMixture<>>("GaussianMixture<>");
  row<GaussianMixture<Normal<>>>("GaussianMixture<Normal<>>");
  row<Independent<Dirichlet<>>>("Independent<Dirichlet<>>");
  row<Product<Normal<>, Gamma<>>>("Product<Normal<>, Gamma<>>");
  row<Product<Normal<>, Bernoulli<>>>("Product<Normal<>, Bernoulli<>>");
  row<Transformed<Normal<>, Exp<double>>>("Transformed<Normal<>, Exp>");
  row<Empirical<>>("Empirical");
}
