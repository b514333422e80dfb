#pragma once
/// The cells of docs/combinations.md: every estimator on every family, tried.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "variate/autodiff/differentiable.hpp"
#include "variate/core/concepts.hpp"
#include "variate/distributions/bernoulli.hpp"
#include "variate/estimators/baselines/leave_one_out.hpp"
#include "variate/estimators/baselines/none.hpp"
#include "variate/estimators/coordinate_reinforce.hpp"
#include "variate/estimators/disarm.hpp"
#include "variate/estimators/dreg.hpp"
#include "variate/estimators/exact.hpp"
#include "variate/estimators/generalized_reparameterization.hpp"
#include "variate/estimators/gumbel_softmax.hpp"
#include "variate/estimators/importance_weighted.hpp"
#include "variate/estimators/local_expectation.hpp"
#include "variate/estimators/measure_valued.hpp"
#include "variate/estimators/muprop.hpp"
#include "variate/estimators/pathwise.hpp"
#include "variate/estimators/rebar.hpp"
#include "variate/estimators/reinforce.hpp"
#include "variate/estimators/reweighted_wake.hpp"
#include "variate/estimators/rsvi.hpp"
#include "variate/estimators/straight_through.hpp"
#include "variate/estimators/sum_and_sample.hpp"
#include "variate/estimators/thermodynamic.hpp"
#include "variate/estimators/unordered_set.hpp"
#include "variate/estimators/vimco.hpp"
#include "variate/objectives/elbo.hpp"
#include "variate/random/rng.hpp"

namespace combinations {

using namespace variate;

/// Mean and squared standard error of many gradients.
struct Mean {
  Vector<double> mean, square;
  Index count = 0;
  void add(const Vector<double>& g) {
    if (count == 0) mean = square = Vector<double>::Zero(g.size());
    ++count;
    const Vector<double> off = g - mean;
    mean += off / static_cast<double>(count);
    square += off.cwiseProduct(g - mean);
  }
  Vector<double> variance_of_mean() const { return square / static_cast<double>(count - 1) / static_cast<double>(count); }
};
/// The largest z-score of the difference; differences of rounding size are none.
inline double worst_z(const Mean& got, const Vector<double>& want, const Vector<double>& variance_of_want) {
  if (got.mean.size() != want.size()) return 1e9;
  double worst = 0;
  for (Index i = 0; i < want.size(); ++i) {
    const double off = std::abs(got.mean(i) - want(i));
    if (off > 1e-6) worst = std::max(worst, off / std::sqrt(got.variance_of_mean()(i) + variance_of_want(i) + 1e-300));
  }
  return worst;
}
inline double worst_z(const Mean& got, const Vector<double>& want) {
  return worst_z(got, want, Vector<double>::Zero(want.size()));
}
/// By chance above 5 once in a million.
inline constexpr double most = 5;

/// What the table is made of.
class Table {
 public:
  explicit Table(std::string include) : include_(std::move(include)) {}
  bool good() const { return good_; }
  void head(const std::vector<std::string>& columns) {
    line("| family |", columns, [](const std::string& name) { return " `" + name + "` |"; });
    line("|---|", columns, [](const std::string&) { return std::string("---|"); });
  }
  void begin(const std::string& name) { std::printf("| `%s` |", name.c_str()); }
  void end() { std::printf("\n"); }
  void passed(double z) {
    good_ = good_ && z < most;
    if (z < most) std::printf(" yes |");
    else std::printf(" FAIL z %.1f |", z);
  }
  void runs(bool finite) {
    good_ = good_ && finite;
    std::printf(finite ? " biased |" : " FAIL |");
  }
  /// With the number of the sentence that the estimator's `explain` says first, as it stands in the header.
  void refused(const std::string& header) {
    const std::string sentence = sentence_of(header);
    auto at = std::find(sentences_.begin(), sentences_.end(), sentence);
    if (at == sentences_.end()) at = sentences_.insert(at, sentence);
    std::printf(" (%td) |", at - sentences_.begin() + 1);
  }
  void sentences() const {
    for (std::size_t i = 0; i < sentences_.size(); ++i) std::printf("%zu. %s\n", i + 1, sentences_[i].c_str());
  }

 private:
  template <class Each>
  static void line(const char* first, const std::vector<std::string>& columns, Each each) {
    std::printf("%s", first);
    for (const std::string& name : columns) std::printf("%s", each(name).c_str());
    std::printf("\n");
  }
  /// The first static_assert's words after the first "explain" of a header.
  std::string sentence_of(const std::string& header) const {
    std::ifstream file(include_ + "/variate/estimators/" + header);
    std::stringstream all;
    all << file.rdbuf();
    const std::string text = all.str();
    std::size_t at = text.find("explain");
    at = text.find("static_assert(", at == std::string::npos ? text.size() : at);
    if (at == std::string::npos) throw std::runtime_error("no sentence in " + header);
    std::string sentence;
    // adjacent literals, up to the end of the assertion
    for (bool inside = false; at < text.size(); ++at) {
      if (text[at] == '"') inside = !inside;
      else if (inside) sentence += text[at];
      else if (text[at] == ';') break;
    }
    return sentence;
  }

