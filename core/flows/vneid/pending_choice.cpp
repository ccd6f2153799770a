#include "flows/vneid/pending_choice.hpp"

#include <utility>

#include "crypto/digest.hpp"
#include "link/stored_values.hpp"
#include "session/json.hpp"
#include "session/store_reply.hpp"

namespace vneid::flows {

namespace {

constexpr const char* purpose = "kept-login";
constexpr int any_year = 9999;  // what is read back was checked when it was told

json::Value candidates_value(const std::vector<KeptLogin::Candidate>& candidates) {
  json::Value items{json_array()};
  for (const auto& each : candidates) {
    json_array_append_new(items.get(), json_integer(each.account_id));
    json_array_append_new(items.get(), json::bytes_value(each.masked).release());
    json_array_append_new(items.get(), json::bytes_value(each.name_masked).release());
  }
  return items;
}

std::vector<KeptLogin::Candidate> candidates_of(const json_t* items) {
  std::vector<KeptLogin::Candidate> candidates;
  for (std::size_t i = 0; i + 2 < json_array_size(items); i += 3) {
    KeptLogin::Candidate each;
    each.account_id = json_integer_value(json_array_get(items, i));
    each.masked = json::bytes_of(json_array_get(items, i + 1)).value_or("");
    each.name_masked = json::bytes_of(json_array_get(items, i + 2)).value_or("");
    candidates.push_back(std::move(each));
  }
  return candidates;
}

std::string to_text(const KeptLogin& login) {
  const oidc::VerifiedIdentity& person = login.person;
  json::Writer writer;
  writer.text("id", login.id)
      .integer("form", static_cast<int>(login.kind))
      .bytes("portal", login.portal)
      .bytes("provider", login.provider)
      .bytes("return", login.return_to)
      .integer("person", login.person_id)
      .bytes("issuer", person.issuer)
      .bytes("subject", person.subject)
      .bytes("number", person.citizen_id ? person.citizen_id->digits() : "")
      .bytes("name", person.name)
      .bytes("birth", person.birth_date ? person.birth_date->to_text() : "")
      .bytes("sex", person.sex ? link::to_text(*person.sex) : "")
      .integer("level", person.level.value_or(-1))
      .integer("kind", static_cast<int>(person.kind))
      .bytes("sid", person.sid)
      .bytes("id_token", person.id_token.reveal())
      .array("accounts", candidates_value(login.candidates));
  return writer.str();
}

oidc::VerifiedIdentity person_of(json::Reader& reader) {
  oidc::VerifiedIdentity person;
  person.issuer = reader.bytes("issuer");
  person.subject = reader.bytes("subject");
  auto number = identity::CitizenNumber::parse(reader.bytes("number"), any_year);
  if (number) person.citizen_id = *std::move(number);
  person.name = reader.bytes("name");
  person.birth_date = identity::BirthDate::from_text(reader.bytes("birth"));
  person.sex = link::sex_from_text(reader.bytes("sex"));
  const auto level = reader.integer("level");
  if (level >= 0) person.level = static_cast<int>(level);
  person.kind = static_cast<identity::AccountKind>(reader.integer("kind"));
  person.sid = reader.bytes("sid");
  person.id_token = oidc::Secret(reader.bytes("id_token"));
  return person;
}

std::optional<KeptLogin> login_of(std::string_view text) {
  json::Reader reader{text};
  KeptLogin login;
  login.id = reader.text("id");
  login.kind = static_cast<KeptLogin::Kind>(reader.integer("form"));
  login.portal = reader.bytes("portal");
  login.provider = reader.bytes("provider");
  login.return_to = reader.bytes("return");
  login.person_id = reader.integer("person");
  login.person = person_of(reader);
  login.candidates = candidates_of(reader.array("accounts"));
  if (!reader.good()) return std::nullopt;
  return login;
}

std::string id_of(const Worker& worker, const std::string& browser) {
  return crypto::hex(worker.settings->keys->lookup_key("kept-login", browser));
}

Task<std::optional<KeptLogin>> read_with(const Exchange& exchange, std::string verb) {
  Worker& worker = *exchange.worker;
  const std::string browser = browser_of(exchange.request->cookie);
  if (browser.empty()) co_return std::nullopt;
  const std::string id = id_of(worker, browser);
  redis::Command command{std::move(verb), worker.redis.key("login:" + id)};
  redis::Reply reply = co_await worker.redis.call(std::move(command));
  require_answer(reply);
  if (reply.type != redis::Reply::Type::string) co_return std::nullopt;
  auto text = worker.settings->keys->open(purpose, id, reply.text);
  if (!text) co_return std::nullopt;
  auto login = login_of(*text);
  if (!login || login->portal != exchange.site->portal) co_return std::nullopt;
  co_return login;
}

}  // namespace

Task<void> keep_login(const Exchange& exchange, std::string browser, KeptLogin login,
                      std::chrono::seconds lifetime) {
  Worker& worker = *exchange.worker;
  const std::string id = id_of(worker, browser);
  redis::Command command{"SET", worker.redis.key("login:" + id),
                         worker.settings->keys->seal(purpose, id, to_text(login)), "EX",
                         std::to_string(lifetime.count())};
  redis::Reply reply = co_await worker.redis.call(std::move(command));
  require_answer(reply);
}

Task<std::optional<KeptLogin>> kept_login(const Exchange& exchange) {
  return read_with(exchange, "GET");
}

Task<std::optional<KeptLogin>> take_login(const Exchange& exchange) {
  return read_with(exchange, "GETDEL");
}

}  // namespace vneid::flows
