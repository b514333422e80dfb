/// Every recorded KL divergence and its gradient, found through HasKl.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/binomial.hpp"
#include "variate/distributions/cauchy.hpp"
#include "variate/distributions/dirichlet.hpp"
#include "variate/distributions/geometric.hpp"
#include "variate/distributions/gumbel.hpp"
#include "variate/distributions/half_normal.hpp"
#include "variate/distributions/inverse_gamma.hpp"
#include "variate/distributions/kl_pairs.hpp"
#include "variate/distributions/log_normal.hpp"
#include "variate/distributions/negative_binomial.hpp"
#include "variate/distributions/pareto.hpp"
#include "variate/distributions/poisson.hpp"
#include "variate/distributions/truncated_normal.hpp"
#include "variate/distributions/von_mises.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// A recorded parameter and how theta keeps it.
struct Recorded {
  std::string name;
  bool logarithm = true;
};
using Names = std::vector<Recorded>;
const Names location_scale{{"loc", false}, {"scale"}}, gamma_names{{"concentration"}, {"rate"}}, beta_names{{"a"}, {"b"}},
    rate_name{{"rate"}}, uniform_names{{"low", false}, {"high", false}};

Batch<double> numbers(const nlohmann::json& j, const Names& names) {
  Batch<double> theta(static_cast<Index>(names.size()), 1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double value = number(j.at(names[i].name));
    theta(static_cast<Index>(i), 0) = names[i].logarithm ? std::log(value) : value;
  }
  return theta;
}
template <class Q>
Q made(const nlohmann::json& j, const Names& names) {
  const Batch<double> theta = numbers(j, names);
  if constexpr (std::same_as<Q, Uniform<>>) return Q(Batch<double>(theta.topRows(1)), Batch<double>(theta.bottomRows(1)));
  else if constexpr (std::same_as<Q, TruncatedNormal<>>)
    return Q::from_theta(Batch<double>(theta.topRows(2)), Batch<double>(theta.bottomRows(2)));
  else if constexpr (std::same_as<Q, Binomial<>>)
    return Q::from_theta(Batch<double>(theta.topRows(1)), Batch<double>(theta.bottomRows(1)));
  else return Q::from_theta(theta);
}

double worst = 0, worst_slope = 0;
using Check = std::function<void(const nlohmann::json&)>;

/// Names of q's own parameters, then of p's (the file says KL(q || p)).
template <class Q, class P>
Check pair(const Names& of_q, const Names& of_p) {
  static_assert(HasKl<Q, P>);
  return [=](const nlohmann::json& item) {
    const Q q = made<Q>(item.at("q"), of_q);
    const P p = made<P>(item.at("p"), of_p);
    worst = std::max(worst, relative_error(kl(q, p)(0), number(item.at("kl_q_p"))));
    if (!item.contains("d_q_params_torch")) return;
    Vector<double> slopes = kl_pullback(q, p, Row<double>::Ones(1));
    if constexpr (std::same_as<Q, Uniform<>>) {  // theta is low, log(high - low)
      const double by_width = slopes(1) / (number(item.at("q").at("high")) - number(item.at("q").at("low")));
      slopes << slopes(0) - by_width, by_width;
    }
    for (std::size_t i = 0; i < of_q.size(); ++i) {
      const double unit = of_q[i].logarithm ? number(item.at("q").at(of_q[i].name)) : 1;
      const double want = unit * number(item.at("d_q_params_torch").at(of_q[i].name));
      worst_slope = std::max(worst_slope, relative_error(slopes(static_cast<Index>(i)), want));
    }
  };
}
template <class Q>
Check both(const Names& names) {
  return pair<Q, Q>(names, names);
}

Vector<double> vector(const nlohmann::json& j, const char* name) { return matrix(j.at(name)); }

}  // namespace

