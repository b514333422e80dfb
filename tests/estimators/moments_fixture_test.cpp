/// Estimators of bits whose noise is more than the bits: means and variances by quadrature, against the recorded numbers and the
/// exact gradients, and z-scores of what the engine draws.
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "estimators/fixture_model.hpp"
#include "estimators/many_draws.hpp"
#include "support/catch.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/arm.hpp"
#include "variate/estimators/arms.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/gumbel_softmax.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/relax.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

std::map<std::string, double> worst;
void note(const std::string& name, const Vector<double>& got, const Vector<double>& want) {
  worst[name] = std::max(worst[name], worst_relative_error(got, want, 1e-12));
}
void note(const std::string& name, double got, double want) {
  worst[name] = std::max(worst[name], relative_error(got, want, 1e-12));
}

struct Nodes {
  Batch<double> u;  ///< d x nodes
  Row<double> w;
};
struct Pair {
  Vector<double> mean, variance, fourth;  ///< fourth central moment
};
Pair moments_of(const Batch<double>& g, const Row<double>& w) {
  Pair pair;
  pair.mean = g * w.transpose();
  const Batch<double> square = (g.colwise() - pair.mean).cwiseAbs2();
  pair.variance = square * w.transpose();
  pair.fourth = square.cwiseAbs2() * w.transpose();
  return pair;
}

/// For what is linear between the uniforms where a pair of bits changes: one or two Gauss points in each of three pieces, every
/// coordinate. One is enough for what is constant there, two for squares.
Nodes antithetic_nodes(const Vector<double>& logits, Index points) {
  const Index d = logits.size(), each = 3 * points;
  Index all = 1;
  for (Index i = 0; i < d; ++i) all *= each;
  Nodes nodes{Batch<double>(d, all), Row<double>::Ones(all)};
  for (Index c = 0; c < all; ++c) {
    Index left = c;
    for (Index i = 0; i < d; ++i, left /= each) {
      const double low = 1 / (1 + std::exp(std::abs(logits(i))));
      const Index piece = left % each / points;
      const double length = piece == 1 ? 1 - 2 * low : low, from = piece == 0 ? 0 : low;
      const double at = points == 1 ? 0.5 : 0.5 + (left % 2 == 0 ? -0.5 : 0.5) / std::sqrt(3.0);
      nodes.u(i, c) = piece == 2 ? 1 - low * (1 - at) : from + length * at;
      nodes.w(c) *= length / static_cast<double>(points);
    }
  }
  return nodes;
}

/// What one bit's estimator with two uniforms gives, given the bit, as a sum: a function of the first and one of the second.
struct GivenBit {
  double probability, mean, variance, third, fourth;  ///< central moments
};
template <class E, class F>
std::array<GivenBit, 2> given_bits(const E& estimator, const F& f, double logit) {
  std::array<GivenBit, 2> given;
  const double p = 1 / (1 + std::exp(-logit));
  for (const std::size_t bit : {0u, 1u}) {
    const double sign = bit == 1 ? 1 : -1, probability = bit == 1 ? p : 1 - p;
    std::vector<double> u, v, wu, wv;
    for (double t = -4.5; t < 3.6; t += 1.0 / 32) {  // z = sign exp(t - exp(-t)), to all orders at 0 and infinity
      const double size = std::exp(t - std::exp(-t)), l = sign * size - logit, e = std::exp(-std::abs(l));
      u.push_back(l > 0 ? 1 / (1 + e) : e / (1 + e));
      wu.push_back(e / ((1 + e) * (1 + e)) * size * (1 + std::exp(-t)) / 32 / probability);
    }
    for (double l = -36; l < 36.1; l += 1.0 / 16) {
      const double e = std::exp(-std::abs(l));
      v.push_back(l > 0 ? 1 / (1 + e) : e / (1 + e));
      wv.push_back(e / ((1 + e) * (1 + e)) / 16);
    }
    const double centre = bit == 1 ? 1 - p / 2 : (1 - p) / 2;
    // columns: the first moves; the second moves; neither; both together, to see that it is a sum
    const auto a = static_cast<Index>(u.size()), b = static_cast<Index>(v.size()), all = a + b + 2;
    Batch<double> first = Batch<double>::Constant(1, all, centre), second = Batch<double>::Constant(1, all, 0.5);
    for (Index i = 0; i < a; ++i) first(0, i) = u[static_cast<std::size_t>(i)];
    for (Index i = 0; i < b; ++i) second(0, a + i) = v[static_cast<std::size_t>(i)];
    first(0, all - 1) = first(0, a / 2);
    second(0, all - 1) = second(0, a + b / 3);
    Recorded<double> rng({}, {first, second});
    const Row<double> g = each_gradient(estimator, Bernoulli<double>(alike(Vector<double>{{logit}}, all)), f, rng, 1).row(0);
    CHECK(g(all - 1) - g(all - 2) == Approx(g(a / 2) + g(a + b / 3) - 2 * g(all - 2)).margin(1e-12));
    const auto part = [&](Index from, const std::vector<double>& w) {
      const auto size = static_cast<Index>(w.size());
      const Eigen::Map<const Row<double>> weight(w.data(), size);
      const double mean = g.segment(from, size).dot(weight);
      const Row<double> off = g.segment(from, size).array() - mean;
      return GivenBit{1, mean, off.cwiseAbs2().dot(weight), off.array().cube().matrix().dot(weight),
                      off.cwiseAbs2().cwiseAbs2().dot(weight)};
    };
    const GivenBit by_u = part(0, wu), by_v = part(a, wv);
    given[bit] = {probability, by_u.mean + by_v.mean - g(all - 2), by_u.variance + by_v.variance, by_u.third + by_v.third,
                  by_u.fourth + 6 * by_u.variance * by_v.variance + by_v.fourth};
  }
  return given;
}
Pair over_bits(const std::array<GivenBit, 2>& given) {
  const double mean = given[0].probability * given[0].mean + given[1].probability * given[1].mean;
  double variance = 0, fourth = 0;
  for (const auto& g : given) {
    const double off = g.mean - mean;
    variance += g.probability * (g.variance + off * off);
    fourth += g.probability * (g.fourth + 4 * off * g.third + 6 * off * off * g.variance + off * off * off * off);
  }
  return {Vector<double>{{mean}}, Vector<double>{{variance}}, Vector<double>{{fourth}}};
}

