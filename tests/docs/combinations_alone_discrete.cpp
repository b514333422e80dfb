#include "combinations_alone.hpp"

void combinations::alone_discrete(Table& table) {
  each_discrete([&](const char* name, const auto& q) { row_alone(table, name, q); });
}
