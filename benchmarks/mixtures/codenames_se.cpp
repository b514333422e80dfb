/// The codenames SE....: see codenames.hpp.
#include "codenames.hpp"

namespace {
const bool added = codenames::add_all<'S', 'E'>();
}  // namespace
