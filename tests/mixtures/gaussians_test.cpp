/// The working mixture of GMMVI against recorded densities, and beside the family it is.
#include "variate/mixtures/gaussians.hpp"
#include "mixtures/fixture_model.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
Gaussians<double> some_mixture() {
  Batch<double> means(2, 3);
  means << 0, 2, -3, 1, -1, 0.5;
  Batch<double> a(2, 2), b(2, 2), c(2, 2);
  a << 1, 0, 0.5, 0.7;
  b << 0.2, 0, -0.3, 2;
  c << 3, 0, 1, 0.1;
  return {Vector<double>{{2, 1, 1}}, means, {a, b, c}};
}
}  // namespace

TEST_CASE("recorded densities of Gaussian mixtures", "[fixtures][gmmvi]") {
  Worst worst;
  for (const auto& test : cases_of("gmm_density.json")) {
    require_fields(test, {"name", "gmm", "samples", "expected"});
    INFO(test.at("name"));
    with_covariance(is_diagonal(test.at("gmm")), [&](auto covariance) {
      constexpr Covariance C = decltype(covariance)::value;
      const auto q = mixture_from<C>(test.at("gmm"));
      const Batch<double> x = matrix(test.at("samples")).transpose(), densities = q.component_log_densities(x);
      const auto family = q.family();
      for (const auto& [name, want] : test.at("expected").items()) {
        if (name == "log_density") {
          worst.add(name, q.log_density(x), matrix(want).transpose());
          worst.add("family's log_density", family.log_prob(x), matrix(want).transpose());
        } else if (name == "density") {
          worst.add(name, q.log_density(x).array().exp().matrix(), matrix(want).transpose(), 1e-300);
        } else if (name == "component_log_densities") {
          worst.add(name, densities, matrix(want));
        } else if (name == "gradient") {
          Batch<double> gradient;
          q.gradient(x, q.responsibilities_of(densities), gradient);
          worst.add(name, gradient, matrix(want).transpose());
        } else if (name == "hessian") {
          const auto curvature = family.curvature(x);
          for (Index c = 0; c < x.cols(); ++c) {
            const Batch<double> hessian = matrix(want.at(static_cast<std::size_t>(c)));
            worst.add(name, curvature.hessian.col(c), Eigen::Map<const Vector<double>>(hessian.data(), hessian.size()), 1e-10);
          }
        } else if (name == "component_entropies") {
          worst.add(name, q.component_entropies(), matrix(want));
        } else if (name == "average_entropy") {
          worst.add(name, q.average_entropy(), number(want));
        } else if (name == "log_weights") {
          worst.add(name, q.log_weights(), matrix(want));
        } else if (name == "chol_cov") {
          for (Index k = 0; k < q.size(); ++k) worst.add(name, q[k].factor, matrix(want.at(static_cast<std::size_t>(k))));
        } else if (name == "marginal_log_density") {
          worst.add(name, q.marginal_log_density(x), matrix(want));
        } else {
          FAIL("unknown field " << name);
        }
      }
    });
  }
  worst.check("gmm_density", 1e-9);
}

TEST_CASE("a working mixture and its family are the same distribution", "[mixtures]") {
  const Gaussians<double> q = some_mixture();
  const Gaussians<double> again(q.family());
  CHECK(again.log_weights().isApprox(q.log_weights(), 1e-14));
  for (Index k = 0; k < q.size(); ++k) {
    CHECK(again[k].mean == q[k].mean);
    CHECK(again[k].factor.isApprox(q[k].factor, 1e-14));
    CHECK((q[k].factor * q[k].inverse).isApprox(Batch<double>::Identity(2, 2), 1e-14));
  }
  Batch<double> means(3, 2);
  means << 1, 2, 3, 4, 5, 6;
  const Gaussians<double, Covariance::diagonal> diagonal(Vector<double>{{1, 3}}, means,
                                                         {Vector<double>{{1, 2, 3}}, Vector<double>{{0.1, 1, 1}}});
  const Gaussians<double, Covariance::diagonal> back(diagonal.family());
  CHECK(back.log_weights().isApprox(diagonal.log_weights(), 1e-14));
  CHECK(back[1].factor.isApprox(diagonal[1].factor, 1e-14));
}

