#include "link/schema_requirement.hpp"

#define VNEID_TEXT_OF(number) #number
#define VNEID_TEXT(macro) VNEID_TEXT_OF(macro)

namespace vneid::link {

const int schema_version = VNEID_SCHEMA_VERSION;

const postgres::Statement schema_requirement{
    "schema_requirement",
    "select coalesce(max(version), 0) >= " VNEID_TEXT(VNEID_SCHEMA_VERSION) ","
    " 'the schema has version ' || coalesce(max(version), 0) || ' and this release needs "
    VNEID_TEXT(VNEID_SCHEMA_VERSION) ": run \"vneidctl schema migrate\"' from schema_version"};

}  // namespace vneid::link
