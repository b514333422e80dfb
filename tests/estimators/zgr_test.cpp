#include "variate/estimators/zgr.hpp"

#include "estimators/bernoulli_checks.hpp"
#include "variate/distributions/one_hot_categorical.hpp"
#include "variate/estimators/gumbel_rao.hpp"
#include "variate/estimators/reinmax.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
/// Quadratic in each bit or each vector of classes, the others held; not additive.
struct Quadratic {
  auto operator()(const auto& x) const {
    return square(row(x, 0) - 0.3 * row(x, 1)) * (0.5 + row(x, 3)) - 2.0 * row(x, 2) * row(x, 4) + square(row(x, 5)) +
           row(x, 3) * row(x, 4) * row(x, 1);
  }
};
/// One uniform number for each variable's row that makes the draw x.
Batch<double> making(const Batch<double>& x, Index classes, const Batch<double>& mean) {
  Batch<double> u(x.rows(), 1);
  for (Index i = 0; i < x.rows(); ++i) {
    if (classes == 1) u(i, 0) = x(i, 0) == 1 ? 1 - mean(i, 0) / 2 : (1 - mean(i, 0)) / 2;
    else u(i, 0) = x(i, 0) == 1 ? 1 - 1e-9 : 1e-9;
  }
  return u;
}
/// The mean of the estimate over every draw.
template <class Q, class F>
Vector<double> expected(const Q& q, const F& f, Index classes) {
  const Batch<double> support = q.support(), mean = q.mean();
  Vector<double> total = Vector<double>::Zero(q.params().size());
  for (Index m = 0; m < support.cols(); ++m) {
    const Batch<double> x = support.col(m);
    Recorded<double> rng({}, {making(x, classes, mean)});
    total += std::exp(q.log_prob(x)(0)) * Zgr{}(q, f, rng, 1).q;
  }
  return total;
}
const Vector<double> logits{{0.4, -1.2, 2.0, 0.3, -0.6, 1.1}};
}  // namespace

TEST_CASE("ZGR: data points, what is dropped and refused", "[estimators][statistical]") {
  check_data_points(Zgr{}, 3, 1, 3);
  check_dropping(Zgr{}, 1);
  Rng rng(1);
  CHECK_THROWS_AS(Zgr{}(Bernoulli<double>(Vector<double>{{0.4, 1, 2}}), differentiable(Bumpy{}), rng, 0), InvalidArgument);
  CHECK(Zgr{}(Bernoulli<float>(Vector<float>{{0.4f, 1, 2}}), differentiable(Bumpy{}), rng, 3).finite());
}

TEST_CASE("ZGR draw by draw is half of straight-through and DARN, and ReinMax at temperature 1", "[estimators]") {
  const auto f = differentiable(Quadratic{});
  Rng rng(3);
  const auto check = [&](const auto& q, Index classes) {
    for (int i = 0; i < 5; ++i) {
      Rng own = rng.split(static_cast<std::uint64_t>(i)), same = own, other = own;
      const Batch<double> u = uniforms<double>(own, 6, 1), p = q.mean();
      const detail::RelaxationOf<std::remove_cvref_t<decltype(q)>> smooth(q);
      const Batch<double> b = smooth.hard(smooth.noisy(u));
      Batch<double> g;
      const auto e = f.evaluate(b);
      e.pullback(Row<double>::Ones(1), g);
      Vector<double> want(6);
      for (Index v = 0; v < 6; v += classes) {
        double gp = 0, gb = 0;
        for (Index k = v; k < v + classes; ++k) {
          gp += g(k, 0) * p(k, 0);
          gb += g(k, 0) * b(k, 0);
        }
        for (Index k = v; k < v + classes; ++k) {
          const double st = classes == 1 ? p(k, 0) * (1 - p(k, 0)) * g(k, 0) : p(k, 0) * (g(k, 0) - gp);
          want(k) = (st + (b(k, 0) - p(k, 0)) * (gb - gp)) / 2;
        }
      }
      const Vector<double> got = Zgr{}(q, f, same, 1).q;
      CHECK((got - want).cwiseAbs().maxCoeff() < 1e-14);
      CHECK((got - ReinMax{1}(q, f, other, 1).q).cwiseAbs().maxCoeff() < 1e-14);
    }
  };
  check(Bernoulli<double>(logits), 1);
  check(OneHotCategorical<double>(Batch<double>(logits), 3), 3);
}

TEST_CASE("ZGR is exact in the mean for what is quadratic in each variable", "[estimators]") {
  const auto f = differentiable(Quadratic{});
  Rng rng(1);
  const Bernoulli<double> bits(logits);
  const OneHotCategorical<double> classes(Batch<double>(logits), 3);
  CHECK((expected(bits, f, 1) - Exact{}(bits, f, rng, 1).q).cwiseAbs().maxCoeff() < 1e-14);
  CHECK((expected(classes, f, 3) - Exact{}(classes, f, rng, 1).q).cwiseAbs().maxCoeff() < 1e-14);
  // not for a cubic: it is biased
  const auto cubic = differentiable([](const auto& x) { return row(x, 0) * square(row(x, 0)) + sum(x); });
  CHECK((expected(bits, cubic, 1) - Exact{}(bits, cubic, rng, 1).q).cwiseAbs().maxCoeff() > 0.01);
}

TEST_CASE("ZGR is the limit of Gumbel-Rao, by quadrature", "[estimators]") {
  // the noise given the draw at the midpoints of 4000 cells, one sample of the same bit each
  const auto f = differentiable([](const auto& x) { return 2.0 * sum(x); });
  const Index cells = 4000;
  for (const double logit : {-1.5, 0.4})
    for (const double bit : {0.0, 1.0}) {
      const Bernoulli<double> q(Vector<double>{{logit}});
      const Batch<double> u = Batch<double>::Constant(1, cells, making(Batch<double>{{bit}}, 1, q.mean())(0, 0));
      Batch<double> v(1, cells);
      for (Index c = 0; c < cells; ++c) v(0, c) = (static_cast<double>(c) + 0.5) / static_cast<double>(cells);
      Recorded<double> rng({}, {u, v}), once({}, {Batch<double>(u.leftCols(1))});
      const double limit = Zgr{}(q, f, once, 1).q(0), near = GumbelRao{0.01, 1}(q, f, rng, cells).q(0);
      CHECK(near == Approx(limit).epsilon(0.01));  // off by O(temperature)
    }
}
