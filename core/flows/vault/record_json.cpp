#include "flows/vault/record_json.hpp"

#include <string>
#include <vector>

#include "flows/reply/reply.hpp"
#include "text/date.hpp"

namespace vneid::flows {

namespace {

void put_known(json_t* object, const char* name, const std::string& text) {
  if (!text.empty()) put_text(object, name, text);
}

void put_true(json_t* object, const char* name, bool value) {
  json_object_set_new(object, name, json_boolean(value));
}

void put_number(json_t* object, const char* name, std::int64_t value) {
  json_object_set_new(object, name, json_integer(value));
}

json_t* files_json(const std::vector<vault::RecordFile>& files) {
  json_t* array = json_array();
  for (const auto& file : files) json_array_append_new(array, file_json(file).release());
  return array;
}

void put_paper(json_t* object, const vault::Record& record) {
  put_text(object, "kind", record.kind);
  put_known(object, "doc_type_code", record.doc_type_code);
  put_text(object, "title", record.title);
  put_known(object, "number", record.number);
  put_known(object, "summary", record.summary);
  put_known(object, "issuer", record.issuer_name);
  put_known(object, "signer", record.signer);
  put_known(object, "issued_on", record.issued_on);
  put_known(object, "valid_until", record.valid_until);
  put_true(object, "perpetual", record.perpetual);
  put_known(object, "procedure_code", record.procedure_code);
  put_known(object, "dossier_code", record.dossier_code);
}

}  // namespace

text::Json file_json(const vault::RecordFile& file) {
  text::Json body{json_object()};
  put_text(body.get(), "name", file.name);
  put_text(body.get(), "sha256", file.sha256);
  put_text(body.get(), "mime", file.mime);
  put_number(body.get(), "size", file.size);
  return body;
}

text::Json record_json(const vault::Record& record) {
  text::Json body{json_object()};
  json_t* object = body.get();
  put_text(object, "id", std::to_string(record.id));
  put_paper(object, record);
  put_text(object, "source", record.source);
  put_number(object, "trust", record.trust);
  put_text(object, "signature_status", record.signature_status);
  put_number(object, "version", record.version);
  put_true(object, "replaced", record.is("replaced"));
  put_true(object, "revoked", record.is("revoked"));
  put_text(object, "owner", vault::to_text(record.whose));
  if (record.transferred_at) {
    put_text(object, "transferred_at", text::rfc3339(*record.transferred_at));
  }
  put_true(object, "usable", record.hindrances.empty());
  put_words(object, "hindrances", record.hindrances);
  put_words(object, "warnings", record.warnings);
  put_number(object, "reuse_count", record.reuse_count);
  if (record.last_reused_at) {
    put_text(object, "last_reused_at", text::rfc3339(*record.last_reused_at));
  }
  json_object_set_new(object, "files", files_json(record.files));
  return body;
}

}  // namespace vneid::flows
