#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "crypto/digest.hpp"
#include "drivers/support/link_world.hpp"
#include "link/officer/queue.hpp"
#include "link/stored_values.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::test {

/// Opens an identity review, as storing a contradiction does.
struct OpenIdentityReview {
  link::IdentityCase review;
  std::shared_ptr<const crypto::KeyRing> keys = test_keys();

  Task<std::string> operator()(postgres::Transaction& transaction) const {
    co_await link::lock_account(transaction, *keys, review.account_id);
    std::string reference = co_await link::open_identity_review(transaction, *keys, review);
    co_return reference;
  }
};

/// A database with accounts, and officers who decide.
struct ReviewWorld : LinkWorld {
  using LinkWorld::LinkWorld;

  /// Somebody of the same number and date of birth, but of another name: a case for an officer.
  link::LinkRequest doubtful(AccountId account) {
    link::LinkRequest asked = request(account, mau);
    asked.full_name = "Nguyễn Văn Khác";
    asked.identity.name = identity::NameKeys::make(asked.full_name).value();
    return asked;
  }
  link::InReview ask(AccountId account) {
    return std::get<link::InReview>(link(doubtful(account)));
  }

  static link::IdentityCase contradiction(AccountId account, const std::string& name) {
    link::IdentityCase review;
    review.account_id = account;
    review.source = "CSDLQG về dân cư";
    review.account_masked = review.source_masked = "052******999";
    review.sides = "account.name\tLê Minh Mẫu\naccount.citizen_id\t" + mau.number +
                   "\nsource.name\t" + name + "\nsource.citizen_id\t" + mau.number + "\n";
    review.reasons = {"name_differs"};
    review.at = Wall{std::chrono::hours{24 * 365 * 50}};
    return review;
  }
  std::string open(link::IdentityCase review) {
    OpenIdentityReview work{.review = std::move(review)};
    return loop.run(postgres::with_retries(pool, postgres::Isolation::read_committed, work));
  }

  /// The queue as the officer has it: connected under his own name.
  link::ReviewQueue& queue_of(const std::string& officer) {
    auto& desk = desks[officer];
    if (!desk) {
      database.add_person(officer, admin::Duty::officer);
      desk = std::make_unique<Desk>(loop, database.settings_as(officer));
    }
    return desk->queue;
  }
  link::RulingAnswer approve(const std::string& reference, const std::string& officer) {
    link::Ruling ruling;
    ruling.reference = reference;
    ruling.officer = officer;
    return loop.run(queue_of(officer).approve(ruling));
  }
  link::RulingAnswer reject(const std::string& reference, const std::string& officer) {
    link::Ruling ruling;
    ruling.reference = reference;
    ruling.officer = officer;
    ruling.note = "hồ sơ không khớp";
    return loop.run(queue_of(officer).reject(ruling));
  }
  void approve_by_both(const std::string& reference) {
    if (approve(reference, "lan").outcome != link::RulingOutcome::proposed ||
        approve(reference, "minh").outcome != link::RulingOutcome::approved) {
      throw std::runtime_error("review " + reference + " was not approved");
    }
  }

  /// As any writer of fields does: the schema keeps the change.
  void set_field(const std::string& account, identity::Field field, const std::string& value) {
    const std::string key = link::account_key(*test_keys(), PortalName{"portal"}, account);
    const std::string sealed = link::seal_field(*test_keys(), key, field, value);
    database.sql("update identity_field set value_sealed = decode('" + crypto::hex(sealed) +
                 "', 'hex') where field = '" + std::string(identity::to_text(field)) +
                 "' and account_id = (select id from account where account_key = decode('" +
                 crypto::hex(key) + "', 'hex'))");
  }

  struct Desk {
    Desk(EventLoop& loop, postgres::Settings settings) : pool(loop, std::move(settings)) {}
    postgres::Pool pool;
    link::ReviewQueue queue{pool, test_keys()};
  };

  postgres::Pool officer_pool{loop, database.settings_as("officer")};
  link::ReviewQueue queue{officer_pool, test_keys()};  ///< to read
  std::map<std::string, std::unique_ptr<Desk>> desks;
};

}  // namespace vneid::test
