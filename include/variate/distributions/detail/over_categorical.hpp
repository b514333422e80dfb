#pragma once
/// What families of counts and one-hot vectors take from the `Categorical` inside them.
#include <string_view>
#include <utility>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/distributions/categorical.hpp"

namespace variate::detail {

template <class S>
class OverCategorical {
 public:
  using Scalar = S;

  /// The classes' numbers as a family of their own, with the same theta.
  const Categorical<S>& categorical() const { return choice_; }
  /// Unconstrained parameters: the logits, (d*K) x B.
  const Batch<S>& theta() const { return choice_.theta(); }
  /// Data points, each with its own column of theta.
  Index batch_size() const { return choice_.batch_size(); }
  /// Numbers in a point: K for each variable.
  Index event_size() const { return theta().rows(); }
  /// Number of classes K of each variable.
  Index classes() const { return choice_.classes(); }
  /// Unnormalised log probabilities, as given.
  const Batch<S>& logits() const { return theta(); }
  /// Normalised, (d*K) x B.
  const Batch<S>& probs() const { return choice_.probs(); }
  /// Normalised log probabilities.
  const Batch<S>& log_probs() const { return choice_.log_probs(); }
  /// theta as one flat vector.
  Vector<S> params() const { return choice_.params(); }
  /// The identity link: gradients for theta (K x B, or K x SB, which is summed over samples) as a flat vector.
  Vector<S> link_pullback(const Batch<S>& g) const { return choice_.link_pullback(g); }

 protected:
  explicit OverCategorical(Categorical<S> choice) : choice_(std::move(choice)) {}

  void set_logits(std::string_view name, const Vector<S>& v) {
    require_size(name, "size of params", v.size(), theta().size());
    choice_.set_params(v);
  }
  /// p (1 - p), where 1 - p is the others' sum.
  Batch<S> spread() const {
    Batch<S> out(theta().rows(), theta().cols());
    const Index k = classes();
    for (Index b = 0; b < out.cols(); ++b)
      for (Index first = 0; first < out.rows(); first += k) {
        S before = 0;
        for (Index i = first; i < first + k; ++i) {
          out(i, b) = before;
          before += probs()(i, b);
        }
        S after = 0;
        for (Index i = first + k - 1; i >= first; --i) {
          out(i, b) = probs()(i, b) * (out(i, b) + after);
          after += probs()(i, b);
        }
      }
    return out;
  }

  Categorical<S> choice_;
};

}  // namespace variate::detail
