#pragma once
/// A family of independent coordinates behind ordinary functions, so that what all families must satisfy is compiled once.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/concepts.hpp"
#include "variate/distributions/detail/family.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Rng;
using variate::Row;
using variate::Vector;

inline Batch<double> one(double x) { return Batch<double>::Constant(1, 1, x); }

/// Everything in double; a float family converts on the way in and out. A function that the family does not have is empty.
struct AnyFamily {
  using Points = const Batch<double>&;
  struct Evaluation {
    Row<double> value;
    Vector<double> score, score_alone;  ///< for the weights asked for, by `evaluate` and without the density
    Batch<double> theta_score, slope;   ///< no slope if discrete
  };
  struct Draw {
    Batch<double> value, theta_gradient;
    Vector<double> gradient;
  };

  Index event_size, batch_size;
  Batch<double> theta;
  std::function<AnyFamily(const Vector<double>&)> moved;  ///< with other params
  std::function<Batch<double>(Rng&, Index)> sample;
  std::function<Row<double>(Points)> log_prob;
  std::function<Evaluation(Points, const Row<double>&)> evaluate;
  std::function<Draw(Rng&, Index, const std::function<Batch<double>(Points)>&)> rsample;  ///< pulls back a function of the draw
  std::function<Row<double>()> entropy;
  std::function<Vector<double>(const Row<double>&)> entropy_pullback;
  std::function<Batch<double>()> mean, variance, mode, lowest, highest;
  std::function<Batch<double>(Points)> cdf, log_cdf, icdf;
  std::function<Vector<double>(Points)> link_pullback;
  std::function<Vector<double>()> params;
  std::function<Vector<double>(const Vector<double>&)> try_params;  ///< set_params; gives params() afterwards, thrown or not
  std::function<std::string(const Vector<double>&)> refusal;        ///< what set_params says
  /// Slopes of one coordinate by all parameters, settings too, at a point; and of a draw, at its noise and point.
  std::function<std::vector<double>(double)> law_score;
  std::function<std::vector<double>(double, double)> law_path;
};

/// What a family is before it has parameters.
struct Kind {
  std::string name;
  std::vector<variate::detail::Argument> arguments;  ///< in the order of theta, settings last
  std::size_t learned;
  bool discrete;
  std::function<AnyFamily(const Batch<double>& theta, const Batch<double>& settings)> make, make_float;
  bool periodic = false;  ///< the density goes on beyond the ends of the distribution function
};

