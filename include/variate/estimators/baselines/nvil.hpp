#pragma once
#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "variate/core/concepts.hpp"
#include "variate/core/error.hpp"
#include "variate/optimizers/adam.hpp"

namespace variate {

/// Options of Nvil.
template <class T = double>
struct NvilOptions {
  T decay = T(0.8);           ///< of the running mean and variance, in [0, 1)
  bool scale = true;          ///< divide by max(1, sqrt(running variance))
  bool update_first = false;  ///< the draw at hand enters the running mean and variance it is recentred with, as in the paper
};

namespace detail {
/// No input-dependent part.
struct NoNetwork {};
}  // namespace detail

/// The baseline of NVIL (Mnih and Gregor 2014, algorithm 1). With l = f - C(x), C a network of the data point's inputs, and c, v
/// running means of the mean and the (population) variance of l over a draw,
///
///     (l - c) / max(1, sqrt(v)).
///
/// C is any Parametric with `evaluate`, one number a column, such as `differentiable(mlp, params)`; it steps down the squared
/// error (l - c)^2 / 2 by `optimizer`, and needs a q that is bound to inputs. Without a network C is 0 and q is anything.
///
/// Unbiased but for the scale, a number from earlier draws that makes large gradients smaller. With `update_first`, as in the
/// paper, c and v hold the n values at hand as well: the gradient is then (1 - (1 - decay)/n) of itself with a bias through v
/// besides. Throws DomainError unless 0 <= decay < 1.
template <class T = double, class Network = detail::NoNetwork, class O = Adam<T>>
class Nvil {
  static constexpr bool reads = !std::is_same_v<Network, detail::NoNetwork>;

 public:
  static constexpr Index least = 1;  ///< samples needed for each data point

  explicit Nvil(NvilOptions<T> options = {})
    requires std::is_same_v<Network, detail::NoNetwork>
      : Nvil(Network{}, options) {}
  explicit Nvil(Network network, NvilOptions<T> options = {}, O optimizer = O({.rate = T(0.01)}))
      : network_(std::move(network)), options_(options), optimizer_(std::move(optimizer)) {
    if (!(options.decay >= T(0) && options.decay < T(1)))
      throw DomainError(detail::complaint("Nvil", "decay", options.decay, "a number in [0, 1)"));
  }

  const Network& network() const { return network_; }  ///< C as it stands
  T mean() const { return mean_; }                     ///< c as it stands
  T variance() const { return variance_; }             ///< v as it stands

  template <class Q>
    requires(std::is_same_v<Network, detail::NoNetwork> || requires(const Q& q) { q.inputs(); })
  Row<T> operator()(const Row<T>& values, const Row<T>& keep, const Q& q) const {
    Row<T> signal = values;
    subtract(signal, q);
    T c = mean_, v = variance_;
    if (options_.update_first) {
      const auto [mean, variance] = moments(signal, keep);
      c = followed(c, mean);
      v = followed(v, variance);
    }
    const T scale = options_.scale ? std::max(T(1), std::sqrt(v)) : T(1);
    return (signal.array() - c) / scale;
  }
  /// The draw's mean and variance of l over the kept samples, then the slope of minus the squared error by C's parameters.
  template <class Q>
    requires(std::is_same_v<Network, detail::NoNetwork> || requires(const Q& q) { q.inputs(); })
  Vector<T> lesson(const Row<T>& values, const Row<T>& keep, const Q& q) const {
    Row<T> signal = values;
    if constexpr (reads) {
      const auto e = network_.evaluate(q.inputs());
      subtract_tiled(signal, e.value);
      const auto [mean, variance] = moments(signal, keep);
      const T c = options_.update_first ? followed(mean_, mean) : mean_, count = keep.sum();
      const Index points = e.value.size();
      Row<T> error = Row<T>::Zero(points);
      for (Index s = 0; s < signal.size(); s += points)
        error.array() += (signal.segment(s, points).array() - c) * keep.segment(s, points).array() / count;
      const Vector<T> slope = e.pullback(error);
      Vector<T> all(2 + slope.size());
      all << mean, variance, slope;
      return all;
    } else {
      const auto [mean, variance] = moments(signal, keep);
      return Vector<T>{{mean, variance}};
    }
  }
  void learn(const Vector<T>& lesson) {
    mean_ = followed(mean_, lesson(0));
    variance_ = followed(variance_, lesson(1));
    if constexpr (reads) {
      Vector<T> params = network_.params();
      optimizer_.update(params, Vector<T>(lesson.tail(lesson.size() - 2)));
      network_.set_params(params);
    }
  }

  /// For checkpoints: see io/archive.hpp.
  template <class Self, class A>
  static void archive(Self& self, A& a) {
    a(self.network_, self.mean_, self.variance_, self.optimizer_);
  }

 private:
  struct Moments {
    T mean, variance;
  };
  static Moments moments(const Row<T>& signal, const Row<T>& keep) {
    const T count = keep.sum(), mean = signal.dot(keep) / count;
    return {mean, ((signal.array() - mean).square() * keep.array()).sum() / count};
  }
  T followed(T average, T now) const { return options_.decay * average + (T(1) - options_.decay) * now; }
  template <class Q>
  void subtract(Row<T>& values, const Q& q) const {
    if constexpr (reads) subtract_tiled(values, Row<T>(variate::values(network_, q.inputs())));
  }
  static void subtract_tiled(Row<T>& values, const Row<T>& of_points) {
    detail::require_multiple("Nvil", "number of values", values.size(), of_points.size());
    for (Index s = 0; s < values.size(); s += of_points.size()) values.segment(s, of_points.size()) -= of_points;
  }

  [[no_unique_address]] Network network_;
  NvilOptions<T> options_;
  T mean_ = T(0), variance_ = T(0);
  O optimizer_;
};
template <class T>
Nvil(NvilOptions<T>) -> Nvil<T>;
Nvil() -> Nvil<double>;
template <class Network>
  requires Parametric<Network>
Nvil(Network) -> Nvil<ScalarOf<Network>, Network>;
template <class Network>
  requires Parametric<Network>
Nvil(Network, NvilOptions<ScalarOf<Network>>) -> Nvil<ScalarOf<Network>, Network>;
template <class Network, class O>
  requires Parametric<Network>
Nvil(Network, NvilOptions<ScalarOf<Network>>, O) -> Nvil<ScalarOf<Network>, Network, O>;

}  // namespace variate
