#pragma once

#include "text/json.hpp"
#include "vault/records.hpp"

namespace vneid::flows {

text::Json file_json(const vault::RecordFile& file);

/// A record as the API tells it (config/api/v1.json, Record), without links to its files. What is
/// not known is left out.
text::Json record_json(const vault::Record& record);

}  // namespace vneid::flows
