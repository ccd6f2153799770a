#include "module/conf/block.hpp"

#include "text/ascii.hpp"

namespace vneid::ngx {

std::string block_name(const Directive& directive, std::string_view kind, bool taken) {
  constexpr std::size_t longest = 32;
  std::string name{directive.word(0)};
  if (name.size() > longest || !text::consists_of(name, "_-") || name == "off") {
    directive.fail("invalid " + std::string{kind} + " name \"" + name +
                   "\", expected 1 to 32 of A-Z a-z 0-9 _ - and not \"off\"");
  }
  if (taken) directive.fail(std::string{kind} + " \"" + name + "\" is duplicate");
  return name;
}

}  // namespace vneid::ngx
