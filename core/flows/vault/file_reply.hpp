#pragma once

#include "flows/base/base.hpp"
#include "vault/vault.hpp"

namespace vneid::flows {

/// A stored file as an answer. What a browser may show in place is shown; anything else is
/// downloaded, so that no stored file can run as a page of ours.
Reply file_reply(vault::OpenedFile file);

}  // namespace vneid::flows
