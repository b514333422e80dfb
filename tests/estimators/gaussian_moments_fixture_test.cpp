/// Means and variances of one draw of the estimators of a normal's parameters, by quadrature, against the recorded numbers; and
/// the measure-valued gradients draw by draw.
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "estimators/fixture_model.hpp"
#include "support/catch.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/dreg.hpp"
#include "variate/estimators/importance_weighted.hpp"
#include "variate/estimators/measure_valued.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/objectives/elbo.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

struct Node {
  double point, weight;
};
/// The trapezoidal rule for a standard normal number: exact to rounding for what is analytic within a few steps of the real line.
std::vector<Node> normal_nodes(double step, double width) {
  std::vector<Node> nodes;
  for (double e = -width; e <= width + step / 2; e += step)
    nodes.push_back({e, step * std::exp(-e * e / 2) / std::sqrt(2 * M_PI)});
  return nodes;
}
/// For a Rayleigh number s, by s = exp(y - exp(-y)), as the uniform number 1 - exp(-s^2/2) it is made of.
std::vector<Node> rayleigh_nodes() {
  std::vector<Node> nodes;
  const double step = 1.0 / 128;
  for (double y = -4; y < 3; y += step) {
    const double s = std::exp(y - std::exp(-y)), u = -std::expm1(-s * s / 2);
    if (u > 1e-300 && u < 1) nodes.push_back({u, step * s * (1 + std::exp(-y)) * s * std::exp(-s * s / 2)});
  }
  return nodes;
}

struct Pair {
  double mean, variance;
};
/// Mean and variance of coordinate i of what one draw gives.
template <class Draw>
std::vector<Pair> moments(const std::vector<Node>& nodes, Draw draw) {
  Vector<double> mean, square;
  for (const auto& [point, weight] : nodes) {
    const Vector<double> g = draw(point);
    if (mean.size() == 0) mean = square = Vector<double>::Zero(g.size());
    mean += weight * g;
    square += weight * g.cwiseAbs2();
  }
  std::vector<Pair> pairs;
  for (Index i = 0; i < mean.size(); ++i) pairs.push_back({mean(i), square(i) - mean(i) * mean(i)});
  return pairs;
}
Recorded<double> played(double e, double u) {
  return Recorded<double>({Batch<double>::Constant(1, 1, e)}, {Batch<double>::Constant(1, 1, u)});
}

struct Survey {
  std::string shape;
  double k;
  auto operator()(const auto& x) const {
    // one of the three terms, the others weighed by zero
    const double quadratic = shape == "quadratic", bump = shape == "exp", wave = shape == "cos";
    return sum(quadratic * square(x - k) + bump * exp(-k * bump * square(x)) + wave * cos(k * x));
  }
};

/// z ~ N(0, I), x | z ~ N(tanh(B z), noise I).
struct Decoder {
  Batch<double> b;
  Vector<double> x;
  double noise;
  auto operator()(const auto& z) const {
    const double d = static_cast<double>(b.cols()), n = static_cast<double>(b.rows());
    return -0.5 * sum(square(z)) - 0.5 / noise * sum(square(x - tanh(b * z))) - 0.5 * (d + n) * std::log(2 * M_PI) -
           0.5 * n * std::log(noise);
  }
};

void check(const std::map<std::string, double>& worst, double most) {
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < most);
  }
}

}  // namespace

TEST_CASE("z^2 + c: measure-valued draws, means and the four variances", "[fixtures][estimators]") {
  std::map<std::string, double> worst;
  const auto cases = fixture("estimators/gaussian.json").at("z_squared_plus_c");
  REQUIRE(cases.size() > 0);
  for (const auto& item : cases) {
    const double mu = number(item.at("mu")), sigma = number(item.at("sigma")), c = number(item.at("c"));
    const Normal<> q(Vector<double>{{mu}}, Vector<double>{{sigma}});
    const auto f = differentiable([c](const auto& z) { return sum(square(z)) + c; });
    const auto compare = [&](const std::string& name, double got, double want) {
      worst[name] = std::max(worst[name], relative_error(got, want, 1e-12));
    };
    for (std::size_t i = 0; i < item.at("mvd_uniforms").size(); ++i) {
      auto rng = played(0.0, number(item.at("mvd_uniforms").at(i)));
      compare("mvd_mu_coupled", MeasureValued{}(q, f, rng, 1).q(0), number(item.at("mvd_mu_coupled").at(i)));
    }
    const auto nodes = normal_nodes(0.1, 14);
    const auto path = moments(nodes, [&](double e) { auto rng = played(e, 0.5); return Pathwise{}(q, f, rng, 1).q; });
    const auto score = moments(nodes, [&](double e) {
      auto rng = played(e, 0.5);
      return Reinforce<NoBaseline>{}(q, f, rng, 1).q;
    });
    const auto& variance = item.at("variance");
    REQUIRE(variance.size() == 4);
    compare("rep_mu", path[0].variance, number(variance.at("rep_mu")));
    compare("rep_sigma", path[1].variance / (sigma * sigma), number(variance.at("rep_sigma")));
    compare("sf_mu", score[0].variance, number(variance.at("sf_mu")));
    compare("sf_sigma", score[1].variance / (sigma * sigma), number(variance.at("sf_sigma")));
    const double at = mu * mu + c, s2 = sigma * sigma;  // the talk's closed forms
    compare("closed rep_mu", path[0].variance, 4 * s2);
    compare("closed rep_sigma", path[1].variance / s2, 4 * mu * mu + 8 * s2);
    compare("closed sf_mu", score[0].variance, at * at / s2 + 15 * s2 + 14 * mu * mu + 6 * c);
    compare("closed sf_sigma", score[1].variance / s2, 2 * at * at / s2 + 74 * s2 + 60 * mu * mu + 20 * c);
    for (const auto& got : {path, score}) {
      compare("mean mu", got[0].mean, number(item.at("mean").at("mu")));
      compare("mean sigma", got[1].mean / sigma, number(item.at("mean").at("sigma")));
    }
  }
  check(worst, 1e-10);
}

