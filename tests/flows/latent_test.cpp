#include "variate/flows/latent.hpp"

#include <cmath>
#include <numbers>

#include "support/catch.hpp"
#include "support/statistics.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {

TEST_CASE("latent distributions: log densities", "[flows]") {
  const auto uniform = Latent<double>::uniform(-1, 3);
  const Row<double> u = uniform.log_prob(Batch<double>{{0.5, -1.0, 3.1, 0.0}, {2.5, 3.0, 0.0, std::nan("")}});
  CHECK(u[0] == Approx(-2 * std::log(4)));
  CHECK(u[1] == Approx(-2 * std::log(4)));
  CHECK(u[2] == -variate_tests::infinity);
  CHECK(std::isnan(u[3]));
  const Row<double> n = Latent<double>::normal(0.5, 2).log_prob(Batch<double>{{1.5}, {0.5}});
  CHECK(n[0] == Approx(-0.125 - 2 * std::log(2) - std::log(2 * std::numbers::pi)));
}

TEST_CASE("latent distributions: draws", "[flows][statistical]") {
  Rng rng(3);
  const Batch<double> z = Latent<double>::normal(1, 2).sample(rng, 2, 5000),
                      u = Latent<double>::uniform(2, 4).sample(rng, 1, 5000);
  const auto list = [](const Batch<double>& x) { return std::vector<double>(x.data(), x.data() + x.size()); };
  CHECK(variate_tests::kolmogorov_smirnov_p(list(z), [](double x) { return variate_tests::normal_cdf((x - 1) / 2); }) > 1e-4);
  CHECK(variate_tests::kolmogorov_smirnov_p(list(u), [](double x) { return (x - 2) / 2; }) > 1e-4);
}

TEST_CASE("latent distributions: points from standard numbers", "[flows]") {
  const Batch<double> u{{0.0, 0.5, 1.0}};
  CHECK(Latent<double>::uniform(2, 4).from_standard(u) == Batch<double>{{2.0, 3.0, 4.0}});
  CHECK(Latent<double>::normal(1, 2).from_standard(u) == Batch<double>{{1.0, 2.0, 3.0}});
  CHECK(Latent<double>::uniform().from_standard(u) == u);
}

TEST_CASE("latent distributions out of range", "[flows]") {
  CHECK_THROWS_AS(Latent<double>::uniform(1, 1), InvalidArgument);
  CHECK_THROWS_AS(Latent<double>::uniform(0, variate_tests::infinity), InvalidArgument);
  CHECK_THROWS_AS(Latent<double>::normal(0, 0), DomainError);
}

}  // namespace
