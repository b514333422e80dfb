#include "variate/distributions/binomial.hpp"

#include <cmath>

#include "distributions/family_checks.hpp"
#include "distributions/family_suite.hpp"
#include "support/statistics.hpp"
#include "variate/distributions/kl.hpp"

using namespace variate_tests;

namespace {
const Kind binomial_kind = kind_of<variate::Binomial, variate::detail::BinomialLaw>();
double closest(double z) { return z; }
}  // namespace

TEST_CASE("Binomial against mpmath", "[fixtures][distributions]") {
  check_fixture("binomial.json", binomial_kind, {{"logit", "total_count"}, {}, {}, {}});
}

TEST_CASE("Binomial: gradients, data points, moments, edges, float, what is refused", "[distributions]") {
  check_family(binomial_kind, {.settings = {7}});
  const auto message = [](double n) { return message_of<variate::DomainError>([n] { variate::Binomial<>(one(n), one(0)); }); };
  CHECK(message(2.5) == "Binomial: total_count(0) is 2.5, expected a whole number, 0 or more");
  CHECK(says(message(-1), "total_count(0) is -1"));
}

TEST_CASE("Binomial: samples follow the law", "[distributions][statistical]") {
  check_sampler(binomial_kind, {{0, 1}, {-3, 20}, {0.3, 30}, {2, 60}, {2, 400}, {-6, 1e4}, {0, 1e4}});
  for (const double logit : {0.0, 1.5, -9.0}) {  // all but continuous
    const AnyFamily q = single(binomial_kind, {logit, 1e9});
    Rng rng(8);
    const Batch<double> u = q.cdf(q.sample(rng, 4000));
    CHECK(kolmogorov_smirnov_p(std::vector<double>(u.data(), u.data() + u.size()), closest) > 1e-3);
  }
}

TEST_CASE("Binomial: many trials, none, and certain outcomes", "[distributions]") {
  // mpmath, 50 digits
  const variate::Binomial<> q(one(1e9), one(0));
  CHECK(q.log_prob(one(5e8))(0) == Approx(-10.587424271367933).epsilon(1e-14));
  CHECK(q.log_prob(one(5e8 + 1e5))(0) == Approx(-30.587424384701268).epsilon(1e-13));
  CHECK(q.log_prob(one(1e9 - 3))(0) == Approx(-693147120.18190727).epsilon(1e-14));
  const variate::Binomial<> rare(one(1e9), one(-30));
  CHECK(rare.log_prob(one(0))(0) == Approx(-9.3576229688397368e-05).epsilon(1e-12));
  CHECK(rare.log_prob(one(2))(0) == Approx(-19.246709083896811).epsilon(1e-12));
  CHECK(variate::Binomial<>(one(1e9), one(30)).log_prob(one(1e9 - 2))(0) == Approx(-19.246709083896811).epsilon(1e-12));
  CHECK(variate::Binomial<>(one(5), one(-900)).log_prob(one(2))(0) == Approx(-1800 + std::log(10.0)).epsilon(1e-15));
  const variate::Binomial<> none(one(0), one(0.5));
  CHECK(none.log_prob(one(0))(0) == 0);
  CHECK(none.cdf(one(0))(0, 0) == 1);
  Rng rng(1);
  CHECK(none.sample(rng, 3).maxCoeff() == 0);
  CHECK(variate::Binomial<>(one(9), one(900)).sample(rng, 3).minCoeff() == 9);
}

TEST_CASE("Binomial: support and divergence", "[distributions]") {
  const variate::Binomial<> q(Batch<double>::Constant(2, 1, 3), Batch<double>::Constant(2, 1, 0.4));
  CHECK(q.support().cols() == 16);
  CHECK(q.log_prob(q.support()).array().exp().sum() == Approx(1).epsilon(1e-14));
  const variate::Binomial<> mixed((Batch<double>(2, 1) << 3, 4).finished(), Batch<double>::Zero(2, 1));
  CHECK(says(message_of<variate::InvalidArgument>([&] { mixed.support(); }), "total_count differs"));
  CHECK(says(message_of<variate::InvalidArgument>([] { variate::Binomial<>(one(1e9), one(0)).support(); }), "2^20"));
  CHECK(says(message_of<variate::InvalidArgument>([&] { variate::kl(q, mixed); }), "total_count of two Binomials differs"));
}

TEST_CASE("Binomial: the entropy is that of its probabilities", "[distributions]") {
  CHECK(single(binomial_kind, {0.0, 1.0}).entropy()(0) == Approx(std::log(2.0)).epsilon(1e-13));
  CHECK(single(binomial_kind, {0.0, 2.0}).entropy()(0) == Approx(1.5 * std::log(2.0)).epsilon(1e-13));
  CHECK(single(binomial_kind, {0.0, 0.0}).entropy()(0) == 0);
  // half log(2 pi e n p q) up to 1/n
  CHECK(single(binomial_kind, {1.0, 1e8}).entropy()(0) ==
        Approx(0.5 * std::log(2 * 3.14159265358979323846 * std::exp(1.0) * 1e8 * 0.19661193324148185)).epsilon(1e-8));
}
