#include "variate/autodiff/tape.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

#include "autodiff/model_checks.hpp"

using namespace variate;
using namespace variate_tests;

// Every allocation of this program is counted (Eigen's own go through malloc; a tape does not use them), but not where the thread
// sanitizer brings its own operator new.
#if defined(__SANITIZE_THREAD__)
#define VARIATE_TEST_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VARIATE_TEST_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef VARIATE_TEST_COUNTS_ALLOCATIONS
#define VARIATE_TEST_COUNTS_ALLOCATIONS 1
#endif

namespace {
std::atomic<long> allocations{0};
#if VARIATE_TEST_COUNTS_ALLOCATIONS
void* counted(std::size_t size, std::size_t alignment) {
  ++allocations;
  const std::size_t whole = (size + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, whole == 0 ? alignment : whole);
  if (!memory) throw std::bad_alloc();
  return memory;
}
// not inlined: g++ 12 would see free() of what it thinks the standard operator new gave
[[gnu::noinline]] void release(void* memory) noexcept { std::free(memory); }
#endif
}  // namespace
#if VARIATE_TEST_COUNTS_ALLOCATIONS
void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) { return counted(size, static_cast<std::size_t>(alignment)); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return counted(size, static_cast<std::size_t>(alignment)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size, alignof(std::max_align_t)); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
#endif

namespace {
struct Logistic {
  Batch<double> x;
  auto operator()(const auto& w) const { return -sum(softplus(-(x * w))) - 0.5 * sum(square(w)); }
};
}  // namespace

TEST_CASE("steps after the first allocate nothing", "[autodiff]") {
  const auto f = differentiable(Logistic{scattered(300, 7)});
  const Batch<double> x = scattered(7, 40);
  const Row<double> w = Row<double>::Ones(40);
  Batch<double> g;
  const auto step = [&] {
    const auto e = f.evaluate(x);
    e.pullback(w, g);
    e.pullback(w, g);
  };
  step();  // finds out how much memory it takes
  step();  // in one block by now
  const long before = allocations;
  for (int i = 0; i < 10; ++i) step();
  CHECK(allocations == before);
  ::operator delete(::operator new(8));
  CHECK((allocations > before) == (VARIATE_TEST_COUNTS_ALLOCATIONS == 1));  // the counter does count
}

TEST_CASE("a tape keeps its memory and forgets its contents", "[autodiff]") {
  Tape<GradientLanes<double>> tape;
  CHECK(tape.capacity() == 0);
  for (int i = 0; i < 50; ++i) tape.numbers(5000);
  const std::size_t many = tape.capacity();
  CHECK(many >= 50 * 5000 * sizeof(double));
  tape.clear();
  CHECK(tape.capacity() == many);
  const long before = allocations;
  for (int i = 0; i < 50; ++i) tape.numbers(5000);
  CHECK(allocations == before);
  CHECK(reinterpret_cast<std::uintptr_t>(tape.numbers(3)) % 64 == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(tape.numbers(3)) % 64 == 0);
}

TEST_CASE("tapes are lent and given back", "[autodiff]") {
  using L = GradientLanes<double>;
  const Tape<L>* first = nullptr;
  {
    LentTape<L> a, b;
    CHECK(&*a != &*b);
    first = &*a;
    a->numbers(100);
    LentTape<L> moved(std::move(a));
    CHECK(&*moved == first);
    b = std::move(moved);
    CHECK(&*b == first);
  }
  LentTape<L> again;
  CHECK(&*again == first);
  CHECK(again->capacity() > 0);
}

TEST_CASE("a tape in use is left alone by others in the same thread", "[autodiff]") {
  const auto f = differentiable(Logistic{scattered(20, 3)});
  const Batch<double> x = scattered(3, 9), y = scattered(3, 4, -1, 1, 1);
  const Row<double> w = Row<double>::Ones(9), u = Row<double>::Ones(4);
  Batch<double> alone, inner, outer;
  f.evaluate(x).pullback(w, alone);
  const auto e = f.evaluate(x);
  {
    const auto i = f.evaluate(y);
    i.pullback(u, inner);
    f.hessian_vector_product(x, x, w);
    e.pullback(w, outer);
    CHECK(outer == alone);
    auto moved = f.evaluate(y);
    moved = f.evaluate(x);
    moved.pullback(w, outer);
    CHECK(outer == alone);
  }
  e.pullback(w, outer);
  CHECK(outer == alone);
}

TEST_CASE("threads have tapes of their own", "[autodiff]") {
  const auto f = differentiable(Logistic{scattered(50, 3)});
  const Batch<double> x = scattered(3, 17);
  const Row<double> w = Row<double>::Ones(17);
  Batch<double> expected;
  f.evaluate(x).pullback(w, expected);
  std::vector<Batch<double>> found(4);
  std::vector<std::thread> threads;
  for (Batch<double>& mine : found)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) f.evaluate(x).pullback(w, mine);
    });
  for (std::thread& t : threads) t.join();
  for (const Batch<double>& g : found) CHECK(g == expected);
}

TEST_CASE("an evaluation may be pulled back and dropped by another thread", "[autodiff]") {
  const auto f = differentiable(Logistic{scattered(50, 3)});
  const Batch<double> x = scattered(3, 5);
  const Row<double> w = Row<double>::Ones(5);
  Batch<double> expected, found;
  f.evaluate(x).pullback(w, expected);
  std::thread([&, e = f.evaluate(x)] { e.pullback(w, found); }).join();
  CHECK(found == expected);
}
