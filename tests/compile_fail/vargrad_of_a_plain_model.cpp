// expect: VarGrad is for log p - log q: give it Elbo<SampledEntropy>{}(q, log_density)
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/vargrad.hpp"
#include "variate/random/rng.hpp"

int main() {
  const auto f = [](const variate::Batch<double>& x) -> variate::Row<double> { return x.row(0); };
  variate::Rng rng(1);
  variate::VarGrad{}(variate::Bernoulli<double>(variate::Vector<double>::Zero(3)), f, rng, 4);
}
