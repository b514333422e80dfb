#include "combinations_elbo.hpp"

void combinations::elbo_continuous(Table& table) {
  each_continuous([&](const char* name, const auto& q) { row_of_elbo(table, name, q); });
}