TEST_CASE("densities of all columns, few or many, and of stretches", "[mixtures]") {
  for (const Index d : {1, 2, 5, 8, 21}) {
    Rng rng(7);
    const Batch<double> spread = normals<double>(rng, d, 4 * d);
    const Batch<double> covariance = spread * spread.transpose();
    const Batch<double> factor = lower_factor(covariance);
    const Vector<double> mean = normals<double>(rng, d, 1);
    const Gaussian<double> g(mean, factor);
    for (const Index n : {1, 7, 8, 33, 70}) {
      const Batch<double> x = normals<double>(rng, d, n + 3);
      Row<double> out(n);
      std::vector<double> room;
      g.log_density(x, 2, n, out.data(), room);
      const Row<double> want = MultivariateNormal<double>(mean, factor).log_prob(x).segment(2, n);
      CHECK(worst_relative_error(out, want) < 1e-12);
    }
  }
}

TEST_CASE("components come and go", "[mixtures]") {
  Gaussians<double> q = some_mixture();
  const std::uint64_t first = q[0].version, last = q[2].version;
  CHECK(first != last);
  q.add(-1000, Vector<double>::Zero(2), Batch<double>::Identity(2, 2));
  CHECK(q.size() == 4);
  CHECK(q.log_weights()[3] == Approx(-1000));
  CHECK(q.log_weights()[0] == Approx(std::log(0.5)));
  q.remove(1);
  CHECK(q.weights().isApprox(Vector<double>{{2. / 3, 1. / 3, 0}}, 1e-14));
  CHECK(q[1].version == last);
  q.replace(1, Vector<double>::Ones(2), Batch<double>::Identity(2, 2));
  CHECK(q[1].version != last);
  CHECK(q[1].mean == Vector<double>::Ones(2));
  q.remove(2);
  q.remove(1);
  CHECK(q.weights().isOnes());
  CHECK_THROWS_AS(q.remove(0), InvalidArgument);
}

TEST_CASE("draws are grouped by component, choices are in the order of their uniforms", "[mixtures]") {
  const Gaussians<double> q = some_mixture();
  Rng rng(3);
  const auto draws = q.sample(rng, 40000);
  REQUIRE(draws.x.cols() == 40000);
  REQUIRE(draws.counts.size() == 3);
  Index from = 0;
  for (Index k = 0; k < 3; ++k) {
    const Index count = draws.counts[static_cast<std::size_t>(k)];
    CHECK(std::count(draws.chosen.begin(), draws.chosen.end(), k) == count);
    // five standard deviations: fails for one seed in a million
    const double p = q.weights()[k], n = 40000;
    CHECK(std::abs(static_cast<double>(count) - n * p) < 5 * std::sqrt(n * p * (1 - p)));
    const Batch<double> mine = draws.x.middleCols(from, count);
    for (Index j = 0; j < 2; ++j)
      CHECK(std::abs(mine.row(j).mean() - q[k].mean[j]) <
            5 * std::sqrt(detail::variance_of(q[k].factor, j) / static_cast<double>(count)));
    from += count;
  }
}

TEST_CASE("bad mixtures are refused", "[mixtures]") {
  using Full = Gaussians<double>;
  const Batch<double> mean = Batch<double>::Zero(2, 1), identity = Batch<double>::Identity(2, 2);
  Batch<double> singular = identity;
  singular(1, 1) = 0;
  const Vector<double> one = Vector<double>::Ones(1);
  CHECK_THROWS_AS(Full(Vector<double>(), Batch<double>(2, 0), {}), InvalidArgument);
  CHECK_THROWS_AS(Full(one, mean, {}), ShapeError);
  CHECK_THROWS_AS(Full(Vector<double>::Ones(2), mean, {identity}), ShapeError);
  CHECK_THROWS_AS(Full(Vector<double>::Zero(1), mean, {identity}), DomainError);
  CHECK_THROWS_AS(Full(-one, mean, {identity}), DomainError);
  CHECK_THROWS_AS(Full(one, mean / 0, {identity}), InvalidArgument);
  CHECK_THROWS_AS(Full(one, mean, {singular}), DomainError);
  CHECK_THROWS_AS(Full(one, mean, {Batch<double>::Identity(3, 3)}), ShapeError);
  Full q(one, mean, {identity});
  CHECK_THROWS_AS(q.set_log_weights(Vector<double>::Zero(2)), ShapeError);
  CHECK_THROWS_AS(q.add(0, Vector<double>::Zero(3), Batch<double>::Identity(3, 3)), ShapeError);
  CHECK_THROWS_AS(q.component_log_densities(Batch<double>::Zero(3, 1)), ShapeError);
}
