#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "drivers/support/database.hpp"
#include "link/accounts.hpp"
#include "link/link_transaction.hpp"
#include "link/links.hpp"
#include "vault/vault.hpp"

namespace vneid::test {

/// Invented people of the tests; the number alone tells them apart.
struct Citizen {
  std::string number;
  std::string name;
  std::string birth_date;
};
inline const Citizen mau{"052089999999", "Lê Minh Mẫu", "15/08/1989"};
inline const Citizen thu{"052190000001", "Trần Thị Thử", "02/03/1990"};

/// A database with accounts and records, and what a link needs around it.
struct LinkWorld {
  explicit LinkWorld(unsigned connections = 4)
      : pool(loop, database.settings_as("worker", connections)),
        operator_pool(loop, database.settings_as("operator", connections)) {}

  AccountId add_account(const std::string& account, const Citizen& citizen,
                        const std::string& status = "verified",
                        const std::string& kind = "personal") {
    const std::string verified = status == "verified" ? "CSDL,2023-11-20" : ",";
    import_text(loop, operator_pool, account_rows(),
                "account,kind,citizen_id,name,birth_date,citizen_id_status,source,verified_at\n" +
                    account + "," + kind + "," + citizen.number + "," + citizen.name + "," +
                    citizen.birth_date + "," + status + "," + verified + "\n");
    link::Accounts accounts{pool, test_keys()};
    return loop.run(accounts.find(PortalName{"portal"}, account)).value().id;
  }

  /// `rows`: account,record,kind,doc_type_code,number,owner_citizen_id,file; files hold `file`'s
  /// own name as their content.
  Imported add_records(const std::vector<std::string>& rows) {
    std::string csv =
        "account,record,kind,doc_type_code,number,owner_citizen_id,file,title,source,trust,mime\n";
    for (const std::string& row : rows) {
      const std::string file = row.substr(row.rfind(',') + 1);
      if (!file.empty()) std::ofstream(folder.file(file)) << file;
      csv += row + ",Giấy tờ mẫu,dossier_component,2,application/pdf\n";
    }
    const std::filesystem::path root = std::filesystem::path(folder.file("x")).parent_path();
    return import_text(loop, operator_pool, vault_rows(root), csv);
  }

  link::LinkRequest request(AccountId account, const Citizen& person,
                            const std::string& subject = {}) {
    link::LinkRequest request;
    request.account_id = account;
    request.login_proven = true;
    request.identity.kind = identity::AccountKind::personal;
    request.identity.level = 2;
    request.identity.number = identity::CitizenNumber::parse(person.number, 2026).value();
    request.identity.name = identity::NameKeys::make(person.name).value();
    request.identity.birth_date = identity::BirthDate::parse(person.birth_date, 2026).value();
    request.full_name = person.name;
    request.provider = "bca";
    request.issuer = "https://sso.example.gov.vn";
    request.subject = subject.empty() ? "sub-" + person.number : subject;
    request.origin.request_id = "0123456789abcdef";
    request.origin.ip = "192.0.2.7";
    request.origin.port = 40000;
    request.notice_version = "v1";
    request.now = loop.wall_now();
    return request;
  }

  link::LinkOutcome link(const link::LinkRequest& request) {
    return loop.run(linker.link(request));
  }

  std::string count(const std::string& from) {
    return database.sql("select count(*) from " + from);
  }

  TemporaryFolder folder;
  Database database;
  EpollLoop loop;
  postgres::Pool pool;           ///< as nginx's workers
  postgres::Pool operator_pool;  ///< as who imports
  link::Linker linker{pool, test_keys()};
};

/// How often each kind of outcome came.
struct Outcomes {
  int linked = 0;
  int repeated = 0;
  int review = 0;
  int refused = 0;
  int taken = 0;

  void count(const link::LinkOutcome& outcome) {
    if (const auto* made = std::get_if<link::Linked>(&outcome))
      ++(made->repeated ? repeated : linked);
    review += static_cast<int>(std::holds_alternative<link::InReview>(outcome));
    refused += static_cast<int>(std::holds_alternative<link::Refused>(outcome));
    taken += static_cast<int>(std::holds_alternative<link::Taken>(outcome));
  }
};

}  // namespace vneid::test
