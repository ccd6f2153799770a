#include "vneidctl/help.hpp"

#include <sstream>
#include <utility>

namespace vneid::admin {

namespace {

constexpr std::size_t text_column = 28;

/// Of a command below `above`, as it is typed.
std::string path_of(const std::string& above, const CLI::App& command) {
  return above.empty() ? command.get_name() : above + " " + command.get_name();
}

}  // namespace

Help::Help() {
  column_width(text_column);
  label("SUBCOMMAND", "COMMAND");
}

std::string Help::make_help(const CLI::App* app, std::string name,
                            CLI::AppFormatMode /*mode*/) const {
  const auto* above = app->get_parent();
  std::string text = make_usage(app, std::move(name));
  if (app->get_subcommands({}).empty()) {
    text += "\n" + make_description(app);
  } else {
    text += "\nCommands:\n" + commands_in(*app, above == nullptr ? "" : app->get_name());
  }
  text += options_of(*app, "Options") + options_in(*app, "");
  for (; above != nullptr; above = above->get_parent()) {
    const bool is_root = above->get_parent() == nullptr;
    text += options_of(*above, "Options of " + (is_root ? "all commands" : above->get_name()));
  }
  return text + "\n" + make_footer(app);
}

std::string Help::commands_in(const CLI::App& app, const std::string& path) const {
  std::ostringstream text;
  for (const CLI::App* each : app.get_subcommands({})) {
    std::string typed = path_of(path, *each);
    text << commands_in(*each, typed);
    if (!each->get_subcommands({}).empty()) continue;
    for (const auto* operand : each->get_options(&CLI::Option::get_positional)) {
      typed += " " + operand->get_name(true);
    }
    CLI::detail::format_help(text, typed, each->get_description(), text_column);
  }
  return text.str();
}

std::string Help::options_in(const CLI::App& app, const std::string& path) const {
  std::string text;
  for (const CLI::App* each : app.get_subcommands({})) {
    const std::string typed = path_of(path, *each);
    text += options_of(*each, "Options of " + typed) + options_in(*each, typed);
  }
  return text;
}

std::string Help::options_of(const CLI::App& app, const std::string& title) const {
  const bool is_root = app.get_parent() == nullptr;
  auto options = app.get_options([&app, is_root](const CLI::Option* each) {
    return each->nonpositional() && (is_root || each != app.get_help_ptr());
  });
  return options.empty() ? "" : make_group(title, false, std::move(options));
}

}  // namespace vneid::admin
