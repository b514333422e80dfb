// expect: Pathwise needs the model's gradient by x
#include "variate/distributions/normal.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/random/rng.hpp"

int main() {
  const auto f = [](const variate::Batch<double>& x) -> variate::Row<double> { return x.row(0); };
  const auto q = variate::Normal<double>::standard(1);
  variate::Rng rng(1);
  variate::Pathwise{}(q, f, rng, 10);
}
