/// E(z^2 + c), z normal: what the engine draws has the exact means and the closed-form variances of the talk.
#include <cmath>
#include <numbers>

#include "estimators/many_draws.hpp"
#include "support/catch.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/measure_valued.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/reinforce.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
struct SquarePlus {
  double c;
  Row<double> value_and_gradient(const Batch<double>& z, Batch<double>& g) const {
    g = 2 * z;
    return z.row(0).array().square() + c;
  }
};
}  // namespace

TEST_CASE("z^2 + c: means and variances of score, path and measure-valued draws", "[estimators][statistical]") {
  for (const double mu : {-0.7, 0.0, 1.5})
    for (const double sigma : {0.6, 1.4})
      for (const double c : {-1.0, 0.0, 3.0}) {
        INFO(mu << ' ' << sigma << ' ' << c);
        const SquarePlus f{c};
        const auto q = Normal<double>::from_theta(alike(Vector<double>{{mu, std::log(sigma)}}, 20000));
        const double s2 = sigma * sigma, at = mu * mu + c;
        const Vector<double> mean{{2 * mu, 2 * sigma}};
        // by mu and by sigma: theta holds log sigma
        const auto check = [&](const auto& estimator, const Vector<double>& variance) {
          Rng rng(31);
          Batch<double> g = each_gradient(estimator, q, f, rng, 1);
          g.row(1) /= sigma;
          const Index rows = variance.size();
          const Batch<double> known = g.topRows(rows);
          const Scores z = worst_scores(known, mean.head(rows), variance, fourth_moments(known, mean.head(rows)));
          CHECK(z.mean < 4.5);
          CHECK(z.variance < 4.5);
        };
        check(Pathwise{}, Vector<double>{{4 * s2, 4 * mu * mu + 8 * s2}});
        check(Reinforce<NoBaseline>{}, Vector<double>{{at * at / s2 + 15 * s2 + 14 * mu * mu + 6 * c,
                                                       2 * at * at / s2 + 74 * s2 + 60 * mu * mu + 20 * c}});
        // 4 mu r/sqrt(2 pi), r Rayleigh
        check(MeasureValued{}, Vector<double>{{16 * mu * mu * (2 - std::numbers::pi / 2) / (2 * std::numbers::pi)}});
      }
}
