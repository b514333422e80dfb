#pragma once
/// Two narrow ridges in the unit square, and the channels that know them: x_0 near `first`, or x_1 - x_0 (mod 1) near `second`.
#include <cmath>
#include <limits>
#include <vector>

#include "variate/integration/channels.hpp"

namespace variate_tests {

/// A Cauchy density of half-width w about m, cut to (0, 1).
struct Line {
  double centre, width;
  double low() const { return std::atan(-centre / width); }
  double size() const { return std::atan((1 - centre) / width) - low(); }
  double point(double u) const { return std::min(1.0, std::max(0.0, centre + width * std::tan(low() + u * size()))); }
  double log_density(double x) const {
    const double z = (x - centre) / width;
    return x >= 0 && x <= 1 ? -std::log(width * size() * (1 + z * z)) : -std::numeric_limits<double>::infinity();
  }
};

inline constexpr Line first_line{0.3, 0.005}, second_line{0.6, 0.01};

inline double turned(double x1, double x0) { return x1 - x0 - std::floor(x1 - x0); }

/// Log densities of both at x: 2 x n.
inline variate::Batch<double> line_densities(const variate::Batch<double>& x) {
  variate::Batch<double> log_g(2, x.cols());
  for (variate::Index c = 0; c < x.cols(); ++c) {
    log_g(0, c) = first_line.log_density(x(0, c));
    log_g(1, c) = second_line.log_density(turned(x(1, c), x(0, c)));
  }
  return log_g;
}
inline variate::Channel line_channel(variate::Index i) {
  using namespace variate;
  return {.map = [i](const Batch<double>& y) -> ChannelPoints {
            Batch<double> x = y;
            for (Index c = 0; c < y.cols(); ++c) {
              if (i == 0) x(0, c) = first_line.point(y(0, c));
              else x(1, c) = turned(y(0, c) + second_line.point(y(1, c)), 0);
            }
            Row<double> log_g = line_densities(x).row(i);
            return {std::move(x), std::move(log_g)};
          },
          .log_density = [i](const Batch<double>& x) -> Row<double> { return line_densities(x).row(i); }};
}
inline std::vector<variate::Channel> line_channels() { return {line_channel(0), line_channel(1)}; }

/// Its integral is 6; where the weights are right, each channel's part is constant.
inline variate::Row<double> lines(const variate::Batch<double>& x) {
  const variate::Batch<double> g = line_densities(x).array().exp();
  return g.row(0) + 5 * g.row(1);
}

}  // namespace variate_tests
