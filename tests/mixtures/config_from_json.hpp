#pragma once
#include <string>
#include <vector>

#include "support/fixtures.hpp"
#include "variate/mixtures/config.hpp"

namespace variate_tests {

/// Settings as they stand in a JSON object.
inline variate::Config config_from(const nlohmann::json& object) {
  variate::Config config;
  for (const auto& [name, value] : object.items()) {
    if (value.is_object()) config.set({name, config_from(value)});
    else if (value.is_boolean()) config.set({name, value.get<bool>()});
    else if (value.is_number()) config.set({name, value.get<double>()});
    else if (value.is_string()) config.set({name, value.get<std::string>()});
    else if (value.is_array()) config.set({name, value.get<std::vector<double>>()});
    else if (!value.is_null()) throw std::runtime_error("no setting: " + value.dump());
  }
  return config;
}

}  // namespace variate_tests
