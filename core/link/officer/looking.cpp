#include "link/officer/looking.hpp"

#include <utility>

#include "link/officer/locked.hpp"
#include "net/postgres/retry.hpp"

namespace vneid::link {

namespace {

/// The body of the transaction. Const: nothing of a failed try is remembered.
class Looking {
 public:
  Looking(const std::string& officer, const std::vector<audit::Event>& looks)
      : officer_(officer), looks_(looks) {}

  Task<bool> operator()(postgres::Transaction& transaction) const {
    co_await act_as(transaction, officer_);
    for (const audit::Event& look : looks_) co_await audit::record(transaction, look);
    co_return true;
  }

 private:
  const std::string& officer_;
  const std::vector<audit::Event>& looks_;
};

}  // namespace

Task<void> record_looks(postgres::Database& database, std::string officer,
                        std::vector<audit::Event> looks) {
  Looking work{officer, looks};
  co_await postgres::with_retries(database, postgres::Isolation::read_committed, work);
}

}  // namespace vneid::link
