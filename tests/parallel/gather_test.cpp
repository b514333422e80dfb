#include "variate/parallel/gather.hpp"

#include <stdexcept>
#include <string>

#include "support/catch.hpp"
#include "variate/parallel/thread_pool.hpp"

using namespace variate;

namespace {
/// Tasks 0 and 2 run elsewhere and come back; it says how often it was asked.
struct Elsewhere {
  int asked = 0;
  Index threads() const { return 1; }
  template <class F>
  void for_each(Index tasks, F&& task) {
    for (Index i = 0; i < tasks; ++i) task(i);
  }
  template <class T, class F>
  std::vector<Vector<T>> gather(Index tasks, F&& f) {
    ++asked;
    std::vector<Vector<T>> all;
    for (Index i = 0; i < tasks; ++i) all.push_back(f(i));
    return all;
  }
};
Vector<double> ramp(Index i) { return Vector<double>::LinSpaced(i, 1, static_cast<double>(i)); }
}  // namespace

TEST_CASE("gather gives what tasks return by index, whoever runs them", "[parallel]") {
  SerialExecutor here;
  ThreadPool threads(3);
  Elsewhere elsewhere;
  const auto one = gather<double>(here, 6, ramp), two = gather<double>(threads, 6, ramp), three = gather<double>(elsewhere, 6, ramp);
  REQUIRE(one.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(one[i].size() == static_cast<Index>(i));
    CHECK(one[i] == two[i]);
    CHECK(one[i] == three[i]);
  }
  CHECK(elsewhere.asked == 1);
  CHECK(gather<float>(here, 0, [](Index) { return Vector<float>(); }).empty());
}

TEST_CASE("gather throws what a task throws", "[parallel]") {
  ThreadPool threads(2);
  const auto fails = [](Index i) -> Vector<double> {
    if (i >= 3) throw std::runtime_error("task " + std::to_string(i));
    return {};
  };
  CHECK_THROWS_WITH(gather<double>(threads, 10, fails), "task 3");
}
