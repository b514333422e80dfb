// expect: Exact needs q.support()
#include "variate/distributions/normal.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/random/rng.hpp"

int main() {
  const auto f = [](const variate::Batch<double>& x) -> variate::Row<double> { return x.row(0); };
  const auto q = variate::Normal<double>::standard(1);
  variate::Rng rng(1);
  variate::Exact{}(q, f, rng, 10);
}
