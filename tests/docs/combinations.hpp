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
  /// `note` stands behind the word.
  void passed(double z, const char* note = "") {
    good_ = good_ && z < most;
    if (z < most) std::printf(" yes%s |", note);
    else std::printf(" FAIL z %.1f |", z);
  }
  void runs(bool finite) {
    good_ = good_ && finite;
    std::printf(finite ? " biased |" : " FAIL |");
  }
  /// With the number of a sentence.
  void left_out(const std::string& sentence) {
    auto at = std::find(sentences_.begin(), sentences_.end(), sentence);
    if (at == sentences_.end()) at = sentences_.insert(at, sentence);
    std::printf(" (%td) |", at - sentences_.begin() + 1);
  }
  /// With that which a header's `explain` says first, as it stands there.
  void refused(const std::string& header) { left_out(sentence_of(header)); }
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
  /// The first static_assert's words after the first "explain" of a header, or its first of all.
  std::string sentence_of(const std::string& header) const {
    std::ifstream file(include_ + "/variate/" + header);
    std::stringstream all;
    all << file.rdbuf();
    const std::string text = all.str();
    std::size_t at = text.find("explain");
    at = text.find("static_assert(", at == std::string::npos ? 0 : at);
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

inline constexpr Index draws = 6000;

/// Every estimator of the mean of an integrand: cell(estimator, header of its `explain`, whether it is meant to be unbiased).
inline const std::vector<std::string> mean_columns{
    "Reinforce", "Pathwise", "Exact", "Disarm", "CoordinateReinforce", "LocalExpectation", "UnorderedSet", "SumAndSample",
    "MeasureValued", "GeneralizedReparameterization", "Rsvi", "MuProp", "Rebar", "GumbelSoftmax", "StraightThrough"};
template <class Cell>
void each_estimator(Cell cell) {
  cell(Reinforce<>(), "estimators/reinforce.hpp", true);
  cell(Pathwise(), "estimators/pathwise.hpp", true);
  cell(Exact(), "estimators/exact.hpp", true);
  cell(Disarm(), "estimators/disarm.hpp", true);
  cell(CoordinateReinforce(), "estimators/coordinate_reinforce.hpp", true);
  cell(LocalExpectation(), "estimators/local_expectation.hpp", true);
  cell(UnorderedSet(), "estimators/unordered_set.hpp", true);
  cell(SumAndSample(), "estimators/sum_and_sample.hpp", true);
  cell(MeasureValued(), "estimators/measure_valued.hpp", true);
  cell(GeneralizedReparameterization<>(), "estimators/generalized_reparameterization.hpp", true);
  cell(Rsvi<>(), "estimators/rsvi.hpp", true);
  cell(MuProp<>(), "estimators/detail/smooth_draw.hpp", true);
  cell(Rebar<double>(), "estimators/detail/smooth_draw.hpp", true);
  cell(GumbelSoftmax(), "estimators/detail/smooth_draw.hpp", false);
  cell(StraightThrough(), "estimators/detail/smooth_draw.hpp", false);
}
/// Every estimator of the bound of several samples.
inline const std::vector<std::string> bound_columns{"Vimco", "ImportanceWeighted", "Dreg", "ReweightedWake", "Thermodynamic"};
template <class Cell>
void each_bound(Cell cell) {
  cell(Vimco(), "estimators/detail/weighted_scores.hpp", true);
  cell(ImportanceWeighted(), "estimators/importance_weighted.hpp", true);
  cell(Dreg(), "estimators/importance_weighted.hpp", true);
  cell(ReweightedWake(), "estimators/detail/weighted_scores.hpp", false);
  cell(Thermodynamic(), "estimators/detail/weighted_scores.hpp", false);
}
inline std::vector<std::string> all_columns() {
  std::vector<std::string> all = mean_columns;
  all.insert(all.end(), bound_columns.begin(), bound_columns.end());
  return all;
}

// The drivers: the rows of continuous families and of discrete ones.
void alone_continuous(Table& table);
void alone_discrete(Table& table);
void elbo_continuous(Table& table);
void elbo_discrete(Table& table);
void generalised_continuous(Table& table);
void generalised_discrete(Table& table);
void amortised_continuous(Table& table);
void amortised_discrete(Table& table);
void wake_sleep(Table& table);
void weighted(Table& table);
void natural(Table& table);
/// Cases by themselves: VIMCO and wake-sleep with nets of bits, RELAX with a network in generalised inference.
void particular(Table& table);

}  // namespace combinations
