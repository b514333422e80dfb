#pragma once
/// Tables of numbers from text files.
#include <cctype>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "variate/core/error.hpp"
#include "variate/core/types.hpp"
#include "variate/io/file.hpp"

namespace variate {

/// Is the first row of a CSV file names or numbers?
enum class CsvHeader {
  automatic,  ///< names if any of its fields is not a number
  present,    ///< names
  absent      ///< numbers
};

/// Options of `read_csv`.
struct CsvOptions {
  char separator = ',';                      ///< between fields; spaces around a field do not count
  char comment = '#';                        ///< a line that begins with it is kept as a comment; '\0': no line is one
  CsvHeader header = CsvHeader::automatic;   ///< is the first row names?
  bool finite = true;                        ///< nan and inf are errors
};

/// A table of numbers.
struct Csv {
  std::vector<std::string> header;    ///< names of the columns; empty if the file has none
  Batch<double> values;               ///< one row a line, one column a field
  std::vector<std::string> comments;  ///< comment lines, without their mark

  /// The index of the column of that name. Throws InvalidArgument if there is none.
  Index column(std::string_view name) const {
    for (std::size_t i = 0; i < header.size(); ++i)
      if (header[i] == name) return static_cast<Index>(i);
    throw InvalidArgument(detail::complaint("Csv::column", "name", name, "one of the table's columns"));
  }
};

namespace detail {

inline std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Reads a whole field as a decimal number, nan or inf, with a point for the decimal point whatever the locale. False if it is
/// anything else, or too large for a double.
inline bool parse_number(std::string_view field, double& x) {
  std::string text(field);
  std::string word;
  for (const char c : text)
    if (c != '+' && c != '-') word.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  const bool named = word == "nan" || word == "inf" || word == "infinity";
  if (!named) {
    if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
    const char* point = std::localeconv()->decimal_point;
    if (const auto at = text.find('.'); at != std::string::npos && std::string_view(point) != ".") text.replace(at, 1, point);
  }
  char* end = nullptr;
  x = std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size() && (named || std::isfinite(x));
}

/// Splits a line into trimmed fields. A field may be "quoted", with "" for a quote; false if a quote does not end.
inline bool split_fields(std::string_view line, char separator, std::vector<std::string>& fields) {
  fields.clear();
  while (true) {
    std::string field;
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t') && line.front() != separator) line.remove_prefix(1);
    if (!line.empty() && line.front() == '"') {
      std::size_t i = 1;
      for (;; ++i) {
        if (i >= line.size()) return false;
        if (line[i] != '"') {
          field.push_back(line[i]);
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
          field.push_back(line[i++]);
        } else {
          break;
        }
      }
      line.remove_prefix(i + 1);
      const auto end = line.find(separator);
      if (!trim(line.substr(0, end)).empty()) return false;
      line.remove_prefix(end == std::string_view::npos ? line.size() : end);
    } else {
      const auto end = line.find(separator);
      field = trim(line.substr(0, end));
      line.remove_prefix(end == std::string_view::npos ? line.size() : end);
    }
    fields.push_back(std::move(field));
    if (line.empty()) return true;
    line.remove_prefix(1);
  }
}

}  // namespace detail

/// The table in `text`; `name` stands for the file in messages. See `read_csv`.
inline Csv parse_csv(std::string_view text, const std::string& name, const CsvOptions& options = {}) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  Csv table;
  std::vector<double> numbers;
  std::vector<std::string> fields;
  std::size_t columns = 0, rows = 0, line_number = 0;
  const auto fail = [&](const std::string& what) {
    return InvalidArgument("read_csv: " + name + ", line " + std::to_string(line_number) + what);
  };
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = detail::trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++line_number;
    if (line.empty()) continue;
    if (options.comment != '\0' && line.front() == options.comment) {
      table.comments.emplace_back(line.substr(1));
      continue;
    }
    if (!detail::split_fields(line, options.separator, fields)) throw fail(": a quoted field does not end where it should");
    if (columns == 0) {
      columns = fields.size();
      bool names = options.header == CsvHeader::present;
      double ignored = 0;
      if (options.header == CsvHeader::automatic)
        for (const std::string& field : fields) names = names || !detail::parse_number(field, ignored);
      if (names) {
        table.header = fields;
        continue;
      }
    }
    if (fields.size() != columns)
      throw fail(": " + std::to_string(fields.size()) + " fields, expected " + std::to_string(columns));
    for (std::size_t i = 0; i < columns; ++i) {
      double x = 0;
      const bool good = detail::parse_number(fields[i], x);
      if (!good || (options.finite && !std::isfinite(x)))
        throw fail(", column " + std::to_string(i + 1) + (table.header.empty() ? "" : " (" + table.header[i] + ")") + ": \"" +
                   fields[i] + "\", expected a " + (options.finite ? "finite " : "") + "number");
      numbers.push_back(x);
    }
    ++rows;
  }
  if (rows == 0) throw InvalidArgument("read_csv: " + name + " has no rows, expected at least one row of numbers");
  table.values = Eigen::Map<const Batch<double>>(numbers.data(), static_cast<Index>(rows), static_cast<Index>(columns));
  return table;
}

/// Reads a file of numbers in rows of equal length. Empty lines are skipped; line ends of Unix and Windows are taken, and a
/// byte-order mark. Throws FileError if the file cannot be read, and InvalidArgument, naming file, line, column and the text
/// found, for a field that is not a number (or not finite, unless allowed), rows of unequal length, or no rows at all.
inline Csv read_csv(const std::string& path, const CsvOptions& options = {}) { return parse_csv(read_file(path), path, options); }

}  // namespace variate
