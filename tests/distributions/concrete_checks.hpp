#pragma once
/// What both relaxed one-hot families must satisfy.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "distributions/family_checks.hpp"
#include "support/fixtures.hpp"
#include "variate/distributions/categorical.hpp"
#include "variate/random/recorded.hpp"

namespace variate_tests {

/// Q<double>: d variables of K classes.
template <class Q>
Q random_concrete(Index d, Index k, Index batch, double temperature, Rng& rng) {
  return Q(temperature, 0.7 * variate::normals<double>(rng, d * k, batch), k);
}

/// The file's draws and, where its density is that of Q's points, that: of y, or of log y with the Jacobian taken off.
template <class Q>
void check_concrete_fixture(bool logarithmic) {
  const auto file = fixture("distributions/relaxedonehotcategorical.json");
  REQUIRE(file.at("cases").size() > 0);
  for (const auto& item : file.at("cases")) {
    INFO(item.at("params").dump());
    const double temperature = number(item.at("params").at("temperature"));
    const Q q(temperature, matrix(item.at("params").at("logits")));
    variate::Recorded<double> rng({}, {matrix(item.at("uniforms"))});
    const auto draw = q.rsample(rng, 1);
    const Batch<double> y = matrix(item.at("rsample")), log_y = matrix(item.at("log_rsample")), x = logarithmic ? log_y : y;
    const auto e = q.evaluate(x);
    const Row<double> once = Row<double>::Ones(1);
    Batch<double> slope;
    const Vector<double> score = e.pullback(once, slope);
    const double k = static_cast<double>(q.classes());
    for (const auto& [field, value] : item.items()) {
      INFO(field);
      if (field == "params" || field == "uniforms") continue;
      if (field == "rsample") CHECK(worst_relative_error(draw.log_value().array().exp().matrix(), matrix(value), 0) < 1e-12);
      else if (field == "log_rsample") CHECK(worst_relative_error(draw.log_value(), matrix(value)) < 1e-12);
      else if (field == "log_prob") CHECK(relative_error(e.value(0), number(value) + (logarithmic ? log_y.sum() : 0)) < 1e-12);
      else if (field == "d_logits") CHECK(worst_relative_error(score, matrix(value)) < 1e-12);
      else if (field == "d_temperature") CHECK(relative_error(e.temperature_pullback(once), number(value)) < 1e-12);
      else if (field == "d_y") {
        // dlog f(x)/dx = y (dlog f(y)/dy) + 1; from slopes so large that what is left is rounded
        const Batch<double> want = logarithmic ? Batch<double>(matrix(value).cwiseProduct(y).array() + 1) : matrix(value);
        CHECK(worst_relative_error(slope, want, logarithmic ? 1e-14 * k : 1e-14) < 1e-12);
      } else FAIL("unknown field");
    }
  }
}

/// As check_score, with differences by log y: near the edge y itself is too small to move.
template <class Q>
void check_concrete_score(const Q& q, const Batch<double>& y, Rng& rng) {
  const Row<double> w = variate::normals<double>(rng, 1, y.cols());
  const auto e = q.evaluate(y);
  Batch<double> slope;
  const Vector<double> g = e.pullback(w, slope);
  CHECK(e.pullback(w) == g);
  CHECK(q.link_pullback(e.theta_pullback(w)) == g);
  CHECK(e.value == q.log_prob(y));
  CHECK(gradient_error(g, q.params(), [&](const Vector<double>& v) { return moved(q, v).log_prob(y).dot(w); }) <
        gradient_tolerance);
  const Batch<double> by_log = slope.cwiseProduct(y), log_y = y.array().log();
  const Eigen::Map<const Vector<double>> flat(by_log.data(), y.size()), at(log_y.data(), y.size());
  CHECK(gradient_error(flat, at, [&](const Vector<double>& v) {
          const Batch<double> moved_y = Eigen::Map<const Batch<double>>(v.data(), y.rows(), y.cols()).array().exp();
          return q.log_prob(moved_y).dot(w);
        }) < gradient_tolerance);
}

template <class Q>
void check_concrete_gradients(bool logarithmic) {
  Rng rng(1);
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{1, 1, 300}, Shape{3, 1, 1}, Shape{2, 1, 9}, Shape{3, 2, 1}, Shape{2, 5, 7}}) {
    INFO("d " << shape.d << " B " << shape.batch << " S " << shape.samples);
    const Q q = random_concrete<Q>(shape.d, 4, shape.batch, 2.5, rng);
    const Batch<double> x = q.sample(rng, shape.samples);
    if (logarithmic) check_score(q, x, rng);
    else check_concrete_score(q, x, rng);
    check_path(q, shape.samples, rng);
    const auto warmer = [&](double h) {
      Q other = q;
      other.set_temperature(2.5 + h);
      return other;
    };
    const Row<double> w = variate::normals<double>(rng, 1, x.cols());
    const Batch<double> g = variate::normals<double>(rng, x.rows(), x.cols());
    const double h = 1e-5, by_density = (warmer(h).log_prob(x) - warmer(-h).log_prob(x)).dot(w) / (2 * h);
    CHECK(q.evaluate(x).temperature_pullback(w) == Approx(by_density).epsilon(1e-7).margin(1e-7));
    const Rng start = rng;
    Rng up = start, down = start;
    const double by_draw =
        (warmer(h).sample(up, shape.samples) - warmer(-h).sample(down, shape.samples)).cwiseProduct(g).sum() / (2 * h);
    CHECK(q.rsample(rng, shape.samples).temperature_pullback(g) == Approx(by_draw).epsilon(1e-7).margin(1e-7));
  }
}

