#include "variate/estimators/generalized_reparameterization.hpp"

#include <cmath>
#include <map>
#include <string>

#include "estimators/given_draws.hpp"
#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/moments.hpp"
#include "variate/autodiff/differentiable.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/estimators/baselines/moving_average.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/random/rng.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

struct Cost {
  double square_weight, log_weight;
  auto operator()(const auto& x) const { return sum(square_weight * square(x) + log_weight * log(x)); }
};
constexpr auto zero = [](const Batch<double>& x, Batch<double>& g) -> Row<double> {
  g.setZero(x.rows(), x.cols());
  return Row<double>::Ones(x.cols());
};
/// The correction alone: a cost that is 1.
struct One {
  Row<double> value_and_gradient(const Batch<double>& x, Batch<double>& g) const { return zero(x, g); }
};

/// E of what one draw gives, by the trapezoidal rule in `line` (log x, logit x), with the law's own density.
template <class D, class FromLine>
Vector<double> mean_over_draws(const D& q, const auto& f, FromLine from_line) {
  Rng rng(1);
  Vector<double> mean = Vector<double>::Zero(2);
  const double step = 0.02;
  for (double l = -60; l < 60; l += step) {
    const auto [x, jacobian] = from_line(l);
    const double weight = step * jacobian * std::exp(q.log_prob(Batch<double>::Constant(1, 1, x))(0));
    if (!(weight > 1e-290) || x <= 0 || x >= 1e300) continue;
    mean += weight * GeneralizedReparameterization{}(Given<D>{q, Batch<double>::Constant(1, 1, x)}, f, rng, 1).q;
  }
  return mean;
}

}  // namespace

TEST_CASE("G-REP draw by draw and its exact means", "[fixtures][estimators]") {
  std::map<std::string, double> worst;
  std::string kind;
  const auto compare = [&](const std::string& name, double got, const nlohmann::json& want) {
    double& most = worst[kind + name];
    most = std::max(most, relative_error(got, number(want), 1e-12));
  };
  const auto cases = fixture("estimators/grep.json").at("cases");
  REQUIRE(cases.size() > 0);
  Rng rng(1);
  const auto check = [&](const auto& q, const auto& item, const Vector<double>& natural, const auto& rows, auto from_line) {
    using D = std::remove_cvref_t<decltype(q)>;
    const auto f = differentiable(Cost{number(item.at("F").at("z2")), number(item.at("F").at("logz"))});
    const detail::Standardized<D> law(std::log(natural(0)), std::log(natural(1)));
    for (const auto& row : rows) {
      const double z = number(row.at("z"));
      const auto slopes = law.at(z);
      const Given<D> given{q, Batch<double>::Constant(1, 1, z)};
      const Vector<double> all = GeneralizedReparameterization{}(given, f, rng, 1).q,
                           one = GeneralizedReparameterization{}(given, One{}, rng, 1).q;
      const double value = f(Batch<double>::Constant(1, 1, z))(0);
      for (std::size_t p = 0; p < 2; ++p) {
        const auto i = static_cast<Index>(p);
        compare("h", slopes.h[p] / natural(i), row.at("h").at(p));
        compare("u", slopes.u[p] / natural(i), row.at("u").at(p));
        compare("g_corr", one(i) * value / natural(i), row.at("g_corr").at(p));
        compare("g_rep", (all(i) - one(i) * value) / natural(i), row.at("g_rep").at(p));
      }
    }
    const Vector<double> mean = mean_over_draws(q, f, from_line);
    for (std::size_t p = 0; p < 2; ++p)
      compare("exact_grad", mean(static_cast<Index>(p)) / natural(static_cast<Index>(p)), item.at("exact_grad").at(p));
  };
  for (const auto& item : cases) {
    kind = item.at("distribution").get<std::string>() + " ";
    if (item.at("distribution") == "Gamma") {
      const Vector<double> natural{{number(item.at("concentration")), number(item.at("rate"))}};
      nlohmann::json rows;
      for (std::size_t c = 0; c < item.at("z").size(); ++c) {
        nlohmann::json row{{"z", item.at("z").at(c)}};
        for (const char* name : {"h", "u", "g_rep", "g_corr"}) row[name] = {item.at(name).at(0).at(c), item.at(name).at(1).at(c)};
        rows.push_back(row);
      }
      check(Gamma<>(natural.head(1), natural.tail(1)), item, natural, rows,
            [](double l) { return std::pair(std::exp(l), std::exp(l)); });
    } else if (item.at("distribution") == "Beta") {
      const Vector<double> natural{{number(item.at("a")), number(item.at("b"))}};
      check(Beta<>(natural.head(1), natural.tail(1)), item, natural, item.at("rows"), [](double l) {
        const double x = 1 / (1 + std::exp(-l));
        return std::pair(x, x / (1 + std::exp(l)));
      });
    } else FAIL("unknown distribution " << item.at("distribution"));
  }
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    // the recorded psi'' of Beta are differences: its u are up to 6e-9 from mpmath's, and a digit of g_corr cancels; see below
    CHECK(error < (name.starts_with("Beta") ? 1e-7 : 1e-10));
  }
}

