#include "combinations.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/gaussian_mixture.hpp"
#include "variate/distributions/multivariate_normal.hpp"
#include "variate/distributions/normal.hpp"

namespace combinations {
namespace {
const Normal<double> normal(Vector<double>{{0.4, -0.2}}, Vector<double>{{0.8, 0.5}});
const Gamma<double> gamma_family(Vector<double>{{2.5, 3.0}}, Vector<double>{{1.5, 2.0}});
const MultivariateNormal<double> full(Vector<double>{{0.4, -0.2}}, Batch<double>{{0.8, 0.0}, {0.3, 0.6}});
GaussianMixture<Normal<double>> mixture() {
  return GaussianMixture<Normal<double>>(Batch<double>{{0.3}, {-0.2}},
                                         {Normal<double>(Vector<double>{{-0.5}}, Vector<double>{{0.7}}),
                                          Normal<double>(Vector<double>{{0.9}}, Vector<double>{{0.5}})});
}
}  // namespace

void continuous(Table& table) {
  row_of_means(table, "Normal", normal);
  row_of_means(table, "MultivariateNormal", full);
  row_of_means(table, "Gamma", gamma_family);
  row_of_means(table, "GaussianMixture", mixture());
}
void continuous_bounds(Table& table) {
  row_of_bounds(table, "Normal", normal);
  row_of_bounds(table, "MultivariateNormal", full);
  row_of_bounds(table, "GaussianMixture", mixture());
}

}  // namespace combinations
