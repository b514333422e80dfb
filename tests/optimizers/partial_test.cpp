#include "variate/optimizers/partial.hpp"

#include "support/catch.hpp"
#include "variate/core/concepts.hpp"
#include "variate/optimizers/adam.hpp"

namespace {
struct Stretch {
  variate::Index begin, length;
  variate::Index size() const { return length; }
};
}  // namespace

static_assert(variate::Optimizer<variate::Partial<variate::Adam<double>>, double>);

TEST_CASE("a partial optimizer moves its stretches as if they were alone", "[optimizers]") {
  using variate::Vector;
  const variate::Adam<double> adam({.rate = 0.1});
  variate::Partial partial(adam, std::vector<Stretch>{{4, 1}, {1, 2}});
  auto alone = adam;
  Vector<double> params{{1, 2, 3, 4, 5}}, own{{5, 2, 3}};
  for (int i = 0; i < 3; ++i) {
    const Vector<double> gradient{{9, 0.5, -1, 9, 2}}, of_own{{2, 0.5, -1}};
    partial.update(params, gradient);
    alone.update(own, of_own);
  }
  CHECK(params == Vector<double>{{1, own(1), own(2), 4, own(0)}});
  CHECK(partial.optimizer().count() == 3);
  Vector<double> few{{1, 2}};
  CHECK_THROWS_AS(partial.update(few, Vector<double>{{1, 2}}), variate::ShapeError);
  CHECK_THROWS_AS(partial.update(params, few), variate::ShapeError);
  CHECK_THROWS_AS(variate::Partial(adam, std::vector<Stretch>{{-1, 1}}), variate::InvalidArgument);
}
