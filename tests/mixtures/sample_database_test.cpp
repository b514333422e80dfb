/// The sample database against recorded additions, and what it keeps in memory.
#include "variate/mixtures/sample_database.hpp"

#include "mixtures/fixture_model.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
std::vector<Index> indices(const nlohmann::json& j) { return j.get<std::vector<Index>>(); }

/// n samples at first, first + 1, ... with their number as target value.
StoredSamples<double> numbered(Index first, Index n, std::vector<Index> mapping) {
  StoredSamples<double> batch{Batch<double>(1, n), Row<double>(n), Batch<double>(1, n), std::move(mapping)};
  for (Index c = 0; c < n; ++c) batch.x(0, c) = batch.target[c] = batch.gradient(0, c) = static_cast<double>(first + c);
  return batch;
}
Gaussians<double> two() {
  Batch<double> means(1, 2);
  means << 0, 1;
  return {Vector<double>::Ones(2), means, {Batch<double>::Ones(1, 1), Batch<double>::Ones(1, 1)}};
}
}  // namespace

TEST_CASE("recorded additions to the sample database", "[fixtures][gmmvi]") {
  Worst worst;
  for (const auto& test : cases_of("sample_database.json")) {
    require_fields(test, {"name", "diagonal", "keep_samples", "max_samples", "dim", "steps"});
    REQUIRE(test.at("steps").size() > 0);
    INFO(test.at("name"));
    with_covariance(test.at("diagonal").get<bool>(), [&](auto covariance) {
      constexpr Covariance C = decltype(covariance)::value;
      SampleDatabaseOptions options{.keep_samples = test.at("keep_samples").get<bool>()};
      if (!test.at("max_samples").is_null()) options.max_samples = test.at("max_samples").get<Index>();
      SampleDatabase<double, C> database(options);
      for (const auto& step : test.at("steps")) {
        require_fields(step, {"add", "expected"});
        const auto& add = step.at("add");
        require_fields(add, {"samples", "means", "chols", "target_log_density", "target_gradient", "mapping"});
        std::vector<Gaussian<double, C>> gaussians;
        const Batch<double> means = matrix(add.at("means"));
        for (Index k = 0; k < means.rows(); ++k)
          gaussians.emplace_back(means.row(k).transpose(), factor_from<C>(add.at("chols").at(static_cast<std::size_t>(k))));
        database.add({matrix(add.at("samples")).transpose(), matrix(add.at("target_log_density")).transpose(),
                      matrix(add.at("target_gradient")).transpose(), indices(add.at("mapping"))},
                     gaussians);
        const auto& expected = step.at("expected");
        require_fields(expected, {"size", "components", "samples_written", "newest"});
        CHECK(database.size() == expected.at("size").get<Index>());
        CHECK(database.numbered() == expected.at("components").get<Index>());
        CHECK(database.written() == expected.at("samples_written").get<Index>());
        REQUIRE(expected.at("newest").size() > 0);
        for (const auto& [count, want] : expected.at("newest").items()) {
          require_fields(want, {"background_log_density", "samples", "mapping", "target_log_density", "target_gradient"});
          const auto got = database.newest(std::stol(count));
          worst.add("samples", got.x, matrix(want.at("samples")).transpose());
          worst.add("values", got.target, matrix(want.at("target_log_density")).transpose());
          worst.add("gradients", got.gradient, matrix(want.at("target_gradient")).transpose());
          CHECK(got.mapping == indices(want.at("mapping")));
          worst.add("background", database.background(got.mapping).log_density(got.x),
                    matrix(want.at("background_log_density")).transpose());
        }
      }
    });
  }
  worst.check("sample_database", 1e-9);
}

TEST_CASE("an empty database gives nothing", "[mixtures]") {
  const SampleDatabase<double> database;
  CHECK(database.newest(10).target.size() == 0);
  CHECK(database.newest(0).x.cols() == 0);
  Rng rng(1);
  CHECK(database.random_rows(rng, 3).empty());
  CHECK(database.background({}).gaussians.empty());
}

TEST_CASE("a distribution that did not change is stored once", "[mixtures]") {
  auto model = two();
  SampleDatabase<double> database;
  database.add(numbered(0, 4, {0, 0, 1, 1}), model);
  CHECK(database.stored() == 2);
  model.replace(1, Vector<double>::Zero(1), Batch<double>::Ones(1, 1));
  database.add(numbered(4, 4, {0, 0, 1, 1}), model);
  CHECK(database.stored() == 3);
  CHECK(database.numbered() == 4);
  const auto all = database.newest(8);
  CHECK(all.mapping == std::vector<Index>{0, 0, 1, 1, 2, 2, 3, 3});
  const auto background = database.background(all.mapping);
  CHECK(background.counts == std::vector<Index>{4, 2, 2});
  CHECK(background.log_weights().isApprox(Vector<double>{{std::log(0.5), std::log(0.25), std::log(0.25)}}));
  // what nothing was drawn from takes no room
  model.replace(0, Vector<double>::Zero(1), Batch<double>::Ones(1, 1));
  database.add(numbered(8, 1, {1}), model);
  CHECK(database.stored() == 3);
}