/// Many data points, and many variables, are each alone.
template <class Q>
void check_concrete_parts() {
  Rng rng(2);
  const Index k = 3, d = 2, batch = 5, n = 4;
  const Q q = random_concrete<Q>(d, k, batch, 0.8, rng);
  const Batch<double> x = q.sample(rng, n);
  const Row<double> w = variate::normals<double>(rng, 1, x.cols());
  const auto e = q.evaluate(x);
  Batch<double> slope;
  const Batch<double> score = e.theta_pullback(w, slope);
  Row<double> total = Row<double>::Zero(x.cols());
  for (Index i = 0; i < d; ++i)
    for (Index b = 0; b < batch; ++b) {
      const Q alone(0.8, Batch<double>(q.theta().block(i * k, b, k, 1)));
      Batch<double> part(k, n), part_slope, want(k, n);
      Row<double> weights(n);
      for (Index s = 0; s < n; ++s) {
        part.col(s) = x.block(i * k, s * batch + b, k, 1);
        want.col(s) = slope.block(i * k, s * batch + b, k, 1);
        weights(s) = w(s * batch + b);
      }
      const auto of_part = alone.evaluate(part);
      for (Index s = 0; s < n; ++s) total(s * batch + b) += of_part.value(s);
      const Batch<double> gradient = of_part.theta_pullback(weights, part_slope);
      CHECK((gradient - score.block(i * k, b, k, 1)).cwiseAbs().maxCoeff() < 1e-12);
      CHECK((part_slope - want).cwiseAbs().maxCoeff() <= 1e-12 * (1 + want.cwiseAbs().maxCoeff()));
    }
  CHECK((total - e.value).cwiseAbs().maxCoeff() < 1e-12 * (1 + e.value.cwiseAbs().maxCoeff()));
}

/// Its largest number is the class that Categorical draws from the same uniforms; nothing is NaN at temperature 1e-3 and logits
/// of 1e5.
template <template <class> class Q, class T>
void check_concrete_extremes() {
  Rng rng(3), again = rng;
  const variate::Categorical<T> choice(Batch<T>(variate::normals<T>(rng, 8, 1)), 4);
  const Q<T> q(T(0.3), choice.logits(), 4);
  again = rng;
  const Batch<T> k = choice.sample(rng, 60), x = q.sample(again, 60);
  for (Index i = 0; i < 2; ++i)
    for (Index c = 0; c < 60; ++c) {
      Index best;
      x.col(c).segment(4 * i, 4).maxCoeff(&best);
      CHECK(static_cast<T>(best) == k(i, c));
    }
  Batch<T> logits(4, 2);
  logits << T(1e5), 0, T(-1e5), 1, 3, 2, 0, 0;
  const Q<T> cold(T(1e-3), logits);
  const auto draw = cold.rsample(rng, 50);
  CHECK_FALSE(draw.value.hasNaN());
  CHECK(draw.log_value().allFinite());
  CHECK(draw.pullback(Batch<T>::Ones(4, 100)).allFinite());
  CHECK(std::isfinite(draw.temperature_pullback(Batch<T>::Ones(4, 100))));
  const auto e = cold.evaluate(draw.value);
  CHECK_FALSE(e.value.hasNaN());
  Batch<T> slope;
  CHECK(e.pullback(Row<T>::Ones(100), slope).allFinite());
  CHECK(slope.allFinite());
  CHECK(std::isfinite(e.temperature_pullback(Row<T>::Ones(100))));
}

