/// Prints docs/combinations.md: which estimator takes which family under which driver, each cell tried; fails if one is wrong.
///     build/test/tests/docs/variate_combinations_table > docs/combinations.md
#include "combinations.hpp"

int main() {
  using namespace combinations;
  std::printf(
      "# Every estimator on every family under every driver\n\n"
      "Written by `tests/docs/combinations_table.cpp`, which runs every cell; a test compares. **yes**: the mean of %td "
      "gradients (of half\n"
      "as many where a network is in between) is within %g standard errors of the exact one, which is a sum over all points or "
      "an integral;\n"
      "**(H)**: so with the entropy in closed form (`Elbo<ClosedFormEntropy>`), for log q has no slope by discrete points; "
      "**biased**: it runs,\n"
      "and is not meant to be unbiased; (n): it does not compile, and the compiler says sentence n below (or is not tried, if that is\n"
      "what it says).\n\n",
      draws, most);
  Table table(VARIATE_INCLUDE);
  const auto both = [&](void (*continuous)(Table&), void (*discrete)(Table&)) {
    continuous(table);
    discrete(table);
  };
  std::printf(
      "## An estimator by itself\n\n"
      "The gradient of the mean of f(x) = sum_i (x_i - 0.3)^2, two samples. For bounds of several samples see "
      "the next table.\n\n");
  table.head(mean_columns);
  both(alone_continuous, alone_discrete);
  std::printf(
      "\n## `Learner` with `ElboRule`\n\n"
      "log p = -f(x), two samples. The last five columns are gradients of the bound log mean_k p/q, beside its plain score\n"
      "(`Vimco{LeftOut::nothing}`).\n\n");
  table.head(all_columns());
  both(elbo_continuous, elbo_discrete);
  std::printf(
      "\n## `GeneralizedVi`\n\n"
      "The loss f and half the divergence from a prior of the same family.\n\n");
  table.head(all_columns());
  both(generalised_continuous, generalised_discrete);
  std::printf(
      "\n## `Learner` of guide and model: wake-sleep's setting\n\n"
      "A guide that is the family with a line in x for its parameters, two data points, a model with parameters of its own, an "
      "optimizer\n"
      "each: both gradients in every cell.\n\n");
  table.head(all_columns());
  both(amortised_continuous, amortised_discrete);
  std::printf(
      "\n`WakeSleep` itself draws from guide and model and takes no estimator; its phases stand in their place. Theta's "
      "gradient, and phi's\n"
      "beside fresh dreams.\n\n");
  table.head({"Sleep", "Wake", "Mixed", "Defensive"});
  wake_sleep(table);
  std::printf(
      "\n## `WeightedTrainer` on frozen points\n\n"
      "Nothing is drawn from q, so that there is nothing to estimate but the weighted score; the losses stand in the estimators' "
      "place.\n\n");
  table.head({"VarianceLoss", "ForwardKl"});
  weighted(table);
  std::printf(
      "\n## `GmmVi`\n\n"
      "Moves the components of a normal mixture by natural gradients, which estimators of its own give: no other family has "
      "them, and no other\n"
      "estimator gives them.\n\n");
  table.head({"Stein", "More"});
  natural(table);
  std::printf("\n## Particular ones\n\n| driver | family | estimator | beside | agrees |\n|---|---|---|---|---|\n");
  particular(table);
  std::printf("\n## What the compiler says\n\n");
  table.sentences();
  return table.good() ? 0 : 1;
}
