#pragma once
/// Flows as zunis' fixtures write them.
#include <string>
#include <vector>

#include "integration/zunis_cases.hpp"
#include "variate/flows/coupling_flow.hpp"
#include "variate/random/rng.hpp"

namespace variate_tests {

/// (N, k, P) as k P x N.
inline variate::Batch<double> raw_parameters(const nlohmann::json& j) {
  const auto size = [](const nlohmann::json& list) { return static_cast<variate::Index>(list.size()); };
  const variate::Index n = size(j), k = size(j.at(0)), count = size(j.at(0).at(0));
  variate::Batch<double> raw(k * count, n);
  for (variate::Index c = 0; c < n; ++c)
    for (variate::Index i = 0; i < k; ++i)
      raw.block(i * count, c, count, 1) = matrix(j.at(static_cast<std::size_t>(c)).at(static_cast<std::size_t>(i)));
  return raw;
}

/// Tensors with name, shape and data, one after the other.
inline variate::Vector<double> in_one(const nlohmann::json& tensors) {
  std::vector<double> all;
  for (const auto& tensor : tensors) {
    require_only(tensor, {"name", "shape", "data"});
    for (const auto& one : tensor.at("data")) all.push_back(number(one));
  }
  return Eigen::Map<const variate::Vector<double>>(all.data(), static_cast<variate::Index>(all.size()));
}

inline std::vector<variate::CouplingMask> masks_of(const nlohmann::json& one) {
  const auto d = one.at("d").get<variate::Index>(), repetitions = one.at("repetitions").get<variate::Index>();
  const auto masking = one.at("masking").get<std::string>();
  if (masking == "checkerboard") return variate::checkerboard_masks(d, repetitions);
  if (masking == "iflow") return variate::bit_pattern_masks(d, repetitions);
  if (masking == "maximal") return variate::one_conditions_all_masks(d, repetitions);
  FAIL("unknown masking " << masking);
  return {};
}

/// f(flow) with the cells, masks and parameters of a case.
template <class F>
void with_flow(const nlohmann::json& one, const std::vector<variate::CouplingMask>& masks, const nlohmann::json& tensors, F f) {
  using namespace variate;
  const auto cell = one.at("cell").get<std::string>();
  const auto hidden = std::vector<Index>(one.at("n_hidden").get<std::size_t>() + 1, one.at("d_hidden").get<Index>());
  const CouplingFlowOptions<double> options{.masks = masks, .hidden = hidden};
  const auto run = [&](auto q) {
    q.set_params(in_one(tensors));
    f(q);
  };
  Rng rng(1);
  const auto d = static_cast<Index>(masks.front().size());
  if (cell == "realnvp") run(coupling_flow(d, AffineTransform<double>(), rng, options, Sigmoid<double>()));
  else if (cell == "pwlinear") run(coupling_flow(d, PiecewiseLinear<double>(one.at("n_bins").get<Index>()), rng, options));
  else if (cell == "pwquad") run(coupling_flow(d, PiecewiseQuadratic<double>(one.at("n_bins").get<Index>()), rng, options));
  else FAIL("unknown cell " << cell);
}

}  // namespace variate_tests
