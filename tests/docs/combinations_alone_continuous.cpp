#include "combinations_alone.hpp"

void combinations::alone_continuous(Table& table) {
  each_continuous([&](const char* name, const auto& q) { row_alone(table, name, q); });
}
