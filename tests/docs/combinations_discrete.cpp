#include "combinations.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/distributions/poisson.hpp"

namespace combinations {
namespace {
const Bernoulli<double> bits(Vector<double>{{0.4, -0.7}});
const OneHotCategorical<double> choice(Batch<double>{{0.4}, {-0.7}, {0.1}});
const Categorical<double> labels(Batch<double>{{0.4}, {-0.7}, {0.1}});
const Poisson<double> counts(Vector<double>{{1.5, 0.8}});
}  // namespace

void discrete(Table& table) {
  row_of_means(table, "Bernoulli", bits);
  row_of_means(table, "OneHotCategorical", choice);
  row_of_means(table, "Categorical", labels);
  row_of_means(table, "Poisson", counts);
}
void discrete_bounds(Table& table) {
  row_of_bounds(table, "Bernoulli", bits);
  row_of_bounds(table, "OneHotCategorical", choice);
  row_of_bounds(table, "Poisson", counts);
}

}  // namespace combinations
