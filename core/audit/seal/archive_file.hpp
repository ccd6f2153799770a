#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "audit/seal/head.hpp"
#include "audit/seal/stored_event.hpp"

/// Events that were taken out of the database, as JSON lines: a first line
///   {"vneid_audit_archive":1,"first":0,"size":2500,"head":{…}}
/// and then, for each position of [first, size), {"position":0,"event":{…}}. Their leaves and heads
/// stay in the database, so that nothing in such a file can be changed without being noticed.
namespace vneid::audit {

struct ArchivedEvent {
  std::uint64_t position = 0;
  StoredEvent event;
};

/// Writes one beside its place, and puts it there when it is whole.
class ArchiveWriter {
 public:
  /// Throws std::runtime_error for a file that is there already or cannot be written.
  ArchiveWriter(std::string path, std::uint64_t first, const Head& head);
  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;
  ~ArchiveWriter();

  void add(std::uint64_t position, const StoredEvent& event);
  /// On the disk, under its name.
  void finish();

 private:
  void write(const std::string& line);

  std::string path_;
  std::string part_;
  std::ofstream stream_;
};

/// Reads several, in the order of positions. Throws std::runtime_error, with file and line, for
/// what is no archive.
class ArchiveReader {
 public:
  explicit ArchiveReader(const std::vector<std::string>& paths);

  /// The next event; nothing at the end of the last file.
  std::optional<ArchivedEvent> next();
  /// The event at a position, if there is one; positions are asked for in rising order.
  std::optional<StoredEvent> at(std::uint64_t position);

 private:
  struct Source {
    std::string path;
    std::uint64_t first = 0;
  };
  std::optional<ArchivedEvent> next_of_this_file();

  std::vector<Source> sources_;
  std::size_t current_ = 0;
  std::ifstream stream_;
  std::uint64_t line_ = 0;
  std::optional<ArchivedEvent> ahead_;
};

}  // namespace vneid::audit