TEST_CASE("distributions out of reach are let go", "[mixtures]") {
  auto model = two();
  SampleDatabase<double> database({.reach = 6});
  for (Index i = 0; i < 10; ++i) {
    database.add(numbered(4 * i, 4, {0, 0, 1, 1}), model);
    for (Index k = 0; k < 2; ++k) model.replace(k, Vector<double>::Zero(1), Batch<double>::Ones(1, 1));
    CHECK(database.stored() <= 6);
    CHECK(database.newest(10).target.size() == std::min<Index>(10, 4 * i + 4));
    CHECK(database.background(database.newest(10).mapping).gaussians.size() <= 6);
  }
  CHECK(database.size() == 40);
  CHECK(database.newest(40).target.size() == 12);
  CHECK(database.newest(40).x(0, 0) == 28);
  SampleDatabase<double> newest_only({.reach = 0});
  for (Index i = 0; i < 3; ++i) newest_only.add(numbered(4 * i, 4, {0, 0, 1, 1}), model);
  CHECK(newest_only.newest(40).target.size() == 4);
}

TEST_CASE("a full database is thinned", "[mixtures]") {
  auto model = two();
  SampleDatabase<double> database({.max_samples = 10, .reach = 8});  // thinning brings rows twice as near
  for (Index i = 0; i < 50; ++i) {
    database.add(numbered(3 * i, 3, {0, 1, 1}), model);
    for (Index k = 0; k < 2; ++k) model.replace(k, Vector<double>::Zero(1), Batch<double>::Ones(1, 1));
    CHECK(database.size() <= 10);
    CHECK(database.stored() <= 10);
    CHECK(database.newest(7).target.size() == std::min<Index>(7, database.size()));
    const auto rows = database.newest(7);
    CHECK(rows.x(0, rows.x.cols() - 1) == static_cast<double>(3 * i + 2));
  }
  CHECK(database.written() == 150);
}

TEST_CASE("random rows are the head of a permutation, in their order", "[mixtures]") {
  SampleDatabase<double> database;
  database.add(numbered(0, 3, {0, 0, 1}), two());
  database.add(numbered(3, 2, {0, 0}), two());
  Recorded<double> recorded({}, {}, {{4, 0, 3, 2, 1}});
  const auto rows = database.random_rows(recorded, 3);
  CHECK(rows == std::vector<Index>{0, 3, 4});
  Batch<double> x;
  Row<double> target;
  database.points(rows.data(), 3, x, target);
  CHECK(target == Row<double>{{0, 3, 4}});
  CHECK(x.row(0) == target);
  database.points(rows.data() + 1, 1, x, target);
  CHECK(target == Row<double>{{3}});
  Rng rng(1);
  CHECK(database.random_rows(rng, 9) == std::vector<Index>{0, 1, 2, 3, 4});
  // each of ten pairs in 10000 draws: six standard deviations are 180
  std::map<std::vector<Index>, int> counts;
  for (int i = 0; i < 10000; ++i) ++counts[database.random_rows(rng, 2)];
  CHECK(counts.size() == 10);
  for (const auto& [pair, count] : counts) CHECK(std::abs(count - 1000) < 180);
}

TEST_CASE("additions that do not fit are refused", "[mixtures]") {
  SampleDatabase<double> database;
  database.add(numbered(0, 3, {0, 0, 1}), two());
  CHECK_THROWS_AS(database.add(numbered(0, 3, {0, 0}), two()), ShapeError);
  CHECK_THROWS_AS(database.add(numbered(0, 3, {0, 0, 2}), two()), InvalidArgument);
  CHECK_THROWS_AS(database.add(numbered(0, 3, {0, 0, -1}), two()), InvalidArgument);
  auto no_gradient = numbered(0, 1, {0});
  no_gradient.gradient.resize(0, 1);
  CHECK_THROWS_AS(database.add(no_gradient, two()), ShapeError);
  CHECK(database.size() == 3);
  CHECK(database.numbered() == 2);
  CHECK_THROWS_AS(SampleDatabase<double>({.max_samples = 0}), InvalidArgument);
  CHECK_THROWS_AS(SampleDatabase<double>({.reach = -1}), InvalidArgument);
}

TEST_CASE("the database tells where its rows came from when their distributions are forgotten, and after thinning", "[mixtures]") {
  Gaussians<double> q = two();
  SampleDatabase<double, Covariance::full> database({.max_samples = 20, .reach = 1});
  database.add(numbered(0, 4, {0, 0, 1, 1}), q);
  q.replace(0, q[0].mean, q[0].factor);
  database.add(numbered(4, 6, {0, 0, 0, 1, 1, 1}), q);
  q.remove(0);
  q.add(-1.0, q[0].mean, q[0].factor);
  database.add(numbered(10, 4, {0, 0, 1, 1}), q);
  const auto origins = [&] {
    std::vector<std::uint64_t> all;
    std::vector<Index> rows = {1, 2, 5, 6}, seen;
    if (database.size() == 14) rows = {0, 2, 5, 7, 10, 13};
    database.for_each_batch(rows.data(), static_cast<Index>(rows.size()),
                            [&](const StoredSamples<double>& batch, const std::vector<Index>& columns, Index first) {
                              CHECK(first == static_cast<Index>(seen.size()));
                              for (const Index c : columns) {
                                seen.push_back(static_cast<Index>(batch.target[c]));
                                all.push_back(database.origin(batch.mapping[static_cast<std::size_t>(c)]));
                              }
                            });
    CHECK(seen == (database.size() == 14 ? rows : std::vector<Index>{2, 4, 10, 12}));
    return all;
  };
  CHECK(origins() == std::vector<std::uint64_t>{1, 2, 1, 2, 2, 3});
  database.add(numbered(20, 8, std::vector<Index>(8, 1)), q);  // rows 0, 2, 4, ... are left of the others
  REQUIRE(database.size() == 15);
  CHECK(origins() == std::vector<std::uint64_t>{2, 1, 2, 3});
}
