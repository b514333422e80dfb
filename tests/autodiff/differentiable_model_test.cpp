#include "variate/autodiff/differentiable_model.hpp"

#include "autodiff/model_checks.hpp"
#include "variate/autodiff/functions.hpp"
#include "variate/autodiff/product.hpp"

using namespace variate;
using namespace variate_tests;

namespace {

/// x ~ Bernoulli(logits W h + c), h ~ Bernoulli(1/2): theta is W (4 x 3, row by row), then c.
struct Decoder {
  auto operator()(const auto& h, const auto& x, const auto& theta) const {
    const auto logits = evaluated(reshape(theta, 0, 4, 3) * h + reshape(theta, 12, 4, 1));
    return sum(cwise_product(x, logits) - softplus(logits));
  }
};

double by_hand(const Vector<double>& h, const Vector<double>& x, const Vector<double>& theta) {
  double total = 0;
  for (Index i = 0; i < 4; ++i) {
    double logit = theta(12 + i);
    for (Index j = 0; j < 3; ++j) logit += theta(3 * i + j) * h(j);
    total += x(i) * logit - std::log1p(std::exp(logit));
  }
  return total;
}

}  // namespace

TEST_CASE("a model is bound to data, which stand beside every sample", "[autodiff]") {
  const Vector<double> theta = scattered(16, 1);
  auto model = differentiable_model(Decoder{}, theta);
  static_assert(Model<decltype(model)>);
  const Batch<double> x = scattered(4, 2), h = scattered(3, 6);
  const auto f = model.at(x);
  const auto e = f.evaluate(h);
  for (Index c = 0; c < 6; ++c) CHECK(e.value(c) == Approx(by_hand(h.col(c), x.col(c % 2), theta)));
  CHECK(f(h) == e.value);

  const Row<double> w = scattered(1, 6);
  Batch<double> g;
  const Vector<double> slope = e.pullback(w, g);
  const double step = 1e-6;
  for (Index i = 0; i < 16; ++i) {
    Vector<double> up = theta, down = theta;
    up(i) += step;
    down(i) -= step;
    double difference = 0;
    for (Index c = 0; c < 6; ++c)
      difference += w(c) * (by_hand(h.col(c), x.col(c % 2), up) - by_hand(h.col(c), x.col(c % 2), down));
    CHECK(slope(i) == Approx(difference / (2 * step)).margin(1e-8));
  }
  for (Index c = 0; c < 6; ++c)
    for (Index j = 0; j < 3; ++j) {
      Vector<double> up = h.col(c), down = h.col(c);
      up(j) += step;
      down(j) -= step;
      CHECK(g(j, c) ==
            Approx(w(c) * (by_hand(up, x.col(c % 2), theta) - by_hand(down, x.col(c % 2), theta)) / (2 * step)).margin(1e-8));
    }
  model.set_params(Vector<double>(2 * theta));
  CHECK(model.at(x)(h)(0) == Approx(by_hand(h.col(0), x.col(0), Vector<double>(2 * theta))));
  CHECK_THROWS_AS(model.set_params(Vector<double>::Zero(3)), ShapeError);
  CHECK_THROWS_AS(f.evaluate(Batch<double>(scattered(3, 5))), ShapeError);
}
