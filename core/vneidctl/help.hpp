#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace vneid::admin {

/// The program's help tells every command and option, because the shell's completion and the manual
/// page are made of it. A command's tells its own options and those that it shares with others.
class Help : public CLI::Formatter {
 public:
  Help();
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;

 private:
  [[nodiscard]] std::string commands_in(const CLI::App& app, const std::string& path) const;
  [[nodiscard]] std::string options_in(const CLI::App& app, const std::string& path) const;
  [[nodiscard]] std::string options_of(const CLI::App& app, const std::string& title) const;
};

}  // namespace vneid::admin
