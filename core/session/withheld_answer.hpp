#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vneid {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// The portal's own answer to a login, held back until policy is satisfied (D5).
struct WithheldAnswer {
  int status = 200;
  HeaderList headers;  ///< all the portal sent but hop-by-hop ones; Set-Cookie may repeat
  std::string body;
};

/// As text for sealing, and back. `parse` gives nothing for text that `serialize` did not make.
std::string serialize(const WithheldAnswer& answer);
std::optional<WithheldAnswer> parse_withheld_answer(std::string_view text);

}  // namespace vneid
