#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/report/finding.hpp"

namespace vneid::doctor {

/// A directive as it is written; a block's content is in `block`.
struct Directive {
  std::string name;
  std::vector<std::string> words;  ///< its parameters, quotes and escapes resolved
  bool is_block = false;
  std::vector<Directive> block;
  Place at;

  /// The n-th parameter, or empty.
  [[nodiscard]] const std::string& word(std::size_t index) const noexcept;
  /// The first directive of that name in the block, or null.
  [[nodiscard]] const Directive* find(std::string_view wanted) const noexcept;
};

/// Something that nginx would refuse; reading goes on behind it as well as it can.
struct ConfProblem {
  std::string text;
  Place at;
};

/// A configuration with its includes in their places. Knows nginx's syntax (ngx_conf_read_token)
/// and no directive's meaning; blocks of Lua are passed over.
struct NginxConf {
  std::string main_file;
  std::vector<Directive> directives;
  std::vector<ConfProblem> problems;
};

/// Reads a file and what it includes, as nginx does: relative names are relative to the folder of
/// `main`, patterns may match nothing.
NginxConf read_conf(const std::filesystem::path& main);

/// Reads what `nginx -T` printed: each file behind a line "# configuration file NAME:", the main
/// one first.
NginxConf read_dump(std::string_view dump);

}  // namespace vneid::doctor
