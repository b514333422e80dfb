#include "variate/networks/initialise.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "variate/random/recorded.hpp"
#include "variate/random/rng.hpp"

using namespace variate;

namespace {
/// Mean 0 and the given variance within 4.5 standard errors; `fourth` is the fourth moment in units of the squared variance.
template <class T>
void check_moments(const Eigen::Ref<const Vector<T>>& x, double variance, double fourth) {
  const Vector<double> y = x.template cast<double>();
  const double n = static_cast<double>(y.size());
  CHECK(std::abs(y.mean()) < 4.5 * std::sqrt(variance / n));
  CHECK(std::abs(y.squaredNorm() / n - variance) < 4.5 * variance * std::sqrt((fourth - 1) / n));
}
template <class T>
void check_all() {
  Rng rng(1);
  const Index in = 80, out = 120, weights = in * out;
  const Vector<T> xavier = initialise_dense<T>(rng, in, out, Initialisation::xavier);
  const Vector<T> he = initialise_dense<T>(rng, in, out, Initialisation::he);
  const Vector<T> torch = initialise_dense<T>(rng, in, out, Initialisation::torch);
  check_moments<T>(xavier.head(weights), 2.0 / 200, 1.8);
  check_moments<T>(he.head(weights), 2.0 / 80, 3);
  check_moments<T>(torch.head(weights), 1.0 / (3 * 80), 1.8);
  check_moments<T>(torch.tail(out), 1.0 / (3 * 80), 1.8);
  CHECK(static_cast<double>(xavier.cwiseAbs().maxCoeff()) <= std::sqrt(6.0 / 200) * 1.000001);
  CHECK(static_cast<double>(torch.cwiseAbs().maxCoeff()) <= std::sqrt(1.0 / 80) * 1.000001);
  CHECK(xavier.tail(out).isZero(0));
  CHECK(he.tail(out).isZero(0));
  CHECK(torch.tail(out).cwiseAbs().minCoeff() > 0);
  CHECK(xavier.size() == weights + out);
}
}  // namespace

TEST_CASE("layers start with the means and variances of their rule", "[networks][statistical]") {
  check_all<double>();
  check_all<float>();
}

TEST_CASE("what is drawn is what the rule says of it", "[networks]") {
  const Batch<double> u{{0.25, 0.5}}, v{{0.75}};
  Recorded<double> xavier({}, {u}), torch({}, {u, v}), he({u});
  CHECK((initialise_dense(xavier, 2, 1, Initialisation::xavier) - Vector<double>{{-std::sqrt(2.0) / 2, 0, 0}}).norm() < 1e-15);
  CHECK((initialise_dense(torch, 2, 1, Initialisation::torch) - Vector<double>{{-0.5, 0, 0.5}} / std::sqrt(2.0)).norm() < 1e-15);
  CHECK((initialise_dense(he, 2, 1, Initialisation::he) - Vector<double>{{0.25, 0.5, 0}}).norm() < 1e-15);
}

TEST_CASE("layers without numbers are refused", "[networks]") {
  Rng rng(1);
  CHECK_THROWS_AS(initialise_dense(rng, 0, 3, Initialisation::he), InvalidArgument);
  CHECK_THROWS_AS(initialise_dense(rng, 3, -1, Initialisation::he), InvalidArgument);
}
