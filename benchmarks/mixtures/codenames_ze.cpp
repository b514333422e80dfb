/// The codenames ZE....: see codenames.hpp.
#include "codenames.hpp"

namespace {
const bool added = codenames::add_all<'Z', 'E'>();
}  // namespace
