#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "async/event_loop.hpp"
#include "async/task.hpp"
#include "audit/audit.hpp"
#include "crypto/key_ring.hpp"
#include "net/postgres/database.hpp"
#include "vault/vault.hpp"

/// A paper of a person's vault serves in a dossier of the portal (R9). Whether it may is the
/// database's rule (0015), asked under the vault's lock.
namespace vneid::vault {

struct ReuseRequest {
  PersonId person_id;    ///< proven by VNeID
  AccountId account_id;  ///< of this portal, with a link to the person
  std::int64_t record_id = 0;
  std::string sha256;          ///< as in RecordFile
  PortalName portal;           ///< where the dossier is
  std::string dossier_code;    ///< 1 to 200 characters of UTF-8, no control characters
  std::string procedure_code;  ///< likewise; empty: not told
  std::string doc_type_code;   ///< the type that is asked for; empty: any
  std::string reference;       ///< of the request, and of the reuse from then on
  Wall now{};
};

/// No such file, record or link; it is not told which.
struct NothingToReuse {};

struct NotReusable {
  std::vector<std::string> hindrances;
};

/// It serves in that dossier already, and the ten minutes are over in which a lost answer is given
/// again.
struct UsedBefore {
  std::string reference;
  Wall at{};
};

struct Reused {
  std::string reference;
  Wall at{};
  bool repeated = false;  ///< the answer to a request whose first answer was lost
  Record record;
  RecordFile file;
  std::string bytes;
};

using ReuseOutcome = std::variant<NothingToReuse, NotReusable, UsedBefore, Reused>;

/// In one transaction, with the event, whose result and reason are set here: reused and in the
/// trail, or neither. Throws what Pool throws, and std::runtime_error when the file does not open
/// with the present keys.
Task<ReuseOutcome> reuse(postgres::Database& database, std::shared_ptr<const crypto::KeyRing> keys,
                         ReuseRequest request, audit::Event event);

/// A paper that serves in a dossier, as the database keeps it.
struct PaperUsed {
  std::int64_t record_id = 0;
  std::string sha256;  ///< as in RecordFile
  AccountId account_id;
  PersonId person_id;
  std::string procedure_code;  ///< empty: not told
  std::string reference;
  Wall at{};
};

/// Those of a dossier, in the order in which they came to it.
Task<std::vector<PaperUsed>> papers_of_dossier(postgres::Database& database, PortalName portal,
                                               std::string dossier_code);

}  // namespace vneid::vault