TEST_CASE("G-REP of Beta to all digits", "[estimators]") {
  // mpmath with 30 digits, at one of the recorded points
  const double a = 3.22455, b = 1.0426;
  const auto s = detail::Standardized<Beta<double>>(std::log(a), std::log(b)).at(0.976291);
  const double want[3][2] = {{0.0066652761727841854, -0.064469179245813721},
                             {-0.30843957845611419, 2.0910491013258102},
                             {-0.007795366760257187, 0.15655052134129674}};
  for (std::size_t p = 0; p < 2; ++p) {
    const double natural = p == 0 ? a : b;
    CHECK(relative_error(s.h[p] / natural, want[0][p]) < 1e-12);
    CHECK(relative_error(s.u[p] / natural, want[1][p]) < 1e-12);
    CHECK(relative_error(s.correction[p] / natural, want[2][p]) < 1e-12);
  }
  // psi''(1) = -2 zeta(3), psi''(1/2) = -14 zeta(3)
  constexpr double zeta3 = 1.2020569031595942854;
  CHECK(relative_error(math::detail::tetragamma(1.0), -2 * zeta3) < 1e-15);
  CHECK(relative_error(math::detail::tetragamma(0.5), -14 * zeta3) < 1e-15);
  CHECK(relative_error(math::detail::tetragamma(20.0), -0.0026281224023146546) < 1e-15);
}

TEST_CASE("G-REP: unbiased with and without baselines, data points, what is dropped and refused", "[estimators][statistical]") {
  const Batch<double> a{{0.7, 4.0}, {2.5, 1.1}}, b{{1.3, 0.4}, {0.9, 3.0}};
  const auto f = differentiable([](const auto& x) { return 3.0 + square(row(x, 0)) * sin(row(x, 1)) - row(x, 1); });
  Rng rng(3);
  const auto check = [&](const auto& q) {
    Vector<double> exact = Vector<double>::Zero(8);
    Moments path;
    for (int i = 0; i < 400; ++i) path.add(Pathwise{}(q, f, rng, 100).q);
    const auto z = [&](const auto& estimator, Index n) {
      Moments moments;
      for (int i = 0; i < 5000; ++i) moments.add(estimator(q, f, rng, n).q);
      // both means have an error
      double worst = 0;
      for (Index i = 0; i < 8; ++i)
        worst = std::max(worst, std::abs(moments.mean()(i) - path.mean()(i)) /
                                    std::sqrt(moments.variance()(i) / 5000 + path.variance()(i) / 400));
      return worst;
    };
    CHECK(z(GeneralizedReparameterization{}, 1) < 4.5);
    CHECK(z(GeneralizedReparameterization<LeaveOneOut>{}, 3) < 4.5);
  };
  check(Gamma<>(a, b));
  check(Beta<>(a, b));

  const Gamma<> q(a, b);
  const Batch<double> draws = q.sample(rng, 3);
  const auto both = GeneralizedReparameterization{}(Given<Gamma<>>{q, draws}, f, rng, 3);
  for (Index p = 0; p < 2; ++p) {
    Batch<double> part(2, 3);
    for (Index s = 0; s < 3; ++s) part.col(s) = draws.col(2 * s + p);
    const Gamma<> one(Batch<double>(a.col(p)), Batch<double>(b.col(p)));
    const auto alone = GeneralizedReparameterization{}(Given<Gamma<>>{one, part}, f, rng, 3);
    for (Index i = 0; i < 4; ++i) CHECK(both.q(2 * i + p) == Approx(alone.q(i) / 2));
  }
  const auto root = differentiable([](const auto& x) { return sqrt(12.0 - row(x, 0)); });
  const auto dropped = GeneralizedReparameterization{}(q, root, rng, 50);
  CHECK(dropped.finite());
  CHECK(dropped.dropped > 0);
  const auto none = differentiable([](const auto& x) { return sqrt(-1.0 - row(x, 0)); });
  CHECK_FALSE(GeneralizedReparameterization{}(q, none, rng, 5).finite());
  CHECK(GeneralizedReparameterization{}(Gamma<>(Vector<double>{{1e6, 0.2}}, Vector<double>{{1e-3, 1e3}}), f, rng, 5).finite());
  CHECK_THROWS_AS(GeneralizedReparameterization{}(q, f, rng, 0), InvalidArgument);
  CHECK_THROWS_AS(GeneralizedReparameterization<LeaveOneOut>{}(q, f, rng, 1), InvalidArgument);
  const auto squared = differentiable([](const auto& x) { return square(row(x, 0)); });
  CHECK(GeneralizedReparameterization{}(Gamma<float>(Vector<float>{{2.0F}}, Vector<float>{{1.0F}}), squared, rng, 4).finite());
  static_assert(!GeneralizedReparameterization<>::accepts<int, One>);
}
