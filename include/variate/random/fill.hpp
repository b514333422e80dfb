#pragma once
/// Uniform and standard normal numbers from any engine: the only way variate draws. Arrays are filled in storage order.
///
/// An engine that knows better is asked first: `rng.template uniforms<T>(r, c)` (as `Recorded` has), then
/// `rng.fill_uniforms(out, n)` (as `Rng` has). Any other std::uniform_random_bit_generator gives bits, of which the same numbers
/// are made; std:: distributions, which differ between standard libraries, are never used.
#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <random>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/spare.hpp"
#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/random/detail/pages.hpp"
#include "variate/random/detail/transforms.hpp"

namespace variate {
namespace detail {

template <class R, class T>
concept GivesUniforms = requires(R& rng, Index n) {
  { rng.template uniforms<T>(n, n) } -> std::convertible_to<Batch<T>>;
};
template <class R, class T>
concept GivesNormals = requires(R& rng, Index n) {
  { rng.template normals<T>(n, n) } -> std::convertible_to<Batch<T>>;
};
template <class R, class T>
concept FillsUniforms = requires(R& rng, T* out, Index n) { rng.fill_uniforms(out, n); };
template <class R, class T>
concept FillsNormals = requires(R& rng, T* out, Index n) { rng.fill_normals(out, n); };

/// 64 random bits from any generator: as many whole bits of each call as its range holds, numbers above them drawn again.
template <std::uniform_random_bit_generator R>
std::uint64_t next_word(R& rng) {
  constexpr auto least = static_cast<std::uint64_t>(R::min());
  constexpr std::uint64_t widest = static_cast<std::uint64_t>(R::max()) - least;
  if constexpr (widest == ~std::uint64_t(0)) {
    return static_cast<std::uint64_t>(rng()) - least;
  } else {
    constexpr int bits = static_cast<int>(std::bit_width(widest + 1)) - 1;
    std::uint64_t word = 0;
    for (int have = 0; have < 64; have += bits) {
      std::uint64_t x = 0;
      do x = static_cast<std::uint64_t>(rng()) - least;
      while ((x >> bits) != 0);
      word = (word << bits) | x;
    }
    return word;
  }
}

/// Draws only the words that are used, in the order of the page.
template <class T, class R>
void fill_uniforms_from_bits(R& rng, T* out, Index n) {
  fill_pages(
      out, n,
      PagesFilledBy{[&](std::uint64_t, Index count, std::uint64_t* words) {
        for (Index w = 0; w < words_for<T>(count); ++w) words[w] = next_word(rng);
      }},
      UniformPage<math::Lanes<T>>{});
}
/// The same for normals: each radius with its angle.
template <class T, class R>
void fill_normals_from_bits(R& rng, T* out, Index n) {
  constexpr Index group = numbers_per_group<T>;
  fill_pages(
      out, n,
      PagesFilledBy{[&](std::uint64_t, Index count, std::uint64_t* words) {
        for (Index half = 0; half < 2 && count > 2 * half * group; ++half)
          for (Index w = 0; w < words_for<T>(std::min(count - 2 * half * group, group)); ++w) {
            words[(2 * half) * 8 + w] = next_word(rng);
            words[(2 * half + 1) * 8 + w] = next_word(rng);
          }
      }},
      NormalPage<math::Lanes<T>>{});
}

}  // namespace detail

/// Overwrites every coefficient with a number uniform in the open interval (0, 1); no allocation unless the engine makes one.
template <std::uniform_random_bit_generator R, class Derived>
void fill_uniforms(R& rng, Eigen::PlainObjectBase<Derived>& out) {
  using T = typename Derived::Scalar;
  if constexpr (detail::GivesUniforms<R, T>) out.derived() = rng.template uniforms<T>(out.rows(), out.cols());
  else if constexpr (detail::FillsUniforms<R, T>) rng.fill_uniforms(out.data(), out.size());
  else detail::fill_uniforms_from_bits(rng, out.data(), out.size());
}
/// Overwrites every coefficient with a standard normal number; no allocation unless the engine makes one.
template <std::uniform_random_bit_generator R, class Derived>
void fill_normals(R& rng, Eigen::PlainObjectBase<Derived>& out) {
  using T = typename Derived::Scalar;
  if constexpr (detail::GivesNormals<R, T>) out.derived() = rng.template normals<T>(out.rows(), out.cols());
  else if constexpr (detail::FillsNormals<R, T>) rng.fill_normals(out.data(), out.size());
  else detail::fill_normals_from_bits(rng, out.data(), out.size());
}

/// rows x cols numbers uniform in the open interval (0, 1). Throws InvalidArgument if a size is negative.
template <class T, std::uniform_random_bit_generator R>
Batch<T> uniforms(R& rng, Index rows, Index cols) {
  detail::require_at_least("uniforms", "rows", rows, 0);
  detail::require_at_least("uniforms", "cols", cols, 0);
  Batch<T> out = detail::spare<T>(rows, cols);
  fill_uniforms(rng, out);
  return out;
}
/// rows x cols standard normal numbers. Throws InvalidArgument if a size is negative.
template <class T, std::uniform_random_bit_generator R>
Batch<T> normals(R& rng, Index rows, Index cols) {
  detail::require_at_least("normals", "rows", rows, 0);
  detail::require_at_least("normals", "cols", cols, 0);
  Batch<T> out = detail::spare<T>(rows, cols);
  fill_normals(rng, out);
  return out;
}

}  // namespace variate
