#include "combinations_amortised.hpp"

void combinations::amortised_discrete(Table& table) {
  each_discrete([&](const char* name, const auto& q) { row_amortised(table, name, q); });
}
