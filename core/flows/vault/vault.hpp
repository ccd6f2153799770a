#pragma once

#include <string>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vault/record_words.hpp"

/// "Tài liệu điện tử".
namespace vneid::flows {

Task<Reply> show_vault(const Exchange& exchange);
/// A file of a record.
Task<Reply> open_file(const Exchange& exchange, std::string record, std::string file);

}  // namespace vneid::flows
