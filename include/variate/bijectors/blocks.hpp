#pragma once
/// Different bijectors on different rows.
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "variate/bijectors/bijector.hpp"

namespace variate {

/// A bijector and the number of coordinates it takes. `Block{3, Exp{}}`.
template <class B>
struct Block {
  Index size;  ///< coordinates before the map
  /// Maps these rows.
  B bijector;
};
template <class B>
Block(Index, B) -> Block<B>;

/// What blocks leave: the image of each, one below the other.
template <class T, class... Images>
class BlocksImage {
 public:
  Batch<T> value;  ///< all rows
  Row<T> log_det;  ///< sum over the blocks

  /// Each block by itself.
  Batch<T> pullback(const Batch<T>& g, const Row<T>& w) const {
    detail::require_pullback("Blocks", value, g, w);
    Batch<T> out(rows_, g.cols());
    Index row = 0, to = 0;
    std::apply(
        [&](const auto&... image) {
          const auto pull = [&](const auto& one) {
            const Batch<T> part = one.pullback(g.middleRows(row, one.value.rows()), w);
            out.middleRows(to, part.rows()) = part;
            row += one.value.rows();
            to += part.rows();
          };
          (pull(image), ...);
        },
        images_);
    return out;
  }

  BlocksImage(Index rows, std::tuple<Images...> images) : rows_(rows), images_(std::move(images)) {
    const Index cols = std::get<0>(images_).value.cols();
    std::apply([&](const auto&... image) { value.resize((Index(0) + ... + image.value.rows()), cols); }, images_);
    log_det = Row<T>::Zero(cols);
    Index row = 0;
    std::apply(
        [&](const auto&... image) {
          ((value.middleRows(row, image.value.rows()) = image.value, row += image.value.rows(), log_det += image.log_det), ...);
        },
        images_);
  }

 private:
  Index rows_;  ///< before the map
  std::tuple<Images...> images_;
};

/// Consecutive rows, each with its own bijector: for a model whose unknowns live in different places. Log-determinants add up.
template <class First, class... More>
class Blocks {
  static_assert((std::is_same_v<ScalarOf<First>, ScalarOf<More>> && ...), "the bijectors of Blocks have one scalar type");
  static constexpr std::size_t count = 1 + sizeof...(More);

 public:
  using Scalar = ScalarOf<First>;

  /// Sizes at least 1 and such as each bijector takes: InvalidArgument or ShapeError.
  explicit Blocks(Block<First> first, Block<More>... more)
      : in_{first.size, more.size...},
        out_{output(first), output(more)...},
        parts_(std::move(first.bijector), std::move(more.bijector)...) {
    for (std::size_t k = 0; k < count; ++k) {
      inputs_ += in_[k];
      outputs_ += out_[k];
    }
  }

  Index output_size(Index d) const {
    detail::require_size(name, "number of coordinates", d, inputs_);
    return outputs_;
  }
  Index input_size(Index d) const {
    detail::require_size(name, "number of coordinates of y", d, outputs_);
    return inputs_;
  }

  BlocksImage<Scalar, ForwardOf<First>, ForwardOf<More>...> forward(const Batch<Scalar>& x) const {
    output_size(x.rows());
    return {inputs_, each(x, in_, [](const auto& part, const Batch<Scalar>& rows) { return part.forward(rows); })};
  }
  BlocksImage<Scalar, InverseOf<First>, InverseOf<More>...> inverse(const Batch<Scalar>& y) const {
    input_size(y.rows());
    return {outputs_, each(y, out_, [](const auto& part, const Batch<Scalar>& rows) { return part.inverse(rows); })};
  }
  Batch<Scalar> value(const Batch<Scalar>& x) const {
    return stacked(output_size(x.rows()),
                   each(x, in_, [](const auto& part, const Batch<Scalar>& rows) { return part.value(rows); }));
  }
  Batch<Scalar> inverse_value(const Batch<Scalar>& y) const {
    return stacked(input_size(y.rows()),
                   each(y, out_, [](const auto& part, const Batch<Scalar>& rows) { return part.inverse_value(rows); }));
  }
  Row<Scalar> in_domain(const Batch<Scalar>& x) const {
    output_size(x.rows());
    return all_of(each(x, in_, [](const auto& part, const Batch<Scalar>& rows) { return Row<Scalar>(part.in_domain(rows)); }));
  }
  Row<Scalar> in_image(const Batch<Scalar>& y) const {
    input_size(y.rows());
    return all_of(each(y, out_, [](const auto& part, const Batch<Scalar>& rows) { return Row<Scalar>(part.in_image(rows)); }));
  }

 private:
  static constexpr const char* name = "Blocks";
  using Sizes = std::array<Index, count>;

  template <class B>
  static Index output(const Block<B>& block) {
    detail::require_at_least(name, "size of a block", block.size, 1);
    return block.bijector.output_size(block.size);
  }

  /// f(bijector, its rows) of all blocks, as a tuple.
  template <class F>
  auto each(const Batch<Scalar>& x, const Sizes& sizes, F f) const {
    return each(x, sizes, f, std::make_index_sequence<count>());
  }
  template <class F, std::size_t... k>
  auto each(const Batch<Scalar>& x, const Sizes& sizes, F f, std::index_sequence<k...>) const {
    Sizes first{};
    for (std::size_t i = 1; i < count; ++i) first[i] = first[i - 1] + sizes[i - 1];
    return std::tuple{f(std::get<k>(parts_), Batch<Scalar>(x.middleRows(first[k], sizes[k])))...};
  }
  template <class Parts>
  static Batch<Scalar> stacked(Index rows, const Parts& parts) {
    Batch<Scalar> all(rows, std::get<0>(parts).cols());
    Index row = 0;
    std::apply([&](const auto&... part) { ((all.middleRows(row, part.rows()) = part, row += part.rows()), ...); }, parts);
    return all;
  }
  template <class Parts>
  static Row<Scalar> all_of(const Parts& parts) {
    Row<Scalar> good = std::get<0>(parts);
    std::apply([&](const auto&... part) { ((good = good.cwiseMin(part)), ...); }, parts);
    return good;
  }

  Sizes in_, out_;
  std::tuple<First, More...> parts_;
  Index inputs_ = 0, outputs_ = 0;
};

}  // namespace variate
