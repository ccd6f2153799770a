#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "identity/field.hpp"
#include "pages/error_kind.hpp"
#include "pages/face/brand.hpp"
#include "pages/face/contact.hpp"
#include "pages/language.hpp"
#include "pages/vault_page.hpp"

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
  /// Of the reference id in the error log (Request::id) what people can say on the telephone.
  std::string request_id;
  std::string legal_basis;     ///< empty: the string table's `notice.legal_basis`
  std::string effective_date;  ///< dd/mm/yyyy; empty: `notice.effective_date`
  std::string portal_name;     ///< in the header; empty: `layout.portal`
  std::string portal_href = "/";
  bool kiosk = false;                ///< a shared PC: large print, and the next one
  std::int64_t refresh_seconds = 0;  ///< after so long the page gives way to the next; 0: never
  std::string refresh_href;
  Contact contact;               ///< where to get help, in this language
  const Brand* brand = nullptr;  ///< the portal's logo and colours; null: ours
};

/// The notice after a legacy login (R13–R15). Its forms: POST `<path>notice` with `choice` = `skip`
/// or `vneid`.
struct NoticePage {
  std::string account_masked;  ///< which account this is about (domain.md §8.2)
  std::string name_masked;     ///< empty: not known
  std::string csrf;
  std::optional<int> days_left;  ///< until `effective_date`; unset or negative: not shown
  bool enforced = false;         ///< no [Bỏ qua]: only VNeID gets in (R33)
  bool linked = false;           ///< is already: VNeID is all that is asked for
  bool foreign = false;          ///< a foreigner's account: level 2 is had elsewhere
};

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
  std::string link;            ///< names it in the form that asks to undo it; empty: no form
  std::string undo_reference;  ///< of the request to undo it that officers have; empty: none
};

/// After the callback (R23, R24). Its form: POST `<path>linked`.
struct LinkedPage {
  LinkItem link;
  std::vector<MovedCount> moved;    ///< counts of zero or less are left out
  std::vector<StayedCount> stayed;  ///< likewise
  bool flagged = false;             ///< names are written differently: an officer may ask
  bool already_linked = false;      ///< was linked before: nothing new was done
  bool has_target = false;          ///< the portal's answer waits: [Tiếp tục] releases it
  std::string continue_href;        ///< otherwise where [Tiếp tục] leads; empty: the front page
  std::string csrf;
  std::string sign_out_csrf;  ///< of the form POST `<path>logout`; empty: no sign-out button
};

/// A VNeID login that may enter several accounts, or take over accounts that carry the person's
/// verified number (R25, R35). POST `<path>login` with `csrf`, `return` and `account` = position of
/// the one that is entered; when it adopts, `accountN` for each that is ticked, or `action` =
/// `new`.
struct ChoicePage {
  struct Account {
    std::string masked;
    std::string name_masked;  ///< may be empty
    bool foreign = false;     ///< a foreigner's; otherwise a person's
    std::int64_t papers = 0;  ///< papers and results of its own vault
    std::string last_login;   ///< dd/mm/yyyy; empty: never
  };
  bool adopts = false;
  bool can_make_new = false;     ///< [Tạo tài khoản mới]; only when it adopts
  bool can_keep = false;         ///< [Không liên kết thêm]; only when it adopts
  std::string login_page = "/";  ///< of the portal: [Đăng nhập tài khoản đã có]
  /// None, when it adopts: nothing may be taken over. Whether there is an account that only its own
  /// password opens the way to is not told.
  std::vector<Account> accounts;
  std::string return_to;
  std::string csrf;
};

/// The offer to link the account that the browser is logged in to at the portal. Its forms: POST
/// `<path>link` with `csrf` and `return`; [Không phải tôi] POSTs to `<path>logout` with `then` =
/// `login`: the portal's login is next.
struct LinkOfferPage {
  std::string account_masked, name_masked;  ///< against a session that was planted here
  std::string update_href;  ///< the number is to be verified first; empty: VNeID is next
  std::string return_to, csrf, sign_out_csrf;
};

