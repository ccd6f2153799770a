#include "audit/seal/archive_file.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "audit/seal/durable.hpp"

namespace vneid::audit {

namespace {

constexpr std::size_t longest_line = 65'536;
constexpr const char* format_member = "vneid_audit_archive";
constexpr int format_version = 1;

std::uint64_t count_of(const json_t* object, const char* name, const std::string& at) {
  const json_t* value = json_object_get(object, name);
  if (!json_is_integer(value) || json_integer_value(value) < 0) {
    throw std::runtime_error(at + "has no \"" + name + "\"");
  }
  return static_cast<std::uint64_t>(json_integer_value(value));
}

text::Json object_of(std::string_view line, const std::string& at) {
  auto object = text::parse_json_object(line, longest_line);
  if (!object) throw std::runtime_error(at + object.error());
  return *std::move(object);
}

std::uint64_t first_of(const std::string& path) {
  const std::string at = path + " line 1: ";
  std::ifstream stream(path);
  std::string line;
  if (!stream) throw std::runtime_error(path + ": cannot be read");
  std::getline(stream, line);
  const text::Json header = object_of(line, at);
  if (json_integer_value(json_object_get(header.get(), format_member)) != format_version) {
    throw std::runtime_error(at + "is no archive of the audit trail");
  }
  return count_of(header.get(), "first", at);
}

}  // namespace

ArchiveWriter::ArchiveWriter(std::string path, std::uint64_t first, const Head& head)
    : path_(std::move(path)), part_(path_ + ".part") {
  if (std::filesystem::exists(path_)) {
    throw std::runtime_error(path_ + " is there already, and is not written over");
  }
  create_private(part_);
  stream_.open(part_, std::ios::binary | std::ios::trunc);
  const text::Json header{json_object()};
  json_object_set_new(header.get(), format_member, json_integer(format_version));
  json_object_set_new(header.get(), "first", json_integer(static_cast<json_int_t>(first)));
  json_object_set_new(header.get(), "size", json_integer(static_cast<json_int_t>(head.size)));
  json_object_set(header.get(), "head", head.to_json().get());
  write(text::json_dump(header.get()));
}

ArchiveWriter::~ArchiveWriter() {
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
}

void ArchiveWriter::add(std::uint64_t position, const StoredEvent& event) {
  const text::Json line{json_object()};
  json_object_set_new(line.get(), "position", json_integer(static_cast<json_int_t>(position)));
  json_object_set(line.get(), "event", event.to_json().get());
  write(text::json_dump(line.get()));
}

void ArchiveWriter::write(const std::string& line) {
  if (!(stream_ << line << '\n')) throw std::runtime_error("cannot write " + part_);
}

void ArchiveWriter::finish() {
  stream_.close();
  if (!stream_) throw std::runtime_error("cannot write " + part_);
  put_in_place(part_, path_);
}

ArchiveReader::ArchiveReader(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) sources_.push_back({path, first_of(path)});
  std::ranges::sort(sources_, {}, &Source::first);
}

std::optional<ArchivedEvent> ArchiveReader::next() {
  for (; current_ < sources_.size(); ++current_, line_ = 0) {
    if (line_ == 0) {
      stream_ = std::ifstream{sources_[current_].path};
      std::string header;
      std::getline(stream_, header);
      line_ = 1;
    }
    if (auto event = next_of_this_file()) return event;
  }
  return std::nullopt;
}

std::optional<ArchivedEvent> ArchiveReader::next_of_this_file() {
  std::string line;
  if (!std::getline(stream_, line)) return std::nullopt;
  const std::string at = sources_[current_].path + " line " + std::to_string(++line_) + ": ";
  const text::Json object = object_of(line, at);
  auto event = StoredEvent::of_json(json_object_get(object.get(), "event"));
  if (!event) throw std::runtime_error(at + event.error());
  return ArchivedEvent{.position = count_of(object.get(), "position", at),
                       .event = *std::move(event)};
}

std::optional<StoredEvent> ArchiveReader::at(std::uint64_t position) {
  while (!ahead_ || ahead_->position < position) {
    ahead_ = next();
    if (!ahead_) return std::nullopt;
  }
  if (ahead_->position != position) return std::nullopt;
  return ahead_->event;
}

}  // namespace vneid::audit
