#pragma once

#include <string>
#include <utility>
#include <vector>

namespace vneid {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// The portal's own answer to a login, held back until policy is satisfied (D5).
struct WithheldAnswer {
  int status = 200;
  HeaderList headers;  ///< all the portal sent but hop-by-hop ones; Set-Cookie may repeat
  std::string body;

  static void fields(auto& field, auto& self) {
    field("status", self.status);
    field("headers", self.headers);
    field("body", self.body);
  }
};

}  // namespace vneid
