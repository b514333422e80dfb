#include "combinations_elbo.hpp"

void combinations::elbo_discrete(Table& table) {
  each_discrete([&](const char* name, const auto& q) { row_of_elbo(table, name, q); });
}
