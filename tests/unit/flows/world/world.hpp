#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/epoll_loop.hpp"
#include "crypto/key_ring.hpp"
#include "flows/base/base.hpp"
#include "identity/field.hpp"
#include "link/stored_values.hpp"
#include "oidc/token/assertion.hpp"
#include "unit/flows/world/fake_http.hpp"
#include "unit/flows/world/fake_postgres.hpp"
#include "unit/flows/world/fake_provider.hpp"
#include "unit/flows/world/fake_redis.hpp"
#include "unit/oidc/test_keys.hpp"

namespace vneid::test {

/// What flows log, for tests that ask.
class KeptLog final : public flows::Log {
 public:
  void write(Severity /*severity*/, std::string_view /*reference*/,
             std::string_view text) noexcept override {
    lines.append(text).append("\n");
  }
  std::string lines;
};

/// The portal's account that everything is about.
struct AccountRow {
  AccountId id{7};
  std::string portal = "portal";
  std::string name = "le.van.a";
  link::AccountKind kind = link::AccountKind::personal;
  bool closed = false;
  bool verified_outside = true;
  std::optional<std::pair<LinkId, PersonId>> linked;
  struct Value {
    identity::Field field;
    identity::FieldStatus status;
    std::string value;
  };
  std::vector<Value> values;
};

/// What does not change between tests, and takes time to make.
struct Shared {
  std::shared_ptr<const crypto::KeyRing> keys;
  std::shared_ptr<const pages::Renderer> renderer;
  std::shared_ptr<const oidc::AssertionKeys> assertion_keys;
  static const Shared& once();
};

/// One worker over fakes, with one site, one citizen of one portal, and time that stands still.
class World {
 public:
  static constexpr const char* number = "052089999999";

  World();
  ~World() { worker->scope.cancel_all(); }

  /// A browser's request; cookies go along.
  [[nodiscard]] flows::Request get(std::string path, std::string query = {}) const;
  [[nodiscard]] flows::Request post(std::string path, std::string form) const;
  [[nodiscard]] flows::Exchange exchange(flows::Request request);
  /// Runs a flow to its end and keeps the cookies of its answer.
  flows::Reply run(flows::Request request);
  flows::LoginVerdict log_in(flows::LegacyLogin login);
  /// The same, sent by a page's fetch().
  flows::LoginVerdict log_in_by_script(flows::LegacyLogin login);
  [[nodiscard]] flows::LegacyLogin login() const;
  void keep_cookies(const HeaderList& headers);

  // The ways to where a test begins.
  /// The notice stands before the citizen.
  void hold_login();
  /// The browser is at the provider; the query of its callback.
  std::string go_to_provider();
  /// The query of a callback of the authorization begun last.
  [[nodiscard]] std::string answer_of_provider() const;
  /// The same, for a sign-in without a legacy login.
  std::string go_to_provider_first(const std::string& back_to = "/ho-so");
  /// A VNeID session of the linked account.
  void sign_in();
  /// A session of a legacy login alone.
  void sign_in_by_password();
  /// The form's token of a page.
  /// Of the first form of the page, or of the one that posts to `form`.
  [[nodiscard]] static std::string csrf_of(const flows::Reply& page, const std::string& form = {});

  void link_account();
  [[nodiscard]] std::vector<Row> rows_of_account() const { return account_rows(false); }
  void verify_number();

  EpollLoop loop{VirtualClock{}};
  Pauses pauses{loop};
  FakeRedis redis{loop, pauses};
  FakePostgres postgres{loop, pauses};
  FakeHttp http{loop, pauses};
  KeptLog log;
  std::shared_ptr<flows::Settings> settings = std::make_shared<flows::Settings>();
  std::shared_ptr<flows::Site> site = std::make_shared<flows::Site>();
  std::unique_ptr<flows::Worker> worker;
  FakeProvider* provider = nullptr;  // the worker's
  bool on_file = true;               // the account, before any login of it
  AccountRow account;
  std::optional<PersonId> by_number;   ///< whom the database knows by the citizen's number
  std::optional<PersonId> by_subject;  ///< and by the provider's subject
  bool other_subject = false;
  std::string file_name = std::string(64, 'a');  ///< SHA-256 of the vault's one file
  bool kept_out = false;                         ///< an officer has flagged the person
  std::string last_skip;                         ///< when [Bỏ qua] was pressed; empty: never
  bool undo_asked = false;                       ///< officers have been asked to undo the link
  std::vector<AccountId> adoptable;
  std::map<std::string, std::string> cookies;

 private:
  flows::LoginVerdict log_in(flows::LegacyLogin login, flows::Request request);
  void answer_statements();
  void answer_links();
  void answer_vault();
  [[nodiscard]] std::vector<Row> account_rows(bool with_first_seen) const;
  [[nodiscard]] Row link_row() const;
  [[nodiscard]] std::vector<Row> profile_rows() const;
  [[nodiscard]] std::string account_key() const;
  [[nodiscard]] std::string citizen_key() const;
  [[nodiscard]] std::string cookie_header() const;
};

}  // namespace vneid::test