template <class Q>
void check_concrete_calls(Q q, const std::string& name) {
  Rng rng(1);
  const Vector<double> before = q.params();
  using variate::ShapeError;
  CHECK(message_of<variate::InvalidArgument>([&] { q.sample(rng, 0); }) ==
        name + ": number of samples is 0, expected at least 1");
  CHECK(says(message_of<ShapeError>([&] { q.log_prob(Batch<double>::Zero(3, 1)); }), name + ": rows of x is 3"));
  const auto draw = q.rsample(rng, 2);
  const auto e = q.evaluate(draw.value);
  CHECK(says(message_of<ShapeError>([&] { e.pullback(Row<double>::Ones(3)); }), name + ": number of weights is 3"));
  CHECK(says(message_of<ShapeError>([&] { draw.pullback(Batch<double>::Zero(3, 2)); }), name + ": rows of G is 3"));
  CHECK(says(message_of<ShapeError>([&] { draw.pullback(Batch<double>::Zero(2, 3)); }), name + ": columns of G is 3"));
  CHECK(says(message_of<ShapeError>([&] { q.set_params(Vector<double>::Zero(3)); }), name + ": size of params is 3"));
  CHECK(says(message_of<variate::InvalidArgument>([&] { q.set_params(Vector<double>::Constant(2, 1.0 / 0.0)); }),
             "is inf, expected"));
  CHECK(q.params() == before);
}

/// Points that are none, and what is refused.
template <class Q>
void check_concrete_refusals(const std::string& name) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Q q(0.5, Batch<double>::Zero(2, 1));
  const std::vector<std::vector<double>> impossible{{-0.5, 1.5}, {0.5, 0.6}, {0, 0}, {infinity, 0.5}, {2, -infinity}, {nan, 0.5}};
  for (const auto& values : impossible) {
    const Batch<double> x = Eigen::Map<const Vector<double>>(values.data(), 2);
    INFO(values[0] << " " << values[1]);
    const auto e = q.evaluate(x);
    Batch<double> slope;
    const Vector<double> score = e.pullback(Row<double>::Ones(1), slope);
    if (std::isnan(values[0])) {
      CHECK(std::isnan(e.value(0)));
      continue;
    }
    CHECK(e.value(0) == -infinity);
    CHECK(score == Vector<double>::Zero(2));
    CHECK(slope == Batch<double>::Zero(2, 1));
    CHECK(e.temperature_pullback(Row<double>::Ones(1)) == 0);
  }
  const auto message = [](double t, Batch<double> logits, Index classes) {
    return message_of<variate::Error>([&] { Q(t, std::move(logits), classes); });
  };
  CHECK(message(0, Batch<double>::Zero(2, 1), 0) == name + ": temperature is 0, expected a positive finite number");
  CHECK(says(message(-1, Batch<double>::Zero(2, 1), 0), "temperature is -1"));
  CHECK(says(message(1, Batch<double>::Constant(2, 1, -infinity), 0), "logits(0) is -inf, expected a finite number"));
  CHECK(message(1, Batch<double>::Zero(3, 1), 2) == name + ": rows of logits is 3, expected a multiple of the 2 classes");
  CHECK(message(1, Batch<double>(0, 1), 0) == name + ": rows of logits is 0, expected at least 1");
  CHECK(message(1, Batch<double>(1, 0), 0) == name + ": columns of logits is 0, expected at least 1");
  CHECK(says(message_of<variate::DomainError>([&] { q.set_temperature(nan); }), "temperature is nan"));
  CHECK(q.temperature() == 0.5);
  check_concrete_calls(q, name);
}

}  // namespace variate_tests
