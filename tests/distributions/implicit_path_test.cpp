/// Implicit gradients of many samples of one coordinate, which are interpolated, are those of each sample alone.
#include "distributions/any_family.hpp"
#include "support/catch.hpp"
#include "variate/distributions/beta.hpp"
#include "variate/distributions/chi2.hpp"
#include "variate/distributions/dirichlet.hpp"
#include "variate/distributions/gamma.hpp"
#include "variate/distributions/inverse_gamma.hpp"
#include "variate/distributions/student_t.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// Two coordinates of n samples, against n data points of one sample each: the same noise, pulled back point by point.
template <class Q>
void compare(const Vector<double>& theta, Index n) {
  INFO(theta(0));
  Rng one(3), many(3);
  Batch<double> of_each(theta.size(), n);
  of_each.colwise() = theta;
  const Q together = Q::from_theta(Batch<double>(theta)), apart = Q::from_theta(of_each);
  const auto a = together.rsample(one, n), b = apart.rsample(many, 1);
  REQUIRE(a.value == b.value);
  const Batch<double> g = a.value.unaryExpr([](double x) { return std::isfinite(x) ? 1 / (1 + x * x) : 0.0; });
  const Vector<double> series = a.pullback(g), exact = b.theta_pullback(g).rowwise().sum();
  const Vector<double> size = b.theta_pullback(g).cwiseAbs().rowwise().sum();
  for (Index i = 0; i < theta.size(); ++i) CHECK(std::abs(series(i) - exact(i)) <= 1e-11 * size(i));
}

}  // namespace

TEST_CASE("implicit gradients of many samples are interpolated to 1e-11", "[distributions]") {
  for (const double shape : {-4.0, -1.0, 0.9, 4.0, 9.0}) {
    compare<Gamma<>>(Vector<double>{{shape, 0.5, -0.3, 0.2}}, 4096);
    compare<InverseGamma<>>(Vector<double>{{shape, 0.5, -0.3, 0.2}}, 4096);
    compare<Beta<>>(Vector<double>{{shape, 0.5, 0.7, 0.2}}, 4096);
    compare<StudentT<>>(Vector<double>{{shape, 0.5, 1.0, -1.0, 0.3, 0.1}}, 4096);
  }
  compare<Chi2<>>(Vector<double>{{1.2, -0.5}}, 3001);
}

TEST_CASE("so are those of Dirichlet draws", "[distributions]") {
  for (const double shape : {-3.0, 0.2, 5.0}) compare<Dirichlet<>>(Vector<double>{{shape, 0.5, 0.1}}, 4096);
}