TEST_CASE("the survey's means and variances for three costs", "[fixtures][estimators]") {
  std::map<std::string, double> worst, coarse;
  const auto rows = fixture("estimators/gaussian.json").at("survey_1d").at("rows");
  REQUIRE(rows.size() > 0);
  for (const auto& row : rows) {
    const double theta = number(row.at("theta")), sigma = number(row.at("sigma"));
    const Normal<> q(Vector<double>{{theta}}, Vector<double>{{sigma}});
    const auto f = differentiable(Survey{row.at("f").get<std::string>(), number(row.at("k"))});
    const auto nodes = normal_nodes(0.05, 14);
    const auto path = moments(nodes, [&](double e) { auto rng = played(e, 0.5); return Pathwise{}(q, f, rng, 1).q; });
    const auto score = moments(nodes, [&](double e) {
      auto rng = played(e, 0.5);
      return Reinforce<NoBaseline>{}(q, f, rng, 1).q;
    });
    const auto weak = moments(rayleigh_nodes(), [&](double u) {
      auto rng = played(0.0, u);
      return MeasureValued{}(q, f, rng, 1).q;
    });
    for (const auto& [name, want] : row.items()) {
      if (name == "f" || name == "k" || name == "theta" || name == "sigma") continue;
      const auto compare = [&](std::map<std::string, double>& to, const Pair& got, double unit) {
        to[name] = std::max({to[name], relative_error(got.mean / unit, number(want.at(0)), 1e-12),
                             relative_error(got.variance / (unit * unit), number(want.at(1)), 1e-11)});
      };
      if (name == "score_mean") compare(worst, score[0], 1);
      else if (name == "score_scale") compare(worst, score[1], sigma);
      else if (name == "pathwise_mean") compare(worst, path[0], 1);
      else if (name == "pathwise_scale") compare(worst, path[1], sigma);
      else if (name == "mvd_mean_coupled") {
        compare(coarse, weak[0], 1);
        worst["mvd mean = pathwise mean"] =
            std::max(worst["mvd mean = pathwise mean"], relative_error(weak[0].mean, path[0].mean, 1e-12));
      } else FAIL("unknown field " << name);
    }
  }
  check(worst, 1e-10);
  check(coarse, 1e-6);  // the recorded quadrature itself is that far from the exact mean (8.00000017 where it is 8)
}

TEST_CASE("the exact bounds of the Gaussian model by quadrature", "[fixtures][estimators]") {
  const auto file = fixture("estimators/gaussian.json");
  const auto vector = [&](const char* name) { return Vector<double>(matrix(file.at(name))); };
  const auto f = differentiable(Decoder{matrix(file.at("B")), vector("x"), number(file.at("noise_variance"))});
  const Vector<double> mu = vector("mu"), log_sigma = vector("log_sigma");
  Batch<double> theta(4, 1);
  theta << mu, log_sigma;
  const auto q = Normal<>::from_theta(theta);
  const auto sampled = Elbo<SampledEntropy>{}(q, f);

  // row 0: mu, row 1: log sigma
  const auto off = [](const Vector<double>& got, const nlohmann::json& want, double floor) {
    const Batch<double> pair = matrix(want);
    return worst_relative_error(got, Eigen::Map<const Vector<double>>(pair.data(), pair.size()), floor);
  };
  double value = 0;
  Vector<double> path = Vector<double>::Zero(4), score = path;
  const auto fine = normal_nodes(0.25, 8.5);
  for (const auto& a : fine)
    for (const auto& b : fine) {
      Recorded<double> first({Vector<double>{{a.point, b.point}}}), second = first;
      const auto e = Pathwise{}(q, sampled, first, 1);
      value += a.weight * b.weight * e.value;
      path += a.weight * b.weight * e.q;
      score += a.weight * b.weight * Reinforce<NoBaseline>{}(q, sampled, second, 1).q;
    }
  const auto& exact = file.at("exact_elbo_48x48_gauss_hermite");
  CHECK((path - score).cwiseAbs().maxCoeff() < 1e-10);
  // The recorded 48 x 48 nodes see tanh's poles: they are 4e-9 and 7e-6 from what every finer trapezoidal rule gives.
  CHECK(relative_error(value, number(exact.at("value"))) < 1e-8);
  CHECK(off(path, exact.at("grad"), 1e-12) < 1e-5);

  value = 0;
  Vector<double> dreg = path = Vector<double>::Zero(4);
  const auto crude = normal_nodes(0.5, 5.5);
  for (const auto& a : crude)
    for (const auto& b : crude)
      for (const auto& c : crude)
        for (const auto& d : crude) {
          const double weight = a.weight * b.weight * c.weight * d.weight;
          if (weight < 1e-11) continue;
          Batch<double> eps(2, 2);
          eps << a.point, c.point, b.point, d.point;
          Recorded<double> first({eps}), second = first;
          const auto e = ImportanceWeighted{}(q, sampled, first, 2);
          value += weight * e.value;
          path += weight * e.q;
          dreg += weight * Dreg{}(q, sampled, second, 2).q;
        }
  const auto& bound = file.at("iwae_k2_40^4_gauss_hermite");
  CHECK(relative_error(value, number(bound.at("value"))) < 2e-3);
  CHECK(off(path, bound.at("grad"), 1e-12) < 3e-3);  // the two recorded columns differ by 1e-3
  CHECK(off(dreg, bound.at("grad_via_dreg"), 1e-12) < 3e-3);
}
