// expect: Arms is for Bernoulli distributions, bound or not: use Reinforce<LeaveOneOut> for other discrete ones
#include "variate/distributions/categorical.hpp"
#include "variate/estimators/arms.hpp"
#include "variate/random/rng.hpp"

int main() {
  const auto f = [](const variate::Batch<double>& x) -> variate::Row<double> { return x.row(0); };
  variate::Rng rng(1);
  variate::Arms{}(variate::Categorical<double>(variate::Batch<double>::Zero(3, 1)), f, rng, 4);
}