  std::string include_;
  std::vector<std::string> sentences_;
  bool good_ = true;
};

/// sum_i (x_i - 0.3)^2, whose mean is known where mean and variance are.
struct Bowl {
  auto operator()(const auto& x) const { return sum(square(x - 0.3)); }
};
template <class Q>
double expected_bowl(const Q& q) {
  const Batch<double> mean = q.mean(), variance = q.variance();
  return (variance.array() + (mean.array() - 0.3).square()).sum();
}
template <class Q>
Vector<double> slopes_of_bowl(Q q) {
  const Vector<double> at = q.params();
  Vector<double> slopes(at.size());
  for (Index i = 0; i < at.size(); ++i) {
    const double step = 1e-5;
    Vector<double> up = at, down = at;
    up(i) += step;
    down(i) -= step;
    q.set_params(up);
    const double above = expected_bowl(q);
    q.set_params(down);
    slopes(i) = (above - expected_bowl(q)) / (2 * step);
  }
  return slopes;
}

template <class Q, class E, class F>
Mean mean_gradient(const Q& q, const E& estimator, const F& f, Index n, Index draws) {
  Rng rng(11);
  Mean mean;
  for (Index i = 0; i < draws; ++i) {
    const auto e = estimator(q, f, rng, n);
    if (!e.finite()) throw std::runtime_error("an estimate is not finite");
    mean.add(e.q);
  }
  return mean;
}

inline constexpr Index draws = 6000;

/// The cell of an estimator of E f.
template <class E, class Q>
void of_mean(Table& table, const Q& q, const char* header, bool unbiased = true, const E& estimator = E(), Index n = 2) {
  const auto f = differentiable(Bowl{});
  using F = std::remove_const_t<decltype(f)>;
  if constexpr (!detail::accepts<E, Q, F>) {
    table.refused(header);
  } else {
    const Mean mean = mean_gradient(q, estimator, f, n, draws);
    if (unbiased) table.passed(worst_z(mean, slopes_of_bowl(q)));
    else table.runs(mean.mean.allFinite());
  }
}
/// The cell of an estimator of the bound of two samples, beside the plain score of the bound.
template <class E, class Q>
void of_bound(Table& table, const Q& q, const Q& p, const char* header, bool unbiased = true, const E& estimator = E()) {
  const auto l = Elbo<SampledEntropy>{}(q, p);
  using F = std::remove_const_t<decltype(l)>;
  if constexpr (!detail::accepts<E, Q, F>) {
    table.refused(header);
  } else {
    const Mean mean = mean_gradient(q, estimator, l, 2, draws);
    const Mean plain = mean_gradient(q, Vimco{LeftOut::nothing}, l, 2, 2 * draws);
    if (unbiased) table.passed(worst_z(mean, plain.mean, plain.variance_of_mean()));
    else table.runs(mean.mean.allFinite());
  }
}

inline const std::vector<std::string> mean_columns{
    "Reinforce", "Pathwise", "Exact", "Disarm", "CoordinateReinforce", "LocalExpectation", "UnorderedSet", "SumAndSample",
    "MeasureValued", "GeneralizedReparameterization", "Rsvi", "MuProp", "Rebar", "GumbelSoftmax", "StraightThrough"};
template <class Q>
void row_of_means(Table& table, const char* name, const Q& q) {
  table.begin(name);
  of_mean<Reinforce<>>(table, q, "reinforce.hpp");
  of_mean<Pathwise>(table, q, "pathwise.hpp");
  of_mean<Exact>(table, q, "exact.hpp");
  of_mean<Disarm>(table, q, "disarm.hpp");
  of_mean<CoordinateReinforce>(table, q, "coordinate_reinforce.hpp");
  of_mean<LocalExpectation>(table, q, "local_expectation.hpp");
  of_mean<UnorderedSet>(table, q, "unordered_set.hpp");
  of_mean<SumAndSample>(table, q, "sum_and_sample.hpp");
  of_mean<MeasureValued>(table, q, "measure_valued.hpp");
  of_mean<GeneralizedReparameterization<>>(table, q, "generalized_reparameterization.hpp");
  of_mean<Rsvi<>>(table, q, "rsvi.hpp");
  of_mean<MuProp<>>(table, q, "detail/smooth_draw.hpp");
  of_mean<Rebar<double>>(table, q, "detail/smooth_draw.hpp");
  of_mean<GumbelSoftmax>(table, q, "detail/smooth_draw.hpp", false);
  of_mean<StraightThrough>(table, q, "detail/smooth_draw.hpp", false);
  table.end();
}
inline const std::vector<std::string> bound_columns{"Vimco", "ImportanceWeighted", "Dreg", "ReweightedWake", "Thermodynamic"};
template <class Q>
void row_of_bounds(Table& table, const char* name, const Q& q) {
  Q p = q;
  Vector<double> params = p.params();
  for (Index i = 0; i < params.size(); ++i) params(i) += 0.25 * std::sin(1.0 + 2.0 * static_cast<double>(i));
  p.set_params(params);
  table.begin(name);
  of_bound<Vimco>(table, q, p, "vimco.hpp");
  of_bound<ImportanceWeighted>(table, q, p, "importance_weighted.hpp");
  of_bound<Dreg>(table, q, p, "importance_weighted.hpp");
  of_bound<ReweightedWake>(table, q, p, "reweighted_wake.hpp", false);
  of_bound<Thermodynamic>(table, q, p, "thermodynamic.hpp", false);
  table.end();
}

void continuous(Table& means);
void continuous_bounds(Table& bounds);
void discrete(Table& means);
void discrete_bounds(Table& bounds);
/// The drivers, with a gradient of each.
void drivers(Table& table);

}  // namespace combinations
