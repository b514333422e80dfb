// expect: this estimator needs the loss's derivatives, and the loss can be called with plain numbers alone
#include "variate/distributions/normal.hpp"
#include "variate/inference/generalized_vi.hpp"
#include "variate/random/rng.hpp"

int main() {
  const auto black_box = [](const variate::Vector<double>& theta) -> double { return theta[0]; };
  const auto q = variate::Normal<double>::standard(1);
  variate::GeneralizedVi vi(black_box, q, q);
  variate::Rng rng(1);
  vi.step(rng);
}
