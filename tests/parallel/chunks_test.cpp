#include "variate/parallel/chunks.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "variate/parallel/thread_pool.hpp"
#include "variate/random/rng.hpp"

using variate::Chunks;
using variate::Index;

TEST_CASE("chunks cover everything once, in order", "[parallel]") {
  for (Index total : {0, 1, 2, 15, 16, 17, 100})
    for (Index size : {1, 2, 16, 1000}) {
      const Chunks chunks(total, size);
      Index next = 0;
      for (Index i = 0; i < chunks.count(); ++i) {
        CHECK(chunks.begin(i) == next);
        CHECK(chunks.length(i) >= 1);
        CHECK((chunks.length(i) == size || i == chunks.count() - 1));
        next += chunks.length(i);
      }
      CHECK(next == total);
    }
  CHECK(Chunks(5, std::numeric_limits<Index>::max()).count() == 1);
  CHECK_THROWS_AS(Chunks(-1, 2), variate::InvalidArgument);
  CHECK_THROWS_AS(Chunks(1, 0), variate::InvalidArgument);
}

TEMPLATE_TEST_CASE("a sum in order has the same bits for any number of threads", "[parallel]", float, double) {
  using T = TestType;
  const Chunks chunks(10000, 37);
  const auto part = [](Index begin, Index length) {
    T sum = 0;
    for (Index i = begin; i < begin + length; ++i) sum += std::sin(static_cast<T>(i)) * static_cast<T>(1e3);
    return sum;
  };
  const auto add = [](T& sum, T more) { sum += more; };
  variate::SerialExecutor serial;
  const T expected = variate::reduce_in_order(serial, chunks, T(0), part, add);
  for (Index threads : {1, 2, 3}) {
    variate::ThreadPool pool(threads);
    CHECK(variate::reduce_in_order(pool, chunks, T(0), part, add) == expected);
  }
}

TEST_CASE("parts are added in their order and need no default", "[parallel]") {
  struct Part {
    explicit Part(Index b) : begin(b) {}
    Part(Part&&) = default;
    Index begin;
  };
  variate::ThreadPool pool(2);
  const auto order = variate::reduce_in_order(
      pool, Chunks(10, 3), std::vector<Index>{}, [](Index begin, Index) { return Part(begin); },
      [](std::vector<Index>& all, Part&& one) { all.push_back(one.begin); });
  CHECK(order == std::vector<Index>{0, 3, 6, 9});
  CHECK(variate::reduce_in_order(
            pool, Chunks(0, 3), 5, [](Index, Index) { return 1; }, [](int& sum, int one) { sum += one; }) == 5);
}

TEST_CASE("draws made chunk by chunk have the same bits for any number of threads", "[parallel]") {
  const variate::Rng rng(12);
  const auto draw = [&](auto& executor) {
    const Chunks chunks(1000, 31);
    std::vector<double> all(1000);
    executor.for_each(chunks.count(), [&](Index i) {
      variate::Rng stream = rng.split(static_cast<std::uint64_t>(i));
      stream.fill_normals(all.data() + chunks.begin(i), chunks.length(i));
    });
    return all;
  };
  variate::SerialExecutor serial;
  const std::vector<double> expected = draw(serial);
  for (Index threads : {1, 2, 3}) {
    variate::ThreadPool pool(threads);
    CHECK(draw(pool) == expected);
  }
}
