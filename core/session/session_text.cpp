#include "session/session_text.hpp"

#include "session/json.hpp"

namespace vneid {

std::string to_text(const Session& session) {
  json::Writer writer;
  writer.integer("proof", static_cast<int>(session.proof))
      .bytes("portal", session.portal)
      .integer("account", session.account_id)
      .integer("kind", static_cast<int>(session.kind))
      .integer("person", session.person_id)
      .integer("link", session.link_id)
      .bytes("name", session.account)
      .bytes("provider", session.provider)
      .bytes("subject", session.subject_key)
      .bytes("sid", session.sid)
      .bytes("portal_cookie", session.portal_cookie_key)
      .integer("begun", session.begun_at.time_since_epoch().count());
  return writer.str();
}

std::optional<Session> session_of(std::string_view text) {
  json::Reader reader{text};
  Session session;
  session.proof = reader.integer("proof") == static_cast<int>(Session::Proof::vneid)
                      ? Session::Proof::vneid
                      : Session::Proof::legacy;
  session.portal = reader.bytes("portal");
  session.account_id = reader.integer("account");
  session.kind = static_cast<policy::Kind>(reader.integer("kind"));
  session.person_id = reader.integer("person");
  session.link_id = reader.integer("link");
  session.account = reader.bytes("name");
  session.provider = reader.bytes("provider");
  session.subject_key = reader.bytes("subject");
  session.sid = reader.bytes("sid");
  session.portal_cookie_key = reader.bytes("portal_cookie");
  session.begun_at = Wall{Milliseconds{reader.integer("begun")}};
  if (!reader.good()) return std::nullopt;
  return session;
}

}  // namespace vneid
