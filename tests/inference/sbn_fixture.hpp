#pragma once
/// The nets of the wake-sleep fixtures, their gradients in the order of the library's parameters, and all files of a kind.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "variate/generative/layered_guide.hpp"
#include "variate/generative/layered_sbn.hpp"
#include "variate/random/recorded.hpp"

namespace variate_tests {

using variate::Batch;
using variate::Index;
using variate::Row;
using variate::Vector;

/// wake_sleep/<kind>*.json, in order; there must be some.
inline std::vector<std::string> wake_sleep_files(const std::string& kind) {
  const char* folder = std::getenv("VARIATE_FIXTURES");
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(folder ? folder : VARIATE_TEST_DATA) + "/wake_sleep")) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kind, 0) == 0 && entry.path().extension() == ".json") names.push_back("wake_sleep/" + name);
  }
  std::sort(names.begin(), names.end());
  REQUIRE(!names.empty());
  return names;
}

inline std::vector<Index> layer_sizes(const nlohmann::json& j) {
  std::vector<Index> sizes;
  for (const auto& size : j) sizes.push_back(size.get<Index>());
  return sizes;
}
/// The parts named by blocks, each as the library has it: matrices are written the other way round.
inline Vector<double> in_order(const nlohmann::json& parts, const std::vector<variate::ParameterBlock>& blocks) {
  Index count = 0;
  for (const auto& block : blocks) count += block.size();
  if (parts.size() != blocks.size()) throw std::runtime_error("other parts than expected");
  Vector<double> all(count);
  for (const auto& block : blocks) {
    const Batch<double> m = matrix(parts.at(block.name));
    const Batch<double> own = block.name[0] == 'W' || block.name[0] == 'R' ? Batch<double>(m.transpose()) : m;
    if (own.rows() != block.rows || own.cols() != block.cols) throw std::runtime_error("shape of " + block.name);
    all.segment(block.begin, block.size()) = Eigen::Map<const Vector<double>>(own.data(), own.size());
  }
  return all;
}
/// Only those whose names begin so: weights hold both nets'.
inline nlohmann::json parts_of(const nlohmann::json& weights, const std::string& first_letters) {
  nlohmann::json chosen = nlohmann::json::object();
  for (const auto& [name, value] : weights.items())
    if (first_letters.find(name[0]) != std::string::npos) chosen[name] = value;
  return chosen;
}
inline variate::LayeredSbn<double> sbn_of(const nlohmann::json& file) {
  const auto sizes = layer_sizes(file.at("sizes"));
  variate::LayeredSbn<double> model(sizes, Vector<double>::Zero(variate::LayeredSbn<double>::parameters(sizes)));
  model.set_params(in_order(parts_of(file.at("weights"), "aWb"), model.blocks()));
  return model;
}
inline variate::LayeredGuide<double> guide_of(const nlohmann::json& file) {
  const auto sizes = layer_sizes(file.at("sizes"));
  variate::LayeredGuide<double> guide(sizes, Vector<double>::Zero(variate::LayeredGuide<double>::parameters(sizes)));
  guide.set_params(in_order(parts_of(file.at("weights"), "Rc"), guide.blocks()));
  return guide;
}
/// [K][B][n] as n x KB, sample-major.
inline Batch<double> particles(const nlohmann::json& j) {
  const auto k = static_cast<Index>(j.size()), b = static_cast<Index>(j.at(0).size());
  Batch<double> all;
  for (Index s = 0; s < k; ++s) {
    const Batch<double> one = matrix(j.at(static_cast<std::size_t>(s)));
    if (all.size() == 0) all.resize(one.cols(), k * b);
    all.middleCols(s * b, b) = one.transpose();
  }
  return all;
}
/// Layers stacked.
inline Batch<double> stacked(const std::vector<Batch<double>>& layers) {
  Index rows = 0;
  for (const auto& layer : layers) rows += layer.rows();
  Batch<double> all(rows, layers.front().cols());
  rows = 0;
  for (const auto& layer : layers) {
    all.middleRows(rows, layer.rows()) = layer;
    rows += layer.rows();
  }
  return all;
}
/// Uniforms as the library takes them (a bit is 1 where u > P(0)), where the fixtures have 1 where u < P(1).
inline Batch<double> other_way(const Batch<double>& u) { return (1 - u.array()).matrix(); }
/// Uniforms that give these bits whatever the probabilities.
inline Batch<double> forcing(const Batch<double>& bits) { return (bits.array() * (1 - 2e-12) + 1e-12).matrix(); }

/// The worst error of each file, in units of the largest number compared or of 1.
struct WorstError {
  double worst = 0;
  template <class A, class B>
  void operator()(const Eigen::DenseBase<A>& got, const Eigen::DenseBase<B>& want) {
    REQUIRE(got.size() == want.size());
    const double size = std::max(1e-6, want.derived().cwiseAbs().maxCoeff());
    const Vector<double> a = got.derived().reshaped(), b = want.derived().reshaped();
    const double off = (a - b).cwiseAbs().maxCoeff();
    worst = std::isfinite(off) ? std::max(worst, off / size) : infinity;
  }
  void operator()(double got, double want) {
    const double off = std::abs(got - want);
    worst = std::isfinite(off) ? std::max(worst, off / std::max(1e-6, std::abs(want))) : infinity;
  }
};

}  // namespace variate_tests