/// "Danh sách tài khoản liên kết". With `csrf` it has a sign-out form: POST `<path>logout`.
struct LinksPage {
  std::vector<LinkItem> links;
  bool can_link = false;  ///< [Liên kết với VNeID], a link to `<path>link`
  /// [Liên kết thêm tài khoản], a link to `<path>login?another=1`
  bool can_link_another = false;
  std::string csrf;       ///< empty: no sign-out button
  std::string undo_csrf;  ///< of the form that asks to undo a link: POST `<path>links`
};

/// What became of a question to an officer (review queue).
enum class ReviewState : std::uint8_t { open, approved, rejected };

/// A row of "Thông tin định danh" (R17).
struct IdentityRow {
  identity::Field field = identity::Field::name;
  std::string value;  ///< as people read it (dates dd/mm/yyyy), in full
  identity::FieldStatus status = identity::FieldStatus::empty;
  std::string source;       ///< of a verified value, as stored
  std::string verified_on;  ///< dd/mm/yyyy
  bool hidden = false;      ///< there is a value, for the person proven by VNeID only (design D19)
};

/// "Thông tin định danh" with "Danh sách tài khoản liên kết" below it (R16, R17, R24). With `csrf`
/// it has a sign-out form, as LinksPage.
struct IdentityPage {
  enum class Note : std::uint8_t {
    none,
    verified,   ///< the update has just been done
    edited,     ///< [Sửa] has just been stored
    in_review,  ///< the source tells something else than what was verified before
  };
  Note note = Note::none;
  std::string account_masked;     ///< whose identity this is: empty: not shown
  std::vector<IdentityRow> rows;  ///< all ten, in the order of identity::all_fields
  std::vector<LinkItem> links;
  std::string review_code;  ///< Mã yêu cầu of the latest question to an officer; empty: none
  ReviewState review_state = ReviewState::open;
  bool can_update = false;  ///< there is a source to ask: [Cập nhật từ CSDL Quốc gia về Dân cư]
  bool can_link = false;    ///< as on LinksPage
  std::string csrf;         ///< empty: no sign-out button
};

/// Which rule a typed value breaks (domain.md §2.1, §2.6, §2.7).
enum class FieldProblem : std::uint8_t {
  none,
  missing,
  not_digits,
  not_9_digits,
  not_12_digits,
  birth_year_in_future,  ///< of a 12-digit number
  one_number_needed,     ///< neither CMT nor CCCD was given
  name_characters,
  name_without_letters,
  too_long,
  date_form,  ///< not dd/mm/yyyy, mm/yyyy or yyyy
  no_such_day,
  before_1900,
  date_in_future,
  phone_form,
  email_form,
  sex_unknown,
  text_characters,  ///< control or direction characters
  locked,           ///< verified: an update may change it, [Sửa] may not
};

/// What a form field shows.
struct TypedValue {
  std::string value;  ///< as it was typed
  FieldProblem problem = FieldProblem::none;
  bool locked = false;  ///< shown, cannot be changed: it is verified
  bool hidden = false;  ///< not even shown, as IdentityRow::hidden
};

