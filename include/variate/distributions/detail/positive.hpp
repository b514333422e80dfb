#pragma once
/// Constructors of families with positive parameters, kept as logarithms.
#include <initializer_list>
#include <string>
#include <string_view>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"

namespace variate::detail {

template <class S>
struct NamedParameter {
  std::string_view name;
  const Batch<S>& value;
  bool positive = true;  ///< kept as its logarithm; else any finite number, kept as it is
};

/// Blocks of theta, one below the other. All parameters are d x B, or ShapeError; DomainError or InvalidArgument where one is bad.
template <class S>
Batch<S> stacked(std::string_view family, std::initializer_list<NamedParameter<S>> parameters) {
  const NamedParameter<S>& first = *parameters.begin();
  const Index d = first.value.rows(), batch = first.value.cols();
  Batch<S> theta(static_cast<Index>(parameters.size()) * d, batch);
  Index at = 0;
  for (const NamedParameter<S>& p : parameters) {
    const std::string size = "size of " + std::string(p.name), columns = "columns of " + std::string(p.name);
    if (at == 0) {
      require_at_least(family, size, d, 1);
      require_at_least(family, columns, batch, 1);
    }
    require_size(family, size, p.value.rows(), d);
    require_size(family, columns, p.value.cols(), batch);
    if (p.positive) require_positive(family, p.name, p.value);
    else require_finite(family, p.name, p.value);
    if (p.positive) theta.middleRows(at, d) = p.value.array().log().matrix();
    else theta.middleRows(at, d) = p.value;
    at += d;
  }
  return theta;
}

}  // namespace variate::detail
