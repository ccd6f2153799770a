#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pages/error_kind.hpp"
#include "pages/language.hpp"

/// What each page shows, as plain values. Text may hold any bytes: it is escaped when rendered.
/// Dates are text as people read them (dd/mm/yyyy, mm/yyyy or yyyy).
///
/// A link ("href") is a path on this server or an absolute http(s) address; any other one is left
/// out of the page. Forms go to fixed places below `vneid_path` with a field `csrf`.
namespace vneid::pages {

/// What every page needs.
struct PageContext {
  Language language = Language::vi;
  std::string path = "/vneid/";  ///< `vneid_path`, begins and ends with '/'
  std::string request_id;        ///< reference id, also in the error log (Request::id)
  std::string legal_basis;       ///< empty: the string table's `notice.legal_basis`
  std::string effective_date;    ///< dd/mm/yyyy; empty: `notice.effective_date`
  std::string portal_name;       ///< in the header; empty: `layout.portal`
  std::string portal_href = "/";
};

/// The notice after a legacy login (R13–R15). Its forms: POST `<path>notice` with `choice` = `skip`
/// or `vneid`.
struct NoticePage {
  std::string account_masked;  ///< which account this is about (domain.md §8.2)
  std::string name_masked;     ///< empty: not known
  std::string csrf;
  std::optional<int> days_left;  ///< until `effective_date`; unset or negative: not shown
};

/// What a vault record is (domain.md §7.1).
enum class RecordKind : std::uint8_t { information, paper, result };

/// Why a record did not go with the link (domain.md §7.4).
enum class StayReason : std::uint8_t {
  other_owner,    ///< its owner's number is another person's
  owner_unknown,  ///< it names no owner
  duplicate,      ///< the VNeID vault holds the same record already
};

struct MovedCount {
  RecordKind kind;
  std::int64_t count;
};

struct StayedCount {
  StayReason reason;
  std::int64_t count;
};

/// One entry of "Danh sách tài khoản liên kết" (domain.md §5.7).
struct LinkItem {
  std::string citizen_number;  ///< in full only on the VNeID person's own page, else masked
  std::string provider;        ///< who issued the account; empty: `links.provider`
  std::string linked_on;       ///< dd/mm/yyyy
  std::string account_masked;  ///< the legacy account of this link; empty: not shown
};

/// After the callback (R23, R24). Its form: POST `<path>linked`.
struct LinkedPage {
  LinkItem link;
  std::vector<MovedCount> moved;    ///< counts of zero or less are left out
  std::vector<StayedCount> stayed;  ///< likewise
  bool flagged = false;             ///< names are written differently: an officer may ask
  bool already_linked = false;      ///< was linked before: nothing new was done
  bool has_target = false;          ///< the portal's answer waits: [Tiếp tục] releases it
  std::string csrf;
};

/// "Danh sách tài khoản liên kết". With `csrf` it has a sign-out form: POST `<path>logout`.
struct LinksPage {
  std::vector<LinkItem> links;
  std::string csrf;  ///< empty: no sign-out button
};

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
  std::int64_t total = 0;     ///< records in all, when this is one page of several
  std::string previous_href;  ///< empty: this is the first page
  std::string next_href;      ///< empty: this is the last page
  std::string csrf;
};

/// Anything that did not go as asked. What a person can do next is what is set here.
struct ErrorPage {
  ErrorKind kind = ErrorKind::internal;
  std::string review_code;  ///< Mã yêu cầu, for `review`
  /// The legacy login still waits: with `csrf`, [Bỏ qua] goes on without VNeID and/or the VNeID
  /// login can be begun again, both as on the notice.
  bool can_skip = false;
  bool can_retry_vneid = false;
  std::string csrf;
  std::string retry_href;  ///< [Thử lại] as a link
  std::string login_href;  ///< [Đăng nhập lại]
};

/// Nobody is signed in, or nobody is any more.
struct SignInPage {
  enum class Reason : std::uint8_t { required, idle, signed_out };
  Reason reason = Reason::required;
  std::string login_href;
};

}  // namespace vneid::pages
