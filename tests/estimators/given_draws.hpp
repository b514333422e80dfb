#pragma once
/// A distribution whose draws are given.
#include <utility>

#include "variate/core/types.hpp"

namespace variate_tests {

template <class D>
struct Given {
  using Scalar = variate::ScalarOf<D>;
  D inside;
  variate::Batch<Scalar> draws;

  variate::Index event_size() const { return inside.event_size(); }
  variate::Index batch_size() const { return inside.batch_size(); }
  template <class R>
  variate::Batch<Scalar> sample(R&, variate::Index) const {
    return draws;
  }
  variate::Row<Scalar> log_prob(const variate::Batch<Scalar>& x) const { return inside.log_prob(x); }
  const D& distribution() const { return inside; }
  variate::Vector<Scalar> link_pullback(const variate::Batch<Scalar>& g) const { return inside.link_pullback(g); }
};

}  // namespace variate_tests
