#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What "Tài liệu điện tử" shows; a part of pages/view.hpp.
namespace vneid::pages {

/// What a vault record is (domain.md §7.1).
enum class RecordKind : std::uint8_t { information, paper, result };

/// Where a record came from (domain.md §7.1, §7.2).
enum class RecordSource : std::uint8_t {
  uploaded,
  result,
  component,
  national_portal,
  population_db,
  vneid,
};

enum class SignatureStatus : std::uint8_t {
  valid,
  invalid,
  expired_cert_at_check,
  revoked,
  unknown_ca,
  none,
  not_checked,
};

struct VaultFile {
  std::string name;
  std::string href;        ///< empty: listed, but cannot be opened here
  std::string media_type;  ///< as stored, e.g. "application/pdf"
  std::int64_t bytes = 0;
};

/// A record with the metadata of domain.md §7.2. Empty text is left out of the page.
struct VaultRecord {
  RecordKind kind = RecordKind::paper;
  std::string title;
  std::string number;
  std::string doc_type_code;
  std::string summary;
  std::string issuer;
  std::string signer;
  std::string issued_on;
  std::string valid_until;
  bool perpetual = false;
  std::string scope;
  std::string procedure_code;
  std::string field_code;
  std::string dossier_code;
  std::string owner_masked;  ///< only when the owner is not the account's holder
  std::optional<RecordSource> source;
  std::optional<int> trust;  ///< 0–3 (domain.md §7.2); others are not shown
  std::optional<SignatureStatus> signature;
  std::string origin_masked;  ///< legacy account it was carried over from
  std::string carried_on;     ///< dd/mm/yyyy
  int version = 1;
  bool expired = false;
  bool replaced = false;
  std::int64_t reuse_count = 0;
  std::vector<VaultFile> files;
};

/// "Tài liệu điện tử": records of one owner. With `csrf` it has a sign-out form, as LinksPage.
struct VaultPage {
  enum class View : std::uint8_t {
    own,     ///< the VNeID person's vault
    legacy,  ///< what the legacy account itself holds; the person's vault opens with VNeID only
  };
  View view = View::own;
  std::vector<VaultRecord> records;
  std::string query;               ///< what was searched for; empty: nothing
  std::optional<RecordKind> kind;  ///< the only one shown
  std::int64_t total = 0;          ///< of what was asked for, when this is one page of several
  std::string previous_href;       ///< empty: this is the first page
  std::string next_href;           ///< empty: this is the last page
  std::string csrf;
};

}  // namespace vneid::pages
