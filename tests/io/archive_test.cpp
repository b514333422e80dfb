#include "variate/io/archive.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "io/scratch.hpp"
#include "support/catch.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/optimizers/adam.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

struct Inner {
  double x = 0;
  int untouched = 0;
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.x);
  }
};

template <class X>
X through(const X& from, X to) {
  ArchiveWriter writer;
  writer(from);
  ArchiveReader reader(writer.text());
  reader(to);
  CHECK(reader.left() == 0);
  return to;
}

enum class Colour { red, green };

}  // namespace

TEST_CASE("an archive gives back numbers and containers bit for bit", "[io]") {
  CHECK(through(-0.1, 0.0) == -0.1);
  CHECK(std::isnan(through(std::nan(""), 0.0)));
  CHECK(through(std::numeric_limits<float>::denorm_min(), 0.0f) == std::numeric_limits<float>::denorm_min());
  CHECK(through(true, false));
  CHECK(through(Colour::green, Colour::red) == Colour::green);
  CHECK(through(std::string("a\0b", 3), std::string("other")) == std::string("a\0b", 3));
  CHECK(through(std::vector<double>{1, 2, 3}, std::vector<double>(7)) == std::vector<double>{1, 2, 3});
  CHECK(through(std::vector<std::string>{"", "x"}, {}) == std::vector<std::string>{"", "x"});
  CHECK(through(std::array<int, 2>{4, 5}, {}) == std::array<int, 2>{4, 5});
  CHECK(through(std::optional<int>(3), {}) == 3);
  CHECK_FALSE(through(std::optional<int>(), std::optional<int>(3)));
  CHECK(through(std::tuple(1, 2.5), {}) == std::tuple(1, 2.5));
  const Batch<double> matrix = Batch<double>::Random(3, 2);
  CHECK(through(matrix, Batch<double>(1, 1)) == matrix);
  CHECK(through(Vector<float>(), Vector<float>(4)).size() == 0);
}

TEST_CASE("an archive asks a type for what changes, and leaves the rest", "[io]") {
  const Inner inner = through(Inner{2.5, 7}, Inner{0, 9});
  CHECK(inner.x == 2.5);
  CHECK(inner.untouched == 9);
  const auto constant = [k = 3](int x) { return k * x; };
  ArchiveWriter writer;
  writer(constant);
  CHECK(writer.text().empty());
}

TEST_CASE("an archive keeps distributions, engines and optimizers", "[io]") {
  const Normal<double> q(Vector<double>::LinSpaced(3, -1, 1), Vector<double>::Constant(3, 0.5));
  CHECK(through(q, Normal<double>::standard(3)).params() == q.params());
  Rng rng(7, 2);
  rng.discard(13);
  CHECK(through(rng, Rng(1)) == rng);
  Adam<double> adam;
  Vector<double> one = Vector<double>::Ones(2), other = one;
  adam.update(one, Vector<double>::Constant(2, 3.0));
  Adam<double> again = through(adam, Adam<double>());
  other = one;
  adam.update(one, Vector<double>::Constant(2, -1.0));
  again.update(other, Vector<double>::Constant(2, -1.0));
  CHECK(one == other);
  CHECK(again.count() == 2);
}

TEST_CASE("an archive refuses what does not fit", "[io]") {
  using variate_tests::message_of;
  using variate_tests::says;
  ArchiveWriter writer;
  writer(Normal<double>::standard(3));
  ArchiveReader reader(writer.text());
  auto smaller = Normal<double>::standard(2);
  CHECK(says(message_of<ArchiveError>([&] { reader(smaller); }), "holds 6 parameters, expected 4"));
  ArchiveReader cut(std::string_view(writer.text()).substr(0, 20));
  auto same = Normal<double>::standard(3);
  CHECK_THROWS_AS(cut(same), ArchiveError);
  ArchiveWriter huge;
  huge(Index(1) << 60, Index(1) << 60);
  ArchiveReader impossible(huge.text());
  Batch<double> matrix;
  CHECK(says(message_of<ArchiveError>([&] { impossible(matrix); }), "impossible size"));
  ArchiveReader negative(huge.text());
  std::vector<double> numbers;
  CHECK(says(message_of<ArchiveError>([&] { negative(numbers); }), "impossible size"));
}
