/// Every estimator with a relaxation gives the gradient of f's own parameters too.
#include "estimators/model_parameters_checks.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/gumbel_rao.hpp"
#include "variate/estimators/gumbel_softmax.hpp"
#include "variate/estimators/muprop.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/reinmax.hpp"
#include "variate/estimators/relax.hpp"
#include "variate/estimators/straight_through.hpp"
#include "variate/estimators/zgr.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// c(z) = sum_i theta_i z_i^2.
struct Squares {
  using Scalar = double;
  Vector<double> theta;
  const Vector<double>& params() const { return theta; }
  void set_params(const Vector<double>& v) { theta = v; }

  struct Way {
    Row<double> value;
    Batch<double> z;
    Vector<double> theta;
    Vector<double> pullback(const Row<double>& w) const { return z.cwiseAbs2() * w.transpose(); }
    Vector<double> pullback(const Row<double>& w, Batch<double>& g) const {
      g = 2 * theta.asDiagonal() * z * w.asDiagonal();
      return pullback(w);
    }
  };
  Way evaluate(const Batch<double>& z) const { return {theta.transpose() * z.cwiseAbs2(), z, theta}; }
  struct Second {
    Batch<double> product, gradient;
    Vector<double> mixed;
  };
  Second hessian_vector_product(const Batch<double>& z, const Batch<double>& v, const Row<double>& w) const {
    return {2 * theta.asDiagonal() * v * w.asDiagonal(), 2 * theta.asDiagonal() * z * w.asDiagonal(),
            2 * z.cwiseProduct(v) * w.transpose()};
  }
};
const Relax relax(Squares{Vector<double>{{0.2, -0.1, 0.3}}});

}  // namespace

TEST_CASE("f's own parameters: every relaxation of bits", "[estimators][statistical]") {
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 0.7}});
  const LogitDecoder f(3);
  const Vector<double> truth = gradient_by_enumeration(q, f);
  const auto check = [&](const char* name, const auto& estimator, Index n, bool has_mean = true) {
    const Estimator run = [&](const LogitDecoder& model, Rng& rng) { return estimator(q, model, rng, n); };
    check_slope_of_value(name, run, f);
    if (has_mean) check_mean(name, run, f, truth);
  };
  check("MuProp", MuProp{}, 3);
  check("Rebar", Rebar<>{}, 3);
  check("Rebar, improved", Rebar({.improved = true}), 3);
  check("Relax", relax, 3);
  check("StraightThrough", StraightThrough{}, 3);
  check("StraightThroughGumbelSoftmax", StraightThroughGumbelSoftmax{}, 3);
  check("GumbelRao", GumbelRao{.draws = 3}, 3);
  check("ReinMax", ReinMax{}, 3);
  check("Zgr", Zgr{}, 3);
  check("GumbelSoftmax", GumbelSoftmax{}, 3, false);  // the value is that of relaxed points
}

TEST_CASE("f's own parameters: one-hot choices, which have relaxations of their own", "[estimators][statistical]") {
  const OneHotCategorical<double> q(Batch<double>{{0.3}, {-0.5}, {1.1}});
  const LogitDecoder f(3);
  const Vector<double> truth = gradient_by_enumeration(q, f);
  const auto check = [&](const char* name, const auto& estimator, Index n) {
    const Estimator run = [&](const LogitDecoder& model, Rng& rng) { return estimator(q, model, rng, n); };
    check_slope_of_value(name, run, f);
    check_mean(name, run, f, truth);
  };
  check("Rebar", Rebar<>{}, 3);
  check("GumbelRao", GumbelRao{.draws = 2}, 3);
}

