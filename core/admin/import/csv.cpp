#include "admin/import/csv.hpp"

#include <string_view>

namespace vneid::admin {

namespace {

constexpr int end_of_file = std::char_traits<char>::eof();
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(std::istream& stream) : stream_(stream) {
  for (char expected : byte_order_mark) {
    if (stream_.get() == static_cast<unsigned char>(expected)) continue;
    stream_.clear();
    stream_.seekg(0);
    return;
  }
}

int CsvReader::get() {
  const int c = stream_.get();
  if (c == '\n') ++line_;
  ++record_bytes_;
  return c;
}

std::optional<CsvReader::End> CsvReader::end_of(int c) {
  if (c == ',') return End::field;
  if (c == '\n') return End::record;
  if (c == end_of_file) return End::file;
  if (c == '\r' && stream_.peek() == '\n') {
    get();
    return End::record;
  }
  return std::nullopt;
}

std::expected<CsvReader::End, std::string> CsvReader::read_plain(std::string& field, int first) {
  for (int c = first;; c = get()) {
    if (const auto end = end_of(c)) return *end;
    if (c == '"') return std::unexpected("a quote in a field that does not begin with one");
    if (c == '\r') return std::unexpected("a carriage return without a line feed");
    if (c == '\0') return std::unexpected("a NUL byte: is the file UTF-16? Save it as UTF-8");
    if (record_bytes_ > longest_record) return std::unexpected("longer than 64 KiB");
    field += static_cast<char>(c);
  }
}

std::expected<CsvReader::End, std::string> CsvReader::read_quoted(std::string& field) {
  for (;;) {
    int c = get();
    if (c == end_of_file) return std::unexpected("a quote is opened and never closed");
    if (record_bytes_ > longest_record) {
      return std::unexpected("longer than 64 KiB: is a quote never closed?");
    }
    if (c == '"') {
      c = get();
      if (const auto end = end_of(c)) return *end;
      if (c != '"') return std::unexpected("text after a closing quote");
    }
    if (c == '\0') return std::unexpected("a NUL byte");
    field += static_cast<char>(c);
  }
}

std::expected<CsvReader::End, std::string> CsvReader::read_field(std::string& field) {
  const int first = get();
  return first == '"' ? read_quoted(field) : read_plain(field, first);
}

/// Goes on with the line after the broken record's first: a forgotten quote must not cost the rest.
void CsvReader::skip_from(std::streampos start) {
  stream_.clear();
  stream_.seekg(start);
  for (int c = get(); c != '\n' && c != end_of_file;) c = get();
}

std::optional<std::expected<CsvRow, CsvError>> CsvReader::next() {
  for (;;) {
    const std::streampos start = stream_.tellg();
    if (start == std::streampos{-1}) return std::nullopt;
    CsvRow row;
    row.line = line_;
    record_bytes_ = 0;
    for (End end = End::field; end == End::field;) {
      auto read = read_field(row.fields.emplace_back());
      if (!read) {
        line_ = row.line;
        skip_from(start);
        return std::unexpected(CsvError{.line = row.line, .reason = std::move(read.error())});
      }
      end = *read;
    }
    if (row.fields.size() > 1 || !row.fields.front().empty()) return row;
    if (stream_.eof()) return std::nullopt;
  }
}

}  // namespace vneid::admin