template <class E, class F>
void check_scores(const E& estimator, const F& f, const Vector<double>& logits, Index n, const Pair& exact) {
  Rng rng(9);
  const Bernoulli<double> many(alike(logits, 4000));
  const Batch<double> g = each_gradient(estimator, many, f, rng, n);
  const Scores z =
      worst_scores(g, exact.mean, exact.variance, exact.fourth.size() == 0 ? fourth_moments(g, exact.mean) : exact.fourth);
  CHECK(z.mean < 4.5);
  CHECK(z.variance < 4.5);
}
/// Only the mean is known.
template <class E, class F>
void check_mean(const E& estimator, const F& f, const Vector<double>& logits, Index n, const Vector<double>& exact) {
  Rng rng(10);
  const Batch<double> g = each_gradient(estimator, Bernoulli<double>(alike(logits, 8000)), f, rng, n);
  const Pair seen = moments_of(g, Row<double>::Constant(g.cols(), 1 / static_cast<double>(g.cols())));
  for (Index i = 0; i < exact.size(); ++i) {
    const double rare = 1 / (1 + std::exp(std::abs(logits(i))));
    if (rare * static_cast<double>(g.cols() * n) < 50) continue;  // too rare to be seen
    CHECK(std::abs(seen.mean(i) - exact(i)) < 4.5 * std::sqrt(seen.variance(i) / static_cast<double>(g.cols())) + 1e-12);
  }
}
void check_worst() {
  for (const auto& [name, error] : worst) {
    INFO(name << " " << error);
    CHECK(error < 1e-10);
  }
}

}  // namespace

TEST_CASE("pairs of bits: exact means and variances on every problem", "[fixtures][estimators]") {
  worst.clear();
  const auto file = fixture("estimators/bernoulli.json");
  REQUIRE(file.at("problems").size() > 0);
  for (const auto& problem : file.at("problems")) {
    const PlainCost f(problem.at("f"));
    const Vector<double> logits = matrix(problem.at("logits")), exact = matrix(problem.at("exact").at("grad"));
    check_mean(Arm{}, f, logits, 2, exact);
    check_mean(Disarm{}, f, logits, 2, exact);
    check_mean(Arms{}, f, logits, 5, exact);
    check_mean(Arms{Copula::gaussian}, f, logits, 5, exact);
    if (logits.size() > 6) continue;  // too many nodes
    const auto over = [&](const auto& estimator, Index points) {
      const Nodes nodes = antithetic_nodes(logits, points);
      Recorded<double> rng({}, {nodes.u});
      return moments_of(each_gradient(estimator, Bernoulli<double>(alike(logits, nodes.u.cols())), f, rng, 2), nodes.w);
    };
    Pair arm = over(Arm{}, 2);
    const Pair disarm = over(Disarm{}, 1);
    arm.fourth.resize(0);  // would take three points
    note("arm mean", arm.mean, exact);
    note("disarm mean", disarm.mean, exact);
    for (Index i = 0; i < exact.size(); ++i) CHECK(disarm.variance(i) <= arm.variance(i) + 1e-14);
    check_scores(Arm{}, f, logits, 2, arm);
    check_scores(Disarm{}, f, logits, 2, disarm);
    check_scores(Arms{}, f, logits, 2, disarm);  // two samples of it are DisARM's pair
    check_scores(Arms{Copula::gaussian}, f, logits, 2, disarm);
    if (!problem.contains("exact_moments")) continue;  // the one of extreme logits
    const auto& recorded = problem.at("exact_moments").at("disarm");
    note("disarm recorded mean", disarm.mean, matrix(recorded.at("mean")));
    note("disarm recorded variance", disarm.variance, matrix(recorded.at("variance")));
    if (problem.contains("exact_moments_1d"))
      note("arm recorded variance", arm.variance(0), number(problem.at("exact_moments_1d").at("arm").at("variance")));
  }
  check_worst();
}

