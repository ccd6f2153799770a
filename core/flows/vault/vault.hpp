#pragma once

#include <string>
#include <string_view>

#include "async/task.hpp"
#include "flows/base/base.hpp"
#include "flows/vault/record_words.hpp"

/// "Tài liệu điện tử", as pages and over the API (R9, R27).
namespace vneid::flows {

Task<Reply> show_vault(const Exchange& exchange);
/// The form of its search: leads to the page that shows what was found.
Task<Reply> search_vault(const Exchange& exchange);
/// A file of a record: what is below `vault/`, ID/SHA256.
Task<Reply> open_file(const Exchange& exchange, std::string_view path);

Task<Reply> api_vault(const Exchange& exchange);
/// What is below `api/v1/vault/`: ID, ID/files/SHA256, ID/reuse.
Task<Reply> api_record(const Exchange& exchange, std::string_view path);

}  // namespace vneid::flows
