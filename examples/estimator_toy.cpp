/// The classic toy of gradient estimation: E (b - t)^2 for one bit b of logit phi. Prints the variance of each estimator's
/// gradient beside its exact value, then lets REBAR and RELAX tune themselves; and the four closed-form variances of E (z^2 + c),
/// z normal.
///
///     estimator_toy [repeats]

// test: 2000
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "variate/variate.hpp"

namespace {

using variate::Batch;
using variate::Bernoulli;
using variate::Index;
using variate::Vector;

/// (b - t)^2, also between 0 and 1.
struct Toy {
  double t;
  auto operator()(const auto& b) const { return square(row(b, 0) - t); }
};

/// A learned control variate: one number in, ten hidden, one out.
struct Surrogate {
  auto operator()(const auto& z, const auto& theta) const {
    return reshape(theta, 20, 1, 10) * tanh(reshape(theta, 0, 10, 1) * z + reshape(theta, 10, 10, 1)) + reshape(theta, 30, 1, 1);
  }
};

void line(const char* name, const variate::GradientVariance<double>& v, double exact) {
  std::printf("  %-28s mean %9.6f  variance %10.4g", name, v.noise.mean()(0), v.noise.total_variance());
  if (exact >= 0) std::printf("  exact %10.4g", exact);
  std::printf("\n");
}

/// The exact variances of one estimate by the two values of b.
struct Exact {
  double gradient, reinforce, leave_one_out, muprop;
  Exact(double t, double phi) {
    const double p = 1 / (1 + std::exp(-phi)), q = 1 - p, one = (1 - t) * (1 - t), zero = t * t;
    gradient = (one - zero) * p * q;
    reinforce = p * one * one * q * q + q * zero * zero * p * p - gradient * gradient;
    // two draws: nothing unless they differ, and then (f(1) - f(0))/2
    leave_one_out = 2 * p * q * (one - zero) * (one - zero) / 4 - gradient * gradient;
    const auto rest = [&](double b) { return (b - t) * (b - t) - (p - t) * (p - t) - 2 * (p - t) * (b - p); };
    muprop = p * rest(1) * rest(1) * q * q + q * rest(0) * rest(0) * p * p - std::pow(p * rest(1) * q - q * rest(0) * p, 2);
  }
};

void toy(double t, double phi, Index repeats) {
  const Bernoulli<double> q(Vector<double>{{phi}});
  const auto f = variate::differentiable(Toy{t});
  const Exact exact(t, phi);
  std::printf("E (b - %g)^2 at logit %g: gradient %.6f\n", t, phi, exact.gradient);
  variate::Rng rng(1);
  const auto look = [&](const auto& estimator, Index samples) {
    return variate::gradient_variance(estimator, q, f, rng, {.samples = samples, .repeats = repeats});
  };
  line("REINFORCE, 1 draw", look(variate::Reinforce<variate::NoBaseline>{}, 1), exact.reinforce);
  line("leave-one-out, 2 draws", look(variate::Reinforce{}, 2), exact.leave_one_out);
  line("ARM, 2 evaluations", look(variate::Arm{}, 2), -1);
  line("DisARM, 2 evaluations", look(variate::Disarm{}, 2), phi == 0 ? 0 : -1);
  line("MuProp, 1 draw", look(variate::MuProp{}, 1), exact.muprop);
  line("Gumbel-softmax (biased)", look(variate::GumbelSoftmax{}, 1), -1);

  variate::Rebar<double> rebar;
  variate::Relax relax(variate::differentiable(Surrogate{}, Vector<double>(0.3 * variate::normals<double>(rng, 31, 1))));
  line("REBAR, untuned", look(variate::Rebar<double>({.constant = false}), 1), -1);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    variate::Rng step = rng.split(i);
    rebar.learn(rebar(q, f, step, 1).own);
    relax.learn(relax(q, f, step, 1).own);
  }
  line("REBAR after 2000 steps", look(rebar, 1), -1);
  line("RELAX after 2000 steps", look(relax, 1), -1);
  std::printf("\n");
}

/// E (z^2 + c) for z normal: score and path, by loc and by scale.
void square_plus_constant(double mu, double sigma, double c, Index repeats) {
  const variate::Normal<double> q(Vector<double>{{mu}}, Vector<double>{{sigma}});
  const auto f = variate::differentiable([c](const auto& z) { return sum(square(z)) + c; });
  variate::Rng rng(2);
  const auto path = variate::gradient_variance(variate::Pathwise{}, q, f, rng, {.samples = 1, .repeats = repeats});
  const auto score =
      variate::gradient_variance(variate::Reinforce<variate::NoBaseline>{}, q, f, rng, {.samples = 1, .repeats = repeats});
  const double m = mu * mu, s = sigma * sigma, level = (m + c) * (m + c);
  std::printf("E (z^2 %+g), z ~ N(%g, %g^2): variances, by loc and by scale\n", c, mu, sigma);
  const auto by_scale = [&](const auto& v) { return v.noise.variance()(1) / s; };  // theta keeps log scale
  std::printf("  path   %9.4g (exact %9.4g)  %9.4g (exact %9.4g)\n", path.noise.variance()(0), 4 * s, by_scale(path),
              4 * m + 8 * s);
  std::printf("  score  %9.4g (exact %9.4g)  %9.4g (exact %9.4g)\n", score.noise.variance()(0),
              level / s + 15 * s + 14 * m + 6 * c, by_scale(score), 2 * level / s + 74 * s + 60 * m + 20 * c);
}

}  // namespace

int main(int argc, char** argv) try {
  const Index repeats = argc > 1 ? std::atol(argv[1]) : 20000;
  for (const double t : {0.45, 0.499})
    for (const double phi : {0.0, 1.0}) toy(t, phi, repeats);
  square_plus_constant(-0.3, 1.1, -3.5, repeats);
  square_plus_constant(1.0, 0.5, 2.0, repeats);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
