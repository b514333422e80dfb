#pragma once
/// Draws in the CSV form of CmdStan, which ArviZ, posterior, cmdstanpy and cmdstanr read: comments with `key = value`, then
/// `lp__,log_p__,log_g__,name.1,name.2,...` and one line a draw.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/io/csv.hpp"
#include "variate/io/file.hpp"
#include "variate/io/text.hpp"

namespace variate {

/// Options of `write_stan_csv`.
template <class T = double>
struct StanCsvOptions {
  std::string name = "theta";         ///< columns are name.1, name.2, ... unless `names` says otherwise
  std::vector<std::string> names{};   ///< one name a dimension; Stan's form for elements of arrays is mu.1, Sigma.2.1
  Row<T> log_p{};                     ///< log density of the target at each draw, 1 x S; zeros if empty
  Row<T> log_q{};                     ///< log density of the approximation at each draw, 1 x S; zeros if empty
  Vector<T> mean{};                   ///< written as the first line, as CmdStan's variational method does; none if empty
  std::vector<std::pair<std::string, std::string>> comments{};  ///< header lines `# key = value`
};

/// Draws and what came with them.
struct StanCsv {
  std::vector<std::string> names;           ///< of the dimensions
  Batch<double> draws;                      ///< d x S, one column a draw
  std::vector<std::string> internal_names;  ///< lp__, log_p__ and whatever else ends in two underscores
  Batch<double> internals;                  ///< a row for each of them, k x S
  Vector<double> mean;                      ///< first line of a file whose comments say `method = variational`; else empty
  std::vector<std::pair<std::string, std::string>> comments;  ///< key and value of every comment that has the form

  /// The internal column of that name, 1 x S; empty if there is none.
  Row<double> internal(std::string_view name) const {
    for (std::size_t i = 0; i < internal_names.size(); ++i)
      if (internal_names[i] == name) return internals.row(static_cast<Index>(i));
    return {};
  }
};

namespace detail {

inline bool is_internal(std::string_view name) { return name.size() > 2 && name.substr(name.size() - 2) == "__"; }

inline void require_stan_name(const std::string& name) {
  if (name.empty() || name.find_first_of(", \t\r\n\"#") != std::string::npos || is_internal(name))
    throw InvalidArgument(complaint("write_stan_csv", "name", '"' + name + '"',
                                    "a name without blanks, commas, quotes or #, that does not end in __"));
}

inline void require_one_line(const std::string& text) {
  if (text.find_first_of("\r\n") != std::string::npos)
    throw InvalidArgument(complaint("write_stan_csv", "comment", '"' + text + '"', "a single line"));
}

template <class T, class Column>
void append_draw(std::string& text, T log_p, T log_q, const Column& x) {
  text.append("0,");
  append_number(text, log_p);
  text.push_back(',');
  append_number(text, log_q);
  for (Index i = 0; i < x.size(); ++i) {
    text.push_back(',');
    append_number(text, x(i));
  }
  text.push_back('\n');
}

}  // namespace detail

/// Writes draws (d x S, constrained as the user wants to read them) so that reading them back gives the same bits. The file is
/// replaced at once, never seen half written. lp__ is 0, as CmdStan's variational method has it; log_g__ is its name for log q.
/// Throws ShapeError for sizes that do not fit, InvalidArgument for d = 0, S = 0 or a bad or repeated name, FileError if writing
/// fails.
template <class T>
void write_stan_csv(const std::string& path, const Batch<T>& draws, const StanCsvOptions<T>& options = {}) {
  const Index d = draws.rows(), n = draws.cols();
  detail::require_at_least("write_stan_csv", "rows of draws", d, 1);
  detail::require_at_least("write_stan_csv", "columns of draws", n, 1);
  if (options.log_p.size() > 0) detail::require_size("write_stan_csv", "size of log_p", options.log_p.size(), n);
  if (options.log_q.size() > 0) detail::require_size("write_stan_csv", "size of log_q", options.log_q.size(), n);
  if (options.mean.size() > 0) detail::require_size("write_stan_csv", "size of mean", options.mean.size(), d);
  std::vector<std::string> names = options.names;
  if (names.empty())
    for (Index i = 1; i <= d; ++i) names.push_back(options.name + "." + std::to_string(i));
  detail::require_size("write_stan_csv", "number of names", static_cast<Index>(names.size()), d);
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twin = std::adjacent_find(sorted.begin(), sorted.end()); twin != sorted.end())
    throw InvalidArgument(detail::complaint("write_stan_csv", "name", '"' + *twin + '"', "names that differ"));
  std::string text;
  for (const auto& [key, value] : options.comments) {
    detail::require_one_line(key);
    detail::require_one_line(value);
    text.append("# ").append(key).append(" = ").append(value).push_back('\n');
  }
  if (options.mean.size() > 0) text.append("# method = variational\n");
  text.append("lp__,log_p__,log_g__");
  for (const std::string& name : names) {
    detail::require_stan_name(name);
    text.append(",").append(name);
  }
  text.push_back('\n');
  if (options.mean.size() > 0) detail::append_draw(text, T(0), T(0), options.mean);
  for (Index s = 0; s < n; ++s) {
    const T log_p = options.log_p.size() > 0 ? options.log_p(s) : T(0), log_q = options.log_q.size() > 0 ? options.log_q(s) : T(0);
    detail::append_draw(text, log_p, log_q, draws.col(s));
  }
  write_file(path, text);
}

/// Reads a Stan CSV file, of ours or of CmdStan's. Comments may stand anywhere. Throws FileError if it cannot be read and
/// InvalidArgument, naming file, line and column, for text that is not a table of numbers under a line of names.
inline StanCsv read_stan_csv(const std::string& path) {
  const Csv table = parse_csv(read_file(path), path, {.header = CsvHeader::present, .finite = false});
  StanCsv result;
  bool variational = false;
  for (const std::string& comment : table.comments) {
    const auto at = comment.find('=');
    if (at == std::string::npos) continue;
    std::string key(detail::trim(std::string_view(comment).substr(0, at)));
    std::string value(detail::trim(std::string_view(comment).substr(at + 1)));
    variational = variational || (key == "method" && value == "variational");
    result.comments.emplace_back(std::move(key), std::move(value));
  }
  const Index skip = variational ? 1 : 0, n = table.values.rows() - skip;
  std::vector<Index> internal, own;
  for (std::size_t j = 0; j < table.header.size(); ++j) {
    const bool hidden = detail::is_internal(table.header[j]);
    (hidden ? internal : own).push_back(static_cast<Index>(j));
    (hidden ? result.internal_names : result.names).push_back(table.header[j]);
  }
  const auto pick = [&](const std::vector<Index>& columns) {
    Batch<double> rows(static_cast<Index>(columns.size()), n);
    for (std::size_t i = 0; i < columns.size(); ++i)
      rows.row(static_cast<Index>(i)) = table.values.col(columns[i]).tail(n).transpose();
    return rows;
  };
  result.draws = pick(own);
  result.internals = pick(internal);
  if (variational) {
    result.mean.resize(static_cast<Index>(own.size()));
    for (std::size_t i = 0; i < own.size(); ++i) result.mean(static_cast<Index>(i)) = table.values(0, own[i]);
  }
  return result;
}

}  // namespace variate
