#pragma once
/// Bijectors one after the other.
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "variate/bijectors/bijector.hpp"

namespace variate {

/// What a chain leaves: the image of each part, in the order they were made.
template <class T, class... Images>
class ChainImage {
 public:
  Batch<T> value;  ///< of the last part
  Row<T> log_det;  ///< sum over the parts

  /// Part by part, from the last to the first.
  Batch<T> pullback(const Batch<T>& g, const Row<T>& w) const { return pull<sizeof...(Images) - 1>(g, w); }

  explicit ChainImage(Images... images) : images_(std::move(images)...) {
    value = std::get<sizeof...(Images) - 1>(images_).value;
    log_det = Row<T>::Zero(value.cols());
    std::apply([this](const auto&... image) { ((log_det += image.log_det), ...); }, images_);
  }

 private:
  template <std::size_t k>
  Batch<T> pull(const Batch<T>& g, const Row<T>& w) const {
    Batch<T> before = std::get<k>(images_).pullback(g, w);
    if constexpr (k == 0) return before;
    else return pull<k - 1>(before, w);
  }
  std::tuple<Images...> images_;
};

/// y = last(...(first(x))): the first bijector given is the first applied. Log-determinants add up.
template <class First, class... More>
class Chain {
  static_assert((std::is_same_v<ScalarOf<First>, ScalarOf<More>> && ...), "the parts of a Chain have one scalar type");
  static constexpr std::size_t count = 1 + sizeof...(More);
  template <std::size_t k>
  using At = std::integral_constant<std::size_t, k>;

 public:
  using Scalar = ScalarOf<First>;

  Chain() = default;
  explicit Chain(First first, More... more) : parts_(std::move(first), std::move(more)...) {}

  Index output_size(Index d) const {
    std::apply([&d](const auto&... part) { ((d = part.output_size(d)), ...); }, parts_);
    return d;
  }
  Index input_size(Index d) const { return input_size(d, At<count>()); }

  ChainImage<Scalar, ForwardOf<First>, ForwardOf<More>...> forward(const Batch<Scalar>& x) const {
    return forward_from(std::get<0>(parts_).forward(x));
  }
  /// Images in the order they were made: of the last part first.
  auto inverse(const Batch<Scalar>& y) const { return inverse_from(std::get<count - 1>(parts_).inverse(y)); }

  Batch<Scalar> value(Batch<Scalar> x) const {
    std::apply([&x](const auto&... part) { ((x = part.value(x)), ...); }, parts_);
    return x;
  }
  Batch<Scalar> inverse_value(const Batch<Scalar>& y) const { return inverse_value(y, At<count>()); }

  Row<Scalar> in_domain(const Batch<Scalar>& x) const { return in_domain(x, At<0>()); }
  Row<Scalar> in_image(const Batch<Scalar>& y) const { return in_image(y, At<count>()); }

 private:
  template <class... Images>
  auto forward_from(Images... images) const {
    if constexpr (sizeof...(Images) == count) {
      return ChainImage<Scalar, Images...>(std::move(images)...);
    } else {
      auto next = std::get<sizeof...(Images)>(parts_).forward(last(images...).value);
      return forward_from(std::move(images)..., std::move(next));
    }
  }
  template <class... Images>
  auto inverse_from(Images... images) const {
    if constexpr (sizeof...(Images) == count) {
      return ChainImage<Scalar, Images...>(std::move(images)...);
    } else {
      auto next = std::get<count - 1 - sizeof...(Images)>(parts_).inverse(last(images...).value);
      return inverse_from(std::move(images)..., std::move(next));
    }
  }
  template <class... Images>
  static const auto& last(const Images&... images) {
    return std::get<sizeof...(Images) - 1>(std::tie(images...));
  }

  template <std::size_t k>
  Index input_size(Index d, At<k>) const {
    if constexpr (k == 0) return d;
    else return input_size(std::get<k - 1>(parts_).input_size(d), At<k - 1>());
  }
  template <std::size_t k>
  Batch<Scalar> inverse_value(const Batch<Scalar>& y, At<k>) const {
    if constexpr (k == 0) return y;
    else return inverse_value(std::get<k - 1>(parts_).inverse_value(y), At<k - 1>());
  }

  /// A column that one part cannot take is not shown to the next.
  template <std::size_t k>
  Row<Scalar> in_domain(const Batch<Scalar>& x, At<k>) const {
    const auto& part = std::get<k>(parts_);
    Row<Scalar> good = part.in_domain(x);
    if constexpr (k + 1 < count)
      detail::refine(good, x, [&](const Batch<Scalar>& some) { return in_domain(part.value(some), At<k + 1>()); });
    return good;
  }
  template <std::size_t k>
  Row<Scalar> in_image(const Batch<Scalar>& y, At<k>) const {
    const auto& part = std::get<k - 1>(parts_);
    Row<Scalar> good = part.in_image(y);
    if constexpr (k > 1)
      detail::refine(good, y, [&](const Batch<Scalar>& some) { return in_image(part.inverse_value(some), At<k - 1>()); });
    return good;
  }

  std::tuple<First, More...> parts_;
};

}  // namespace variate
