#include "pages/string_table.hpp"

#include <cstdlib>
#include <memory>

#include <jansson.h>
#include <utf8proc.h>

#include "text/json.hpp"

namespace vneid::pages {

namespace {

using text::Json;

struct FreeDeleter {
  void operator()(void* memory) const noexcept { std::free(memory); }  // NOLINT(*-owning-memory)
};

/// NFC of valid UTF-8. Editors on some systems save NFD, which looks alike and compares unequal.
std::string to_nfc(const char* text) {
  const std::unique_ptr<utf8proc_uint8_t, FreeDeleter> composed(
      utf8proc_NFC(reinterpret_cast<const utf8proc_uint8_t*>(text)));
  return composed ? reinterpret_cast<const char*>(composed.get()) : text;
}

}  // namespace

std::expected<StringTable, std::string> StringTable::load(const SourceFiles& files,
                                                          Language language,
                                                          std::string_view wording) {
  StringTable table;
  const auto lay = [&](const std::string& name) -> std::expected<bool, std::string> {
    const auto built_in = files.built_in.find(name);
    if (built_in != files.built_in.end()) {
      const auto done = table.lay_over(built_in->second, name, true);
      if (!done) return std::unexpected(done.error());
    }
    const auto own = files.own.find(name);
    if (own != files.own.end()) {
      const auto done = table.lay_over(own->second, files.place(name), false);
      if (!done) return std::unexpected(done.error());
    }
    return built_in != files.built_in.end() || own != files.own.end();
  };

  const std::string base = std::string(tag(language));
  const auto laid = lay(base + ".json");
  if (!laid) return std::unexpected(laid.error());
  if (!wording.empty()) {
    const std::string name = base + "-" + std::string{wording} + ".json";
    const auto found = lay(name);
    if (!found) return std::unexpected(found.error());
    if (!*found)
      return std::unexpected("wording \"" + std::string{wording} + "\": there is no " + name);
  }
  return table;
}

std::expected<void, std::string> StringTable::lay_over(std::string_view json,
                                                       const std::string& place, bool built_in) {
  json_error_t error;
  const Json root(json_loadb(json.data(), json.size(), JSON_REJECT_DUPLICATES, &error));
  if (!root) {
    return std::unexpected(place + ":" + std::to_string(error.line) + ": " + error.text);
  }
  if (!json_is_object(root.get())) {
    return std::unexpected(place + ": must be one JSON object of texts by id");
  }
  const char* id = nullptr;
  json_t* value = nullptr;
  json_object_foreach(root.get(), id, value) {
    if (!json_is_string(value)) {
      return std::unexpected(place + ": \"" + id + "\" must be a text");
    }
    const bool is_new = !texts_.contains(id);
    texts_[id] = to_nfc(json_string_value(value));
    if (is_new && !built_in) added_.emplace(id, place);
  }
  return {};
}

const std::string* StringTable::find(std::string_view id) const noexcept {
  const auto it = texts_.find(id);
  return it == texts_.end() ? nullptr : &it->second;
}

std::string_view StringTable::text(std::string_view id) const noexcept {
  const std::string* found = find(id);
  return found != nullptr ? std::string_view(*found) : std::string_view();
}

std::string StringTable::text(std::string_view id,
                              std::initializer_list<Placeholder> values) const {
  std::string_view rest = text(id);
  std::string out;
  while (!rest.empty()) {
    const auto open = rest.find("{{");
    const auto close = open == std::string_view::npos ? open : rest.find("}}", open + 2);
    if (close == std::string_view::npos) break;
    const auto name = rest.substr(open + 2, close - open - 2);
    std::string_view value = rest.substr(open, close + 2 - open);
    for (const Placeholder& placeholder : values) {
      if (placeholder.first == name) value = placeholder.second;
    }
    out += rest.substr(0, open);
    out += value;
    rest.remove_prefix(close + 2);
  }
  out += rest;
  return out;
}

std::set<std::string> StringTable::ids() const {
  std::set<std::string> all;
  for (const auto& entry : texts_) all.insert(entry.first);
  return all;
}

}  // namespace vneid::pages