TEST_CASE("KL of every recorded pair", "[fixtures][distributions]") {
  const Names logit{{"logit", false}}, scale{{"scale"}};
  std::map<std::string, Check> checks;
  checks["Normal Normal"] = both<Normal<>>(location_scale);
  checks["LogNormal LogNormal"] = both<LogNormal<>>(location_scale);
  checks["Laplace Laplace"] = both<Laplace<>>(location_scale);
  checks["Gumbel Gumbel"] = both<Gumbel<>>(location_scale);
  checks["Cauchy Cauchy"] = both<Cauchy<>>(location_scale);
  checks["Exponential Exponential"] = both<Exponential<>>(rate_name);
  checks["HalfNormal HalfNormal"] = both<HalfNormal<>>(scale);
  checks["Gamma Gamma"] = both<Gamma<>>(gamma_names);
  checks["InverseGamma InverseGamma"] = both<InverseGamma<>>({{"concentration"}, {"scale"}});
  checks["Beta Beta"] = both<Beta<>>(beta_names);
  checks["Weibull Weibull"] = both<Weibull<>>({{"scale"}, {"concentration"}});
  checks["Pareto Pareto"] = both<Pareto<>>({{"scale"}, {"alpha"}});
  checks["VonMises VonMises"] = both<VonMises<>>({{"loc", false}, {"concentration"}});
  checks["Uniform Uniform"] = both<Uniform<>>(uniform_names);
  checks["TruncatedNormal TruncatedNormal"] =
      both<TruncatedNormal<>>({{"loc", false}, {"scale"}, {"low", false}, {"high", false}});
  checks["Bernoulli Bernoulli"] = both<Bernoulli<>>(logit);
  checks["Binomial Binomial"] = both<Binomial<>>({{"logit", false}, {"total_count", false}});
  checks["Geometric Geometric"] = both<Geometric<>>(logit);
  checks["Poisson Poisson"] = both<Poisson<>>({{"log_rate", false}});
  checks["NegativeBinomial NegativeBinomial"] = both<NegativeBinomial<>>({{"total_count"}, {"logit", false}});
  checks["Weibull Gamma"] = pair<Weibull<>, Gamma<>>({{"scale"}, {"concentration"}}, gamma_names);
  checks["Kumaraswamy Beta"] = pair<Kumaraswamy<>, Beta<>>(beta_names, beta_names);
  checks["Normal Laplace"] = pair<Normal<>, Laplace<>>(location_scale, location_scale);
  checks["Laplace Normal"] = pair<Laplace<>, Normal<>>(location_scale, location_scale);
  checks["Exponential Gamma"] = pair<Exponential<>, Gamma<>>(rate_name, gamma_names);
  checks["Gamma Exponential"] = pair<Gamma<>, Exponential<>>(gamma_names, rate_name);
  checks["Uniform Normal"] = pair<Uniform<>, Normal<>>(uniform_names, location_scale);
  checks["Beta Uniform"] = pair<Beta<>, Uniform<>>(beta_names, uniform_names);
  checks["Categorical Categorical"] = [](const nlohmann::json& item) {
    const Categorical<> q(vector(item.at("q"), "logits")), p(vector(item.at("p"), "logits"));
    worst = std::max(worst, relative_error(kl(q, p)(0), number(item.at("kl_q_p"))));
  };
  checks["Dirichlet Dirichlet"] = [](const nlohmann::json& item) {
    const Dirichlet<> q(vector(item.at("q"), "concentration")), p(vector(item.at("p"), "concentration"));
    worst = std::max(worst, relative_error(kl(q, p)(0), number(item.at("kl_q_p"))));
  };
  checks["MultivariateNormal MultivariateNormal"] = [](const nlohmann::json& item) {
    const auto made_of = [](const nlohmann::json& j) {
      return MultivariateNormal<>(vector(j, "loc"), matrix(j.at("scale_tril")));
    };
    worst = std::max(worst, relative_error(kl(made_of(item.at("q")), made_of(item.at("p")))(0), number(item.at("kl_q_p"))));
  };

  const auto file = fixture("distributions/kl.json");
  REQUIRE(file.at("pairs").size() > 0);
  double worst_of_all = 0;
  for (const auto& item : file.at("pairs")) {
    const std::string name =
        item.at("q").at("distribution").get<std::string>() + " " + item.at("p").at("distribution").get<std::string>();
    INFO(item.dump());
    REQUIRE(checks.count(name) == 1);
    worst = worst_slope = 0;
    checks.at(name)(item);
    CHECK(worst < 1e-12);
    // The recorded slopes are PyTorch's, whose trigamma(2) is off by 4e-10 (0.64493406709): seen where they cancel.
    const bool trigamma = name.starts_with("Gamma") || name.starts_with("Beta");
    CHECK(worst_slope < (trigamma ? 1e-7 : 1e-12));
    worst_of_all = std::max(worst_of_all, worst / 1e-12);
  }
  std::printf("kl.json: worst error %.2g of what is allowed\n", worst_of_all);
}

TEST_CASE("every file of recorded distributions is tested by somebody", "[fixtures][distributions]") {
  const std::set<std::string> known{"bernoulli",
                                    "beta",
                                    "binomial",
                                    "categorical",
                                    "cauchy",
                                    "chi2",
                                    "continuousbernoulli",
                                    "dirichlet",
                                    "exponential",
                                    "gamma",
                                    "gaussianmixture",
                                    "geometric",
                                    "gumbel",
                                    "halfcauchy",
                                    "halfnormal",
                                    "inversegamma",
                                    "kl",
                                    "kumaraswamy",
                                    "laplace",
                                    "logistic",
                                    "logitnormal",
                                    "lognormal",
                                    "lowrankmultivariatenormal",
                                    "multinomial",
                                    "multivariatenormal",
                                    "negativebinomial",
                                    "normal",
                                    "pareto",
                                    "poisson",
                                    "relaxedbernoulli",
                                    "relaxedonehotcategorical",
                                    "studentt",
                                    "truncatednormal",
                                    "uniform",
                                    "vonmises",
                                    "weibull"};
  const char* folder = std::getenv("VARIATE_FIXTURES");
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(folder ? folder : VARIATE_TEST_DATA) + "/distributions"))
    if (entry.path().extension() == ".json") {
      INFO(entry.path().string());
      CHECK(known.count(entry.path().stem().string()) == 1);
      ++files;
    }
  CHECK(files == known.size());
}
