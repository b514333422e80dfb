#pragma once
/// A state in a file that is either whole and of the right kind, or refused.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#if __has_include(<cxxabi.h>)
#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#endif

#include "variate/core/error.hpp"
#include "variate/io/archive.hpp"
#include "variate/io/detail/crc32c.hpp"
#include "variate/io/file.hpp"

namespace variate {
namespace detail {

inline constexpr std::string_view state_magic = "variate state 1\n";
inline constexpr std::uint32_t state_byte_order = 0x01020304u;

/// A type's name as a programmer writes it, where the system can tell.
inline std::string readable(const char* name) {
#if __has_include(<cxxabi.h>)
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
  if (status == 0) return text.get();
#endif
  return name;
}
inline std::string shortened(const std::string& text) { return text.size() <= 400 ? text : text.substr(0, 400) + "..."; }

}  // namespace detail

/// Writes the state of x (see io/archive.hpp) to a file that readers see whole or not at all, with the name of its type and a
/// checksum. `As` is the type to be read back, where x is only a view of it. Throws FileError if that fails; the old file is then
/// still there.
template <class As = void, class X>
void save_state(const std::string& path, const X& x) {
  using Type = std::conditional_t<std::is_void_v<As>, X, As>;
  ArchiveWriter state, whole;
  state(x);
  whole.bytes(detail::state_magic.data(), detail::state_magic.size());
  whole(detail::state_byte_order, std::string(typeid(Type).name()), static_cast<Index>(state.text().size()),
        detail::crc32c(state.text()));
  whole.bytes(state.text().data(), state.text().size());
  write_file(path, whole.text());
}

/// x with the state of the file, which `save_state` has written for the same type. x is what the program would start with: it
/// brings all that a state does not hold (options, data, functions). Throws ArchiveError if the file is cut short, changed, of
/// another type, of another machine's byte order, or does not fit x; FileError if it cannot be read.
template <class X>
X load_state(const std::string& path, X x) {
  const std::string text = read_file(path);
  const auto refuse = [&](const std::string& why) -> ArchiveError { return ArchiveError("load_state: " + path + " " + why); };
  const std::string_view all = text;
  if (all.substr(0, detail::state_magic.size()) != detail::state_magic) throw refuse("is not a state that variate wrote");
  ArchiveReader read(all.substr(detail::state_magic.size()));
  std::string type;
  Index size = 0;
  std::uint32_t order = 0, check = 0;
  const auto header = [&](auto&... part) {
    try {
      read(part...);
    } catch (const ArchiveError&) {
      throw refuse("is damaged: it ends too early");
    }
  };
  header(order);
  if (order != detail::state_byte_order) throw refuse("was written on a machine with another byte order");
  header(type, size, check);
  if (size < 0 || static_cast<std::size_t>(size) != read.left())
    throw refuse("is damaged: " + std::to_string(read.left()) + " bytes of state, expected " + std::to_string(size));
  const std::string_view state = all.substr(all.size() - read.left());
  if (detail::crc32c(state) != check) throw refuse("is damaged: its checksum does not agree");
  if (type != typeid(X).name())
    throw refuse("holds the state of " + detail::shortened(detail::readable(type.c_str())) + ", expected " +
                 detail::shortened(detail::readable(typeid(X).name())));
  ArchiveReader reader(state);
  try {
    reader(x);
  } catch (const Error& error) {
    throw refuse("does not fit: " + std::string(error.what()));
  }
  if (reader.left() != 0) throw refuse("does not fit: " + std::to_string(reader.left()) + " bytes are left over");
  return x;
}

}  // namespace variate
