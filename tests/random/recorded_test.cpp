#include "variate/random/permutation.hpp"
#include "variate/random/recorded.hpp"

#include <random>
#include <string>

#include "support/catch.hpp"
#include "variate/random/fill.hpp"

using variate::Batch;
using variate::InvalidArgument;
using variate::Recorded;
using variate_tests::says;

static_assert(std::uniform_random_bit_generator<Recorded<float>>);

namespace {
template <class F>
std::string complaint_of(F&& f) {
  try {
    f();
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "nothing was thrown";
}
}  // namespace

TEMPLATE_TEST_CASE("recorded numbers are played back, each kind in its order", "[random]", float, double) {
  using T = TestType;
  const Batch<T> a = Batch<T>::Constant(2, 3, T(1)), b = Batch<T>::Constant(1, 2, T(2)), u = Batch<T>::Constant(2, 3, T(0.5));
  Recorded<T> rng({a, b}, {u});
  CHECK(variate::normals<T>(rng, 2, 3) == a);
  CHECK(variate::uniforms<T>(rng, 2, 3) == u);
  CHECK_FALSE(rng.exhausted());
  Batch<T> into(1, 2);
  variate::fill_normals(rng, into);
  CHECK(into == b);
  CHECK(rng.exhausted());
}

TEST_CASE("a recording refuses what it does not hold", "[random]") {
  const Batch<double> a = Batch<double>::Ones(2, 3);
  Recorded<double> rng({a});
  CHECK(says(complaint_of([&] { variate::normals<double>(rng, 3, 2); }), "request 0 is 3 x 2, expected 2 x 3 as recorded"));
  CHECK(variate::normals<double>(rng, 2, 3) == a);
  CHECK(says(complaint_of([&] { variate::normals<double>(rng, 2, 3); }), "no more than the 1 recorded"));
  CHECK(says(complaint_of([&] { variate::uniforms<double>(rng, 1, 1); }), "Recorded::uniforms"));
  CHECK(says(complaint_of([&] { rng(); }), "bits were asked for"));
  CHECK(says(complaint_of([&] { variate::normals<float>(rng, 1, 1); }), "bits were asked for"));
  CHECK(rng.exhausted());
}

TEST_CASE("recorded orders are played back", "[random]") {
  Recorded<double> rng({}, {}, {{2, 0, 1}, {0}});
  CHECK_FALSE(rng.exhausted());
  CHECK(says(complaint_of([&] { variate::permutation(rng, 2); }), "request 0 is 2, expected 3 as recorded"));
  CHECK(variate::permutation(rng, 3) == std::vector<variate::Index>{2, 0, 1});
  CHECK(variate::permutation(rng, 1) == std::vector<variate::Index>{0});
  CHECK(rng.exhausted());
  CHECK(says(complaint_of([&] { variate::permutation(rng, 1); }), "no more than the 2 recorded"));
}
