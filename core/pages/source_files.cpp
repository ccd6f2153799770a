#include "pages/source_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace vneid::pages {

namespace {

constexpr std::uintmax_t largest_file = 1U << 20U;

bool is_string_table(std::string_view name) {
  return name.ends_with(".json") && (name.starts_with("vi-") || name.starts_with("en-"));
}

bool is_source(std::string_view name) {
  if (name.starts_with('.')) return false;
  return name.ends_with(".mustache") || name.ends_with(".json") || name.ends_with(".css");
}

std::expected<std::string, std::string> read_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return std::unexpected(path.string() + ": " + error.message());
  if (size > largest_file) return std::unexpected(path.string() + ": larger than 1 MB");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in || content.str().size() != size) {
    return std::unexpected(path.string() + ": cannot be read");
  }
  return std::move(content).str();
}

std::expected<void, std::string> add_own_file(SourceFiles& files,
                                              const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  if (!is_source(name)) return {};
  if (!files.built_in.contains(name) && !is_string_table(name)) {
    return std::unexpected(path.string() + ": no page, string table or style has this name");
  }
  auto content = read_file(path);
  if (!content) return std::unexpected(content.error());
  files.own.emplace(name, std::move(*content));
  return {};
}

}  // namespace

std::string SourceFiles::place(std::string_view name) const {
  if (!own.contains(name)) return std::string(name);
  return (std::filesystem::path(directory) / name).string();
}

const std::string* SourceFiles::find(std::string_view name) const {
  if (const auto it = own.find(name); it != own.end()) return &it->second;
  if (const auto it = built_in.find(name); it != built_in.end()) return &it->second;
  return nullptr;
}

std::expected<SourceFiles, std::string> read_source_files(const std::string& directory) {
  SourceFiles files;
  files.directory = directory;
  for (const EmbeddedFile& file : embedded_files()) files.built_in.emplace(file.name, file.content);
  if (directory.empty()) return files;

  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) return std::unexpected(directory + ": " + error.message());
  for (; entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    auto added = add_own_file(files, entries->path());
    if (!added) return std::unexpected(added.error());
    if (error) return std::unexpected(directory + ": " + error.message());
  }
  return files;
}

}  // namespace vneid::pages