TEST_CASE("one bit and its relaxations: means and variances by quadrature", "[fixtures][estimators]") {
  worst.clear();
  const auto file = fixture("estimators/bernoulli.json");
  Index found = 0;
  for (const auto& problem : file.at("problems")) {
    const PlainCost f(problem.at("f"));
    const Vector<double> logits = matrix(problem.at("logits")), exact = matrix(problem.at("exact").at("grad"));
    const auto net = surrogate(problem.at("surrogate"));
    const double tau = number(problem.at("tau")), eta = number(problem.at("eta"));
    check_mean(Rebar<>({.temperature = tau, .eta = eta, .tune_temperature = false}), f, logits, 1, exact);
    check_mean(Rebar<>({.temperature = tau, .eta = eta, .tune_temperature = false, .improved = true}), f, logits, 1, exact);
    check_mean(Relax(net), f, logits, 1, exact);
    if (!problem.contains("exact_moments_1d")) continue;
    ++found;
    const double logit = logits(0);
    for (const auto& [name, want] : problem.at("exact_moments_1d").items()) {
      if (name == "arm") continue;  // above
      Pair got;
      if (name == "rebar_optimal_eta") {
        const double t = number(want.at("tau")), best = number(want.at("eta"));
        const auto at = [&](double scale) {
          return given_bits(Rebar<>({.temperature = t, .eta = scale, .tune_temperature = false}), f, logit);
        };
        const auto with = at(best), a = at(0), one = at(1);
        const Pair moments = over_bits(with);
        note(name + " mean", moments.mean, exact);
        note(name + " variance", moments.variance(0), number(want.at("variance")));
        // g = A + eta B, A fixed by the bit: -E[A B]/E[B^2]
        double mean_b = 0, ab = 0, bb = 0;
        for (const std::size_t bit : {0u, 1u}) {
          const double b = one[bit].mean - a[bit].mean;
          mean_b += a[bit].probability * b;
          ab += a[bit].probability * a[bit].mean * b;
          bb += a[bit].probability * (one[bit].variance + b * b);
        }
        CHECK(std::abs(mean_b) < 1e-12);
        note(name, -ab / bb, best);
        continue;
      } else if (name.starts_with("rebar_eta")) {
        const auto cut = name.find("_tau");
        const Rebar<> rebar({.temperature = std::stod(name.substr(cut + 4)),
                             .eta = std::stod(name.substr(9, cut - 9)),
                             .tune_temperature = false});
        got = over_bits(given_bits(rebar, f, logit));
        note("rebar exact mean", got.mean, exact);
        check_scores(rebar, f, logits, 1, got);
      } else if (name == "relax_net") {
        got = over_bits(given_bits(Relax(net), f, logit));
        note("relax exact mean", got.mean, exact);
        check_scores(Relax(net), f, logits, 1, got);
      } else if (name.starts_with("gumbel_softmax_tau")) {
        const GumbelSoftmax smooth{std::stod(name.substr(18))};
        Nodes nodes;
        std::vector<double> u, w;
        const double step = std::min(1.0 / 16, smooth.temperature / 3);  // its poles are pi temperature away
        for (double l = -36; l < 36; l += step) {
          const double e = std::exp(-std::abs(l));
          u.push_back(l > 0 ? 1 / (1 + e) : e / (1 + e));
          w.push_back(e / ((1 + e) * (1 + e)) * step);
        }
        nodes.u = Eigen::Map<const Row<double>>(u.data(), static_cast<Index>(u.size()));
        nodes.w = Eigen::Map<const Row<double>>(w.data(), static_cast<Index>(w.size()));
        Recorded<double> rng({}, {nodes.u});
        got = moments_of(each_gradient(smooth, Bernoulli<double>(alike(logits, nodes.u.cols())), f, rng, 1), nodes.w);
        check_scores(smooth, f, logits, 1, got);
      } else FAIL("unknown field " << name);
      note(name.substr(0, name.find('_')) + " mean", got.mean(0), number(want.at("mean")));
      note(name.substr(0, name.find('_')) + " variance", got.variance(0), number(want.at("variance")));
    }
  }
  CHECK(found > 0);
  check_worst();
}
