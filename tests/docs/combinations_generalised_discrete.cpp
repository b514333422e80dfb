#include "combinations_generalised.hpp"

void combinations::generalised_discrete(Table& table) {
  each_discrete([&](const char* name, const auto& q) { row_generalised(table, name, q); });
}
