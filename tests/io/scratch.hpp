#pragma once
#include <chrono>
#include <filesystem>
#include <string>

namespace variate_tests {

/// A folder of its own, removed at the end.
class Scratch {
 public:
  explicit Scratch(const std::string& name)
      : folder_(std::filesystem::temp_directory_path() / ("variate_test_" + name + "_" + std::to_string(stamp()))) {
    std::filesystem::create_directories(folder_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string path(const std::string& file) const { return (folder_ / file).string(); }
  /// Entries in the folder.
  int entries() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) count += entry.exists();
    return count;
  }

 private:
  static long long stamp() { return static_cast<long long>(std::chrono::steady_clock::now().time_since_epoch().count()); }
  std::filesystem::path folder_;
};

/// What `make` throws, of type E, as text.
template <class E, class F>
std::string message_of(F&& make) {
  try {
    make();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace variate_tests
