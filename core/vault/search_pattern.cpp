#include "vault/search_pattern.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"
#include "text/utf8.hpp"

namespace vneid::vault {

namespace {

/// Both cases, because a database of locale C folds ASCII only.
constexpr std::array<std::string_view, 7> classes{"[aAáàảãạăắằẳẵặâấầẩẫậÁÀẢÃẠĂẮẰẲẴẶÂẤẦẨẪẬ]",
                                                  "[dDđĐ]",
                                                  "[eEéèẻẽẹêếềểễệÉÈẺẼẸÊẾỀỂỄỆ]",
                                                  "[iIíìỉĩịÍÌỈĨỊ]",
                                                  "[oOóòỏõọôốồổỗộơớờởỡợÓÒỎÕỌÔỐỒỔỖỘƠỚỜỞỠỢ]",
                                                  "[uUúùủũụưứừửữựÚÙỦŨỤƯỨỪỬỮỰ]",
                                                  "[yYýỳỷỹỵÝỲỶỸỴ]"};

bool is_mark(char32_t point) noexcept { return point >= 0x300 && point <= 0x36F; }

std::string class_of(char letter) {
  const auto* found = std::ranges::find(classes, letter, [](auto each) { return each[1]; });
  if (found != classes.end()) return std::string{*found};
  const char upper = static_cast<char>(letter - 'a' + 'A');
  return {'[', letter, upper, ']'};
}

}  // namespace

std::string search_pattern(std::string_view words) {
  const auto points = text::decode_utf8(words).value_or(std::u32string{});
  std::string pattern;
  bool after_blank = true;
  for (char32_t point : text::to_nfd(text::fold_case(points))) {
    if (is_mark(point) || text::is_invisible(point)) continue;
    const bool blank = text::is_blank(point);
    if (blank && !after_blank) pattern += "[[:space:]]+";
    after_blank = blank;
    if (blank) continue;
    if (point == U'đ') point = U'd';
    if (point >= 0x80) {
      pattern += text::encode_utf8({&point, 1});
      continue;
    }
    const char c = static_cast<char>(point);
    if (c >= 'a' && c <= 'z') {
      pattern += class_of(c);
    } else if (text::is_digit(c)) {
      pattern += c;
    } else {
      pattern.append("\\").append(1, c);  // a sign after a backslash is itself
    }
  }
  return pattern;
}

}  // namespace vneid::vault
