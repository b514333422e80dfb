#include "variate/parallel/thread_pool.hpp"

#include <atomic>
#include <chrono>
#include <ctime>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "variate/parallel/executor.hpp"

using variate::Index;
using variate::ThreadPool;

static_assert(variate::Executor<ThreadPool>);
static_assert(!std::is_copy_constructible_v<ThreadPool> && !std::is_copy_assignable_v<ThreadPool> &&
              !std::is_move_constructible_v<ThreadPool>);

namespace {
std::atomic<Index> plain_sum{0};
void add_to_plain_sum(Index i) { plain_sum += i; }
}  // namespace

TEST_CASE("every task is done once, whatever the numbers of tasks and threads", "[parallel]") {
  for (Index threads : {1, 2, 3, 5}) {
    ThreadPool pool(threads);
    CHECK(pool.threads() == threads);
    for (Index tasks : {0, 1, 2, 3, 4, 7, 64, 1000}) {
      std::vector<int> done(static_cast<std::size_t>(tasks), 0);
      pool.for_each(tasks, [&](Index i) { ++done[static_cast<std::size_t>(i)]; });
      CHECK(done == std::vector<int>(static_cast<std::size_t>(tasks), 1));
    }
  }
}

TEST_CASE("a pool serves round after round, and what one round wrote the next one reads", "[parallel]") {
  ThreadPool pool(3);
  std::vector<long> numbers(20, 0);
  for (int round = 0; round < 500; ++round)
    pool.for_each(20, [&](Index i) {
      const auto k = static_cast<std::size_t>(i);
      // No two tasks touch the same number in one round; different threads do in different rounds.
      numbers[(k * 7 + static_cast<std::size_t>(round)) % 20] += 1;
    });
  CHECK(numbers == std::vector<long>(20, 500));
}

TEST_CASE("plain functions and constant callables are tasks too", "[parallel]") {
  ThreadPool pool(2);
  plain_sum = 0;
  pool.for_each(10, add_to_plain_sum);
  const auto add = [](Index i) { plain_sum += i; };
  pool.for_each(10, add);
  CHECK(plain_sum == 90);
}

TEST_CASE("tasks run on several threads at a time", "[parallel]") {
  ThreadPool pool(3);
  // Each task waits until all have begun: it would never end on fewer threads.
  std::atomic<int> begun{0};
  std::vector<std::thread::id> ids(3);
  pool.for_each(3, [&](Index i) {
    ids[static_cast<std::size_t>(i)] = std::this_thread::get_id();
    ++begun;
    while (begun < 3) std::this_thread::yield();
  });
  CHECK(std::set<std::thread::id>(ids.begin(), ids.end()).size() == 3);
}

TEST_CASE("the exception of the lowest task comes out and the pool lives on", "[parallel]") {
  ThreadPool pool(3);
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> below{0};
    std::string what;
    try {
      pool.for_each(50, [&](Index i) {
        if (i < 20) ++below;
        if (i == 20 || i == 21 || i == 45) throw std::runtime_error(std::to_string(i));
      });
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    REQUIRE(what == "20");
    REQUIRE(below == 20);
  }
  std::atomic<int> count{0};
  pool.for_each(10, [&](Index) { ++count; });
  CHECK(count == 10);
  CHECK_THROWS_AS(pool.for_each(1, [](Index) { throw std::logic_error("alone"); }), std::logic_error);
}

TEST_CASE("a task may use the pool it runs on", "[parallel]") {
  ThreadPool pool(3);
  std::atomic<int> count{0};
  pool.for_each(6, [&](Index) { pool.for_each(5, [&](Index) { pool.for_each(4, [&](Index) { ++count; }); }); });
  CHECK(count == 120);
  CHECK_THROWS_AS(pool.for_each(6,
                                [&](Index i) {
                                  pool.for_each(5, [&](Index j) {
                                    if (i == 3 && j == 2) throw std::runtime_error("inner");
                                  });
                                }),
                  std::runtime_error);
  pool.for_each(6, [&](Index) { ++count; });
  CHECK(count == 126);
}

TEST_CASE("several threads may use one pool", "[parallel]") {
  ThreadPool pool(2);
  std::atomic<int> count{0};
  std::vector<std::thread> users;
  for (int u = 0; u < 3; ++u)
    users.emplace_back([&] {
      for (int round = 0; round < 100; ++round) pool.for_each(8, [&](Index) { ++count; });
    });
  for (std::thread& user : users) user.join();
  CHECK(count == 2400);
}

TEST_CASE("threads look out, sleep and come late: every round is whole", "[parallel]") {
  for (Index threads : {2, 3}) {
    ThreadPool pool(threads);
    std::vector<long> numbers(7, 0);
    for (int round = 0; round < 300; ++round) {
      pool.for_each(7, [&](Index i) { numbers[static_cast<std::size_t>((i + round) % 7)] += i; });
      // shorter and longer than the time a thread looks out before it sleeps
      if (round % 3 != 0) std::this_thread::sleep_for(std::chrono::microseconds(round % 3 == 1 ? 30 : 300));
    }
    long sum = 0;
    for (const long number : numbers) sum += number;
    CHECK(sum == 300 * 21);
  }
}

TEST_CASE("a pool may end at once, asleep or on the look-out", "[parallel]") {
  for (int i = 0; i < 50; ++i) {
    ThreadPool pool(2);
    int sum[2] = {0, 0};
    for (int round = 0; round < i % 3; ++round) pool.for_each(2, [&](Index k) { ++sum[k]; });
    CHECK(sum[0] + sum[1] == 2 * (i % 3));
  }
}

TEST_CASE("a pool that waits uses no time", "[parallel]") {
  ThreadPool two(2), pool(3);
  two.for_each(3, [](Index) {});
  pool.for_each(3, [](Index) {});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const std::clock_t before = std::clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const double seconds = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  // Processor time of the whole program; spinning threads would take up to 0.6 s.
  CHECK(seconds < 0.05);
}

TEST_CASE("a pool without threads is refused", "[parallel]") {
  CHECK_THROWS_AS(ThreadPool(0), variate::InvalidArgument);
  CHECK_THROWS_AS(ThreadPool(-2), variate::InvalidArgument);
}
