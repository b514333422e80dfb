#include "variate/core/spare.hpp"

#include <utility>

#include "support/catch.hpp"

using variate::Batch;
using variate::Index;
using variate::detail::give_back;
using variate::detail::spare;

TEST_CASE("a batch given back serves the next one of its size, whatever its shape", "[core]") {
  Batch<double> one = spare<double>(60, 100);
  const double* const where = one.data();
  give_back(one);
  CHECK(one.size() == 0);
  const Batch<double> smaller = spare<double>(59, 100);
  CHECK(smaller.data() != where);
  Batch<double> again = spare<double>(100, 60);
  CHECK(again.data() == where);
  CHECK(again.rows() == 100);
  CHECK(again.cols() == 60);
  const Batch<double> another = spare<double>(60, 100);
  CHECK(another.data() != where);
}

TEST_CASE("small ones serve the next of their size, the last given first; the oldest of too many goes", "[core]") {
  using variate::Row;
  Row<double> rows[40];
  const double* where[40];
  for (Index i = 0; i < 40; ++i) {
    rows[i] = variate::detail::spare_row<double>(7);
    where[i] = rows[i].data();
  }
  for (Row<double>& row : rows) give_back(row);
  CHECK(rows[39].size() == 0);
  CHECK(variate::detail::spare_row<double>(8).size() == 8);
  CHECK(variate::detail::spare_row<double>(0).size() == 0);
  for (Row<double>& row : rows) row = variate::detail::spare_row<double>(7);
  // 32 places: the last eight took those of the first eight
  for (Index i = 0; i < 24; ++i) CHECK(rows[i].data() == where[31 - i]);
  for (Index i = 24; i < 32; ++i) CHECK(rows[i].data() == where[63 - i]);
}

TEST_CASE("what is lent is given back, and moves as what it is", "[core]") {
  using variate::Vector;
  using variate::detail::Lent;
  const double* where = nullptr;
  {
    Lent<Vector<double>> a = Vector<double>::Constant(5, 2.0);
    where = a.data();
    Lent<Vector<double>> b = 3 * a;
    CHECK(b == Vector<double>::Constant(5, 6.0));
    a = std::move(b);
    CHECK(a(4) == 6);
    CHECK(b.data() == where);
    b = a;
    CHECK(b == a);
    CHECK(b.data() == where);
    a = Vector<double>::Zero(3);
    CHECK(a.size() == 3);
    const Vector<double> own = std::move(b);
    CHECK(own.data() == where);
    Lent<Vector<double>> c = own;
    CHECK(c == own);
    c = Vector<double>(Vector<double>::Ones(2));
    CHECK(c.size() == 2);
    Lent<Vector<double>> last = Vector<double>::Zero(6);
    where = last.data();
  }
  CHECK(variate::detail::spare_vector<double>(6).data() == where);
}

TEST_CASE("very large batches are not kept", "[core]") {
  Batch<float> large = spare<float>(1, Index{1} << 23);
  give_back(large);
  CHECK(large.size() == Index{1} << 23);
}

TEST_CASE("no more is kept than the limits say", "[core]") {
  auto* const kept = variate::detail::kept_by_thread<Batch<float>, variate::detail::spare_batches>();
  for (Index i = 0; i < 100; ++i) {
    Batch<float> batch(1, 8000 + i);
    give_back(batch);
  }
  CHECK(kept->size() == variate::detail::spare_batches);
  CHECK(kept->back().size() == 8099);
  for (Index i = 0; i < 20; ++i) {
    Batch<float> batch(1, Index{1} << 21);  // 8 MB each, 64 in all
    give_back(batch);
  }
  CHECK(kept->size() == 8);
}

TEST_CASE("what was moved away is not given back at the end of a scope", "[core]") {
  Batch<double> taken;
  const double* where = nullptr;
  {
    Batch<double> a(50, 100), b(50, 100);
    const variate::detail::GivesBack at_end(a, b);
    where = b.data();
    taken = std::move(a);
  }
  CHECK(taken.size() == 5000);
  CHECK(spare<double>(50, 100).data() == where);
}

TEST_CASE("vectors are kept too, but few of them", "[core]") {
  using variate::Vector;
  using variate::detail::spare_vector;
  Vector<double> one = spare_vector<double>(5000);
  REQUIRE(one.size() == 5000);
  const double* const where = one.data();
  give_back(one);
  CHECK(one.size() == 0);
  CHECK(spare<double>(50, 100).data() != where);
  CHECK(spare_vector<double>(5000).data() == where);
  auto* const kept = variate::detail::kept_by_thread<Vector<double>, variate::detail::spare_vectors>();
  for (Index i = 0; i < 30; ++i) {
    Vector<double> vector(4000 + i);
    give_back(vector);
  }
  CHECK(kept->size() == variate::detail::spare_vectors);
  CHECK(kept->back().size() == 4029);
}

TEST_CASE("what is kept is found for another thread, and nothing new is made", "[core]") {
  using variate::Vector;
  using variate::detail::kept_matrix;
  Vector<double> one(5100), other(5200);
  const double* const where = one.data();
  give_back(one);
  give_back(other);
  CHECK(kept_matrix<Vector<double>>(5101).size() == 0);
  CHECK(kept_matrix<Vector<double>>(3).size() == 0);
  const Vector<double> found = kept_matrix<Vector<double>>(5100);
  CHECK(found.data() == where);
  CHECK(found.size() == 5100);
  CHECK(kept_matrix<Vector<double>>(5100).size() == 0);
  CHECK(kept_matrix<Vector<double>>(5200).size() == 5200);
}

TEST_CASE("batches held together are given back by the last holder", "[core]") {
  const double* where = nullptr;
  {
    variate::detail::BatchesToGiveBack<double> first;
    first.all.push_back(Batch<double>(70, 100));
    where = first.all.front().data();
    variate::detail::BatchesToGiveBack<double> second = std::move(first);
    CHECK(second.all.front().data() == where);
  }
  CHECK(spare<double>(70, 100).data() == where);
}
