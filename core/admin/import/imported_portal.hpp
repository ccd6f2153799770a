#pragma once

#include "identity/account_name.hpp"
#include "ids.hpp"

namespace vneid::admin {

/// The portal that a file tells of, and which spellings are one account to it.
struct ImportedPortal {
  PortalName name;
  identity::AccountForm account_form;
};

}  // namespace vneid::admin
