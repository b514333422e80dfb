#pragma once
/// An engine that plays back numbers somebody else drew: for replaying recorded runs and for tests.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// Gives the recorded batches of uniforms and of normals and the permutations, each kind in its order, to whoever asks for exactly their shapes. It
/// looks like a std::uniform_random_bit_generator, so that everything that draws accepts it, but has no bits of its own to give.
template <class T>
class Recorded {
 public:
  using Scalar = T;
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  explicit Recorded(std::vector<Batch<T>> normals, std::vector<Batch<T>> uniforms = {},
                    std::vector<std::vector<Index>> permutations = {})
      : normals_(std::move(normals)), uniforms_(std::move(uniforms)), permutations_(std::move(permutations)) {}

  /// Throws InvalidArgument, always: somebody wants other numbers than the recorded ones.
  result_type operator()() { throw InvalidArgument("Recorded: bits were asked for, expected uniforms or normals"); }

  /// The next recorded batch. Throws InvalidArgument if there is none left or its shape is another.
  template <std::same_as<T> U>
  Batch<U> uniforms(Index rows, Index cols) {
    return next("Recorded::uniforms", uniforms_, uniform_, rows, cols);
  }
  /// The next recorded batch. Throws InvalidArgument if there is none left or its shape is another.
  template <std::same_as<T> U>
  Batch<U> normals(Index rows, Index cols) {
    return next("Recorded::normals", normals_, normal_, rows, cols);
  }
  /// The next recorded order. Throws InvalidArgument if there is none left or its length is another.
  std::vector<Index> permutation(Index n) {
    if (permutation_ == permutations_.size())
      throw InvalidArgument(detail::complaint("Recorded::permutation", "request", n,
                                              "no more than the " + std::to_string(permutation_) + " recorded"));
    const std::vector<Index>& order = permutations_[permutation_];
    if (static_cast<Index>(order.size()) != n)
      throw InvalidArgument(detail::complaint("Recorded::permutation", "request " + std::to_string(permutation_), n,
                                              std::to_string(order.size()) + " as recorded"));
    ++permutation_;
    return order;
  }

  /// Whether everything recorded has been asked for.
  bool exhausted() const {
    return uniform_ == uniforms_.size() && normal_ == normals_.size() && permutation_ == permutations_.size();
  }

 private:
  static Batch<T> next(const char* function, const std::vector<Batch<T>>& batches, std::size_t& played, Index rows, Index cols) {
    const std::string wanted = std::to_string(rows) + " x " + std::to_string(cols);
    if (played == batches.size())
      throw InvalidArgument(
          detail::complaint(function, "request", wanted, "no more than the " + std::to_string(played) + " recorded"));
    const Batch<T>& batch = batches[played];
    if (batch.rows() != rows || batch.cols() != cols)
      throw InvalidArgument(
          detail::complaint(function, "request " + std::to_string(played), wanted,
                            std::to_string(batch.rows()) + " x " + std::to_string(batch.cols()) + " as recorded"));
    ++played;
    return batch;
  }

  std::vector<Batch<T>> normals_, uniforms_;
  std::vector<std::vector<Index>> permutations_;
  std::size_t normal_ = 0, uniform_ = 0, permutation_ = 0;
};

}  // namespace variate
