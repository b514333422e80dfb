#include "variate/estimators/baselines/leave_one_out.hpp"

#include "support/catch.hpp"

using variate::Index;
using variate::Row;

namespace {
struct Points {
  Index points;
  Index batch_size() const { return points; }
};

/// value minus the mean of the other kept values of its data point.
Row<double> by_definition(const Row<double>& values, const Row<double>& keep, Index points) {
  Row<double> out(values.size());
  for (Index c = 0; c < values.size(); ++c) {
    double sum = 0, count = 0;
    for (Index o = c % points; o < values.size(); o += points)
      if (o != c && keep(o) != 0) {
        sum += values(o);
        ++count;
      }
    out(c) = values(c) - sum / count;
  }
  return out;
}
}  // namespace

TEST_CASE("leave-one-out is what its name says, for each data point by itself", "[estimators]") {
  const Row<double> values{{1.0, 10.0, 2.5, -20.0, 4.0, 7.0, -3.0, 0.5}};
  for (const Index points : {1, 2, 4}) {
    const Points batch{points};
    const Row<double> all = Row<double>::Ones(8);
    CHECK((variate::LeaveOneOut{}(values, all, batch) - by_definition(values, all, points)).norm() < 1e-13);
    Row<double> in_place = values;
    variate::LeaveOneOut{}.recentre(in_place, batch, values.mean());
    CHECK((8 * in_place - by_definition(values, all, points)).norm() < 1e-13);
  }
}

TEST_CASE("a dropped value is in nobody's mean", "[estimators]") {
  const Row<double> values{{1.0, 10.0, 2.5, -20.0, 4.0, 7.0}};
  const Row<double> keep{{1.0, 1.0, 0.0, 1.0, 1.0, 1.0}};
  for (const Index points : {1, 2}) {
    const Row<double> centred = variate::LeaveOneOut{}(values, keep, Points{points});
    const Row<double> expected = by_definition(values, keep, points);
    for (Index c = 0; c < 6; ++c)
      if (keep(c) != 0) CHECK(centred(c) == Approx(expected(c)));
  }
}
