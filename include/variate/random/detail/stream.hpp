#pragma once
#include <cstdint>

namespace variate::detail {

/// Independent stream i where the engine can split, which leaves it where it is; else the engine itself.
/// Bind it with `auto&& stream = detail::stream(rng, i)`.
template <class R>
decltype(auto) stream(R& rng, std::uint64_t i) {
  if constexpr (requires { rng.split(i); })
    return rng.split(i);
  else
    return (rng);
}

}  // namespace variate::detail
