#pragma once

#include <cstdint>
#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vault/caller.hpp"
#include "vault/vault.hpp"

namespace vneid::flows {

/// A stored file as an answer. What a browser may show in place is shown; anything else is
/// downloaded, so that no stored file can run as a page of ours.
Reply file_reply(vault::OpenedFile file);

/// The file of a record that the caller asks for, and "vault.opened" in the trail; otherwise a page
/// that does not tell which of the two is not there.
Task<Reply> give_file(const Exchange& exchange, const Caller& caller, std::int64_t record_id,
                      std::string sha256);

}  // namespace vneid::flows
