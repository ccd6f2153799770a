#include "doctor/deployment/nginx_conf.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <fstream>
#include <functional>
#include <glob.h>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "doctor/deployment/nginx_token.hpp"

namespace vneid::doctor {

namespace {

using Kind = NginxToken::Kind;
constexpr int deepest = 64;  // of blocks and of includes: nginx has no limit, and a circle no end

/// Where the files of a configuration come from.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;
  virtual std::optional<std::string> read(const std::string& name) const = 0;
  virtual std::vector<std::string> match(const std::string& pattern) const = 0;
};

class FilesOnDisk final : public Files {
 public:
  std::optional<std::string> read(const std::string& name) const override {
    std::error_code failure;
    if (!std::filesystem::is_regular_file(name, failure)) return {};
    std::ifstream stream(name, std::ios::binary);
    if (!stream) return {};
    return std::string{std::istreambuf_iterator<char>{stream}, {}};
  }
  std::vector<std::string> match(const std::string& pattern) const override {
    std::vector<std::string> names;
    glob_t found{};
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
      names.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    ::globfree(&found);
    return names;
  }
};

class FilesOfDump final : public Files {
 public:
  explicit FilesOfDump(std::map<std::string, std::string> texts) : texts_(std::move(texts)) {}
  std::optional<std::string> read(const std::string& name) const override {
    const auto found = texts_.find(name);
    if (found == texts_.end()) return {};
    return found->second;
  }
  std::vector<std::string> match(const std::string& pattern) const override {
    std::vector<std::string> names;
    for (const auto& [name, text] : texts_) {
      if (::fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0) {
        names.push_back(name);
      }
    }
    return names;
  }

 private:
  std::map<std::string, std::string> texts_;
};

class Reader {
 public:
  Reader(const Files& files, NginxConf& conf) : files_(files), conf_(conf) {}

  void read_file(const std::string& name, std::vector<Directive>& into, int depth) {
    const auto text = files_.read(name);
    if (!text) {
      problem("cannot read " + name, {name, 0});
      return;
    }
    NginxTokens tokens{*text};
    const std::string outer = std::exchange(file_, name);
    while (read_block(tokens, into, depth)) {
      problem("unexpected \"}\"", {file_, tokens.line()});
    }
    file_ = outer;
  }

 private:
  void problem(std::string text, Place at) {
    conf_.problems.push_back({std::move(text), std::move(at)});
  }

  /// Until the block's "}" (true) or the file's end (false).
  bool read_block(NginxTokens& tokens, std::vector<Directive>& into, int depth) {
    Directive directive;
    for (;;) {
      NginxToken token = tokens.next();
      switch (token.kind) {
        case Kind::word:
          add_word(directive, std::move(token));
          break;
        case Kind::broken:
          problem(token.text, {file_, token.line});
          break;
        case Kind::semicolon:
          finish(std::exchange(directive, {}), into, depth);
          break;
        case Kind::open:
          directive.is_block = true;
          if (directive.name.empty()) problem("unexpected \"{\"", {file_, token.line});
          read_inner(tokens, directive, depth);
          into.push_back(std::exchange(directive, {}));
          break;
        case Kind::close:
        case Kind::end:
          if (!directive.name.empty()) {
            problem("\"" + directive.name + "\" is not ended by \";\"", directive.at);
          }
          return token.kind == Kind::close;
      }
    }
  }

  void add_word(Directive& directive, NginxToken token) const {
    if (!directive.name.empty()) {
      directive.words.push_back(std::move(token.text));
      return;
    }
    directive.name = std::move(token.text);
    directive.at = {file_, token.line};
  }

  void read_inner(NginxTokens& tokens, Directive& directive, int depth) {
    bool closed = false;
    if (directive.name.ends_with("_by_lua_block")) {
      closed = tokens.skip_lua();
    } else if (depth < deepest) {
      closed = read_block(tokens, directive.block, depth + 1);
    }
    if (!closed) problem("the block \"" + directive.name + "\" has no end", directive.at);
  }

  void finish(Directive directive, std::vector<Directive>& into, int depth) {
    if (directive.name == "include" && directive.words.size() == 1) {
      include(directive, into, depth);
    } else if (!directive.name.empty()) {
      into.push_back(std::move(directive));
    }
  }

  void include(const Directive& directive, std::vector<Directive>& into, int depth) {
    if (depth >= deepest) {
      problem("includes go too deep", directive.at);
      return;
    }
    const auto folder = std::filesystem::path(conf_.main_file).parent_path();
    const std::string name = (folder / directive.words[0]).string();
    if (name.find_first_of("*?[") == std::string::npos) {
      read_file(name, into, depth + 1);
      return;
    }
    for (const auto& matched : files_.match(name)) read_file(matched, into, depth + 1);
  }

  const Files& files_;
  NginxConf& conf_;
  std::string file_;
};

/// The name in a line "# configuration file NAME:".
std::optional<std::string> marked_name(std::string_view line) {
  constexpr std::string_view mark = "# configuration file ";
  if (!line.starts_with(mark) || !line.ends_with(':')) return {};
  line.remove_prefix(mark.size());
  line.remove_suffix(1);
  return std::string{line};
}

}  // namespace

const std::string& Directive::word(std::size_t index) const noexcept {
  static const std::string none;
  return index < words.size() ? words[index] : none;
}

const Directive* Directive::find(std::string_view wanted) const noexcept {
  const auto found = std::ranges::find(block, wanted, &Directive::name);
  return found == block.end() ? nullptr : &*found;
}

NginxConf read_conf(const std::filesystem::path& main) {
  NginxConf conf;
  conf.main_file = std::filesystem::absolute(main).string();
  const FilesOnDisk files;
  Reader{files, conf}.read_file(conf.main_file, conf.directives, 0);
  return conf;
}

NginxConf read_dump(std::string_view dump) {
  NginxConf conf;
  std::map<std::string, std::string> texts;
  std::string* current = nullptr;
  while (!dump.empty()) {
    const auto end = std::min(dump.find('\n'), dump.size());
    const auto line = dump.substr(0, end);
    dump.remove_prefix(std::min(end + 1, dump.size()));
    if (auto name = marked_name(line)) {
      if (conf.main_file.empty()) conf.main_file = *name;
      current = &texts[*name];
    } else if (current != nullptr) {
      current->append(line).append("\n");
    }
  }
  const FilesOfDump files{std::move(texts)};
  if (!conf.main_file.empty()) Reader{files, conf}.read_file(conf.main_file, conf.directives, 0);
  return conf;
}

}  // namespace vneid::doctor
