#pragma once
/// A planar arm that is to reach one of several goals: the joint angles' posterior, with many separate modes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/math/lanes.hpp"
#include "variate/math/trigonometric.hpp"

namespace variate {

/// What an arm is made of.
template <class T = double>
struct PlanarRobotOptions {
  Vector<T> prior_deviations;  ///< of each link's angle
  Batch<T> goals;              ///< 2 x G
  T reach_deviation = T(0.01);  ///< of the end effector about a goal, in each direction
  T link_length = 1;            ///< of every link
};

/// log p(angles) = log N(angles; 0, prior) + max over goals of log N(end effector; goal, deviation^2 I), where link i points to
/// the sum of angles 0 .. i (Arenz, Zhong and Neumann 2020, section 5.2). The maximum, not the sum, makes the density not
/// normalised.
template <class T = double>
class PlanarRobot {
 public:
  using Scalar = T;

  /// DomainError unless deviations and length are positive; ShapeError unless goals have two rows; InvalidArgument if there is
  /// none.
  explicit PlanarRobot(PlanarRobotOptions<T> options) : options_(std::move(options)) {
    constexpr const char* name = "PlanarRobot";
    detail::require_at_least(name, "number of links", options_.prior_deviations.size(), 1);
    detail::require_positive(name, "prior_deviations", options_.prior_deviations);
    detail::require_size(name, "rows of goals", options_.goals.rows(), 2);
    detail::require_at_least(name, "number of goals", options_.goals.cols(), 1);
    detail::require_finite(name, "goals", options_.goals);
    detail::require_positive(name, "reach_deviation", options_.reach_deviation);
    detail::require_positive(name, "link_length", options_.link_length);
    const T log_root = std::log(2 * std::numbers::pi_v<T>) / 2;
    constant_ = -2 * (log_root + std::log(options_.reach_deviation));
    for (Index i = 0; i < event_size(); ++i) constant_ -= log_root + std::log(options_.prior_deviations[i]);
  }

  /// Dimensions: one angle a link.
  Index event_size() const { return options_.prior_deviations.size(); }
  /// What it is made of.
  const PlanarRobotOptions<T>& options() const { return options_; }

  /// log density of each column, up to a constant.
  Row<T> operator()(const Batch<T>& x) const {
    Row<T> value(x.cols());
    by_register(x, value, static_cast<T*>(nullptr));
    return value;
  }
  /// Also its gradient (resized). Where two goals are as near, the first counts.
  Row<T> value_and_gradient(const Batch<T>& x, Batch<T>& gradient) const {
    gradient.resize(x.rows(), x.cols());
    Row<T> value(x.cols());
    by_register(x, value, gradient.data());
    return value;
  }
  /// Where the joints are: for each column the ends of all links, x in row 2 i and y in row 2 i + 1; the last two are the end
  /// effector.
  Batch<T> joints(const Batch<T>& x) const {
    detail::require_size("PlanarRobot", "rows of x", x.rows(), event_size());
    Batch<T> at(2 * x.rows(), x.cols());
    for (Index c = 0; c < x.cols(); ++c) {
      T angle = 0, east = 0, north = 0;
      for (Index i = 0; i < x.rows(); ++i) {
        angle += x(i, c);
        at(2 * i, c) = east += options_.link_length * std::cos(angle);
        at(2 * i + 1, c) = north += options_.link_length * std::sin(angle);
      }
    }
    return at;
  }

 private:
  using L = math::Lanes<T>;

  void by_register(const Batch<T>& x, Row<T>& value, T* gradient) const {
    detail::require_size("PlanarRobot", "rows of x", x.rows(), event_size());
    const Index n = x.cols(), d = x.rows();
    std::vector<L> room(static_cast<std::size_t>(2 * d));
    for (Index c = 0; c < n; c += L::size) {
      const Index count = std::min<Index>(L::size, n - c);
      const L result = count == L::size ? arm<true>(x.data() + c, gradient ? gradient + c : nullptr, n, count, room.data())
                                        : arm<false>(x.data() + c, gradient ? gradient + c : nullptr, n, count, room.data());
      result.store(value.data() + c, count);
    }
  }

  /// A register of columns.
  template <bool whole>
  L arm(const T* x, T* gradient, Index stride, Index count, L* room) const {
    const Index d = event_size();
    const auto load = [&](Index i) { return whole ? L::load(x + i * stride) : L::load(x + i * stride, count, T(0)); };
    L *const sines = room, *const cosines = room + d;
    L angle(T(0)), east(T(0)), north(T(0)), prior(T(0));
    for (Index i = 0; i < d; ++i) {
      const L one = load(i), z = one * L(1 / options_.prior_deviations[i]);
      prior = multiply_add(z, z, prior);
      angle += one;
      const auto direction = math::sin_cos(angle);
      sines[i] = direction.sin;
      cosines[i] = direction.cos;
      north += direction.sin;
      east += direction.cos;
    }
    const L length(options_.link_length);
    east *= length;
    north *= length;
    L nearest(std::numeric_limits<T>::infinity()), off_east(T(0)), off_north(T(0));
    for (Index g = 0; g < options_.goals.cols(); ++g) {
      const L a = east - L(options_.goals(0, g)), b = north - L(options_.goals(1, g)), square = multiply_add(a, a, b * b);
      const auto nearer = square < nearest;
      nearest = select(nearer, square, nearest);
      off_east = select(nearer, a, off_east);
      off_north = select(nearer, b, off_north);
    }
    const T precision = 1 / (options_.reach_deviation * options_.reach_deviation);
    const L value = multiply_add(L(T(-0.5)), multiply_add(nearest, L(precision), prior), L(constant_));
    if (gradient) {
      const L scale = L(-precision) * length;
      L pull(T(0));  // of the links from i on: d(end effector)/d(angle i) is the way from joint i to it, turned by a right angle
      for (Index i = d - 1; i >= 0; --i) {
        pull += multiply_add(off_north, cosines[i], -(off_east * sines[i]));
        const T inverse = 1 / options_.prior_deviations[i];
        const L slope = multiply_add(scale, pull, load(i) * L(-inverse * inverse));
        if constexpr (whole) slope.store(gradient + i * stride);
        else slope.store(gradient + i * stride, count);
      }
    }
    return value;
  }

  PlanarRobotOptions<T> options_;
  T constant_;
};

/// The arm of the literature: links of length 1, the first with prior deviation 1, the others with 0.2; one goal 7 to the right,
/// or four, 7 to each side.
template <class T = double>
PlanarRobot<T> planar_robot(Index goals = 4, Index links = 10, T prior_deviation = T(0.2), T reach_deviation = T(0.01)) {
  detail::require_at_least("planar_robot", "links", links, 1);
  if (goals != 1 && goals != 4) throw InvalidArgument(detail::complaint("planar_robot", "goals", goals, "1 or 4"));
  PlanarRobotOptions<T> options{.prior_deviations = Vector<T>::Constant(links, prior_deviation),
                                .goals = Batch<T>(2, goals),
                                .reach_deviation = reach_deviation};
  options.prior_deviations[0] = 1;
  if (goals == 1) options.goals << 7, 0;
  else options.goals << 7, -7, 0, 0, 0, 0, 7, -7;
  return PlanarRobot<T>(std::move(options));
}

}  // namespace variate
