#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "module/conf/directive.hpp"

namespace vneid::ngx {

/// A directive that may stand in a block of ours, such as `vneid_provider NAME { … }`.
template <class Draft>
struct Member {
  std::string_view name;
  std::size_t least = 0;  ///< parameters
  std::size_t most = 0;
  void (*read)(const Directive&, Draft&) = nullptr;
  bool repeats = false;
};

namespace detail {

template <class Draft>
struct Reading {
  Draft* draft;
  std::span<const Member<Draft>> members;
  std::string_view block;
  std::set<std::string, std::less<>> seen;
};

template <class Draft>
void read_member(const Directive& directive, Reading<Draft>& reading) {
  const auto member = std::ranges::find(reading.members, directive.name(), &Member<Draft>::name);
  const std::string quoted = "\"" + std::string{directive.name()} + "\"";
  if (member == reading.members.end()) {
    directive.fail("unknown " + quoted + " in \"" + std::string{reading.block} + "\"");
  }
  if (directive.size() < member->least || directive.size() > member->most) {
    directive.fail("invalid number of arguments in " + quoted);
  }
  if (!member->repeats && !reading.seen.insert(std::string{directive.name()}).second) {
    directive.fail(quoted + " is duplicate");
  }
  member->read(directive, *reading.draft);
}

template <class Draft>
char* on_member(ngx_conf_t* cf, ngx_command_t* /*command*/, void* reading) noexcept {
  return guard_directive(
      cf, [&] { read_member(Directive{cf}, *static_cast<Reading<Draft>*>(reading)); });
}

}  // namespace detail

/// Reads the block that `directive` opens into `draft`.
template <class Draft>
void read_block(const Directive& directive, Draft& draft, std::span<const Member<Draft>> members) {
  // Of its own: the parser's words are overwritten by the block.
  const std::string block{directive.name()};
  detail::Reading<Draft> reading{&draft, members, block, {}};
  ngx_conf_t* cf = directive.conf();
  const ngx_conf_t saved = *cf;
  cf->handler = detail::on_member<Draft>;
  cf->handler_conf = reinterpret_cast<char*>(&reading);
  const char* parsed = ngx_conf_parse(cf, nullptr);
  *cf = saved;
  if (parsed != NGX_CONF_OK) throw AlreadyReported();
}

/// The name of a block, unique among its kind: 1 to 32 of A-Z a-z 0-9 _ - and not "off".
std::string block_name(const Directive& directive, std::string_view kind, bool taken);

}  // namespace vneid::ngx
