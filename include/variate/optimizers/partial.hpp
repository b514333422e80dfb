#pragma once
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate {

/// An optimizer for some stretches of the parameters: the others stay as they are, and its state knows nothing of them. Stretches
/// are anything with begin and size(): `Partial(adam, named(model.blocks(), {"W0", "b0"}))` trains two blocks of a model.
template <class O>
class Partial {
 public:
  using Scalar = ScalarOf<O>;

  template <class Stretches>
  explicit Partial(O optimizer, const Stretches& stretches) : optimizer_(std::move(optimizer)) {
    for (const auto& stretch : stretches) {
      detail::require_at_least("Partial", "begin", stretch.begin, 0);
      detail::require_at_least("Partial", "size", stretch.size(), 0);
      parts_.push_back({stretch.begin, stretch.size()});
    }
  }

  /// Moves the stretches along theirs of the gradient. ShapeError if a stretch ends behind the parameters or sizes differ.
  void update(Vector<Scalar>& params, const Vector<Scalar>& gradient) {
    detail::require_size("Partial", "size of gradient", gradient.size(), params.size());
    Index size = 0;
    for (const Part& part : parts_) {
      if (part.begin + part.size > params.size())
        throw ShapeError(detail::complaint("Partial", "end of a stretch", part.begin + part.size,
                                           "at most " + std::to_string(params.size())));
      size += part.size;
    }
    Vector<Scalar> of_parts(size), slopes(size);
    Index at = 0;
    for (const Part& part : parts_) {
      of_parts.segment(at, part.size) = params.segment(part.begin, part.size);
      slopes.segment(at, part.size) = gradient.segment(part.begin, part.size);
      at += part.size;
    }
    optimizer_.update(of_parts, slopes);
    at = 0;
    for (const Part& part : parts_) {
      params.segment(part.begin, part.size) = of_parts.segment(at, part.size);
      at += part.size;
    }
  }

  /// The optimizer of the stretches.
  const O& optimizer() const { return optimizer_; }
  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.optimizer_);
  }

 private:
  struct Part {
    Index begin, size;
  };
  O optimizer_;
  std::vector<Part> parts_;
};

}  // namespace variate
