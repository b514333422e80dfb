#pragma once
/// What every bijector must satisfy, whatever its formulas: the inverse undoes it, log-determinants are those of a numerical Jacobian,
/// pullbacks are gradients of its own values, columns do not know of each other, float is double to float's precision.
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "distributions/family_checks.hpp"
#include "support/catch.hpp"
#include "variate/bijectors/bijector.hpp"

namespace variate_tests {


/// log |det m| by elimination with row pivoting.
inline double log_abs_det(Batch<double> m) {
  double total = 0;
  for (Index k = 0; k < m.rows(); ++k) {
    Index pivot = k;
    for (Index i = k; i < m.rows(); ++i)
      if (std::abs(m(i, k)) > std::abs(m(pivot, k))) pivot = i;
    m.row(k).swap(m.row(pivot));
    total += std::log(std::abs(m(k, k)));
    for (Index i = k + 1; i < m.rows(); ++i) m.row(i) -= m.row(k) * (m(i, k) / m(k, k));
  }
  return total;
}

/// d' x d central differences at one column; truncation h^2 and rounding eps/h leave 1e-9 or so.
template <class B>
Batch<double> numeric_jacobian(const B& b, const Batch<double>& x, double h = 1e-5) {
  Batch<double> j(b.output_size(x.rows()), x.rows());
  for (Index i = 0; i < x.rows(); ++i) {
    Batch<double> up = x, down = x;
    up(i, 0) += h;
    down(i, 0) -= h;
    j.col(i) = (b.value(up) - b.value(down)) / (2 * h);
  }
  return j;
}

struct WholeVolume {
  double operator()(const Batch<double>& jacobian) const { return log_abs_det(jacobian); }
};

template <class F>
double flat_gradient_error(const Batch<double>& g, const Batch<double>& x, F f) {
  const Eigen::Map<const Vector<double>> flat(g.data(), g.size()), at(x.data(), x.size());
  return gradient_error(flat, at, [&](const Vector<double>& v) { return f(Eigen::Map<const Batch<double>>(v.data(), x.rows(), x.cols())); });
}

/// x inside the domain, of moderate size (slopes not far from one). `volume` gives log_det from the Jacobian.
template <class B, class Volume = WholeVolume>
void check_bijector(const B& b, const Batch<double>& x, Volume volume = {}) {
  const Index d = x.rows(), n = x.cols(), out = b.output_size(d);
  Rng rng(99);
  CHECK(b.input_size(out) == d);
  const auto image = b.forward(x);
  REQUIRE(image.value.rows() == out);
  REQUIRE(image.value.cols() == n);
  REQUIRE(image.log_det.size() == n);
  CHECK(b.value(x) == image.value);
  CHECK((b.in_domain(x).array() == 1).all());
  CHECK((b.in_image(image.value).array() == 1).all());

  const auto back = b.inverse(image.value);
  CHECK(b.inverse_value(image.value) == back.value);
  CHECK((back.value - x).cwiseAbs().maxCoeff() < 1e-10 * (1 + x.cwiseAbs().maxCoeff()));
  CHECK((back.log_det + image.log_det).cwiseAbs().maxCoeff() < 1e-10 * (1 + image.log_det.cwiseAbs().maxCoeff()));

  for (Index c = 0; c < n; ++c) {
    INFO("column " << c);
    const Batch<double> one = x.col(c);
    const double numeric = volume(numeric_jacobian(b, one));
    CHECK(std::abs(numeric - image.log_det(c)) < 1e-7 * (1 + std::abs(numeric)));
    const auto alone = b.forward(one);
    CHECK((alone.value - image.value.col(c)).cwiseAbs().maxCoeff() <= 1e-13 * (1 + alone.value.cwiseAbs().maxCoeff()));
    CHECK(std::abs(alone.log_det(0) - image.log_det(c)) <= 1e-13 * (1 + std::abs(alone.log_det(0))));
  }

  const Batch<double> g = variate::normals<double>(rng, out, n), of_x = variate::normals<double>(rng, d, n);
  const Row<double> w = variate::normals<double>(rng, 1, n);
  CHECK(flat_gradient_error(image.pullback(g, w), x, [&](const Batch<double>& at) {
          const auto moved = b.forward(at);
          return moved.value.cwiseProduct(g).sum() + moved.log_det.dot(w);
        }) < gradient_tolerance);
  // (dy/dx)^T [(dx/dy)^T v - w dlog_det/dy] + w dlog_det/dx = v, on surfaces too
  CHECK((image.pullback(back.pullback(of_x, w), w) - of_x).cwiseAbs().maxCoeff() < 1e-9);

  CHECK(says(message_of<variate::ShapeError>([&] { image.pullback(Batch<double>::Zero(out + 1, n), w); }), "rows of g is"));
  CHECK(says(message_of<variate::ShapeError>([&] { image.pullback(Batch<double>::Zero(out, n + 1), w); }), "columns of g is"));
  CHECK(says(message_of<variate::ShapeError>([&] { back.pullback(of_x, Row<double>::Zero(n + 1)); }), "number of weights is"));
}

/// Normal numbers of 1 to 19 columns: registers full and not.
template <class B, class Volume = WholeVolume>
void check_on_normals(const B& b, Index d, Volume volume = {}) {
  Rng rng(static_cast<std::uint64_t>(d));
  for (const Index n : {1, 7, 19}) {
    INFO("d " << d << " n " << n);
    check_bijector(b, variate::normals<double>(rng, d, n), volume);
  }
}

/// Everything in float against everything in double, at normal points.
template <class F, class D>
void check_float(const F& f, const D& b, Index d, double tolerance = 1e-5) {
  Rng rng(5);
  const Batch<double> x = variate::normals<float>(rng, d, 9).template cast<double>();
  const auto image = b.forward(x);
  const auto single = f.forward(Batch<float>(x.cast<float>()));
  const auto close = [tolerance](const auto& a, const auto& exact) {
    return (a.template cast<double>() - exact).cwiseAbs().maxCoeff() <= tolerance * (1 + exact.cwiseAbs().maxCoeff());
  };
  CHECK(close(single.value, image.value));
  CHECK(close(single.log_det, image.log_det));
  const Batch<float> g = variate::normals<float>(rng, image.value.rows(), 9), of_x = variate::normals<float>(rng, d, 9);
  const Row<float> w = variate::normals<float>(rng, 1, 9);
  const Row<double> wd = w.cast<double>();
  CHECK(close(single.pullback(g, w), image.pullback(Batch<double>(g.cast<double>()), wd)));
  const auto back = f.inverse(single.value);
  CHECK(close(back.value, x));
  CHECK(close(back.log_det, Row<double>(-image.log_det)));
  CHECK(close(single.pullback(back.pullback(of_x, w), w), Batch<double>(of_x.cast<double>())));
}

/// One number through a map of single coordinates.
template <class B>
auto forward_at(const B& b, double x) {
  return b.forward(Batch<double>::Constant(1, 1, x));
}
template <class B>
auto inverse_at(const B& b, double y) {
  return b.inverse(Batch<double>::Constant(1, 1, y));
}
inline Row<double> no_weight() { return Row<double>::Zero(1); }
inline Batch<double> unit() { return Batch<double>::Ones(1, 1); }

/// |a - b| relative to b.
inline bool near(double a, double b, double relative = 1e-14) { return a == b || std::abs(a - b) <= relative * std::abs(b); }

}  // namespace variate_tests
