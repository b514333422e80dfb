#pragma once
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/io/text.hpp"

namespace variate {

/// A black box that is a program of its own, run by the shell once for each parameter vector.
///
/// On its standard input it finds one line with the parameters and one with a seed, a whole number below 2^53; on its standard
/// output it leaves one line for each time step with a number for each output, separated by blanks or commas ("nan" is a number).
/// Give it to `SimulatedLoss`. Several may run at a time on an executor of threads.
class ExternalSimulator {
 public:
  /// The command as one would type it. InvalidArgument if it is empty.
  explicit ExternalSimulator(std::string command) : command_(std::move(command)) {
    if (command_.empty()) throw InvalidArgument("ExternalSimulator: command is empty, expected a program");
  }
  const std::string& command() const { return command_; }

  /// Outputs x time. Error if the program cannot be run, ends with another status than 0, or says something that is no table.
  template <class R>
  Batch<double> operator()(const Vector<double>& theta, R& rng) const {
    std::string input = "'";
    for (Index i = 0; i < theta.size(); ++i) {
      if (i > 0) input += ' ';
      detail::append_number(input, theta[i]);
    }
    input += "' '" + std::to_string(static_cast<std::uint64_t>(rng()) >> 11) + "'";
    return table(run("printf '%s\\n' " + input + " | " + command_));
  }

 private:
  struct Close {
    int* status;
    void operator()(std::FILE* pipe) const {
#if defined(_WIN32)
      *status = _pclose(pipe);
#else
      *status = pclose(pipe);
#endif
    }
  };
  std::string run(const std::string& line) const {
    int status = 0;
    std::string text;
    {
#if defined(_WIN32)
      const std::unique_ptr<std::FILE, Close> pipe(_popen(line.c_str(), "r"), Close{&status});
#else
      const std::unique_ptr<std::FILE, Close> pipe(popen(line.c_str(), "r"), Close{&status});
#endif
      if (!pipe) throw Error("ExternalSimulator: cannot run " + command_ + ": " + std::strerror(errno));
      char part[4096];
      for (std::size_t n = 0; (n = std::fread(part, 1, sizeof part, pipe.get())) > 0;) text.append(part, n);
    }
    if (status != 0) throw Error("ExternalSimulator: " + command_ + " ended with status " + std::to_string(status) + ", expected 0");
    return text;
  }
  Batch<double> table(const std::string& text) const {
    std::vector<double> numbers;
    Index rows = 0, columns = 0, in_line = 0;
    const auto refuse = [&](const std::string& what) {
      throw Error("ExternalSimulator: line " + std::to_string(rows + 1) + " of what " + command_ + " wrote " + what);
    };
    const auto end_line = [&] {
      if (in_line == 0) return;
      if (columns != 0 && in_line != columns)
        refuse("has " + std::to_string(in_line) + " numbers, expected " + std::to_string(columns) + " as before");
      columns = in_line;
      in_line = 0;
      ++rows;
    };
    for (const char* at = text.c_str(); *at != '\0';) {
      if (*at == '\n') {
        end_line();
        ++at;
      } else if (*at == ' ' || *at == ',' || *at == '\t' || *at == '\r') {
        ++at;
      } else {
        char* end = nullptr;
        numbers.push_back(std::strtod(at, &end));
        if (end == at) refuse("has '" + std::string(1, *at) + "', expected a number");
        ++in_line;
        at = end;
      }
    }
    end_line();
    if (rows == 0) throw Error("ExternalSimulator: " + command_ + " wrote nothing, expected a line for each time step");
    return Eigen::Map<const Batch<double>>(numbers.data(), rows, columns).transpose();
  }

  std::string command_;
};

}  // namespace variate
