#include "combinations_generalised.hpp"

void combinations::generalised_continuous(Table& table) {
  each_continuous([&](const char* name, const auto& q) { row_generalised(table, name, q); });
}
