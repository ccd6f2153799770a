#include "audit/seal/head_file.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "audit/seal/durable.hpp"
#include "audit/seal/sealer.hpp"
#include "audit/seal/statements.hpp"

namespace vneid::audit {

namespace {

/// Longer than any head's line.
constexpr std::uintmax_t tail_size = 8192;

[[noreturn]] void fail(const std::string& doing) {
  throw std::runtime_error("cannot " + doing + ": " + std::generic_category().message(errno));
}

std::string tail_of(const std::string& path, std::uintmax_t size) {
  std::ifstream stream(path, std::ios::binary);
  const std::uintmax_t wanted = std::min(size, tail_size);
  stream.seekg(static_cast<std::streamoff>(size - wanted));
  std::string tail(wanted, '\0');
  if (!stream.read(tail.data(), static_cast<std::streamsize>(wanted))) fail("read " + path);
  return tail;
}

}  // namespace

HeadFileReader::HeadFileReader(const std::string& path) : path_(path), stream_(path) {
  if (!stream_) fail("read " + path);
}

std::optional<Head> HeadFileReader::next() {
  std::string line;
  if (!std::getline(stream_, line)) return std::nullopt;
  const std::string at = path_ + " line " + std::to_string(++line_) + ": ";
  auto head = head_of_line(line);
  if (!head) throw std::runtime_error(at + head.error());
  if (before_ && head->number <= *before_) {
    throw std::runtime_error(at + "head " + std::to_string(head->number) + " is behind head " +
                             std::to_string(*before_));
  }
  before_ = head->number;
  return *std::move(head);
}

HeadFile::HeadFile(std::string path) : path_(std::move(path)) {
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(path_, missing);
  if (missing || size == 0) return;
  std::string tail = tail_of(path_, size);
  const auto whole = tail.rfind('\n');
  const std::size_t half = tail.size() - (whole == std::string::npos ? 0 : whole + 1);
  if (half > 0) std::filesystem::resize_file(path_, size - half);
  if (whole == std::string::npos) return;
  tail.resize(whole);
  const auto begin = tail.rfind('\n');
  auto head =
      head_of_line(std::string_view{tail}.substr(begin == std::string::npos ? 0 : begin + 1));
  if (!head) throw std::runtime_error(path_ + ": its last line " + head.error());
  last_ = *std::move(head);
}

Task<void> HeadFile::catch_up(postgres::Database& database) {
  static const StreamedQuery all{
      "heads_to_export",
      "select " + head_select() + " from audit_head where number >= $1::bigint order by number",
      heads_at_once};
  postgres::Transaction transaction = co_await begin_looking(database);
  postgres::Params from;
  from.integer(last_ ? static_cast<std::int64_t>(last_->number) : 0);
  RowStream heads{transaction, all, std::move(from)};
  bool first = last_.has_value();
  while (co_await heads.next()) {
    const Head head = head_of_row(heads.rows(), heads.row());
    if (!first) {
      append(head);
    } else if (head.hash() != last_->hash()) {
      break;
    }
    first = false;
  }
  co_await transaction.rollback();
  if (first) {
    throw SealRefused("head " + std::to_string(last_->number) + " is in " + path_ +
                      " and not in the database: heads were taken away or replaced there; "
                      "nothing is sealed over that: run \"vneidctl audit verify --heads " +
                      path_ + "\"");
  }
}

void HeadFile::append(const Head& head) {
  append_line(path_, text::json_dump(head.to_json().get()));
  last_ = head;
}

}  // namespace vneid::audit
