#include "unit/flows/world/world.hpp"

#include "flows/front/guard.hpp"
#include "text/cookie.hpp"
#include "text/form.hpp"
#include "unit/population/samples.hpp"

namespace vneid::test {

namespace {

constexpr const char* issuer = "https://idp.example";
constexpr const char* linked_at = "2026-11-01 08:00:00+00";

std::string reference_id() { return "0123456789abcdef0123456789abcdef"; }

oidc::VerifiedIdentity citizen() {
  oidc::VerifiedIdentity person;
  person.issuer = issuer;
  person.subject = "bca-1";
  person.citizen_id = identity::CitizenNumber::parse(World::number, 2026);
  person.name = "Nguyễn Văn An";
  person.birth_date = identity::BirthDate::parse("07/03/1989", 2026).value();
  person.sex = identity::Sex::male;
  person.level = 2;
  person.kind = identity::AccountKind::personal;
  person.sid = "idp-session";
  person.id_token = oidc::Secret{"the.id.token"};
  return person;
}

}  // namespace

const Shared& Shared::once() {
  static const Shared shared = [] {
    Shared made;
    made.keys = std::make_shared<const crypto::KeyRing>(
        crypto::KeyRing::parse(crypto::KeyRing::generate_text(std::chrono::year{2026} / 11 / 28))
            .value());
    made.renderer = std::make_shared<const pages::Renderer>(pages::Renderer::load("").value());
    made.assertion_keys = std::make_shared<const oidc::AssertionKeys>(
        oidc::AssertionKeys::parse(TestKey::ec().pem()).value());
    return made;
  }();
  return shared;
}

World::World() {
  const Shared& shared = Shared::once();
  settings->keys = shared.keys;
  settings->renderer = shared.renderer;
  settings->assertion_keys = shared.assertion_keys;
  settings->populations["csdl"] = population::json_look_up;
  site->provider = "bca";
  site->population = "csdl";
  site->path = "/vneid/";
  site->origin = "https://portal.example";
  site->portal = PortalName{"portal"};
  worker =
      std::make_unique<flows::Worker>(loop, flows::Peers{redis, postgres, http}, settings, log);
  oidc::ProviderSettings idp;
  idp.name = "bca";
  idp.issuer = issuer;
  idp.client_id = "portal";
  idp.client_secret = "a secret of the tests";
  settings->providers["bca"] = idp;
  auto made = std::make_unique<FakeProvider>(loop, http, pauses, idp);
  provider = made.get();
  provider->person = citizen();
  worker->providers["bca"] = std::move(made);
  account.values = {{identity::Field::name, identity::FieldStatus::verified, "Nguyễn Văn An"},
                    {identity::Field::birth_date, identity::FieldStatus::verified, "1989-03-07"}};
  answer_statements();
  answer_links();
  answer_vault();
}

void World::verify_number() {
  account.values.push_back({identity::Field::citizen_id, identity::FieldStatus::verified, number});
}

void World::link_account() {
  account.linked = {LinkId{31}, PersonId{21}};
  by_number = by_subject = PersonId{21};
}

std::string World::account_key() const {
  return link::account_key(*settings->keys, PortalName{account.portal}, account.name);
}

std::string World::citizen_key() const {
  return link::citizen_key(*settings->keys, identity::CitizenNumber::parse(number, 2026).value());
}

std::vector<Row> World::account_rows(bool with_first_seen) const {
  const std::string key = account_key();
  Row row{account.id.value(),
          account.portal,
          std::string{link::to_text(account.kind)},
          account.closed ? "closed" : "active",
          Cell::bytes(key),
          Cell::bytes(link::seal_account_name(*settings->keys, key, account.name)),
          {},
          {},
          {},
          {},
          {},
          {},
          {},
          Cell::boolean(account.verified_outside),
          Cell::boolean(kept_out)};
  if (account.linked) {
    row[6] = account.linked->first.value();
    row[7] = account.linked->second.value();
    row[8] = "bca";
    row[9] = linked_at;
  }
  if (with_first_seen) row.push_back(Cell::boolean(false));
  std::vector<Row> rows;
  for (const auto& value : account.values) {
    row[10] = std::string{identity::to_text(value.field)};
    row[11] = std::string{identity::to_text(value.status)};
    row[12] = Cell::bytes(link::seal_field(*settings->keys, key, value.field, value.value));
    rows.push_back(row);
  }
  if (rows.empty()) rows.push_back(row);
  return rows;
}

Row World::link_row() const {
  const std::string key = account_key();
  const std::string citizen = citizen_key();
  return {
      account.linked->first.value(),
      account.id.value(),
      account.linked->second.value(),
      account.portal,
      Cell::bytes(key),
      Cell::bytes(link::seal_account_name(*settings->keys, key, account.name)),
      Cell::bytes(citizen),
      Cell::bytes(link::seal_person(*settings->keys, citizen, link::PersonColumn::citizen, number)),
      "bca",
      linked_at,
      Cell::boolean(false)};
}

std::vector<Row> World::profile_rows() const {
  const std::string key = account_key();
  const Row empty(13);
  std::vector<Row> rows(1, empty);
  rows[0][0] = "1";
  rows[0][4] = Cell::bytes(key);
  rows[0][5] = Cell::bytes(link::seal_account_name(*settings->keys, key, account.name));
  for (const auto& value : account.values) {
    Row row = empty;
    row[0] = "2";
    row[1] = std::string{identity::to_text(value.field)};
    row[2] = std::string{identity::to_text(value.status)};
    row[3] = "population_db";
    row[4] = Cell::bytes(link::seal_field(*settings->keys, key, value.field, value.value));
    row[8] = linked_at;
    row[12] = Cell::boolean(false);
    rows.push_back(row);
  }
  if (account.linked) {
    const Row link = link_row();
    Row row = empty;
    row[0] = "3";
    row[1] = link[3];
    row[2] = link[8];
    for (std::size_t i = 4; i < 8; ++i) row[i] = link[i];
    row[8] = linked_at;
    row[9] = link[0];
    row[10] = link[1];
    row[11] = link[2];
    row[12] = link[10];
    rows.push_back(row);
  }
  return rows;
}

void World::answer_statements() {
  postgres.on("account_ensure", [this](const auto&) { return account_rows(true); });
  postgres.on("account_find", [this](const auto&) { return account_rows(false); });
  postgres.on("account_find_by_name",
              [this](const auto&) { return on_file ? account_rows(false) : std::vector<Row>{}; });
  postgres.on("account_lock", {{"1"}});
  postgres.on("account_adoptable", [this](const auto&) {
    std::vector<Row> rows;
    for (const auto& id : adoptable) rows.push_back({id.value()});
    return rows;
  });
  postgres.on("account_glances", [this](const auto&) {
    return std::vector<Row>{{account.id.value(), "personal", "2024-03-05 01:00:00+00", 12}};
  });
  for (const char* name : {"audit_insert_event", "audit_insert_choice", "identity_say_why",
                           "identity_renew_field", "review_find_verdict", "review_find_rejected"}) {
    postgres.on(name, std::vector<Row>{});
  }
  postgres.on("audit_find_last_skip", [this](const auto&) {
    return last_skip.empty() ? std::vector<Row>{} : std::vector<Row>{{Cell{last_skip}}};
  });
  postgres.on("identity_put_field", [this](const postgres::Params& params) {
    if (params.values().at(1).data == "citizen_id") verify_number();
    return std::vector<Row>{};
  });
  postgres.on("identity_read_profile", [this](const auto&) { return profile_rows(); });
  postgres.on("identity_lock_account",
              [this](const auto&) { return std::vector<Row>{{Cell::bytes(account_key())}}; });
  postgres.on("identity_read_fields", [this](const auto&) {
    std::vector<Row> rows;
    for (const auto& value : account.values) {
      rows.push_back(
          {std::string{identity::to_text(value.field)},
           std::string{identity::to_text(value.status)},
           Cell::bytes(link::seal_field(*settings->keys, account_key(), value.field, value.value)),
           "population_db", linked_at, Cell::boolean(false)});
    }
    return rows;
  });
  postgres.on("review_open_link", {{"K7QF-2MXD"}});
  postgres.on("review_open_identity", {{"K7QF-2MXD"}});
}

void World::answer_links() {
  postgres.on("person_find", [this](const auto&) {
    Row row{{}, {}, Cell::boolean(other_subject), Cell::boolean(kept_out)};
    if (by_number) row[0] = by_number->value();
    if (by_subject) row[1] = by_subject->value();
    return std::vector<Row>{row};
  });
  postgres.on("person_kept_out",
              [this](const auto&) { return std::vector<Row>{{Cell::boolean(kept_out)}}; });
  postgres.on("person_claim", {{"21"}});
  postgres.on("person_read", [this](const auto&) {
    const std::string key = citizen_key();
    const auto sealed = [&](link::PersonColumn column, const std::string& value) {
      return Cell::bytes(link::seal_person(*settings->keys, key, column, value));
    };
    return std::vector<Row>{{Cell::bytes(key), sealed(link::PersonColumn::citizen, number),
                             sealed(link::PersonColumn::name, "Nguyễn Văn An")}};
  });
  // The link is there once it is made.
  postgres.on("link_make", [this](const auto&) {
    link_account();
    const auto& [link_id, person_id] = *account.linked;
    return std::vector<Row>{
        {link_id.value(), person_id.value(), "done", {}, "paper", "3"},
        {link_id.value(), person_id.value(), "skipped", "duplicate", "paper", "1"}};
  });
  postgres.on("link_find_flagged", {{"f"}});
  postgres.on("undo_find_open", [this](const auto&) {
    return undo_asked ? std::vector<Row>{{account.linked->first.value(), "K7QF-2MXD"}}
                      : std::vector<Row>{};
  });
  postgres.on("undo_open", [this](const auto& params) {
    const std::string fresh = *params.values().at(0).data;
    return std::vector<Row>{{std::exchange(undo_asked, true) ? "K7QF-2MXD" : fresh}};
  });
  for (const char* name : {"links_of_person", "links_of_account", "link_by_id"}) {
    postgres.on(name, [this](const auto&) {
      return account.linked ? std::vector<Row>{link_row()} : std::vector<Row>{};
    });
  }
}

void World::answer_vault() {
  postgres.on("vault_open_file", std::vector<Row>{});
  postgres.on("vault_transfer_summary",
              {{"done", {}, "paper", "3"}, {"skipped", "duplicate", "paper", "1"}});
  postgres.on("vault_find_records", [this](const auto&) {
    Row row{"5",
            "paper",
            "GKS",
            "Giấy khai sinh",
            "12/2020",
            {},
            "UBND xã Mẫu",
            {},
            "2020-01-02",
            {},
            "t",
            {},
            {},
            "citizen_upload",
            "1",
            "none",
            "1",
            {}};
    for (const Cell& cell :
         {Cell{"a.pdf"}, Cell{file_name}, Cell{"application/pdf"}, Cell{"10"}, Cell{"1"}, Cell{"0"},
          Cell{"own"}, Cell{"expired,replaced"}, Cell{"uploaded_by_citizen"}, Cell{"2"},
          Cell{"2026-01-02 03:04:05+00"}}) {
      row.push_back(cell);
    }
    return std::vector<Row>{row};
  });
}

std::string World::cookie_header() const {
  std::string header;
  for (const auto& [name, value] : cookies) {
    if (!header.empty()) header += "; ";
    header.append(name).append("=").append(value);
  }
  return header;
}

flows::Request World::get(std::string path, std::string query) const {
  flows::Request request;
  request.path = std::move(path);
  request.query = std::move(query);
  request.cookie = cookie_header();
  request.accept_language = "vi";
  request.accept = "text/html";
  request.user_agent = "a browser";
  request.peer_address = "192.0.2.1";
  request.id = reference_id();
  return request;
}

flows::Request World::post(std::string path, std::string form) const {
  flows::Request request = get(std::move(path));
  request.method = flows::Request::Method::post;
  request.body = std::move(form);
  request.body_is_form = true;
  request.origin = site->origin;
  request.sec_fetch_site = "same-origin";
  return request;
}

flows::Exchange World::exchange(flows::Request request) {
  return {worker.get(), site, std::make_shared<const flows::Request>(std::move(request))};
}

void World::keep_cookies(const HeaderList& headers) {
  for (const auto& [name, value] : headers) {
    if (name != "Set-Cookie") continue;
    const auto cookie = text::parse_set_cookie(value, loop.wall_now());
    if (!cookie) continue;
    if (cookie->removes) {
      cookies.erase(std::string{cookie->name});
    } else {
      cookies[std::string{cookie->name}] = cookie->value;
    }
  }
}

flows::Reply World::run(flows::Request request) {
  auto reply = loop.run(flows::guarded_page(exchange(std::move(request))));
  keep_cookies(reply.headers);
  return reply;
}

flows::LegacyLogin World::login() const {
  flows::LegacyLogin login;
  login.account = account.name;
  login.answer.status = 302;
  login.answer.headers = {{"Location", "/trang-chu"}, {"Set-Cookie", "sid=portal-session; Path=/"}};
  return login;
}

flows::LoginVerdict World::log_in(flows::LegacyLogin login) {
  return log_in(std::move(login), post("/dang-nhap", {}));
}

flows::LoginVerdict World::log_in_by_script(flows::LegacyLogin login) {
  auto request = post("/dang-nhap", {});
  request.sec_fetch_mode = "cors";
  request.accept = "*/*";
  return log_in(std::move(login), std::move(request));
}

flows::LoginVerdict World::log_in(flows::LegacyLogin login, flows::Request request) {
  auto verdict = loop.run(flows::guarded_login(exchange(std::move(request)), std::move(login)));
  keep_cookies(verdict.reply ? verdict.reply->headers : verdict.added_headers);
  return verdict;
}

void World::hold_login() {
  if (!log_in(login()).reply) throw std::logic_error("the login was not held");
}

std::string World::csrf_of(const flows::Reply& page, const std::string& form) {
  static const std::string mark = "name=\"csrf\" value=\"";
  const auto begin = form.empty() ? 0 : page.body.find("action=\"/vneid/" + form + "\"");
  const auto at = page.body.find(mark, begin);
  if (at == std::string::npos) throw std::logic_error("a page without a form: " + page.body);
  const auto start = at + mark.size();
  return page.body.substr(start, page.body.find('"', start) - start);
}

std::string World::go_to_provider() {
  hold_login();
  const std::string csrf = csrf_of(run(get("notice")));
  const auto reply = run(post("notice", "choice=vneid&csrf=" + csrf));
  if (reply.status != 303) throw std::logic_error("not sent to the provider: " + reply.body);
  return answer_of_provider();
}

std::string World::answer_of_provider() const {
  return "code=the-code&state=state-" + std::to_string(provider->requests);
}

std::string World::go_to_provider_first(const std::string& back_to) {
  run(get("login", "return=" + text::percent_encode(back_to)));
  return answer_of_provider();
}

void World::sign_in() {
  link_account();
  verify_number();
  run(get("callback/bca", go_to_provider_first()));
  if (!cookies.contains("__Host-vneid-session")) throw std::logic_error("not signed in");
}

void World::sign_in_by_password() {
  site->policy.personal.mode = policy::Mode::observe;
  log_in(login());
  if (!cookies.contains("__Host-vneid-session")) throw std::logic_error("not signed in");
}

}  // namespace vneid::test
