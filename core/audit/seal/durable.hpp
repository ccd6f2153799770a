#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

/// Files that must be on the disk when we say so. Each throws std::runtime_error with the cause.
namespace vneid::audit {

/// An empty file that its owner alone may read; one that is there is emptied.
void create_private(const std::string& path);
/// Flushes `fresh` to the disk and gives it the name `path`, in one step, the folder flushed too.
void put_in_place(const std::string& fresh, const std::string& path);
/// A file of that mode where there is none; throws if there is one.
void write_new(const std::string& path, std::string_view text, mode_t mode);
/// A file of that mode in the place of what is there: a reader finds the old text or the new.
void write_over(const std::string& path, std::string_view text, mode_t mode);
/// Adds a line at the end and flushes it to the disk; a new file is 0640.
void append_line(const std::string& path, std::string_view line);

}  // namespace vneid::audit
