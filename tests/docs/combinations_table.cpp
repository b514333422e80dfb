/// Prints docs/combinations.md: which estimator takes which family, each cell tried; fails if one is wrong.
///     build/test/tests/docs/variate_combinations_table > docs/combinations.md
#include "combinations.hpp"

int main() {
  using namespace combinations;
  std::printf(
      "# Every estimator on every family\n\n"
      "Written by `tests/docs/combinations_table.cpp`, which runs every cell; a test compares. **yes**: the mean of %td "
      "gradients is\n"
      "within %g standard errors of the exact one; **biased**: it runs, and is not meant to be unbiased; (n): it does not "
      "compile, and\n"
      "the compiler says sentence n below.\n\n"
      "## The gradient of a mean\n\n"
      "f(x) = sum_i (x_i - 0.3)^2, whose mean is known from the family's mean and variance; two samples.\n\n",
      draws, most);
  Table table(VARIATE_INCLUDE);
  table.head(mean_columns);
  continuous(table);
  discrete(table);
  std::printf(
      "\n## The gradient of a bound of two samples\n\n"
      "log mean_k p/q, p of the same family; beside the plain score of the bound (`Vimco{LeftOut::nothing}`).\n\n");
  table.head(bound_columns);
  continuous_bounds(table);
  discrete_bounds(table);
  std::printf("\n## Drivers\n\n| driver | family | estimator | beside | agrees |\n|---|---|---|---|---|\n");
  drivers(table);
  std::printf("\n## What the compiler says\n\n");
  table.sentences();
  return table.good() ? 0 : 1;
}
