#include "variate/estimators/measure_valued.hpp"

#include "estimators/bernoulli_checks.hpp"
#include "variate/distributions/conditional.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

template <class Q, class F>
double z_of(const Q& q, const F& f, const Vector<double>& exact, Index draws = 20000) {
  Rng rng(11);
  Moments moments;
  for (Index i = 0; i < draws; ++i) moments.add(MeasureValued{}(q, f, rng, 1).q);
  return moments.worst_z(exact);
}

/// Both coordinates are one number of the link's.
struct Shared {
  Vector<double> pullback(const Batch<double>& g) const { return Vector<double>::Constant(1, g.sum()); }
};

}  // namespace

TEST_CASE("measure-valued gradients of bits: exact over all draws, data points, what is dropped and refused",
          "[estimators][statistical]") {
  check_data_points(MeasureValued{}, 3, 1, 3);
  CHECK(unbiased_z(MeasureValued{}, 1) < 4.5);
  check_dropping(MeasureValued{}, 2);
  const auto f = differentiable(Bumpy{});
  const Bernoulli<double> q(Vector<double>{{0.4, -1.2, 2.0}});
  Rng rng(1);
  Vector<double> mean = Vector<double>::Zero(3);
  const Batch<double> p = q.probs();
  for (int bits = 0; bits < 8; ++bits) {
    Batch<double> u(3, 1);
    double probability = 1;
    for (Index i = 0; i < 3; ++i) {
      const bool one = (bits >> i) & 1;
      u(i, 0) = one ? 1 - p(i, 0) / 2 : (1 - p(i, 0)) / 2;
      probability *= one ? p(i, 0) : 1 - p(i, 0);
    }
    Recorded<double> recorded({}, {u});
    const auto e = MeasureValued{}(q, f, recorded, 1);
    CHECK(e.evaluations == 4);
    mean += probability * e.q;
  }
  CHECK((mean - Exact{}(q, f, rng, 1).q).cwiseAbs().maxCoeff() < 1e-14);
  CHECK_THROWS_AS(MeasureValued{}(q, f, rng, 0), InvalidArgument);
}

TEST_CASE("measure-valued gradients of continuous laws and counts are unbiased", "[estimators][statistical]") {
  const double m0 = 0.3, m1 = -0.8, s0 = 0.7, s1 = 1.3;
  const auto cubic = [](const Batch<double>& x) {
    return Row<double>((x.row(0).array() - 0.5).square() * x.row(1).array() + x.row(1).array().square());
  };
  const Normal<> normal(Vector<double>{{m0, m1}}, Vector<double>{{s0, s1}});
  CHECK(z_of(normal, cubic,
             Vector<double>{{2 * (m0 - 0.5) * m1, (m0 - 0.5) * (m0 - 0.5) + s0 * s0 + 2 * m1, 2 * s0 * s0 * m1, 2 * s1 * s1}}) <
        4.5);
  // a jump, where no path helps
  const double at = (0.9 - m0) / s0, density = std::exp(-at * at / 2) / std::sqrt(2 * 3.14159265358979);
  const auto jump = [](const Batch<double>& x) { return Row<double>((x.row(0).array() > 0.9).template cast<double>()); };
  CHECK(z_of(Normal<>(Vector<double>{{m0}}, Vector<double>{{s0}}), jump, Vector<double>{{density / s0, density * at}}) < 4.5);

  const auto product = [](const Batch<double>& x) {
    return Row<double>(x.row(0).array().square() + x.row(0).array() * x.row(1).array());
  };
  const double r0 = 1.7, r1 = 4.0, a0 = 0.8, a1 = 3.0;
  CHECK(z_of(Poisson<>(Vector<double>{{r0, r1}}), product, Vector<double>{{2 * r0 * r0 + r0 + r0 * r1, r0 * r1}}) < 4.5);
  CHECK(z_of(Exponential<>(Vector<double>{{r0, r1}}), product, Vector<double>{{-4 / (r0 * r0) - 1 / (r0 * r1), -1 / (r0 * r1)}}) <
        4.5);
  const double both = a0 * a1 / (r0 * r1), square = a0 / (r0 * r0);
  CHECK(z_of(Gamma<>(Vector<double>{{a0, a1}}, Vector<double>{{r0, r1}}), product,
             Vector<double>{{square * (2 * a0 + 1) + both, both, -2 * square * (a0 + 1) - both, -both}}) < 4.5);
  // trigamma(1.5) is the slope of E log x by the concentration
  const auto log_of = [](const Batch<double>& x) { return Row<double>(x.row(0).array().log()); };
  CHECK(z_of(Gamma<>(Vector<double>{{1.5}}, Vector<double>{{2.0}}), log_of, Vector<double>{{1.5 * 0.9348022005446793, -1.0}}) <
        4.5);
}

TEST_CASE("measure-valued gradients: data points, links, floats, what is dropped", "[estimators]") {
  Rng rng(3);
  const auto f = [](const Batch<double>& x) { return Row<double>(x.colwise().squaredNorm()); };
  const Batch<double> theta = normals<double>(rng, 4, 2), e = normals<double>(rng, 2, 6), u = uniforms<double>(rng, 2, 6);
  Recorded<double> all({e}, {u});
  const auto both = MeasureValued{}(Normal<>::from_theta(theta), f, all, 3);
  CHECK(both.evaluations == 6 * 7);
  Vector<double> linked = Vector<double>::Zero(1);
  for (Index b = 0; b < 2; ++b) {
    Batch<double> eb(2, 3), ub(2, 3);
    for (Index s = 0; s < 3; ++s) {
      eb.col(s) = e.col(2 * s + b);
      ub.col(s) = u.col(2 * s + b);
    }
    Recorded<double> own({eb}, {ub});
    const auto alone = MeasureValued{}(Normal<>::from_theta(Batch<double>(theta.col(b))), f, own, 3);
    for (Index i = 0; i < 4; ++i) CHECK(both.q(2 * i + b) == Approx(alone.q(i) / 2));
    linked(0) += alone.q.sum() / 2;
  }
  const Bound<Normal<>, Shared> bound(Normal<>::from_theta(theta), Shared{});
  Recorded<double> again({e}, {u});
  CHECK(MeasureValued{}(bound, f, again, 3).q(0) == Approx(linked(0)));

  const auto single = MeasureValued{}(Gamma<float>(Vector<float>{{2.0F}}, Vector<float>{{1.0F}}),
                                      [](const Batch<float>& x) { return Row<float>(x.row(0)); }, rng, 4);
  CHECK(single.finite());

  const auto cliff = [](const Batch<double>& x) { return Row<double>((1.5 - x.row(0).array()).sqrt()); };
  Index dropped = 0;
  for (int i = 0; i < 20; ++i) {
    const auto some = MeasureValued{}(Normal<>::standard(1), cliff, rng, 30);
    CHECK(some.finite());
    CHECK(some.dropped % 4 == 0);
    dropped += some.dropped;
  }
  CHECK(dropped > 0);
  const auto nowhere = [](const Batch<double>& x) { return Row<double>((x.row(0).array() - 1e9).sqrt()); };
  CHECK_FALSE(MeasureValued{}(Normal<>::standard(1), nowhere, rng, 4).finite());
  static_assert(!MeasureValued::accepts<int, decltype(f)>);
  static_assert(EstimatorFor<MeasureValued, Poisson<double>, decltype(f)>);
}
