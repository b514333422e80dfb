#pragma once
/// A bijector turned round.
#include <utility>

#include "variate/bijectors/bijector.hpp"

namespace variate {

/// The inverse of B: its `forward` is B's `inverse`, and so on. `forward` then throws DomainError outside the image of B.
template <class B>
class Inverse {
 public:
  using Scalar = ScalarOf<B>;

  Inverse() = default;
  explicit Inverse(B bijector) : bijector_(std::move(bijector)) {}

  Index output_size(Index d) const { return bijector_.input_size(d); }
  Index input_size(Index d) const { return bijector_.output_size(d); }
  InverseOf<B> forward(const Batch<Scalar>& x) const { return bijector_.inverse(x); }
  ForwardOf<B> inverse(const Batch<Scalar>& y) const { return bijector_.forward(y); }
  Batch<Scalar> value(const Batch<Scalar>& x) const { return bijector_.inverse_value(x); }
  Batch<Scalar> inverse_value(const Batch<Scalar>& y) const { return bijector_.value(y); }
  Row<Scalar> in_domain(const Batch<Scalar>& x) const { return bijector_.in_image(x); }
  Row<Scalar> in_image(const Batch<Scalar>& y) const { return bijector_.in_domain(y); }

  /// What is turned round.
  const B& bijector() const { return bijector_; }

 private:
  B bijector_;
};

}  // namespace variate