namespace erased {

template <class T>
Batch<T> in(const Batch<double>& x) {
  return x.template cast<T>();
}
template <class X>
auto out(const X& x) {
  using Plain = Eigen::Matrix<double, X::RowsAtCompileTime, X::ColsAtCompileTime, X::Options>;
  return Plain(x.template cast<double>());
}

template <class Q, class Law>
AnyFamily family(Q q) {
  using T = typename Q::Scalar;
  using Points = AnyFamily::Points;
  using V = variate::detail::Packet<T>;
  const auto constants = [q] {
    variate::detail::LawConstants<Law> c;
    for (std::size_t m = 0; m < c.size(); ++m) c[m] = V(q.constants()(static_cast<Index>(m) * q.event_size(), 0));
    return c;
  };
  const auto listed = [](const variate::detail::LawTheta<Law>& s) {
    std::vector<double> all;
    for (const V& v : s) all.push_back(static_cast<double>(v[0]));
    return all;
  };
  AnyFamily any;
  any.event_size = q.event_size();
  any.batch_size = q.batch_size();
  any.theta = out(q.theta());
  any.params = [q] { return out(q.params()); };
  any.moved = [q](const Vector<double>& v) {
    Q other = q;
    other.set_params(v.template cast<T>());
    return family<Q, Law>(std::move(other));
  };
  any.refusal = [q](const Vector<double>& v) -> std::string {
    Q other = q;
    try {
      other.set_params(v.template cast<T>());
    } catch (const variate::Error& error) {
      return other.params() == q.params() ? error.what() : "params changed";
    }
    return "nothing was thrown";
  };
  any.sample = [q](Rng& rng, Index n) { return out(q.sample(rng, n)); };
  any.log_prob = [q](Points x) { return out(q.log_prob(in<T>(x))); };
  any.evaluate = [q](Points x, const Row<double>& weights) {
    AnyFamily::Evaluation all;
    const Batch<T> at = in<T>(x);
    const Row<T> w = weights.template cast<T>();
    const auto e = q.evaluate(at);
    all.value = out(e.value);
    all.score = out(e.pullback(w));
    all.score_alone = out(q.score(at, w));
    all.theta_score = out(e.theta_pullback(w));
    if constexpr (!Law::discrete) {
      Batch<T> slope;
      e.pullback(w, slope);
      all.slope = out(slope);
    }
    return all;
  };
  if constexpr (Law::reparameterized) {
    any.rsample = [q](Rng& rng, Index n, const std::function<Batch<double>(Points)>& slope) {
      const auto draw = q.rsample(rng, n);
      AnyFamily::Draw all;
      all.value = out(draw.value);
      const Batch<T> g = in<T>(slope(all.value));
      all.gradient = out(draw.pullback(g));
      all.theta_gradient = out(draw.theta_pullback(g));
      return all;
    };
    any.law_path = [=](double e, double x) {
      variate::detail::LawTheta<Law> s;
      Law::path(V(static_cast<T>(e)), V(static_cast<T>(x)), constants(), s);
      return listed(s);
    };
  }
  any.law_score = [=](double x) {
    variate::detail::LawTheta<Law> s;
    Law::score(V(static_cast<T>(x)), constants(), s);
    return listed(s);
  };
  any.link_pullback = [q](Points g) { return out(q.link_pullback(in<T>(g))); };
  any.lowest = [q] { return out(q.lowest()); };
  any.highest = [q] { return out(q.highest()); };
  if constexpr (requires { q.mean(); }) any.mean = [q] { return out(q.mean()); };
  if constexpr (requires { q.variance(); }) any.variance = [q] { return out(q.variance()); };
  if constexpr (requires { q.mode(); }) any.mode = [q] { return out(q.mode()); };
  if constexpr (requires { q.entropy(); }) {
    any.entropy = [q] { return out(q.entropy()); };
    any.entropy_pullback = [q](const Row<double>& w) { return out(q.entropy_pullback(w.template cast<T>())); };
  }
  if constexpr (requires(const Batch<T>& x) { q.cdf(x); }) any.cdf = [q](Points x) { return out(q.cdf(in<T>(x))); };
  if constexpr (requires(const Batch<T>& x) { q.log_cdf(x); }) any.log_cdf = [q](Points x) { return out(q.log_cdf(in<T>(x))); };
  if constexpr (requires(const Batch<T>& x) { q.icdf(x); }) any.icdf = [q](Points p) { return out(q.icdf(in<T>(p))); };
  return any;
}

template <class Q, class Law>
AnyFamily from(const Batch<double>& theta, const Batch<double>& settings) {
  using T = typename Q::Scalar;
  if constexpr (variate::detail::fixed_of<Law> > 0) return family<Q, Law>(Q::from_theta(in<T>(theta), in<T>(settings)));
  else return family<Q, Law>(Q::from_theta(in<T>(theta)));
}

}  // namespace erased

/// kind_of<Laplace, detail::LaplaceLaw>(): the family and its law, in double and in float.
template <template <class> class D, template <class> class Law>
Kind kind_of() {
  const auto& arguments = Law<double>::arguments;
  return {Law<double>::name,
          {arguments.begin(), arguments.end()},
          static_cast<std::size_t>(variate::detail::learned_of<Law<double>>),
          Law<double>::discrete,
          erased::from<D<double>, Law<double>>,
          erased::from<D<float>, Law<float>>,
          variate::detail::is_periodic<Law<double>>};
}

}  // namespace variate_tests
