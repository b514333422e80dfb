#pragma once
/// Estimators called by themselves, of the mean of a function.
#include "combinations_families.hpp"

namespace combinations {

template <class Q>
void row_alone(Table& table, const char* name, const Q& q) {
  const auto f = differentiable(Bowl{});
  using F = std::remove_const_t<decltype(f)>;
  const Vector<double> want = slopes_of_mean(q, [](const Batch<double>& x, const Row<double>&) { return bowl(x); });
  table.begin(name);
  each_estimator([&]<class E>(const E& estimator, const char* header, bool unbiased) {
    if constexpr (!detail::accepts<E, Q, F>) table.refused(header);
    else cell(table, [&](Rng& rng) { return estimator(q, f, rng, 2); }, unbiased, want, Vector<double>::Zero(want.size()));
  });
  table.end();
}

}  // namespace combinations
