#include "combinations_amortised.hpp"

void combinations::amortised_continuous(Table& table) {
  each_continuous([&](const char* name, const auto& q) { row_amortised(table, name, q); });
}
