/// The codenames ZA....: see codenames.hpp.
#include "codenames.hpp"

namespace {
const bool added = codenames::add_all<'Z', 'A'>();
}  // namespace