/// The dialog of [Cập nhật từ CSDL Quốc gia về Dân cư] (R18), a page of its own that needs no
/// script. Form fields: `csrf`, `source`, `cmnd`, `number`, `name`, `birth_date`, and `action` =
/// `update` (or `skip`, when folded).
struct UpdatePage {
  enum class Trouble : std::uint8_t {
    none,
    no_match,     ///< err.notfound; never says which field
    away,         ///< err.csdl
    stores_away,  ///< err.stores
    too_many,     ///< asked too often: `retry_minutes`
    busy,         ///< everybody together asked too often
  };
  /// In a legacy login on its way to VNeID: POST `<path>verify`, [Bỏ qua] goes on without VNeID.
  /// Otherwise POST `<path>identity`, and [Bỏ qua] is a link back to it.
  bool folded = false;
  bool can_skip = true;  ///< when folded; otherwise the way out is the portal's front page
  /// Which account gets what is typed, against a stranger's login planted in this browser
  /// (domain.md §8.2). Empty: not shown.
  std::string account_masked;
  std::string source_name;  ///< empty: the string table's `update.source.csdl`
  /// Not folded, on the way to a link: where that leads in the end, and its offer, to which [Bỏ
  /// qua] goes back. Empty: there is none, and back is the identity page.
  std::string return_to;
  std::string back_href;
  TypedValue cmnd;
  TypedValue number;
  TypedValue name;
  TypedValue birth_date;
  Trouble trouble = Trouble::none;
  int retry_minutes = 0;
  std::string csrf;
  /// Of [Không phải tôi]. Folded it POSTs `action` = `not_me` with `csrf`, otherwise to
  /// `<path>logout` with this one, as on LinkOfferPage; empty: no such button.
  std::string sign_out_csrf;
};

/// [Sửa] (R20). POST `<path>identity` with `csrf`, `action` = `edit` and one field a row, named by
/// identity::to_text(field); the sex is `male`, `female` or empty.
struct EditPage {
  struct Row {
    identity::Field field = identity::Field::name;
    TypedValue typed;
  };
  std::string account_masked;  ///< as on UpdatePage
  std::vector<Row> rows;       ///< all ten, in order
  bool stores_away = false;
  std::string csrf;
  std::string sign_out_csrf;  ///< as on UpdatePage
};

/// Where a person gets level 2, as far as it is known whom a page speaks to.
enum class Registrant : std::uint8_t {
  citizen,
  child,      ///< under 14: with a parent or guardian (NĐ 69/2024 Đ.7)
  foreigner,  ///< not at the commune's police
};

/// Anything that did not go as asked. What a person can do next is what is set here.
struct ErrorPage {
  ErrorKind kind = ErrorKind::internal;
  Registrant registrant = Registrant::citizen;   ///< for `level_too_low`
  std::string review_code;                       ///< Mã yêu cầu, for `review`
  ReviewState review_state = ReviewState::open;  ///< likewise
  /// The legacy login still waits: with `csrf`, [Bỏ qua] goes on without VNeID and/or the VNeID
  /// login can be begun again, both as on the notice.
  bool can_skip = false;
  bool can_retry_vneid = false;
  std::string csrf;
  /// A verified number is missing and can be got in place: a link to `<path>verify`.
  bool can_verify = false;
  std::string retry_href;      ///< [Thử lại] as a link
  std::string login_href;      ///< [Đăng nhập lại]
  std::string vneid_href;      ///< [Đăng nhập bằng VNeID]
  std::string effective_date;  ///< of `enforced`, as of the account's kind; empty: the context's
};

/// Nobody is signed in, or nobody is any more.
struct SignInPage {
  enum class Reason : std::uint8_t {
    required,
    idle,
    signed_out,
    provider_left,  ///< signed out here; the provider's own session may live on
    confirm,        ///< still signed in: with `csrf`, the button POSTs to `<path>logout`
    send_again,     ///< a form was sent without a login, and could not be kept
  };
  Reason reason = Reason::required;
  std::string login_href;
  std::string csrf;  ///< of `confirm`
};

/// A server that we ask takes its time: the context's refresh asks again, or this link.
struct WaitPage {
  std::string again_href;
  bool population = false;  ///< that server; otherwise the identity provider
  bool on_the_way = false;  ///< to a link: shows which step this is
};

/// "Hướng dẫn": the steps of the letter's appendix (R10), on paper too.
struct GuidePage {
  std::string address;  ///< of the portal, as step 1 names it
};

/// A form that was sent before its sender had logged in: [Gửi lại] sends the same fields to
/// `target`, a path of this server.
struct ResumePage {
  std::string target;
  std::vector<std::pair<std::string, std::string>> fields;  ///< name, value
};

}  // namespace vneid::pages
