#include "variate/distributions/transformed.hpp"

#include "bijectors/bijector_checks.hpp"
#include "variate/bijectors/affine.hpp"
#include "variate/bijectors/chain.hpp"
#include "variate/bijectors/exp.hpp"
#include "variate/bijectors/sigmoid.hpp"
#include "variate/bijectors/simplex.hpp"
#include "variate/distributions/normal.hpp"

using namespace variate;
using namespace variate_tests;

namespace {
using LogNormalLike = Transformed<Normal<>, Exp<>>;

Normal<> random_normal(Index d, Index batch, Rng& rng) {
  return Normal<>::from_theta(0.5 * normals<double>(rng, 2 * d, batch));
}
/// Score, slope and path against central differences.
template <class Q>
void check_gradients(const Q& q, Index n, Rng& rng, bool surface = false) {
  const Batch<double> y = q.sample(rng, n);
  const Row<double> w = normals<double>(rng, 1, y.cols());
  const auto e = q.evaluate(y);
  CHECK((e.value - q.log_prob(y)).cwiseAbs().maxCoeff() == 0);
  Batch<double> slope;
  const Vector<double> score = e.pullback(w, slope);
  CHECK(e.pullback(w) == score);
  CHECK(gradient_error(score, q.params(), [&](const Vector<double>& v) { return moved(q, v).log_prob(y).dot(w); }) < gradient_tolerance);
  if (!surface) {  // off a surface there is no density
    // points as near to 0 as 0.05 have third derivatives of 1e5: a smaller step, at the price of rounding, 1e-14/h
    const Eigen::Map<const Vector<double>> flat(slope.data(), slope.size()), at(y.data(), y.size());
    CHECK(gradient_error(flat, at, [&](const Vector<double>& v) {
            return q.log_prob(Eigen::Map<const Batch<double>>(v.data(), y.rows(), y.cols())).dot(w);
          }, 1e-6) < 10 * gradient_tolerance);
  } else {
    // along the surface: by the free coordinates
    const auto image = q.bijector().forward(q.bijector().inverse_value(y));
    const Batch<double> x = q.bijector().inverse_value(y);
    CHECK(flat_gradient_error(image.pullback(slope, Row<double>::Zero(w.size())), x, [&](const Batch<double>& at) {
            return q.log_prob(q.bijector().value(at)).dot(w);
          }) < gradient_tolerance);
  }
  const Rng start = rng;
  const auto draw = q.rsample(rng, n);
  Rng again = start;
  CHECK((q.sample(again, n) - draw.value).cwiseAbs().maxCoeff() <= 1e-14 * (1 + draw.value.cwiseAbs().maxCoeff()));
  const Batch<double> g = normals<double>(rng, draw.value.rows(), draw.value.cols());
  CHECK(gradient_error(draw.pullback(g), q.params(), [&](const Vector<double>& v) {
          Rng same = start;
          return moved(q, v).sample(same, n).cwiseProduct(g).sum();
        }) < gradient_tolerance);
}
}  // namespace

TEST_CASE("Transformed: the log-normal", "[distributions]") {
  const double m = 0.3, s = 0.7;
  const LogNormalLike q(Normal(Vector<double>{{m}}, Vector<double>{{s}}), Exp<>());
  CHECK(q.event_size() == 1);
  CHECK(q.batch_size() == 1);
  for (const double y : {1e-30, 0.2, 1.0, 7.0, 1e10}) {
    const double z = (std::log(y) - m) / s;
    CHECK(near(q.log_prob(Batch<double>::Constant(1, 1, y))(0), -0.5 * z * z - std::log(s) - std::log(y) - 0.918938533204672742, 1e-13));
  }
  CHECK(q.params() == q.base().params());
}

TEST_CASE("Transformed: gradients are those of its values", "[distributions]") {
  Rng rng(1);
  for (const Shape& shape : shapes) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    check_gradients(LogNormalLike(random_normal(shape.d, shape.batch, rng), Exp<>()), shape.samples, rng);
    check_gradients(Transformed(random_normal(shape.d, shape.batch, rng), Simplex<>()), shape.samples, rng, true);
  }
  check_gradients(Transformed(random_normal(3, 2, rng), Chain(Sigmoid<>(), Affine(1.0, 2.0))), 4, rng);
}

TEST_CASE("Transformed: the density integrates to one", "[distributions]") {
  const Transformed q(Normal(Vector<double>{{0.4}}, Vector<double>{{0.8}}), Simplex<>());
  const Index n = 20000;
  Batch<double> y(2, n);
  for (Index i = 0; i < n; ++i) {
    y(0, i) = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    y(1, i) = 1 - y(0, i);
  }
  CHECK(near(q.log_prob(y).array().exp().mean(), 1, 1e-9));
}

