#include "flows/vault/receipt.hpp"

#include <chrono>
#include <stdexcept>

#include "flows/reply/reply.hpp"
#include "flows/vault/record_json.hpp"
#include "oidc/token/assertion.hpp"
#include "text/json.hpp"

namespace vneid::flows {

namespace {

/// What tells the paper and what is known of it; what changes with each reuse is not of it.
json_t* paper_json(const vault::Record& record) {
  text::Json paper = record_json(record);
  for (const char* passing :
       {"files", "summary", "usable", "hindrances", "reuse_count", "last_reused_at"}) {
    json_object_del(paper.get(), passing);
  }
  return paper.release();
}

}  // namespace

std::string make_receipt(const Exchange& exchange, const vault::ReuseRequest& request,
                         const vault::Reused& reused) {
  const Settings& settings = *exchange.worker->settings;
  const Site& site = *exchange.site;
  if (!settings.assertion_keys) throw std::logic_error("a receipt without vneid_assertion_key");
  const auto at = std::chrono::floor<std::chrono::seconds>(reused.at).time_since_epoch();
  const text::Json claims{json_object()};
  json_t* told = claims.get();
  put_text(told, "iss", site.origin + site.path);
  put_text(told, "aud", site.portal.value());
  put_text(told, "sub", portal_subject(settings, site, request.person_id));
  put_text(told, "jti", reused.reference);
  json_object_set_new(told, "iat", json_integer(at.count()));
  put_text(told, "dossier_code", request.dossier_code);
  if (!request.procedure_code.empty()) put_text(told, "procedure_code", request.procedure_code);
  json_object_set_new(told, "file", file_json(reused.file).release());
  json_object_set_new(told, "record", paper_json(reused.record));
  return settings.assertion_keys->sign(claims, receipt_type);
}

}  // namespace vneid::flows
