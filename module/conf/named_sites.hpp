#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flows/base/settings.hpp"
#include "module/ngx.hpp"

namespace vneid::ngx {

/// What the requests of one server are served with: a Site for each of its plain names, which
/// differ in their origin. A login must come back to the name it began at, since that is the one
/// whose cookies the browser has. Never empty.
class NamedSites {
 public:
  using Named = std::pair<std::string, std::shared_ptr<const flows::Site>>;

  /// `sites`: with the names in lower case; with `vneid_origin`, one whose name is not asked for.
  explicit NamedSites(std::vector<Named> sites) : sites_(std::move(sites)) {}

  [[nodiscard]] const std::shared_ptr<const flows::Site>& first() const noexcept {
    return sites_.front().second;
  }
  /// By the name that the browser used. The client's word only chooses among the server's own
  /// names: any other gets the first.
  [[nodiscard]] const std::shared_ptr<const flows::Site>& of(
      const ngx_http_request_t* r) const noexcept;

 private:
  std::vector<Named> sites_;
};

}  // namespace vneid::ngx