TEST_CASE("Transformed: outside the support", "[distributions]") {
  Rng rng(2);
  for (const Index batch : {1, 2}) {
    const Transformed q(random_normal(2, batch, rng), Sigmoid<>());
    const Batch<double> y = (Batch<double>(2, 8) << 0.2, 0, 0.5, 1.5, 0.3, infinity, std::nan(""), 0.1,  //
                             0.5, 0.5, 1, 0.5, 0.6, 0.5, 0.5, -1)
                                .finished();
    const auto e = q.evaluate(y);
    const Row<double> value = q.log_prob(y), w = Row<double>::LinSpaced(8, 1, 2);
    for (const Index c : {1, 2, 3, 5, 7}) {
      CHECK(value(c) == -infinity);
      CHECK(e.value(c) == -infinity);
    }
    CHECK(std::isnan(value(6)));
    CHECK(std::isnan(e.value(6)));
    Batch<double> g;
    const Vector<double> score = e.pullback(w, g);
    for (const Index c : {1, 2, 3, 5, 6, 7}) CHECK(g.col(c).isZero(0));
    // the same as with the good columns alone
    Batch<double> good = y;
    for (const Index c : {1, 2, 3, 5, 6, 7}) good.col(c) = y.col(0);
    Row<double> kept = w;
    for (const Index c : {1, 2, 3, 5, 6, 7}) kept(c) = 0;
    const auto alone = q.evaluate(good);
    CHECK(value(0) == alone.value(0));
    CHECK((alone.pullback(kept) - score).cwiseAbs().maxCoeff() < 1e-13);
    CHECK(score.allFinite());
  }
}

TEST_CASE("Transformed: log-normal samples have its moments", "[distributions][statistical]") {
  const double m = 0.3, s = 0.5;
  const LogNormalLike q(Normal(Vector<double>{{m}}, Vector<double>{{s}}), Exp<>());
  Rng rng(3);
  const Index n = 100000;
  const Batch<double> y = q.sample(rng, n);
  const double mean = std::exp(m + s * s / 2), variance = (std::exp(s * s) - 1) * mean * mean;
  CHECK(std::abs(y.mean() - mean) < 4.5 * std::sqrt(variance / static_cast<double>(n)));  // by chance once in 150 000 seeds
}

TEST_CASE("Transformed: float agrees with double", "[distributions]") {
  Rng rng(4);
  const Transformed q(random_normal(3, 2, rng), Sigmoid<>());
  const Transformed f(Normal<float>::from_theta(q.base().theta().cast<float>()), Sigmoid<float>());
  const Batch<double> y = q.sample(rng, 5);
  const Batch<float> yf = y.cast<float>();
  const Row<float> w = Row<float>::Ones(10);
  Batch<float> gf;
  Batch<double> g;
  const Vector<float> score_f = f.evaluate(yf).pullback(w, gf);
  const Vector<double> score = q.evaluate(y).pullback(Row<double>::Ones(10), g);
  CHECK((f.log_prob(yf).cast<double>() - q.log_prob(y)).cwiseAbs().maxCoeff() < 1e-4);  // ten roundings of numbers up to 100
  CHECK((score_f.cast<double>() - score).cwiseAbs().maxCoeff() < 1e-4 * (1 + score.cwiseAbs().maxCoeff()));
  CHECK((gf.cast<double>() - g).cwiseAbs().maxCoeff() < 1e-4 * (1 + g.cwiseAbs().maxCoeff()));
}

TEST_CASE("Transformed: what is refused", "[distributions]") {
  const LogNormalLike q(Normal<>::standard(2), Exp<>());
  CHECK(message_of<ShapeError>([&] { q.log_prob(Batch<double>::Ones(3, 1)); }) == "Transformed: rows of x is 3, expected 2");
  const LogNormalLike two(Normal<>::from_theta(Batch<double>::Zero(2, 2)), Exp<>());
  CHECK(says(message_of<ShapeError>([&] { two.log_prob(Batch<double>::Ones(1, 3)); }), "columns of x is 3, expected a multiple of the 2"));
  const Batch<double> y = Batch<double>::Ones(2, 3);
  CHECK(says(message_of<ShapeError>([&] { q.evaluate(y).pullback(Row<double>::Ones(2)); }), "number of weights is 2, expected 3"));
  CHECK(says(message_of<ShapeError>([] { Transformed(Normal<>::standard(2), Affine(Vector<double>::Ones(3), Vector<double>::Ones(3))); }),
             "Affine: number of coordinates is 2, expected 3"));
  Rng rng(1);
  CHECK(says(message_of<InvalidArgument>([&] { q.sample(rng, 0); }), "number of samples is 0"));
  LogNormalLike copy = q;
  copy.set_params(Vector<double>::Ones(4));
  CHECK(copy.base().params() == Vector<double>::Ones(4));
  CHECK(says(message_of<ShapeError>([&] { copy.set_params(Vector<double>::Ones(3)); }), "size of params is 3"));
}
