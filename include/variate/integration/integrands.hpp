#pragma once
/// The integrands that adaptive integrators are measured with, on the unit cube, with their exact integrals where there is a
/// formula (the benchmark set of ZuNIS: N. Deutschmann and N. Goetz, JHEP 2022).
#include <cmath>
#include <complex>
#include <numbers>
#include <string_view>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/exp.hpp"

namespace variate {

namespace detail {
/// integral over [0, 1] of exp(-((x - centre)/width)^2)
inline double peak_integral(double centre, double width) {
  return 0.5 * std::sqrt(std::numbers::pi) * width * (std::erf(centre / width) + std::erf((1 - centre) / width));
}
/// Squared distances of the columns of x from (centre, ..., centre).
inline Row<double> squared_distance(const Batch<double>& x, double centre) {
  Row<double> r = Row<double>::Zero(x.cols());
  for (Index i = 0; i < x.rows(); ++i) r.array() += (x.row(i).array() - centre).square();
  return r;
}
/// exp(-r/width^2)
inline Row<double> gaussian_of(Row<double> squared, double width) {
  squared *= -1 / (width * width);
  math::exp(squared.data(), squared.data(), squared.size());
  return squared;
}
inline double ball_volume(Index d, double radius) {
  const double half = static_cast<double>(d) / 2;
  return std::exp(half * std::log(std::numbers::pi) + static_cast<double>(d) * std::log(radius) - std::lgamma(half + 1));
}
inline void require_dimension(std::string_view name, const Batch<double>& x, Index d) {
  require_size(name, "rows of x", x.rows(), d);
}
}  // namespace detail

/// exp(-|x - centre|^2/width^2): no factor 1/2.
struct GaussianPeak {
  Index dimension = 2;  ///< d, positive
  double width = 0.1;   ///< positive
  double centre = 0.5;  ///< of every coordinate
  /// x: d x n.
  Row<double> operator()(const Batch<double>& x) const {
    detail::require_dimension("GaussianPeak", x, dimension);
    return detail::gaussian_of(detail::squared_distance(x, centre), width);
  }
  double integral() const { return std::pow(detail::peak_integral(centre, width), static_cast<double>(dimension)); }
};

/// Two peaks on the diagonal, at 1/4 and 3/4: the hard case of a map that knows one axis at a time.
struct Camel {
  Index dimension = 2;  ///< d, positive
  double width = 0.1;   ///< positive
  /// x: d x n.
  Row<double> operator()(const Batch<double>& x) const {
    detail::require_dimension("Camel", x, dimension);
    return detail::gaussian_of(detail::squared_distance(x, 0.25), width) +
           detail::gaussian_of(detail::squared_distance(x, 0.75), width);
  }
  double integral() const { return 2 * std::pow(detail::peak_integral(0.25, width), static_cast<double>(dimension)); }
};

/// 1 in a ball, and a floor everywhere.
struct HyperSphere {
  Index dimension = 4;  ///< d, positive
  double radius = 0.4;  ///< the ball must lie in the unit cube for the integral to be right
  double centre = 0.5;  ///< of every coordinate
  double floor = 1e-6;  ///< added everywhere
  /// x: d x n.
  Row<double> operator()(const Batch<double>& x) const {
    detail::require_dimension("HyperSphere", x, dimension);
    const Row<double> r = detail::squared_distance(x, centre);
    return (r.array() <= radius * radius).select(Row<double>::Constant(x.cols(), 1 + floor), floor);
  }
  double integral() const { return detail::ball_volume(dimension, radius) + floor; }
};

/// Two balls on the diagonal, at 1/4 and 3/4.
struct HyperCamel {
  Index dimension = 4;   ///< d, positive
  double radius = 0.24;  ///< at most 1/4
  double floor = 1e-6;   ///< of each ball
  /// x: d x n.
  Row<double> operator()(const Batch<double>& x) const {
    return HyperSphere{dimension, radius, 0.25, floor}(x) + HyperSphere{dimension, radius, 0.75, floor}(x);
  }
  double integral() const { return 2 * (detail::ball_volume(dimension, radius) + floor); }
};

/// A spherical shell about the centre and the diagonal, cut off at 0.9.
struct CircleLine {
  Index dimension = 2;  ///< d, positive
  double radius = 0.3;  ///< of the shell
  double width = 0.05;  ///< of both
  /// x: d x n.
  Row<double> operator()(const Batch<double>& x) const {
    detail::require_dimension("CircleLine", x, dimension);
    Row<double> off = detail::squared_distance(x, 0.5), line = Row<double>::Zero(x.cols());
    off = (off.array().sqrt() - radius).square();
    for (Index i = 1; i < x.rows(); ++i) line.array() += (x.row(0) - x.row(i)).array().square();
    const Row<double> both = detail::gaussian_of(off, width) + detail::gaussian_of(line, width);
    return both.cwiseMin(0.9);
  }
};

/// A ridge along a cosine in the first two coordinates.
struct SineLine {
  Index dimension = 2;   ///< d, at least 2
  double width = 0.1;    ///< of the ridge, in 2 x_1 - 1
  double frequency = 2;  ///< periods in [0, 1]
  /// x: d x n.
  Row<double> operator()(const Batch<double>& x) const {
    detail::require_dimension("SineLine", x, dimension);
    detail::require_at_least("SineLine", "dimension", dimension, 2);
    Row<double> off = (2 * x.row(1).array() - 1 - (2 * std::numbers::pi * frequency * x.row(0).array()).cos()).square();
    return detail::gaussian_of(std::move(off), width);
  }
};

/// offset + cos^2(frequency sum_i x_i): broad, and no product.
struct Sine {
  Index dimension = 2;   ///< d, positive
  double frequency = 1;  ///< of the sum
  double offset = 1;     ///< added everywhere
  /// x: d x n.
  Row<double> operator()(const Batch<double>& x) const {
    detail::require_dimension("Sine", x, dimension);
    Row<double> angle = Row<double>::Zero(x.cols());
    for (Index i = 0; i < x.rows(); ++i) angle += x.row(i);
    return offset + (frequency * angle.array()).cos().square();
  }
  /// offset + 1/2 + Re(prod_i integral of e^{2 i f x})/2
  double integral() const {
    const std::complex<double> turn = std::polar(1.0, 2 * frequency) - 1.0, one = turn / std::complex<double>(0, 2 * frequency);
    return offset + 0.5 + 0.5 * std::pow(one, static_cast<double>(dimension)).real();
  }
};

}  // namespace variate
