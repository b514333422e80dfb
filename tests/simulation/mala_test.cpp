#include "support/catch.hpp"
#include "variate/distributions/normal.hpp"
#include "variate/random/rng.hpp"
#include "variate/simulation/mala.hpp"

using namespace variate;

namespace {
/// -log N(y; x, 1) but for the constant, y the data.
struct MeanOfData {
  template <class X>
  X operator()(const Vector<X>& x, const Batch<double>& y) const {
    X sum(0.0);
    for (Index i = 0; i < y.cols(); ++i) sum += 0.5 * (x[0] - y(0, i)) * (x[0] - y(0, i));
    return sum;
  }
};
Batch<double> chain_data() { return Batch<double>{{1.0, 2.0, 1.5}}; }
}  // namespace

TEST_CASE("A chain samples the posterior, and at temperature w generalised inference's optimum", "[simulation][statistical]") {
  const Normal<double> prior(Vector<double>::Constant(1, 1.0), Vector<double>::Constant(1, std::sqrt(2.0)));
  for (const double w : {1.0, 3.0})
    for (const bool tempered : {true, false}) {
      // prior^(w/t) exp(-l/t): precision (w/2 + 3)/t
      const double t = tempered ? w : 1.0, precision = (w / 2 + 3) / t, mean = (w / 2 + 4.5) / (w / 2 + 3);
      const Mala mala(prior, MeanOfData{}, MalaOptions<double>{.w = w, .temperature = t, .scale = 0.8 / precision});
      Rng rng(4);
      const auto chain = mala.run(rng, Vector<double>::Zero(1), chain_data(), 20000);
      const auto kept = chain.states.rightCols(19000);
      // about 5000 independent draws: 4 standard errors
      CHECK(std::abs(kept.mean() - mean) < 4 / std::sqrt(5000 * precision));
      const double variance = (kept.array() - kept.mean()).square().mean();
      CHECK(variance * precision == Approx(1).margin(4 * std::sqrt(2.0 / 5000)));
      CHECK(chain.acceptance() > 0.5);
      CHECK(chain.acceptance() < 1);
    }
}

TEST_CASE("What is no chain", "[simulation]") {
  const auto prior = Normal<double>::standard(1);
  CHECK_THROWS_AS(Mala(prior, MeanOfData{}, MalaOptions<double>{.w = -1}), DomainError);
  CHECK_THROWS_AS(Mala(prior, MeanOfData{}, MalaOptions<double>{.scale = 0}), DomainError);
  CHECK_THROWS_AS(Mala(prior, MeanOfData{}, MalaOptions<double>{.temperature = 0}), DomainError);
  CHECK_THROWS_AS(Mala(prior, MeanOfData{}, MalaOptions<double>{.gradient_clipping_norm = 0}), DomainError);
  CHECK_THROWS_AS(Mala(prior, MeanOfData{}, MalaOptions<double>{.covariance = -Batch<double>::Identity(1, 1)}), DomainError);
  CHECK_THROWS_AS(Mala(prior, MeanOfData{}, MalaOptions<double>{.covariance = Batch<double>::Ones(2, 1)}), ShapeError);
  const Mala mala(prior, MeanOfData{}, MalaOptions<double>{.covariance = Batch<double>::Identity(2, 2)});
  Rng rng(1);
  CHECK_THROWS_AS(mala.run(rng, Vector<double>::Zero(1), chain_data(), 5), ShapeError);
  const Mala plain(prior, MeanOfData{});
  CHECK_THROWS_AS(plain.run(rng, Vector<double>::Zero(1), chain_data(), -1), InvalidArgument);
  CHECK_THROWS_AS(plain.run(rng, Vector<double>::Zero(1), Batch<double>::Constant(1, 1, std::nan("")), 1), DomainError);
  CHECK(plain.run(rng, Vector<double>::Zero(1), chain_data(), 0).states.cols() == 1);
}
